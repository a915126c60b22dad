"""Records of a day travel together, as bytes: Spark moves a few large rows for many small ones."""

from collections.abc import Iterator
from datetime import datetime
from itertools import starmap
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.commerce.schemas import TEXT, TIME, content_of
from glue_jobs.lake.tables import Table

_COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4")
_MOMENTS = ("transaction_time", "event_time", "effective_time")  # the first that a record has


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
    """Yield records by the days that they belong to, without these."""
    days = records["dt"].dictionary_encode()
    content = records.drop_columns("dt")
    moments = pc.coalesce(*(records[name] for name in _MOMENTS if name in records.schema.names))
    for number, day in enumerate(days.dictionary.to_pylist()):
        is_of_day = pc.equal(days.indices, number)
        times = pc.min_max(moments.filter(is_of_day)).as_py()
        yield Packed(day, times["min"], times["max"], _written(content.filter(is_of_day)))


def unpack_records(packed: bytes) -> pa.Table:
    """Return the records that were packed."""
    return pa.ipc.open_stream(packed).read_all()


def _written(records: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, records.schema, options=_COMPRESSED) as stream:
        stream.write_batch(records)
    return sink.getvalue().to_pybytes()
