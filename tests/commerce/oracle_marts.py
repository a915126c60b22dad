"""The marts in plain Python, straight from the oracle's tables.

The yardstick: slow, exact, and independent of the job, with which it shares no line.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby, permutations
from typing import Any

from tests.commerce.oracle_records import Row

CENT = Decimal("0.01")
EPOCH = datetime(1970, 1, 1)  # ruff: ignore[call-datetime-without-tzinfo] - as SQL has it
# What makes a new version of an entity; all else is told of the latest.
PRODUCT, CUSTOMER = ("name", "category", "brand", "price"), ("name", "email", "city")
MOST_PRODUCTS, LEAST_BASKETS = 50, 5
ORDER_DAYS, SESSION_DAYS = 180, 30
SUMMED = "orders completed_orders units gross_revenue returned_revenue net_revenue"
SEGMENTS = {  # by R, what each F from 1 to 5 is
    5: "new_customers potential_loyalists potential_loyalists champions champions",
    4: "promising potential_loyalists potential_loyalists loyal_customers loyal_customers",
    3: "about_to_sleep about_to_sleep needs_attention loyal_customers loyal_customers",
    2: "hibernating hibernating at_risk at_risk cannot_lose",
    1: "hibernating hibernating at_risk at_risk cannot_lose",
}

Tables = dict[str, list[Row]]


def latest_day(deliveries: Iterable[Any]) -> date | None:
    """Return the newest day of delivery of transactions or sales; else of anything.

    A delivery without records is none: it is never loaded.
    """
    files = [each for each in deliveries if each.records]
    days = [(each.source in {"transactions", "sales"}, each.day) for each in files]
    return max(days)[1] if days else None


def marts(
    tables: Tables,
    as_of: date | None,
    events: Iterable[Row] = (),
    *,
    show_pii: bool = False,
    zone: tzinfo = UTC,
) -> Tables:
    """Return every mart, rows sorted as in SQL by their keys; days begin in a zone.

    ``tables``: of ``oracle.load``; ``events``: rows of ``silver.events`` with their ``dt``.
    """
    facts = tables["fct_transactions"]
    products = _dimension(
        _of_day(tables["products"], zone), "product_id", PRODUCT, ("stock",), facts
    )
    customers = _dimension(
        _of_day(tables["customers"], zone), "customer_id", CUSTOMER, ("signup_date",), facts
    )
    for row in products:
        row["stock"] = row["stock"] if row["is_current"] else None
    if not show_pii:
        customers = [row | {of: _masked(row[of]) for of in ("name", "email")} for row in customers]
    return {
        "dim_products": products,
        "dim_customers": customers,
        "customer_value": _customer_value(tables, as_of),
        "product_associations": [
            {"as_of": as_of, "basket_kind": kind} | row
            for kind, lines, days in (
                ("order", _orders(facts), ORDER_DAYS),
                ("session", _sessions(events), SESSION_DAYS),
            )
            for row in _associations(lines, as_of, days)
        ],
        "product_ratings": [{"as_of": as_of} | row for row in _ratings(tables["reviews"])],
    }


def _masked(text: str | None) -> str | None:
    return text and f"{text[0]}***"


def _greatest(row: Row, columns: Sequence[str]) -> list[tuple[bool, Any]]:
    return [(row[name] is not None, row[name]) for name in columns]  # NULL is the least


def _of_day(rows: list[Row], zone: tzinfo) -> list[Row]:
    """Return rows with the day on which they became true."""
    times = (row["effective_time"].replace(tzinfo=UTC).astimezone(zone) for row in rows)
    return [row | {"day": time.date()} for row, time in zip(rows, times, strict=True)]


def _dimension(
    rows: list[Row], key: str, told: Sequence[str], latest: Sequence[str], facts: list[Row]
) -> list[Row]:
    entities = defaultdict(dict)
    for row in sorted(rows, key=lambda row: (row["effective_time"], _greatest(row, told + latest))):
        entities[row[key]][row["day"]] = row  # of a day the last
    found = []
    for name in sorted(entities.keys() | {fact[key] for fact in facts}):
        versions = [
            list(run)
            for _, run in groupby(entities[name].values(), lambda row: [row[of] for of in told])
        ]
        found += _versions(key, name, versions, told, latest)
    return found


def _versions(
    key: str, name: str, runs: list[list[Row]], told: Sequence[str], latest: Sequence[str]
) -> Iterator[Row]:
    starts = [EPOCH, *(run[0]["effective_time"] for run in runs[1:])]
    runs = runs or [[dict.fromkeys(told + latest)]]
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], None], strict=True)):
        yield {
            key: name,
            "valid_from": start,
            "valid_to": end,
            "is_current": end is None,
            **{of: runs[number][-1][of] for of in told + latest},
            "is_inferred": "effective_time" not in runs[number][-1],
        }


def _customer_value(tables: Tables, as_of: date | None) -> list[Row]:
    days = defaultdict(list)
    for row in tables["daily_customer_sales"]:
        days[row["customer_id"]].append(row)
    registered = {row["customer_id"] for row in tables["customers"]}
    rows = [
        _value(customer, customer in registered, days[customer], as_of)
        for customer in sorted(registered | days.keys())
    ]
    values = sorted(row["lifetime_value"] for row in rows if row["completed_orders"])
    for row in rows:
        if row["completed_orders"]:
            less = sum(value < row["lifetime_value"] for value in values)
            row["m_score"] = 1 + 5 * less // len(values)
    return rows


def _value(customer: str, registered: bool, days: list[Row], as_of: date | None) -> Row:  # ruff: ignore[boolean-type-hint-positional-argument] - a column
    dates = [date.fromisoformat(row["dt"]) for row in days]
    completed = [date.fromisoformat(row["dt"]) for row in days if row["completed_orders"]]
    total = {of: sum(row[of] for row in days) for of in SUMMED.split()}
    net, orders = _money(total["net_revenue"]), total["completed_orders"]
    recency = max(0, (as_of - max(completed)).days) if completed and as_of else None
    r_score = recency is not None and 5 - sum(recency > most for most in (30, 60, 120, 240))
    f_score = sum(orders >= least for least in (1, 2, 3, 5, 8))
    segment = SEGMENTS[r_score].split()[f_score - 1] if r_score else "all_returned"
    return {
        "as_of": as_of,
        "customer_id": customer,
        "is_registered": registered,
        "first_order_date": min(dates, default=None),
        "last_order_date": max(dates, default=None),
        "orders": total["orders"],
        "completed_orders": orders,
        "units": total["units"],
        "gross_revenue": _money(total["gross_revenue"]),
        "returned_revenue": _money(total["returned_revenue"]),
        "lifetime_value": net,
        "avg_order_value": (net / orders).quantize(CENT, ROUND_HALF_UP) if orders else None,
        "recency_days": recency,
        "r_score": r_score or None,
        "f_score": f_score or None,
        "m_score": None,
        "segment": segment if days else "no_purchase",
    }


def _money(amount: Decimal | int) -> Decimal:
    return Decimal(amount).quantize(CENT)


def _orders(facts: list[Row]) -> Iterator[tuple[tuple, date, str]]:
    """Yield of each completed line its basket, its day and its product."""
    for fact in facts:
        if fact["status"] == "completed":
            basket = fact["customer_id"], fact["dt"], fact["order_id"]
            yield basket, date.fromisoformat(fact["dt"]), fact["product_id"]


def _sessions(events: Iterable[Row]) -> Iterator[tuple[tuple, date, str]]:
    for event in events:
        if event["event_type"] == "purchase":
            basket = event["session_id"], event["dt"]
            yield basket, date.fromisoformat(event["dt"]), event["product_id"]


def _associations(
    lines: Iterable[tuple[tuple, date, str]], as_of: date | None, days: int
) -> Iterator[Row]:
    baskets = defaultdict(set)
    for basket, day, product in lines:
        if as_of and day > as_of - timedelta(days=days):
            baskets[basket].add(product)
    small = [products for products in baskets.values() if len(products) <= MOST_PRODUCTS]
    single = Counter(product for products in small for product in products)
    both = Counter(pair for products in small for pair in permutations(products, 2))
    pairs = defaultdict(list)
    for (product, partner), count in both.items():
        if count >= LEAST_BASKETS:
            lift = (count * len(small)) / (single[product] * single[partner])
            pairs[product].append((-lift, -count, partner))
    for product, partners in sorted(pairs.items()):
        for place, (lift, count, partner) in enumerate(sorted(partners), start=1):
            yield {
                "product_id": product,
                "with_product_id": partner,
                "baskets": len(small),
                "baskets_product": single[product],
                "baskets_with": single[partner],
                "baskets_both": -count,
                "support": -count / len(small),
                "confidence": -count / single[product],
                "lift": -lift,
                "place": place,
            }


def _ratings(reviews: list[Row]) -> Iterator[Row]:
    content = ("last_effective", "dt", "product_id", "customer_id", "rating", "review_text")
    latest = {
        row["review_id"]: row for row in sorted(reviews, key=lambda row: _greatest(row, content))
    }
    of_product = defaultdict(list)
    for row in latest.values():
        of_product[row["product_id"]].append(row)
    for product, rows in sorted(of_product.items()):
        stars = Counter(row["rating"] for row in rows)
        yield {
            "product_id": product,
            "reviews": len(rows),
            "average_rating": sum(row["rating"] for row in rows) / len(rows),
            **{f"stars_{n}": stars[n] for n in range(1, 6)},
            "last_review_date": date.fromisoformat(max(row["dt"] for row in rows)),
        }
