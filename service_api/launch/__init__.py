"""`python -m service_api run`: prepare what is missing, start every process, watch them, stop them."""
