"""The bank's people: who they are, what they may do, and their sessions."""
