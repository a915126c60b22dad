"""Aggregates of aggregates are those of all rows, however few of these a worker may hold."""

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pytest
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.commerce.packing import unpack_rows
from glue_jobs.commerce.schemas import COUNT, TEXT
from glue_jobs.marts import partial_aggregates
from glue_jobs.marts.partial_aggregates import Aggregation, merge, pack

COLUMNS = T.StructType([
    *(T.StructField(name, TEXT) for name in ("item", "with_item")),
    *(T.StructField(name, COUNT) for name in ("sold", "least", "most")),
])
AGGREGATION = Aggregation(["item", "with_item"], {"sold": "sum", "least": "min", "most": "max"})
ROWS = [
    (None if n % 41 == 0 else f"p_{n % 41}", (None, "x", "y")[n % 3], n, -n if n % 5 else None, n)
    for n in range(900)
]


def _tables(_: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield the rows, some at a time, with the columns in another order each time."""
    for number, first in enumerate(range(0, len(ROWS), 45)):
        columns = zip(COLUMNS.names, zip(*ROWS[first : first + 45], strict=True), strict=True)
        rows = pa.table(dict(columns), to_arrow_schema(COLUMNS))
        yield rows.select(COLUMNS.names[:: -1 if number % 2 else 1])


def _expected() -> dict[tuple[str | None, str | None], tuple[int, int | None, int]]:
    found = {}
    for item, other, *_ in ROWS:
        rows = [row for row in ROWS if row[:2] == (item, other)]
        least = [row[3] for row in rows if row[3] is not None]
        sold, most = sum(row[2] for row in rows), max(row[4] for row in rows)
        found[item, other] = (sold, min(least, default=None), most)
    return found


@pytest.mark.parametrize("most_rows", [1, 100, 10_000])
def test_aggregates(monkeypatch: pytest.MonkeyPatch, most_rows: int) -> None:
    """The rows of a key meet in one bucket, a NULL like any other, and none is lost."""
    monkeypatch.setattr(partial_aggregates, "MOST_ROWS", most_rows)

    packed = pa.Table.from_batches(pack(_tables, AGGREGATION, [])).to_pylist()

    found = []
    for bucket in {row["bucket"] for row in packed}:
        of_bucket = [row for row in packed if row["bucket"] == bucket]
        batches = [pa.RecordBatch.from_pylist([row]) for row in of_bucket]
        for some in merge(AGGREGATION, COLUMNS, lambda rows: rows, batches):
            found += [tuple(row.values()) for row in some.to_pylist()]
    assert {row[:2]: row[2:] for row in found} == _expected()
    assert len(found) == len(_expected())
    held = max(len(unpack_rows(row["rows"])) for row in packed)
    assert held < len(_expected())  # several buckets have rows
    assert (len(packed) > partial_aggregates.BUCKETS) == (most_rows < len(_expected()))
