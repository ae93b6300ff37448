"""What the dialogue asks to be done: one module per thing a customer wants, all through the desk's API."""
