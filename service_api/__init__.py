"""Ting's service: customers, conversations, complaints, legal clocks, and the pages of the bank's people."""
