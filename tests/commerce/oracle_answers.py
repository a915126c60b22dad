"""The questions about sales in plain Python, straight from the oracles' tables and marts.

The yardstick of the views and saved queries: slow, exact, and without a line of SQL.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from operator import itemgetter
from typing import NamedTuple

from tests.commerce.oracle import Counts
from tests.commerce.oracle_records import Delivery, Row

CENT, DAY = Decimal("0.01"), timedelta(days=1)
UNKNOWN = "unknown"
SALES = [
    "transactions",
    "units",
    "units_returned",
    "gross_revenue",
    "returned_revenue",
    "net_revenue",
]
COUNTED = ["transactions", "orders", "completed_orders", "unique_customers", "units"]
REVENUE = ["gross_revenue", "returned_revenue", "net_revenue"]
SOLD = (
    "transaction_id order_id customer_id product_id quantity price gross_amount returned_amount"
    " net_amount status transaction_time reversed_time refunded_time dt"
)


ORDERS = {  # of saved queries that show a view
    "daily_sales": "sales_date",
    "top_products_by_category": "category place",
    "customer_lifetime_value": "-lifetime_value customer_id",
    "sales_enriched": "-sales_date -transaction_time transaction_id",
    "recommendations": "product_id place",
    "revenue_trend": "sales_date",
    "revenue_posted": "posting_date",
    "segmentation": "-net_revenue segment",
}


class Shop(NamedTuple):
    """What is known: the oracle's tables and marts, the latest day, the zone of days of sale."""

    tables: dict[str, list[Row]]
    as_of: date | None
    zone: tzinfo = UTC


def ledger(deliveries: Iterable[Delivery], counts: Iterable[Counts]) -> list[Row]:
    """Return the rows of commerce_ledger, as far as questions ask for them.

    A delivery without records has none: the job does not see its raw file.
    """
    return [
        {
            "source": file.source,
            "dt": file.day.isoformat(),
            "source_file": f"s3://raw/{number}",
            "state": "loaded",
            "lines": of.lines,
            "accepted": of.accepted,
            "duplicates": of.duplicates,
            "rejected": of.rejected,
            "reasons": of.reasons,
            "unknown_fields": [],
            "run_id": "jr_1",
        }
        for number, (file, of) in enumerate(zip(deliveries, counts, strict=True))
        if of.lines
    ]


def views(shop: Shop) -> dict[str, list[Row]]:
    """Return the rows of every view of sales, in any order."""
    sales = [*_product_sales(shop)]
    return {
        "latest_day": [{"as_of": shop.as_of}],
        "sales_days": _sales_days(shop),
        "product_sales": sales,
        "daily_sales": _daily_sales(shop),
        "category_sales": _totals(sales, ["sales_date", "category", "category_then"], SALES),
        "top_products_by_category": [*_top_by_category(shop)],
        "customer_lifetime_value": [*_customers(shop)],
        "segmentation": [*_segments(shop)],
        "sales_enriched": [*_enriched(shop)],
        "recommendations": [*_recommendations(shop)],
        "revenue_trend": [*_trend(shop)],
        "revenue_posted": [*_posted(shop)],
        "return_rate": [*_return_rates(shop)],
    }


def queries(shop: Shop) -> dict[str, list[Row]]:
    """Return the rows of every saved query of sales in their order, some with more columns."""
    of_view = views(shop)
    asked = {name: _sorted(of_view[name], order) for name, order in ORDERS.items()}
    orders = [row for row in asked["recommendations"] if row["basket_kind"] == "order"]
    return asked | {
        "sales_enriched": asked["sales_enriched"][:20],
        "recommendations": orders,
        "top_products": _top(shop)[:10],
        "category_sales": [*_by_version(of_view["product_sales"])],
        "return_rate": _return_rates_by_sets(shop),
    }


def _sorted(rows: list[Row], order: str) -> list[Row]:
    """Sort as SQL does: a minus is descending, NULL is last in any case."""
    for term in reversed(order.split()):
        column = itemgetter(term.strip("-"))
        known = [row for row in rows if column(row) is not None]
        rows = [
            *sorted(known, key=column, reverse=term.startswith("-")),
            *(row for row in rows if column(row) is None),
        ]
    return rows


def _totals(rows: Iterable[Row], keys: list[str], measures: list[str]) -> list[Row]:
    """Rows: one per value of the keys, with the sums of the measures."""
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(row[key] for key in keys)].append(row)
    return [
        dict(zip(keys, of, strict=True))
        | {name: sum(row[name] for row in group) for name in measures}
        for of, group in groups.items()
    ]


def _rate(part: Decimal | int, whole: Decimal | int) -> float | None:
    return float(part) / float(whole) if whole else None


def _sales_days(shop: Shop) -> list[Row]:
    sold = {date.fromisoformat(row["dt"]): row for row in shop.tables["daily_sales_summary"]}
    known = [*sold, *([shop.as_of] if shop.as_of else [])]
    nothing = dict.fromkeys([*COUNTED, *REVENUE], 0) | {"avg_order_value": None}
    days = range((max(known) - min(known)).days + 1) if known else []
    return [
        {"sales_date": day, "is_complete": day <= shop.as_of}
        | {name: sold.get(day, nothing)[name] for name in nothing}
        for day in (min(known) + timedelta(days) for days in days)
    ]


def _daily_sales(shop: Shop) -> list[Row]:
    return [row for row in _sales_days(shop) if row["sales_date"] > shop.as_of - 30 * DAY]


def _product_sales(shop: Shop) -> Iterator[Row]:
    for row in shop.tables["daily_product_sales"]:
        past, today = (
            _version(shop, "product", row["product_id"], at) for at in (_day_end(shop, row), None)
        )
        yield row | {
            "sales_date": date.fromisoformat(row["dt"]),
            "name": today.get("name"),
            "brand": today.get("brand"),
            "category": today.get("category") or UNKNOWN,
            "category_then": past.get("category") or UNKNOWN,
        }


def _day_end(shop: Shop, row: Row) -> datetime:
    """Return when the day of sale ends, UTC."""
    after = date.fromisoformat(row["dt"]) + DAY
    local = datetime(after.year, after.month, after.day, tzinfo=shop.zone)
    return local.astimezone(UTC).replace(tzinfo=None)


def _version(shop: Shop, kind: str, of: str, at: datetime | None) -> Row:
    """Return the version of a product or customer just before a time, or today's."""
    versions = (row for row in shop.tables[f"dim_{kind}s"] if row[f"{kind}_id"] == of)
    known = [row for row in versions if at is None or row["valid_from"] < at]
    return max(known, key=itemgetter("valid_from"), default={})


def _top(shop: Shop) -> list[Row]:
    """Return what sold in the 30 days up to the latest, the most revenue first."""
    recent = [
        row for row in _product_sales(shop) if 0 <= (shop.as_of - row["sales_date"]).days < 30
    ]
    keys = ["product_id", "name", "brand", "category"]
    return _sorted(_totals(recent, keys, ["units", *REVENUE]), "-net_revenue product_id")


def _top_by_category(shop: Shop) -> Iterator[Row]:
    places: dict[str, int] = defaultdict(int)
    for row in _top(shop):
        places[row["category"]] += 1
        if places[row["category"]] <= 5:
            kept = ("category", "product_id", "name", "brand", "units", "net_revenue")
            yield {name: row[name] for name in kept} | {"place": places[row["category"]]}


def _by_version(sales: list[Row]) -> Iterator[Row]:
    for version, of in (("current", "category"), ("then", "category_then")):
        rows = [row | {"version": version, "category": row[of]} for row in sales]
        yield from _sorted(_totals(rows, ["version", "category"], SALES), "-net_revenue category")


def _customers(shop: Shop) -> Iterator[Row]:
    for row in shop.tables["customer_value"]:
        who = _version(shop, "customer", row["customer_id"], None)
        yield row | {"name": who.get("name"), "city": who.get("city")}


def _segments(shop: Shop) -> Iterator[Row]:
    customers = [
        row | {"customers": 1, "net_revenue": row["lifetime_value"]}
        for row in shop.tables["customer_value"]
    ]
    measures = ["customers", "orders", "completed_orders", *REVENUE]
    net = sum(row["net_revenue"] for row in customers)
    for row in _totals(customers, ["segment"], measures):
        yield row | {
            "customers_rate": _rate(row["customers"], len(customers)),
            "revenue_rate": _rate(row["net_revenue"], net),
        }


def _enriched(shop: Shop) -> Iterator[Row]:
    for fact in shop.tables["fct_transactions"]:
        named: Row = {"sales_date": date.fromisoformat(fact["dt"])}
        for prefix, at in (("", _day_end(shop, fact)), ("current_", None)):
            product = _version(shop, "product", fact["product_id"], at)
            customer = _version(shop, "customer", fact["customer_id"], at)
            named |= {
                f"{prefix}product_name": product.get("name"),
                f"{prefix}category": product.get("category") or UNKNOWN,
                f"{prefix}brand": product.get("brand"),
                f"{prefix}customer_name": customer.get("name"),
                f"{prefix}city": customer.get("city"),
            }
        yield {name: fact[name] for name in SOLD.split()} | named


def _recommendations(shop: Shop) -> Iterator[Row]:
    kept = "as_of basket_kind product_id place with_product_id lift confidence support baskets_both"
    for row in shop.tables["product_associations"]:
        # Exact: more often than by chance is AB x N > A x B.
        often = row["baskets_both"] * row["baskets"] > row["baskets_product"] * row["baskets_with"]
        if often and row["place"] <= 5:
            yield {name: row[name] for name in kept.split()} | {
                "name": _version(shop, "product", row["product_id"], None).get("name"),
                "with_name": _version(shop, "product", row["with_product_id"], None).get("name"),
            }


def _trend(shop: Shop) -> Iterator[Row]:
    revenue: list[Decimal] = []
    of_month: dict[date, Decimal] = defaultdict(Decimal)
    for row in _sales_days(shop):
        revenue.append(Decimal(row["net_revenue"]))
        of_month[_month(row)] += row["net_revenue"]
        week, before = revenue[-7:], revenue[-8] if len(revenue) > 7 else None
        yield {name: row[name] for name in ("sales_date", "is_complete", "net_revenue")} | {
            "seven_day_mean": _mean(week) if len(week) == 7 else None,
            "week_before_revenue": before,
            "week_change_rate": float(revenue[-1]) / float(before) - 1 if before else None,
            "month_to_date_revenue": of_month[_month(row)],
        }


def _mean(amounts: list[Decimal]) -> Decimal:
    return (sum(amounts) / len(amounts)).quantize(CENT, ROUND_HALF_UP)


def _month(row: Row) -> date:
    return row["sales_date"].replace(day=1)


def _posted(shop: Shop) -> Iterator[Row]:
    sales = {row["sales_date"]: row for row in _sales_days(shop)}
    reversed_on = defaultdict(list)
    for fact in shop.tables["fct_transactions"]:
        if fact["status"] != "completed":
            known = fact["reversed_time"].replace(tzinfo=UTC).astimezone(shop.zone).date()
            reversed_on[known].append(fact["gross_amount"])
    for day in sales.keys() | reversed_on.keys():
        sold = sales.get(day, {"transactions": 0, "gross_revenue": 0})
        yield {
            "posting_date": day,
            "is_complete": day <= shop.as_of,
            "transactions": sold["transactions"],
            "reversals": len(reversed_on[day]),
            "gross_revenue": sold["gross_revenue"],
            "reversed_revenue": sum(reversed_on[day]),
            "net_revenue": sold["gross_revenue"] - sum(reversed_on[day]),
        }


def _return_rates(shop: Shop) -> list[Row]:
    keys = ["sales_month", "category", "product_id", "name", "is_mature"]
    return _rated(_totals(_aged(shop), keys, SALES))


def _return_rates_by_sets(shop: Shop) -> list[Row]:
    """Return them by month, by category, and by category and product; mature sales first."""
    rows = [*_aged(shop)]
    found = [
        dict.fromkeys(["sales_month", "category"]) | {"product_id": ""} | row
        for of in (["sales_month"], ["category"], ["category", "product_id"])
        for row in _totals(rows, ["is_mature", *of], SALES)
    ]
    ordered = _sorted(_rated(found), "-is_mature sales_month category product_id")
    return [row | {"product_id": row["product_id"] or None} for row in ordered]


def _aged(shop: Shop) -> Iterator[Row]:
    for row in _product_sales(shop):
        is_mature = (shop.as_of - row["sales_date"]).days >= 30
        yield row | {"sales_month": _month(row), "is_mature": is_mature}


def _rated(rows: list[Row]) -> list[Row]:
    return [
        row
        | {
            "unit_return_rate": _rate(row["units_returned"], row["units"]),
            "revenue_return_rate": _rate(row["returned_revenue"], row["gross_revenue"]),
        }
        for row in rows
    ]
