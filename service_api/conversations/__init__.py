"""Talks with customers: messages in order, who is answering, hand-over to people."""
