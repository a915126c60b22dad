"""What stands in the tables that no filter changes."""

from calendar import monthrange
from datetime import date
from typing import Any

from glue_jobs.report.commerce.facts import OrderFacts, mature_days
from glue_jobs.report.facts import Rows

SCORES = range(1, 6)  # of recency and of frequency, 5 is best
PAIRS = 10
OUTCOMES = ("fail", "accepted", "warn")  # of checks that did not pass, the worst first


def largest(facts: OrderFacts) -> Rows:
    """Return the products whose days are known, a row each, the largest first."""
    known = {row["product_id"] for row in facts.product_days}
    products = [row for row in facts.products if row["product_id"] in known]
    return sorted(products, key=lambda row: (-row["net_revenue"], row["product_id"]))


def pairs(facts: OrderFacts) -> Rows:
    """Return the pairs of products with the greatest lift, each once."""
    found: dict[frozenset[str], dict[str, Any]] = {}
    for row in facts.partners:
        found.setdefault(frozenset((row["product_id"], row["with_product_id"])), row)
    key = _by_lift
    return sorted(found.values(), key=key)[:PAIRS]


def grid(facts: OrderFacts) -> list[tuple[int, Rows]]:
    """Return recency scores, each with a cell per frequency score; ``part`` is of the greatest."""
    known = {(row["r_score"], row["f_score"]): row for row in facts.segment_grid}
    greatest = max((row["customers"] for row in facts.segment_grid), default=1)
    none = {"segment": None, "customers": 0}

    def cell(recency: int, frequency: int) -> dict[str, Any]:
        row = known.get((recency, frequency), none)
        return {**row, "part": row["customers"] / greatest}

    return [
        (recency, [cell(recency, frequency) for frequency in SCORES]) for recency in SCORES[::-1]
    ]


def returns(facts: OrderFacts, kind: str) -> Rows:
    """Return the rows of months or of categories, all other categories last."""
    return sorted(
        (row for row in facts.return_rates if row[kind] is not None),
        key=lambda row: (row[kind] == 0, row[kind]),
    )


def month(day: date, first: date) -> str:
    """Return the name of a month of sale, after its days that a page counts, unless all are."""
    since, until = mature_days(day)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    begin, end = max(first, since), min(last, until)
    if (begin, end) == (first, last):
        return f"{first:%B %Y}"
    return f"{begin.day}{f'-{end.day}' if begin < end else ''} {first:%B %Y}"


def returned_rate(facts: OrderFacts) -> tuple[int, int]:
    """Return the units that came back of those sold, of mature sales."""
    months = returns(facts, "sales_month")
    return sum(row["units_returned"] for row in months), sum(row["units"] for row in months)


def verdict(facts: OrderFacts) -> str:
    """Return what the gate says of the day."""
    of_days = {row["delivery_date"]: row["verdict"] for row in facts.verdicts}
    return str(of_days.get(facts.day, "unchecked"))


def findings(facts: OrderFacts) -> Rows:
    """Return the checks of the day that did not pass, failures first."""
    found = [row for row in facts.quality if row["outcome"] in OUTCOMES]
    return sorted(found, key=lambda row: (OUTCOMES.index(row["outcome"]), row["check_name"]))


def _by_lift(row: dict[str, Any]) -> tuple[float, int, str, str]:
    return (-row["lift"], -row["baskets_both"], row["product_id"], row["with_product_id"])
