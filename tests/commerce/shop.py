"""Runs the generators of the order book in this process, each with a few rows."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

from commerce.generators import (
    generate_clickstream,
    generate_customers,
    generate_products,
    generate_reviews,
    generate_sales,
    generate_transactions,
)

START, DAYS = date(2026, 3, 2), 40
MAINS: dict[str, Callable[[list[str]], int]] = {
    "products": generate_products.main,
    "customers": generate_customers.main,
    "transactions": generate_transactions.main,
    "sales": generate_sales.main,
    "reviews": generate_reviews.main,
    "clickstream": generate_clickstream.main,
}
SIZES = {
    "products": ["--rows", "250"],
    "customers": ["--rows", "300"],
    "transactions": ["--rows", "1500", "--products", "250", "--customers", "300"],
    "sales": ["--rows", "1500", "--products", "250", "--customers", "300"],
    "reviews": [
        *("--rows", "200", "--products", "250", "--customers", "300", "--transactions", "1500")
    ],
    "clickstream": [
        *("--rows", "800", "--products", "250", "--customers", "300", "--transactions", "1500")
    ],
}


def generate(source: str, folder: Path, *arguments: str) -> dict:
    """Run a command in this process; return the truth."""
    truth = folder / f"truth-{source}.json"
    argv = [*SIZES[source], "--days", str(DAYS), "--output", str(folder), "--truth", str(truth)]
    assert MAINS[source]([*argv, *arguments]) == 0
    return json.loads(truth.read_text())
