"""The numbers that the page shows for each choice of its filters, packed small for the browser.

A cell's key is its filters in their order, joined by ``|``, empty for all: ``30|2||returned``.
Money is in cents, products are numbers, their places in ``products``. Rows keep their order, and
nothing is rounded or summed.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from glue_jobs.report.commerce.facts import OrderFacts
from glue_jobs.report.facts import Rows

DAYS = 30
NO_HOUR = 24  # of sales without a time
LONGEST_NAME = 100  # characters; what is longer is cut
OTHERS = "All others"
CUBE = (
    "transactions",
    "orders",
    "completed_orders",
    "unique_customers",
    "units",
    "gross_revenue",
    "returned_revenue",
    "net_revenue",
)
_PLACE = ("category_rank", "city_rank", "status")


def cells(facts: OrderFacts) -> dict[str, Any]:
    """Return what ``cells.js`` looks up."""
    numbers = {row["product_id"]: number for number, row in enumerate(facts.products)}
    return {
        "day": facts.day.isoformat(),
        "dates": dates(facts),
        "categories": names("category", facts.categories),
        "cities": names("city", facts.cities),
        "products": [_product(row) for row in facts.products],
        "cube": _cube(facts.cube),
        "days": _days(facts),
        "top": _top(facts.cube_products, numbers),
        "hours": _hours(facts.cube_hours),
        "sales": _sales(facts),
        "anomalies": _anomalies(facts.anomalies),
        "productDays": _product_days(facts, numbers),
        "partners": _partners(facts.partners, numbers),
        "segments": _segments(facts.segment_customers),
    }


def dates(facts: OrderFacts) -> list[str]:
    """Return the thirty days that end with the page's."""
    return [(facts.day - timedelta(days=ago)).isoformat() for ago in reversed(range(DAYS))]


def names(kind: str, rows: Rows) -> list[str]:
    """Return what categories or cities are called, by rank; rank 0 is all others.

    A name that reads like one of these words of the page stands in quotes.
    """
    without = f"Without a {kind}"
    own = {OTHERS.casefold(), without.casefold()}

    def name(given: str | None) -> str:
        if given is None:
            return without
        return f"“{given}”" if given.casefold() in own else cut(given)

    return [OTHERS, *(name(row["name"]) for row in rows)]


def cut(name: str) -> str:
    """Return a name, shortened if it is too long for a page."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _product(row: dict[str, Any]) -> list[Any]:
    """Return id, name (the id, if no catalogue has one), brand, category, units and net."""
    named = (cut(row["name"] or row["product_id"]), row["brand"] and cut(row["brand"]))
    return [
        row["product_id"],
        *named,
        row["category_rank"],
        row["units"],
        _cents(row["net_revenue"]),
    ]


def _cents(amount: Decimal) -> int:
    return int(amount * 100)


def _key(row: dict[str, Any], names: Iterable[str]) -> str:
    return "|".join("" if row[name] is None else str(row[name]) for name in names)


def _measure(row: dict[str, Any]) -> int:
    """Return net revenue of all sales; of one status what its sales brought before returns."""
    return _cents(row["gross_revenue" if row["status"] else "net_revenue"])


def _cube(rows: Rows) -> dict[str, list[int]]:
    return {
        f"{int(row['is_before'])}|{_key(row, ('period_days', *_PLACE))}": [
            _cents(row[name]) if name.endswith("_revenue") else row[name] for name in CUBE
        ]
        for row in rows
    }


def _days(facts: OrderFacts) -> dict[str, list[int]]:
    """Return transactions and revenue of each of the thirty days, one after the other."""
    places = {day: place for place, day in enumerate(dates(facts))}
    found: dict[str, list[int]] = defaultdict(lambda: [0] * (2 * DAYS))
    for row in facts.cube_days:
        at = 2 * places[str(row["sales_date"])]
        found[_key(row, _PLACE)][at : at + 2] = row["transactions"], _measure(row)
    return found


def _top(rows: Rows, numbers: dict[str, int]) -> dict[str, list[int]]:
    """Return product, units and revenue of each place, one after the other."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        found[_key(row, ("period_days", *_PLACE))] += [
            numbers[row["product_id"]],
            row["units"],
            _measure(row),
        ]
    return found


def _hours(rows: Rows) -> dict[str, list[int]]:
    """Return weekday, hour, transactions and revenue, one after the other."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        hour = NO_HOUR if row["hour"] is None else row["hour"]
        key = _key(row, ("period_days", "category_rank", "status"))
        found[key] += [row["weekday"], hour, row["transactions"], _measure(row)]
    return found


def _sales(facts: OrderFacts) -> list[list[Any]]:
    """Return of each of the thirty days whether it has sales, and its posted net revenue."""
    known = {str(row["sales_date"]): row for row in facts.days}
    rows = (known[day] for day in dates(facts))
    return [[int(row["has_sales"]), _cents(row["posted_net"])] for row in rows]


def _anomalies(rows: Rows) -> dict[str, list[str]]:
    """Return what the gate said of a day, a text for each metric."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[str(row["sales_date"])].append(anomaly(row))
    return found


def anomaly(row: dict[str, Any]) -> str:
    """Return what is odd about a day."""
    source = f" of {row['source']}" if row["source"] else ""
    return f"{row['metric'].replace('_', ' ')}{source}: {cut(row['detail'])}"


def _product_days(facts: OrderFacts, numbers: dict[str, int]) -> dict[int, list[int]]:
    """Return day, units and net revenue of a product's days, one after the other."""
    places = {day: place for place, day in enumerate(dates(facts))}
    found: dict[int, list[int]] = defaultdict(list)
    for row in facts.product_days:
        day = places[str(row["sales_date"])]
        found[numbers[row["product_id"]]] += [day, row["units"], _cents(row["net_revenue"])]
    return found


def _partners(rows: Rows, numbers: dict[str, int]) -> dict[int, list[Any]]:
    """Return product, lift and common baskets of a product's partners, one after the other."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        partner = numbers[row["with_product_id"]]
        found[numbers[row["product_id"]]] += [partner, round(row["lift"], 4), row["baskets_both"]]
    return found


def _segments(rows: Rows) -> dict[str, list[list[Any]]]:
    found: dict[str, list[list[Any]]] = defaultdict(list)
    for row in rows:
        last = row["last_order_date"]
        found[row["segment"]].append([
            row["customer_id"],
            row["name"] and cut(row["name"]),
            row["city"] and cut(row["city"]),
            _cents(row["lifetime_value"]),
            row["orders"],
            last and str(last),
        ])
    return found
