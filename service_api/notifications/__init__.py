"""Telling people: the staff inbox, mail, signed webhooks, and the customer's own conversation."""
