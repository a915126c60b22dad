"""Lines that are spelled as many others are, read many at once; knows no domain."""
