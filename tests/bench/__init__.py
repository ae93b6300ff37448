"""`make bench`: how long things take, measured on the whole product with every process real."""
