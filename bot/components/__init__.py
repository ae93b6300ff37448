"""Components that Rasa's pipeline and server load; `values` alone is free of Rasa."""
