"""Gives DuckDB the files of a scan: only those of the partitions that its conditions leave."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from local_aws.athena import json_lines, parquet
from local_aws.athena.catalog import registered
from local_aws.athena.errors import not_supported
from local_aws.athena.files import data_files, uri
from local_aws.athena.literals import select, string
from local_aws.athena.projection import is_projected, projected
from local_aws.athena.scans import PATH, Partition, Scan
from local_aws.athena.types import Type, quoted

_PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
_JSON = (json_lines.HIVE, json_lines.HIVE_3, json_lines.OPENX)


@dataclass(frozen=True)
class Read:
    """What a scan of a table takes: its columns, and the files of its partitions."""

    scan: Scan
    columns: list[str]  # those of the files; keys and "$path" come from where a file lies
    files: list[tuple[Partition, Path]]
    s3_root: Path


def attach(connection: duckdb.DuckDBPyConnection, scan: Scan, used: set[str], s3_root: Path) -> int:
    """Create the view that a rewritten query reads; return the bytes that Athena would scan.

    Raises:
        QueryFailedError: HIVE_BAD_DATA, HIVE_CURSOR_ERROR, or NOT_SUPPORTED.
    """
    partitions = _kept(connection, scan, _partitions(scan, s3_root))
    files = [(each, path) for each in partitions for path in data_files(each.location, s3_root)]
    columns = [column for column in scan.table.columns if column in used]
    read = Read(scan, columns, files, s3_root)
    if scan.table.serde == _PARQUET:
        return _attach_parquet(connection, read)
    if scan.table.serde in _JSON:
        return _attach_json(connection, read)
    raise not_supported(
        f"the SerDe {scan.table.serde!r} of {scan.table.database}.{scan.table.name}"
    )


def _partitions(scan: Scan, s3_root: Path) -> list[Partition]:
    if not scan.table.keys:
        return [Partition((), scan.table.location)]
    if is_projected(scan.table):
        return projected(scan, s3_root)
    return registered(scan.table)


def _kept(
    connection: duckdb.DuckDBPyConnection, scan: Scan, partitions: list[Partition]
) -> list[Partition]:
    """Return the partitions for which every condition may hold."""
    if not scan.conditions or not partitions:
        return partitions
    table = f"{scan.view}_partitions"
    _create_keys(connection, table, scan.table.keys, [each.values for each in partitions])
    where = " and ".join(f"({condition.sql})" for condition in scan.conditions)
    try:
        kept = connection.sql(select(["position"], f"{table} where {where}")).fetchall()
    except duckdb.Error:
        return partitions  # the query itself meets the same error, in its place
    return [partitions[position] for (position,) in sorted(kept)]


def _create_keys(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    keys: dict[str, Type],
    rows: list[tuple[str | None, ...]],
) -> None:
    """Create a table of partition keys, numbered in the order given."""
    columns = {"position": pa.array(range(len(rows)), pa.int64())}
    for at, key in enumerate(keys):
        columns[key] = pa.array([row[at] for row in rows], pa.string())
    connection.register(f"{table}_text", pa.table(columns))
    typed = [f"cast({quoted(key)} as {of.duckdb}) as {quoted(key)}" for key, of in keys.items()]
    connection.execute(
        f"create or replace temp table {table} as {select(['position', *typed], f'{table}_text')}"
    )


def _attach_parquet(connection: duckdb.DuckDBPyConnection, read: Read) -> int:
    table = read.scan.table
    footers = [parquet.open_footer(path, uri(path, read.s3_root)) for _, path in read.files]
    for footer in footers:
        for column in read.columns:
            footer.check(column, table.columns[column])
    columns = {
        column: parquet.column_sql(column, of, footers) for column, of in table.columns.items()
    }
    paths = ", ".join(string(str(footer.path)) for footer in footers)
    source = (
        f"read_parquet([{paths}], filename = true, union_by_name = true,"
        " hive_partitioning = false) as d"
    )
    _create_view(connection, read, columns, source)
    return sum(footer.chunk_bytes(set(read.columns)) for footer in footers)


def _attach_json(connection: duckdb.DuckDBPyConnection, read: Read) -> int:
    table = read.scan.table
    json_lines.check(table)
    parts = []
    for _, path in read.files:
        rows = json_lines.read(table, path, uri(path, read.s3_root), read.columns)
        parts.append(rows.append_column("filename", pa.array([str(path)] * len(rows), pa.string())))
    if parts:
        connection.register(f"{read.scan.view}_rows", pa.concat_tables(parts))
    not_read = "cast(error('GENERIC_INTERNAL_ERROR: a column was named but not read') as varchar)"
    columns = {
        column: f"d.{quoted(column)}" if column in read.columns else not_read
        for column in table.columns
    }
    _create_view(connection, read, columns, f"{read.scan.view}_rows as d")
    return sum(path.stat().st_size for _, path in read.files)


def _create_view(
    connection: duckdb.DuckDBPyConnection, read: Read, columns: dict[str, str], source: str
) -> None:
    """Create the view of a scan: the columns used, the partition keys and "$path"."""
    keys = read.scan.table.keys
    if not read.files:
        of = {**read.scan.table.columns, **keys}
        empty = [f"cast(null as {of[name].duckdb}) as {quoted(name)}" for name in (*columns, *keys)]
        rows = select([*empty, f"cast(null as varchar) as {quoted(PATH)}"], "range(0)")
        connection.execute(f"create or replace temp view {read.scan.view} as {rows}")
        return
    folder = f"{read.scan.view}_files"
    _create_keys(connection, f"{folder}_keys", keys, [each.values for each, _ in read.files])
    names = pa.table({
        "position": pa.array(range(len(read.files)), pa.int64()),
        "filename": pa.array([str(path) for _, path in read.files]),
        PATH: pa.array([uri(path, read.s3_root) for _, path in read.files]),
    })
    connection.register(f"{folder}_names", names)
    both = select(["*"], f"{folder}_names join {folder}_keys using (position)")
    connection.execute(f"create or replace temp table {folder} as {both}")
    of_files = [f"{sql} as {quoted(name)}" for name, sql in columns.items()]
    of_folders = [f"f.{quoted(name)}" for name in (*keys, PATH)]
    joined = f"{source} join {folder} as f on f.filename = d.filename"
    rows = select([*of_files, *of_folders], joined)
    connection.execute(f"create or replace temp view {read.scan.view} as {rows}")
