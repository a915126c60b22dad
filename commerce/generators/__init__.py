"""Deliveries of a make-believe shop, and the truth about them."""
