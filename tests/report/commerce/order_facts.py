"""What is known of a day of a made-up shop, from its sales, in plain Python."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from operator import itemgetter

from glue_jobs.report.commerce.facts import OrderFacts
from tests.report.commerce.shop import DAY, PERIODS, Shop, Totals, name_of, totals

WRITTEN = datetime(2026, 4, 1, 2, tzinfo=UTC)
HUNDRED = 100


def facts(shop: Shop, **others: list[dict]) -> OrderFacts:
    """Return what is known of the day; ``others`` are rows that no sale tells."""
    named = {
        kind: [{"rank": rank, "name": name} for name, rank in ranks.items()]
        for kind, ranks in shop.ranks.items()
    }
    rows = {
        "days": [*_days(shop)],
        "categories": named["category"],
        "cities": named["city"],
        "cube": [*_cube(shop)],
        "cube_days": [*_cube_days(shop)],
        "cube_products": [*_cube_products(shop)],
        "cube_hours": [*_cube_hours(shop)],
        "latest": [*_latest(shop)],
        "product_days": [*_product_days(shop)],
        "partners": [*_partners(shop)],
        "return_rates": [],
        "tracking": [],
        "quality": [],
        "verdicts": [],
        "anomalies": [],
        "freshness": [],
        "snapshots": [],
        "segments": [],
        "segment_grid": [],
        "segment_customers": [],
    } | others
    named = {
        row[name] for some in rows.values() for row in some for name in row if "product_id" in name
    }
    products = [row for row in _products(shop) if row["product_id"] in named]
    return OrderFacts(day=DAY, written=WRITTEN, products=products, **rows)


def _days(shop: Shop) -> Iterator[dict]:
    for ago in range(60):
        day = DAY - timedelta(days=ago)
        sales = [one for one in shop.sales if one.day == day]
        numbers = totals(sales)
        posted = {
            "posted_gross": numbers.gross_revenue,
            "posted_reversed": Decimal(7),
            "posted_net": numbers.gross_revenue - 7 if sales else Decimal(),
        }
        yield {"sales_date": day, "has_sales": bool(sales), **numbers._asdict(), **posted}


def _place(key: tuple) -> dict:
    return dict(zip(("category_rank", "city_rank", "status"), key, strict=True))


def _cube(shop: Shop) -> Iterator[dict]:
    for days, is_before in product(PERIODS, (False, True)):
        for key, sales in shop.cells(shop.last(days, before=days * is_before)).items():
            period = {"period_days": days, "is_before": is_before}
            yield {**period, **_place(key), **totals(sales)._asdict()}


def _cube_days(shop: Shop) -> Iterator[dict]:
    for key, sales in shop.cells(shop.month).items():
        of_days = defaultdict(list)
        for one in sales:
            of_days[one.day].append(one)
        for day, some in of_days.items():
            yield {"sales_date": day, **_place(key), **_some(totals(some))}


def _some(numbers: Totals) -> dict:
    names = ("transactions", "units", "gross_revenue", "net_revenue")
    return {name: getattr(numbers, name) for name in names}


def _cube_products(shop: Shop) -> Iterator[dict]:
    for days in PERIODS:
        for key, sales in shop.cells(shop.last(days)).items():
            for place, (product_id, some) in enumerate(shop.best(sales, key[2]), 1):
                numbers = _some(totals(some))
                period = {"period_days": days, "place": place, "product_id": product_id}
                yield {**period, **_place(key), **numbers}


def _cube_hours(shop: Shop) -> Iterator[dict]:
    for days in PERIODS:
        for (category, city, status), sales in shop.cells(shop.last(days)).items():
            if city is not None:
                continue
            slots = defaultdict(list)
            for one in sales:
                slots[one.day.isoweekday(), one.time and one.time.hour].append(one)
            for (weekday, hour), some in slots.items():
                slot = {"period_days": days, "weekday": weekday, "hour": hour}
                yield {**slot, "category_rank": category, "status": status, **_some(totals(some))}


def _latest(shop: Shop) -> list[dict]:
    ordered = sorted(shop.sales, key=lambda one: (one.day, str(one.time)), reverse=True)
    return [
        {
            "transaction_id": one.transaction_id,
            "sales_date": one.day,
            "transaction_time": one.time,
            "product_id": one.product_id,
            "customer_id": one.customer_id,
            "quantity": one.units,
            "net_amount": one.net,
            "status": one.status,
        }
        for one in ordered[:20]
    ]


def _largest(shop: Shop) -> list[str]:
    net = Counter()
    for one in shop.month:
        net[one.product_id] += one.net
    return sorted(net, key=lambda name: (-net[name], name))[:HUNDRED]


def _product_days(shop: Shop) -> Iterator[dict]:
    kept = {*_largest(shop)}
    of_days = defaultdict(list)
    for one in shop.month:
        if one.product_id in kept:
            of_days[one.product_id, one.day].append(one)
    for (product_id, day), sales in of_days.items():
        yield {"product_id": product_id, "sales_date": day, **_some(totals(sales))}


def _partners(shop: Shop) -> list[dict]:
    """Pair neighbours of the largest products: their order is what matters here, not their lift."""
    found = []
    for place, (one, other) in enumerate(zip(_largest(shop), _largest(shop)[1:], strict=False)):
        lift = {"lift": 3.0 - place / 100, "baskets_both": 9}
        found += [
            {"product_id": one, "place": 2, "with_product_id": other, **lift},
            {"product_id": other, "place": 1, "with_product_id": one, **lift},
        ]
    return sorted(found, key=itemgetter("product_id", "place"))


def _products(shop: Shop) -> Iterator[dict]:
    of_products = defaultdict(list)
    for one in shop.sales:
        of_products[one.product_id].append(one)
    for product_id, sales in of_products.items():
        numbers = totals([one for one in sales if (DAY - one.day).days < 30])
        yield {
            "product_id": product_id,
            "name": name_of(product_id),
            "brand": None,
            "category_rank": shop.rank("category", sales[0]),
            "units": numbers.units,
            "net_revenue": numbers.net_revenue,
        }
