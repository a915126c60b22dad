"""Sums of rows in Arrow, for the tables that are made of a day of silver."""

from collections.abc import Mapping

import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.lake.tables import Table


def summed(rows: pa.Table, *keys: str) -> pa.Table:
    """Sum all numbers; rows: one per distinct value of the keys."""
    numbers = [each.name for each in rows.schema if not pa.types.is_string(each.type)]
    sums = rows.group_by(keys, use_threads=False).aggregate([(name, "sum") for name in numbers])
    return sums.rename_columns({f"{name}_sum": name for name in numbers})


def ones(rows: pa.Table) -> pa.Array:
    """Return a 1 for each row, to be summed."""
    return pa.repeat(pa.scalar(1, pa.int64()), len(rows))


def with_columns(rows: pa.Table, columns: Mapping[str, pa.Array]) -> pa.Table:
    """Add columns, or replace them."""
    of_rows = dict(zip(rows.column_names, rows.columns, strict=True))
    return pa.table({**of_rows, **columns})


def declared(table: Table, rows: pa.Table) -> pa.Table:
    """Return a table's columns as it declares them."""
    return rows.select(table.columns.names).cast(to_arrow_schema(table.columns))
