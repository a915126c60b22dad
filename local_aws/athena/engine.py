"""Runs one statement: parse, rewrite to DuckDB with Trino's meaning, read, render."""

import json
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from functools import lru_cache
from itertools import starmap
from pathlib import Path
from typing import Any

import duckdb
from duckdb.func import SPECIAL
from sqlglot import exp

# Their @compile_expression.register only counts once they are imported, and compilation.py cannot
# import them, as they import it; this is where every query begins.
from local_aws.athena import expressions, forms, predicates  # ruff: ignore[unused-import] - see above
from local_aws.athena.catalog import Catalog
from local_aws.athena.dialect import parse
from local_aws.athena.errors import CutoffError, from_duckdb, not_supported
from local_aws.athena.literals import select
from local_aws.athena.macros import MACROS
from local_aws.athena.queries import Planner
from local_aws.athena.reading import attach
from local_aws.athena.results import Result, cell
from local_aws.athena.scope import Relation
from local_aws.athena.types import DAY_TO_SECOND, YEAR_TO_MONTH, ZONED, Type

THREADS = 2
_NUMBERS = json.JSONDecoder(
    parse_float=str,
    parse_int=str,
    object_pairs_hook=lambda pairs: dict(reversed(pairs)),  # of a name twice, Trino takes the first
)


@contextmanager
def connection(scratch: Path) -> Generator[duckdb.DuckDBPyConnection]:
    """Open a connection for one query, whose tables and views are temporary: no other sees them.

    ``scratch``: the folder that queries spill to.
    """
    opened = _database(scratch).cursor()
    try:
        opened.execute("set timezone = 'UTC'")
        yield opened
    finally:
        opened.close()


def close() -> None:
    """Let go of the database; a query that still runs keeps it until it has ended."""
    _database.cache_clear()


@lru_cache(maxsize=1)
def _database(scratch: Path) -> duckdb.DuckDBPyConnection:
    """Return the DuckDB in memory of all queries: its macros take longer than most of these."""
    shutil.rmtree(scratch, ignore_errors=True)  # a process that was killed left it
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": THREADS,
        "temp_directory": str(scratch),
        "enable_external_file_cache": False,  # a file may be written again
    }
    opened = duckdb.connect(":memory:", config=config)
    opened.create_function(
        "json_scalar", _json_scalar, ["varchar", "varchar"], "varchar", null_handling=SPECIAL
    )
    opened.execute(MACROS)
    return opened


def run(
    opened: duckdb.DuckDBPyConnection,
    statement: str,
    catalog: Catalog,
    s3_root: Path,
    cutoff: int | None = None,
) -> Result:
    """Answer a query.

    ``cutoff``: the most bytes that it may scan.

    Raises:
        CutoffError: it would scan more.
        QueryFailedError: why it fails, in Athena's words.
        InvalidRequestError: it is not SQL.
    """
    tree = parse(statement)
    if isinstance(tree, exp.Drop) and tree.kind == "VIEW":
        catalog.drop_view(tree)
        return Result([])
    planner = Planner(catalog)
    relation = planner.query(_query(tree), None, {})
    if isinstance(tree, exp.Create):
        catalog.create_view(tree, statement, relation.fields)
        return Result([])
    needed = relation.reads.union(*(each.reads for each in relation.fields))
    scanned = 0
    for scan in planner.scans:
        used = {name for number, name in needed if number == scan.number}
        scanned += attach(opened, scan, used, s3_root)
    if cutoff is not None and scanned > cutoff:
        raise CutoffError(scanned)
    rows = _fetch(opened, relation)
    types = [each.type for each in relation.fields]
    columns = [(each.name, each.type) for each in relation.fields]
    cells = [list(starmap(cell, zip(row, types, strict=True))) for row in rows]
    return Result(columns, cells, scanned)


def _query(tree: exp.Expr) -> exp.Expr:
    """Return a statement's query: the statement, or what a view is to keep."""
    if isinstance(tree, exp.Query | exp.Values):
        return tree
    if isinstance(tree, exp.Create) and tree.kind == "VIEW":
        return tree.expression
    word = tree.this if isinstance(tree, exp.Command) else tree.key
    raise not_supported(
        f"{word.upper()} statements, only queries and views; use the Glue API for tables and"
        " partitions"
    )


def _fetch(opened: duckdb.DuckDBPyConnection, relation: Relation) -> list[tuple[Any, ...]]:
    shown = [_shown(f"c{at}", each.type) for at, each in enumerate(relation.fields)]
    try:
        return opened.execute(select(shown, f"({relation.sql})")).fetchall()
    except duckdb.Error as error:
        raise from_duckdb(error) from error


def _shown(sql: str, of: Type) -> str:
    """Return SQL of what results.cell needs to render a value."""
    if of == ZONED:
        shown = f"{{'local': local_time({sql}), 'zone': {sql}.zone}}"
        return f"case when {sql} is not null then {shown} end"
    if of == YEAR_TO_MONTH:
        raise not_supported("an interval year to month as a result")
    if of.name in {"array", "map", "row"} and any(
        inner in str(of) for inner in (str(ZONED), str(DAY_TO_SECOND), str(YEAR_TO_MONTH))
    ):
        raise not_supported(f"a result of type {of}")
    return sql


def _json_scalar(text: str | None, path: str) -> str | None:
    """Return a scalar of a JSON text as it is written; None if there is none (Trino's rule)."""
    if text is None:
        return None
    try:
        value, _ = _NUMBERS.raw_decode(text.lstrip())  # Trino does not look at what follows
    except ValueError:
        return None
    for step in path.replace("[", ".").replace("]", "").split(".")[1:]:
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else None
