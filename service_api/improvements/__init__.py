"""Systemic issues: what complaints have in common, who mends it, was it mended (溯源整改)."""
