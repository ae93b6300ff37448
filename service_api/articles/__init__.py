"""Published answers: the search of customers and staff, and the questions it could not answer."""
