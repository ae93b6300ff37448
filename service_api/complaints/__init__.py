"""Complaints: filed at once, never lost, every step provable."""
