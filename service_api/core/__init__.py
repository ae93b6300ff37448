"""What every room stands on: database, clock, money, problems, security, text, logging."""
