"""The shop's order book: what makes it, what loads it, what asks it."""
