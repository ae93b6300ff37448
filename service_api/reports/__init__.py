"""Figures and exports: read-only, and only of what a person may see."""
