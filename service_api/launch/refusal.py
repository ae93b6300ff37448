"""Why the launcher will not go on, in one line that says what to do."""


class CannotRun(Exception):
    """Shown to the person at the terminal as it is; no traceback."""
