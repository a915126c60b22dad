"""What packed files really hold, read from their bytes: the proof shares nothing with the merge."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet
from pyspark.sql import DataFrame, Row
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.commerce.schemas import COUNT, REVENUE, TEXT, content_of, table_named

_OF_FILE = T.StructType([
    *(T.StructField(name, TEXT) for name in ("table", "dt", "file_name", "first", "last")),
    *(T.StructField(name, COUNT) for name in ("rows", "distinct", "ids")),
    T.StructField("gross", REVENUE),
])
_SCHEMA = to_arrow_schema(_OF_FILE)


class Held(NamedTuple):
    """What a table holds of a day: rows, distinct contents, distinct ids, gross US dollars.

    An id is what the table's first column says; of gold only the gross amounts tell money.
    """

    rows: int
    distinct: int
    ids: int
    gross: Decimal


def read_back(files: DataFrame) -> dict[tuple[str, str], Held]:
    """Return what packed files hold, by table and day.

    ``files`` as of ``files_of``, each day's in the order of ids.
    """
    read = files.mapInArrow(_read, _OF_FILE).collect()
    read.sort(key=attrgetter("table", "dt", "file_name"))
    return {of: _sum([*found]) for of, found in groupby(read, attrgetter("table", "dt"))}


def _sum(files: list[Row]) -> Held:
    """Sum the files of a day; an id at the end of one that begins the next is one."""
    shared = sum(one.last == other.first for one, other in pairwise(files))
    rows, distinct, ids = (
        sum(file[name] for file in files) for name in ("rows", "distinct", "ids")
    )
    return Held(rows, distinct, ids - shared, sum((file.gross for file in files), Decimal()))


# In Spark's Python workers:


def _read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for row in (row for batch in batches for row in batch.to_pylist()):
        named = {name: row[name] for name in ("table", "dt", "file_name")}
        figures = named | _figures(row["table"], row["content"])
        yield pa.RecordBatch.from_pylist([figures], _SCHEMA)


def _figures(name: str, packed: bytes) -> dict[str, object]:
    rows = parquet.read_table(pa.BufferReader(packed))
    content, [ids, *_] = content_of(table_named(name)), rows.columns
    [gross] = [column for column in rows.column_names if column.startswith("gross_")] or [None]
    return {
        "first": str(ids[0]),
        "last": str(ids[-1]),
        "rows": parquet.read_metadata(pa.BufferReader(packed)).num_rows,
        "distinct": rows.group_by(content).aggregate([]).num_rows,
        "ids": len(pc.unique(ids)),
        "gross": pc.sum(rows[gross]).as_py() if gross else Decimal(),
    }
