"""Whether two programs made the same tables: their rows counted and hashed, in any order."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from tests.tools.bench.measure import BenchError

# The columns, typed alike, that both programs must agree on.
COLUMNS = {
    "events": """
        epoch_ms(event_time), event_time_micros, user_id, session_id, event_type, product_id,
        quantity, cast(price as decimal(10, 2)), category, search_query, source_file
    """,
    "load_ledger": """
        source_file, bytes, lines, accepted, duplicates, rejected,
        cast(list_sort(map_entries(reasons)) as varchar),
        cast(unknown_fields as varchar), epoch_ms(first_event_time), epoch_ms(last_event_time)
    """,
    "rejected_events": """
        source_file, reason, occurrences,
        case when reason <> 'not_utf8' then raw_line end -- each shows the bytes in its own way
    """,
    "conversion_funnel": "product_id, category, page_views, add_to_carts, removals, purchases",
    "hourly_revenue": "cast(revenue as varchar), purchases, units",
    "top_products": "product_id, page_views",
    "category_performance": "category, event_type, events",
    "user_activity": """
        user_id, session_id, events, page_views, add_to_carts, purchases, cast(revenue as varchar),
        epoch_ms(first_event_time), epoch_ms(last_event_time)
    """,
}
_BALANCE = "sum(lines), sum(accepted), sum(duplicates), sum(rejected)"

Tables = dict[str, tuple[int, int]]  # (rows, sum of their hashes) by table


def read(folders: Mapping[str, Path]) -> Tables:
    """Return what the tables hold that lie in these folders."""
    return {table: _read(folder, COLUMNS[table]) for table, folder in folders.items()}


def _read(folder: Path, columns: str) -> tuple[int, ...]:
    if not any(folder.rglob("*.parquet")):
        return 0, 0
    return ask(folder, f"count(*), coalesce(sum(hash({columns})), 0)")


def ask(folder: Path, figures: str) -> tuple[int, ...]:
    """Return figures of the rows of all files below a folder."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        files = f"read_parquet('{folder}/**/*.parquet', hive_partitioning = false)"
        return connection.execute(f"select {figures} from {files}").fetchone()


def refuse_difference(found: Tables, expected: Tables, where: str) -> None:
    """Raise if what was found is not what was expected.

    Raises:
        BenchError: it is not.
    """
    for table, figures in found.items():
        if figures != expected[table]:
            raise BenchError(
                f"{table} should hold the rows of DuckDB's after {where}, {expected[table]} "
                f"(rows, sum of hashes), but holds {figures}: one of the two programs is wrong"
            )


def refuse_untruth(ledger: Path, truth: Mapping[str, int]) -> None:
    """Raise if a ledger does not balance as the generator's books do.

    Raises:
        BenchError: it does not.
    """
    expected = [truth[name] for name in ("lines", "accepted", "duplicates", "rejected")]
    if (found := [*map(int, ask(ledger, _BALANCE))]) != expected:
        raise BenchError(
            f"the generator counted {expected} lines, accepted, duplicates and rejected, but "
            f"DuckDB's ledger has {found}"
        )
