"""`python -m service_api demo`: the main job of the desk, played against the system that runs."""
