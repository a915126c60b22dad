"""Records of a day travel together, as bytes: Spark moves a few large rows for many small ones."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import starmap
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.commerce.schemas import TEXT, TIME, content_of
from glue_jobs.lake.tables import Table

_COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4")
_TIMES = ("transaction_time", "event_time")  # of what a record is about, one at the most


class Packed(NamedTuple):
    """Some records of a day ``dt``: the first and the last moment that they name, their bytes."""

    dt: str
    first: datetime
    last: datetime
    packed: bytes


def record_schema(table: Table) -> pa.Schema:
    """Return the columns of a record of a table, as of ``records.Parsed``."""
    types = {name: table.columns[name].dataType for name in content_of(table)}
    types |= {"effective_time": TIME} if "first_effective" in table.columns.names else {}
    return to_arrow_schema(
        T.StructType(list(starmap(T.StructField, {**types, "dt": TEXT}.items())))
    )


def pack_records(records: pa.RecordBatch) -> Iterator[Packed]:
    """Yield records by the days that they belong to, without these.

    A record that names a day alone counts with its midnight, UTC: what is late must be seen to be.
    """
    days = records["dt"].dictionary_encode()
    content = records.drop_columns("dt")
    moments = _moments(records)
    for number, day in enumerate(days.dictionary.to_pylist()):
        is_of_day = pc.equal(days.indices, number)
        midnight = pa.scalar(datetime.fromisoformat(day).replace(tzinfo=UTC), moments.type)
        times = pc.min_max(pc.coalesce(moments.filter(is_of_day), midnight)).as_py()
        yield Packed(day, times["min"], times["max"], pack_rows(content.filter(is_of_day)))


def pack_rows(rows: pa.RecordBatch | pa.Table) -> bytes:
    """Return rows as bytes."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema, options=_COMPRESSED) as stream:
        stream.write(rows)
    return sink.getvalue().to_pybytes()


def unpack_rows(packed: bytes) -> pa.Table:
    """Return the rows that were packed."""
    return pa.ipc.open_stream(packed).read_all()


def _moments(records: pa.RecordBatch) -> pa.Array:
    """Return the time that each record names, NULL for a day alone; of entities, when true."""
    names = records.schema.names
    for name in (name for name in _TIMES if name in names):
        return records[name]
    moments = records["effective_time"]
    return pa.nulls(len(records), moments.type) if "review_id" in names else moments
