"""Rows of a table survive being a Parquet file."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pyarrow as pa
import pytest
from pyarrow import parquet
from pyspark.sql import Row, SparkSession
from pyspark.sql import types as T

from glue_jobs.lake import parquet as packing
from glue_jobs.lake.parquet import files_of, pack, unpack
from glue_jobs.lake.tables import Table, nullable, required

TABLE = Table(
    "silver",
    "visits",
    "One row per visit.",
    T.StructType([
        required("time", T.TimestampType(), "When it began, UTC."),
        nullable("user", T.StringType(), "Who came; NULL if unknown."),
    ]),
    partition_keys=("day",),
)
ROWS = [
    {"time": datetime(2026, 3, 1, 10, 0, 0, 1000, UTC), "user": "u_1"},
    {"time": datetime(1, 1, 1, tzinfo=UTC), "user": None},
]


def test_rows_survive() -> None:
    """What is packed is unpacked with the table's types; nobody else's row groups are needed."""
    content = pack(pa.Table.from_pylist(ROWS), TABLE, row_group=1)

    assert unpack(content, TABLE).to_pylist() == ROWS
    assert parquet.ParquetFile(pa.BufferReader(content)).num_row_groups == 2


def test_columns() -> None:
    """Partition keys come last with rows, and first with files."""
    assert TABLE.path == "silver/visits/"
    assert TABLE.partitioned_columns.names == ["time", "user", "day"]
    assert TABLE.file_columns.names == ["day", "file_name", "content"]


def _rows(file: Row) -> list[dict[str, object]]:
    return parquet.read_table(pa.BufferReader(file.content)).to_pylist()


def test_files_of(spark: SparkSession) -> None:
    """Each partition is a file; a row of an earlier version may lack what is required now."""
    rows = [(row["time"], row["user"], day) for day in ("1", "2") for row in ROWS]
    frame = spark.createDataFrame(
        [*rows, (None, "u_2", "2")], "time timestamp, user string, day string"
    )

    files = {file.day: file for file in files_of(TABLE, frame).collect()}

    assert {file.table for file in files.values()} == {"visits"}
    assert _rows(files["1"]) == ROWS
    assert _rows(files["2"]) == [*ROWS, {"time": None, "user": "u_2"}]


def test_many_rows_of_a_partition(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more rows than fit into memory become one file; none is lost at the borders."""
    monkeypatch.setattr(packing, "MOST_BYTES", 60)
    context = SimpleNamespace(get=lambda: SimpleNamespace(partitionId=lambda: 7))
    monkeypatch.setattr(packing, "TaskContext", context)
    days = ["1"] * 5 + ["2"] * 2
    users = [f"u_{number}" for number in range(len(days))]
    times = pa.array([ROWS[0]["time"]] * len(days), pa.timestamp("us", "UTC"))
    batch = pa.record_batch([times, users, days], names=TABLE.partitioned_columns.names)
    schema = TABLE.packed_columns

    pieces = [batch.slice(number, 1) for number in range(len(batch))]
    packed = packing._pack_partitions(TABLE, schema, pieces)  # ruff: ignore[private-member-access] - what workers do
    files = [Row(**each.to_pylist()[0]) for each in packed]

    assert [file.day for file in files] == ["1", "1", "2"]
    assert [file.file_name for file in files] == ["00007-00000", "00007-00001", "00007-00002"]
    assert [row["user"] for file in files for row in _rows(file)] == users
