"""Where customers reach the desk, and the way to the assistant and back."""
