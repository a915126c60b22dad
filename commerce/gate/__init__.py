"""The quality gate of the order book. Plain: a function runs it, with Athena doing the work."""
