"""A table's rows as a Parquet file and back, and other steps of Spark's Python workers."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import count, groupby
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
from botocore.client import BaseClient
from pandas.util import hash_array
from pyarrow import parquet
from pyspark import TaskContext
from pyspark.sql import DataFrame
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.lake.tables import Table

ROW_GROUP = 1 << 17  # rows; a row group's times are few enough to be skipped by
MOST_BYTES = 1 << 28  # of rows in memory that become one file


def pack(
    rows: pa.Table, table: Table, row_group: int = ROW_GROUP, unlike: Collection[str] = ()
) -> bytes:
    """Return rows as the bytes of a Parquet file, as Spark's settings have it.

    ``unlike`` are the columns whose values seldom repeat: a dictionary would only add to them.
    """
    sink = pa.BufferOutputStream()
    parquet.write_table(
        rows.cast(to_arrow_schema(table.columns)),
        sink,
        compression="zstd",
        coerce_timestamps="ms",
        row_group_size=row_group,
        use_dictionary=[name for name in rows.column_names if name not in unlike],
        store_schema=False,
    )
    return sink.getvalue().to_pybytes()


def unpack(content: bytes, table: Table) -> pa.Table:
    """Return the rows of a Parquet file, typed as Spark takes them."""
    names = table.columns.names  # all, or some where the rest is not needed
    rows = parquet.read_table(pa.BufferReader(content), columns=names, use_threads=False)
    return rows.select(names).cast(to_arrow_schema(table.columns))


def read_files(s3: BaseClient, table: Table, uris: Iterable[str]) -> pa.Table:
    """Return the rows of some Parquet files."""
    keys = (uri.removeprefix("s3://").split("/", 1) for uri in uris)
    found = (s3.get_object(Bucket=bucket, Key=key)["Body"].read() for bucket, key in keys)
    nothing = to_arrow_schema(table.columns).empty_table()
    return pa.concat_tables([nothing, *(unpack(content, table) for content in found)])


def to_batch(columns: Mapping[str, pa.Array], rows: int, schema: pa.Schema) -> pa.RecordBatch:
    """Return columns as a schema has them, NULL where there is none; others are left out."""
    nothing = pa.nulls(rows)
    arrays = [columns.get(field.name, nothing).cast(field.type) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def checksums(texts: pa.ChunkedArray) -> np.ndarray:
    """Return 32 bits of each text."""
    encoded = texts.combine_chunks().dictionary_encode()
    hashes = hash_array(encoded.dictionary.to_numpy(zero_copy_only=False))
    return hashes.astype(np.uint32).astype(np.int64)[encoded.indices.to_numpy()]


def packed(rows: Iterable[pa.RecordBatch], table: Table) -> Iterator[bytes]:
    """Yield rows as Parquet files, another whenever ``MOST_BYTES`` have come."""
    # Rows of earlier versions have no value in columns that came later.
    nullable = T.StructType([T.StructField(of.name, of.dataType) for of in table.columns])
    of_files = replace(table, columns=nullable)
    for some in _bounded(rows):
        yield pack(some.select(table.columns.names), of_files)


def files_of(table: Table, rows: DataFrame) -> DataFrame:
    """Pack rows, with their partition keys, into files.

    Rows: one per partition, several where it has more than ``MOST_BYTES``.
    Columns: the table's ``packed_columns``.
    """
    keys = table.partition_keys
    return files_as_they_are(table, rows.repartition(*keys).sortWithinPartitions(*keys))


def files_as_they_are(table: Table, rows: DataFrame) -> DataFrame:
    """Pack rows into files, each worker those that it has, which moves none.

    Rows that follow each other with the same partition keys become one file, as of ``files_of``.
    """
    schema = table.packed_columns
    columns = rows.select(*table.partitioned_columns.names)
    return columns.mapInArrow(partial(_pack_partitions, table, schema), schema)


def _pack_partitions(
    table: Table, schema: T.StructType, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    task = TaskContext.get().partitionId()  # type: ignore[union-attr] # there is a task
    names = (f"{task:05}-{number:05}" for number in count())
    by_partition = groupby(_pieces(table.partition_keys, batches), itemgetter(0))
    for partition, found in by_partition:
        for content in packed((rows for _, rows in found), table):
            values: dict[str, Any] = dict(zip(table.partition_keys, partition, strict=True))
            values |= {"table": table.name, "file_name": next(names), "content": content}
            yield pa.RecordBatch.from_pylist([values], to_arrow_schema(schema))


def _pieces(
    keys: Sequence[str], batches: Iterable[pa.RecordBatch]
) -> Iterator[tuple[tuple[str, ...], pa.RecordBatch]]:
    """Yield rows that follow each other with the same keys, and these, a batch at a time."""
    for batch in batches:
        values = zip(*(batch[key].to_pylist() for key in keys), strict=True)
        for value, run in groupby(enumerate(values), itemgetter(1)):
            numbers = [number for number, _ in run]
            yield value, batch.slice(numbers[0], len(numbers))


def _bounded(rows: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield some rows together, but not too many at once."""
    held: list[pa.RecordBatch] = []
    for piece in rows:
        held.append(piece)
        if sum(each.nbytes for each in held) >= MOST_BYTES:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)
