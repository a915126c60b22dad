"""However often a run of the marts job dies, each mart is that of before or that of now, whole."""

from collections.abc import Callable, Iterable
from datetime import date
from itertools import count
from typing import Any
from unittest.mock import patch

from pyspark.sql import SparkSession

from glue_jobs.lake.catalog import Catalog
from glue_jobs.lake.manifests import Manifests
from glue_jobs.lake.store import Store
from glue_jobs.marts.schemas import MARTS
from local_aws.server import LocalAws
from tests.commerce import oracle, oracle_marts
from tests.commerce.oracle_records import Delivery, Row
from tests.marts.marts_lake import MartsLake

DAY = date(2026, 3, 2)
LINE = {"quantity": "1", "price": "5.00", "total_amount": "5.00", "status": "completed"}
PRODUCTS = [
    {"product_id": item, "name": item, "category": "books", "price": 5, "stock": 1} for item in "ab"
]
CUSTOMERS = [{"customer_id": "c", "name": "N", "email": "n@b.example", "signup_date": "2026-01-01"}]
REVIEWS = [
    {"review_id": "v", "product_id": "a", "customer_id": "c", "rating": "5"}
    | {"review_date": "2026-03-01"}
]


class Killed(Exception):  # ruff: ignore[error-suffix-on-exception-name] - no error of ours
    """Here."""


def _lines(orders: int) -> Iterable[dict[str, str]]:
    for order in range(orders):
        for item in "ab":
            of = {"customer_id": f"c_{order % 3}", "product_id": item, "order_id": f"o_{order}"}
            yield {"transaction_id": f"t_{order}{item}", "transaction_date": str(DAY), **of, **LINE}


def _shop(orders: int) -> dict[str, list[Row]]:
    """Return the tables of a shop with so many orders; the more, the more there is of all."""
    deliveries = [
        Delivery("transactions", DAY, [*_lines(orders)]),
        Delivery("products", DAY, PRODUCTS[: orders - 5]),
        Delivery("customers", DAY, CUSTOMERS * (orders > 6)),
        Delivery("reviews", DAY, REVIEWS * (orders > 6)),
    ]
    return oracle.load(deliveries)[0]


def _marts(tables: dict[str, list[Row]]) -> dict[str, list[str]]:
    return {
        name: sorted(str(sorted({**row, "snapshot": "current"}.items())) for row in rows)
        for name, rows in oracle_marts.marts(tables, DAY).items()
    }


def _found(lake: MartsLake) -> dict[str, list[str]]:
    return {
        mart.name: sorted(
            str(sorted((name, _plain(value)) for name, value in row.items()))
            for row in lake.rows(mart)
        )
        for mart in MARTS
    }


def _plain(value: Any) -> Any:  # ruff: ignore[any-type] - of any column
    return value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value


def _dying(method: Callable[..., Any], call: int) -> Callable[..., Any]:
    """Return a method that dies before one of its calls."""
    numbers = count(1)

    def called(*arguments: Any, **named: Any) -> Any:  # ruff: ignore[any-type] - whatever it takes
        if next(numbers) == call:
            raise Killed
        return method(*arguments, **named)

    return called


def test_deaths(aws: LocalAws, spark: SparkSession) -> None:
    """Each run dies a step later than the one before; the last leaves what one undisturbed does."""
    lake, (before, now) = MartsLake(aws, spark), map(_shop, (6, 8))
    lake.fill(before, DAY)
    lake.make()
    assert _found(lake) == _marts(before)
    assert all(
        _marts(now)[mart.name] != rows
        for mart, rows in zip(MARTS, _found(lake).values(), strict=True)
    )
    lake.fill(now, DAY)

    for of, name, call in (
        (Store, "write_all", 6),  # some of the new files are there
        (Catalog, "set_locations", 1),
        (Catalog, "set_locations", 3),  # two marts are swapped
        (Manifests, "commit", 1),
    ):
        with patch.object(of, name, _dying(getattr(of, name), call)):
            try:
                lake.make()
            except Killed:
                pass
            else:
                raise AssertionError(f"nobody died at call {call} of {name}")
        for mart, rows in _found(lake).items():
            assert rows == _marts(before)[mart] or rows == _marts(now)[mart]

    lake.make()
    assert _found(lake) == _marts(now)
    assert lake.in_flight() == []
