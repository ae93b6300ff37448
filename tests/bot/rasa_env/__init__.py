"""Checks that need Rasa itself: plain unittest, started by ../test_rasa_env.py."""
