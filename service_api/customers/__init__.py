"""Who the bank serves: the party, phones, accounts, tier, and proof of identity by one-time code."""
