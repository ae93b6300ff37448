"""Effects that leave the transaction: written with the change that causes them, delivered at least once."""
