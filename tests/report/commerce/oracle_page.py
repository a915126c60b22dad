"""What the page of the order book asks, in plain Python, from the rows of the tables.

The yardstick of ``glue_jobs/report/commerce/statements.sql``: slow, exact, without a line of SQL,
and from the facts alone where the statements read daily tables.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from operator import itemgetter
from typing import Any, NamedTuple

from tests.commerce import oracle_visits
from tests.commerce.oracle_answers import Shop
from tests.commerce.oracle_records import Row

CATEGORIES, CITIES, PLACES, PRODUCTS, PARTNERS, LATEST, CUSTOMERS = 5, 10, 10, 100, 5, 20, 20
PERIODS = (1, 7, 30)
CELL = ("category_rank", "city_rank", "status")
_NEVER = datetime(1, 1, 1)  # ruff: ignore[call-datetime-without-tzinfo] - as SQL has it
NAMELESS = ""  # before all names
MARTS = ("customer_value", "product_associations", "product_ratings")


class Line(NamedTuple):
    """A transaction: how many days before the page's day, and its ranks."""

    fact: Row
    ago: int
    category: int
    city: int

    @property
    def order(self) -> tuple:
        """What the lines of an order share."""
        fact = self.fact
        alone = ("alone", fact["transaction_id"])
        return fact["dt"], fact["customer_id"], fact["order_id"] or alone

    @property
    def cells(self) -> Iterator[tuple[int | None, int | None, str | None]]:
        """Whatever may be chosen and has this line."""
        return product((self.category, None), (self.city, None), (self.fact["status"], None))


class Names(NamedTuple):
    """The versions of today by id; each name's rank, from the largest."""

    products: dict[str, Row]
    customers: dict[str, Row]
    categories: list[str]
    cities: list[str]


def answers(shop: Shop, day: date) -> dict[str, list[Row]]:
    """Return the rows of every statement about sales and customers, in their order."""
    facts = [fact for fact in shop.tables["fct_transactions"] if fact["dt"] <= str(day)]
    names = _names(shop, [fact for fact in facts if (day - _day(fact)).days < PERIODS[-1]])
    lines = [
        Line(
            fact,
            (day - _day(fact)).days,
            _rank(names.categories, _category(names.products, fact)),
            _rank(names.cities, _city(names.customers, fact)),
        )
        for fact in facts
    ]
    recent = [line for line in lines if line.ago < PERIODS[-1]]
    largest = _largest(recent)
    found = {
        "days": [*_days(shop, facts, day)],
        "categories": _ranked(names.categories),
        "cities": _ranked(names.cities),
        "cube": _cube(lines),
        "cube_days": _cube_days(recent),
        "cube_products": [*_cube_products(recent)],
        "cube_hours": _cube_hours(recent, shop),
        "latest": _latest(facts, _first_day(day)),
        "product_days": _product_days(recent, largest),
        "partners": _partners(shop, largest),
        "segments": _segments(shop),
        "segment_grid": [*_grid(shop)],
        "segment_customers": [*_customers(shop, names)],
        "return_rates": [*_return_rates(lines)],
        "tracking": _tracking(shop, day),
        "snapshots": _snapshots(shop),
    }
    return found | {"products": [*_products(names, recent, found.values())]}


def _day(fact: Row) -> date:
    return date.fromisoformat(fact["dt"])


def _names(shop: Shop, recent: list[Row]) -> Names:
    products, customers = (
        {row[f"{of}_id"]: row for row in shop.tables[f"dim_{of}s"] if row["is_current"]}
        for of in ("product", "customer")
    )
    sums: tuple[Counter, Counter] = (Counter(), Counter())
    for fact in recent:
        sums[0][_category(products, fact)] += fact["net_amount"]
        sums[1][_city(customers, fact)] += fact["net_amount"]
    categories, cities = (sorted(of, key=lambda name, of=of: (-of[name], name)) for of in sums)
    return Names(products, customers, categories[:CATEGORIES], cities[:CITIES])


def _category(products: dict[str, Row], of: Row) -> str:
    return products.get(of["product_id"], {}).get("category") or NAMELESS


def _city(customers: dict[str, Row], of: Row) -> str:
    return customers.get(of["customer_id"], {}).get("city") or NAMELESS


def _rank(names: list[str], name: str) -> int:
    return names.index(name) + 1 if name in names else 0


def _ranked(names: list[str]) -> list[Row]:
    return [{"rank": rank, "name": name or None} for rank, name in enumerate(names, start=1)]


def _ordered(rows: Iterable[Row], *columns: str) -> list[Row]:
    """Sort by columns, NULL last."""

    def key(row: Row) -> list[tuple[bool, Any]]:
        return [(row[name] is None, row[name]) for name in columns]

    return sorted(rows, key=key)


def _first_day(day: date) -> date:
    """Return the first day of the month before, or the first of 60, if that is earlier."""
    month_before = (day.replace(day=1) - timedelta(days=1)).replace(day=1)
    return min(month_before, day - timedelta(days=59))


def _days(shop: Shop, facts: list[Row], day: date) -> Iterator[Row]:
    of_day, reversed_on = defaultdict(list), Counter()
    for fact in facts:
        of_day[_day(fact)].append(fact)
        if fact["reversed_time"] and (day - _day(fact)).days < 30 + 365:
            local = fact["reversed_time"].replace(tzinfo=UTC).astimezone(shop.zone)
            reversed_on[local.date()] += fact["gross_amount"]
    first = _first_day(day)
    for each in (first + timedelta(days) for days in range((day - first).days + 1)):
        lines = [Line(fact, 0, 0, 0) for fact in of_day[each]]
        told = _measures(lines)
        yield (
            {"sales_date": each, "has_sales": bool(lines)}
            | told
            | {
                "posted_gross": told["gross_revenue"],
                "posted_reversed": reversed_on[each],
                "posted_net": told["gross_revenue"] - reversed_on[each],
            }
        )


def _measures(lines: list[Line]) -> Row:
    completed = [line for line in lines if line.fact["status"] == "completed"]
    return {
        "transactions": len(lines),
        "orders": len({line.order for line in lines}),
        "completed_orders": len({line.order for line in completed}),
        "unique_customers": len({line.fact["customer_id"] for line in lines}),
        **_sums(lines, "units", "gross_revenue", "returned_revenue", "net_revenue"),
    }


def _sums(lines: list[Line], *measures: str) -> Row:
    columns = {name: name.replace("_revenue", "_amount") for name in measures}
    columns |= {"units": "quantity"} if "units" in measures else {}
    return {name: sum(line.fact[of] for line in lines) for name, of in columns.items()}


def _grouped(lines: Iterable[Line], *periods: int) -> dict[tuple, list[Line]]:
    """Return lines by period, whether before it, and cell."""
    groups = defaultdict(list)
    for line in lines:
        for period in periods:
            if line.ago < 2 * period:
                for cell in line.cells:
                    groups[period, line.ago >= period, *cell].append(line)
    return groups


def _cube(lines: list[Line]) -> list[Row]:
    keys = ("period_days", "is_before", *CELL)
    rows = (
        dict(zip(keys, key, strict=True)) | _measures(of)
        for key, of in _grouped(lines, *PERIODS).items()
    )
    return _ordered(rows, *keys)


def _cube_days(recent: list[Line]) -> list[Row]:
    groups = defaultdict(list)
    for line in recent:
        for cell in line.cells:
            groups[_day(line.fact), *cell].append(line)
    keys = ("sales_date", *CELL)
    rows = (dict(zip(keys, key, strict=True)) | _money(of) for key, of in groups.items())
    return _ordered(rows, *keys)


def _money(lines: list[Line]) -> Row:
    return {"transactions": len(lines), **_sums(lines, "gross_revenue", "net_revenue")}


def _cube_products(recent: list[Line]) -> Iterator[Row]:
    keys = ("period_days", "is_before", *CELL)
    groups = [
        dict(zip(keys, key, strict=True)) | {"lines": of}
        for key, of in _grouped(recent, *PERIODS).items()
        if not key[1]
    ]
    for group in _ordered(groups, "period_days", *CELL):
        lines = group.pop("lines")
        measure = "gross_revenue" if group["status"] in {"returned", "refunded"} else "net_revenue"
        sold = _by_product(lines)
        sold.sort(key=lambda row, measure=measure: (-row[measure], row["product_id"]))
        del group["is_before"]
        for place, row in enumerate(sold[:PLACES], start=1):
            yield group | {"place": place} | row


def _by_product(lines: list[Line]) -> list[Row]:
    groups = defaultdict(list)
    for line in lines:
        groups[line.fact["product_id"]].append(line)
    return [
        {"product_id": of, **_sums(some, "units", "gross_revenue", "net_revenue")}
        for of, some in groups.items()
    ]


def _cube_hours(recent: list[Line], shop: Shop) -> list[Row]:
    groups = defaultdict(list)
    for line in recent:
        sold = line.fact["transaction_time"]
        hour = sold.replace(tzinfo=UTC).astimezone(shop.zone).hour if sold else None
        of = _day(line.fact).isoweekday(), hour
        for period in PERIODS:
            if line.ago < period:
                for cell in product((line.category, None), (line.fact["status"], None)):
                    groups[period, *cell, *of].append(line)
    keys = ("period_days", "category_rank", "status", "weekday", "hour")
    rows = (dict(zip(keys, key, strict=True)) | _money(of) for key, of in groups.items())
    return _ordered(rows, *keys)


def _latest(facts: list[Row], first: date) -> list[Row]:
    kept = "transaction_id transaction_time product_id customer_id quantity"
    kept += " gross_amount net_amount status"

    known = sorted(
        (fact for fact in facts if _day(fact) >= first), key=itemgetter("transaction_id")
    )
    known.sort(key=lambda fact: fact["transaction_time"] or _NEVER, reverse=True)
    known.sort(key=itemgetter("dt"), reverse=True)
    return [
        {"sales_date": _day(fact)} | {name: fact[name] for name in kept.split()}
        for fact in known[:LATEST]
    ]


def _largest(recent: list[Line]) -> list[str]:
    sold = sorted(_by_product(recent), key=lambda row: (-row["net_revenue"], row["product_id"]))
    return [row["product_id"] for row in sold[:PRODUCTS]]


def _product_days(recent: list[Line], largest: list[str]) -> list[Row]:
    groups, wanted = defaultdict(list), {*largest}
    for line in recent:
        if line.fact["product_id"] in wanted:
            groups[line.fact["product_id"], _day(line.fact)].append(line)
    return [
        {"product_id": of, "sales_date": day, **_sums(groups[of, day], "units", "net_revenue")}
        for of, day in sorted(groups)
    ]


def _partners(shop: Shop, largest: list[str]) -> list[Row]:
    kept = ("product_id", "place", "with_product_id", "lift", "baskets_both")
    rows = (
        {name: row[name] for name in kept}
        for row in shop.tables["product_associations"]
        if row["basket_kind"] == "order"
        and row["product_id"] in largest
        and row["place"] <= PARTNERS
        # Exact: more often than by chance is AB x N > A x B.
        and row["baskets_both"] * row["baskets"] > row["baskets_product"] * row["baskets_with"]
    )
    return _ordered(rows, "product_id", "place")


def _segments(shop: Shop) -> list[Row]:
    groups = defaultdict(list)
    for row in shop.tables["customer_value"]:
        groups[row["segment"]].append(row)
    rows = [
        {
            "segment": segment,
            "customers": len(of),
            "orders": sum(row["orders"] for row in of),
            "net_revenue": sum(row["lifetime_value"] for row in of),
        }
        for segment, of in groups.items()
    ]
    return sorted(rows, key=lambda row: (-row["net_revenue"], row["segment"]))


def _grid(shop: Shop) -> Iterator[Row]:
    groups = defaultdict(list)
    for row in shop.tables["customer_value"]:
        if row["r_score"]:
            groups[row["r_score"], row["f_score"]].append(row)
    for (r_score, f_score), rows in sorted(groups.items()):
        [segment] = {row["segment"] for row in rows}
        yield {
            "r_score": r_score,
            "f_score": f_score,
            "segment": segment,
            "customers": len(rows),
            "lifetime_value": sum(row["lifetime_value"] for row in rows),
        }


def _customers(shop: Shop, names: Names) -> Iterator[Row]:
    places: Counter[str] = Counter()
    kept = ("segment", "customer_id", "lifetime_value", "orders", "last_order_date")
    rows = shop.tables["customer_value"]
    for row in sorted(rows, key=lambda r: (r["segment"], -r["lifetime_value"], r["customer_id"])):
        places[row["segment"]] += 1
        if places[row["segment"]] <= CUSTOMERS:
            who = names.customers.get(row["customer_id"], {})
            named = {"name": who.get("name"), "city": who.get("city")}
            yield {"place": places[row["segment"]], **named} | {name: row[name] for name in kept}


def _return_rates(lines: list[Line]) -> Iterator[Row]:
    mature = [line for line in lines if 30 <= line.ago < 30 + 365]
    months, categories = defaultdict(list), defaultdict(list)
    for line in mature:
        months[_day(line.fact).replace(day=1)].append(line)
        categories[line.category].append(line)
    keys = [(month, None, of) for month, of in sorted(months.items())]
    keys += [(None, category, of) for category, of in sorted(categories.items())]
    for month, category, of in keys:
        back = [line for line in of if line.fact["status"] != "completed"]
        yield {
            "sales_month": month,
            "category_rank": category,
            **_sums(of, "units", "gross_revenue", "returned_revenue"),
            "units_returned": sum(line.fact["quantity"] for line in back),
        }


def _tracking(shop: Shop, day: date) -> list[Row]:
    visits = oracle_visits.Shop(
        {"daily_device_sessions": [], "events": []} | shop.tables, shop.zone
    )
    return oracle_visits.queries(
        visits._replace(tables=visits.tables | {"product_ratings": []}),
        day - timedelta(days=6),
        day,
    )["tracking"]


def _snapshots(shop: Shop) -> list[Row]:
    return [
        {"table_name": name, "as_of": max(row["as_of"] for row in shop.tables[name])}
        for name in MARTS
        if shop.tables[name]
    ]


def _products(names: Names, recent: list[Line], found: Iterable[list[Row]]) -> Iterator[Row]:
    columns = ("product_id", "with_product_id")
    ids = {row[name] for rows in found for row in rows for name in columns if name in row}
    nothing = {"units": 0, "net_revenue": 0}
    sold = {row["product_id"]: row for row in _by_product(recent)}
    for of in sorted(ids):
        known = names.products.get(of, {})
        yield {
            "product_id": of,
            "name": known.get("name"),
            "brand": known.get("brand"),
            "category_rank": _rank(names.categories, _category(names.products, {"product_id": of})),
            **{name: sold.get(of, nothing)[name] for name in nothing},
        }
