"""Delivered records become the order book: transactions, products, customers, reviews, clicks."""
