"""The page of the order book: a day's sales from Athena as one HTML page."""
