"""Events written in the transaction of the deed and delivered afterwards, at least once."""
