"""A day's rows and those that were delivered: each content once, and whose it is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.commerce.merge import Merged, merge
from glue_jobs.commerce.schemas import PRODUCTS, REVIEWS, content_of
from glue_jobs.lake.tables import Table

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FILES = ["s3://raw/a", "s3://raw/b"]
A, B = range(2)
REVIEW = {"product_id": "p_1", "customer_id": "u_1", "rating": 5, "review_text": None}


def _review(number: int | str, name: str, hours: int = 0) -> dict[str, Any]:
    """Return a review as silver has it, or as file ``number`` delivers it."""
    effective = NOON + hours * HOUR
    of = {"number": number} if isinstance(number, int) else {"source_file": number}
    times = {"first_effective": effective, "last_effective": effective}
    return {**REVIEW, "review_id": name, **times, **of}


def _merge(table: Table, known: list[dict], delivered: list[dict]) -> Merged:
    schema = to_arrow_schema(table.columns)
    of_records = schema.remove(schema.get_field_index("source_file"))
    of_records = of_records.append(pa.field("number", pa.int64()))
    rows = pa.Table.from_pylist(known, schema), pa.Table.from_pylist(delivered, of_records)
    return merge(table, *rows, FILES)


def _sources(merged: Merged) -> dict[str, str]:
    return {row["review_id"]: row["source_file"] for row in merged.rows.to_pylist()}


def test_whose_a_row_is() -> None:
    """It is of the file that had it before, else of the first of the batch by name."""
    known = [_review("s3://raw/old", "r_1")]
    delivered = [_review(B, "r_2"), _review(A, "r_2"), _review(A, "r_1"), _review(B, "r_3")]

    merged = _merge(REVIEWS, known, delivered)

    assert _sources(merged) == {"r_1": "s3://raw/old", "r_2": FILES[A], "r_3": FILES[B]}
    assert merged.deliveries.to_pylist() == [
        {"number": A, "delivered": 2, "accepted": 1, "added": 1},
        {"number": B, "delivered": 2, "accepted": 1, "added": 1},
    ]


def test_a_file_that_comes_again() -> None:
    """A replay is accepted as it was; what a file no longer delivers is not counted for it."""
    known = [_review(FILES[A], "r_1"), _review(FILES[A], "r_2")]
    delivered = [_review(A, "r_1"), _review(A, "r_1"), _review(B, "r_2")]

    merged = _merge(REVIEWS, known, delivered)

    assert _sources(merged) == {"r_1": FILES[A], "r_2": FILES[A]}
    assert merged.deliveries.to_pylist() == [
        {"number": A, "delivered": 2, "accepted": 1, "added": 0},
        {"number": B, "delivered": 1, "accepted": 0, "added": 0},
    ]


def test_since_and_until_when() -> None:
    """A row was true from the earliest to the latest time at which it was told."""
    merged = _merge(REVIEWS, [_review("old", "r_1")], [_review(A, "r_1", -2), _review(B, "r_1", 3)])

    [row] = merged.rows.to_pylist()
    assert (row["first_effective"], row["last_effective"]) == (NOON - 2 * HOUR, NOON + 3 * HOUR)


def test_what_has_no_value() -> None:
    """NULL is like NULL, and in the content a time makes another row."""
    product = {"product_id": "p_1", "name": "Lamp", "category": "home", "brand": None, "stock": 1}
    times = [NOON, NOON, NOON + HOUR]
    delivered = [{**product, "price": 2, "effective_time": time, "number": A} for time in times]

    merged = _merge(PRODUCTS, [], delivered)

    assert len(merged.rows) == 2
    assert merged.rows.select(content_of(PRODUCTS)).num_columns == len(product) + 2


def test_nothing_new() -> None:
    """A day can be made anew without a delivery."""
    merged = _merge(REVIEWS, [_review("old", "r_2"), _review("old", "r_1")], [])

    assert [row["review_id"] for row in merged.rows.to_pylist()] == ["r_1", "r_2"]
    assert len(merged.deliveries) == 0
