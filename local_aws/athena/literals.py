"""Pieces of DuckDB SQL."""

from local_aws.athena.scope import Typed
from local_aws.athena.types import decimal


def string(text: str) -> str:
    """Return a DuckDB string literal."""
    return "'" + text.replace("'", "''") + "'"


def decimal_literal(text: str) -> Typed:
    """Return a literal like 1.50, a decimal(3,2)."""
    whole, _, fraction = text.strip().lstrip("+-").partition(".")
    of = decimal(max(len(whole.lstrip("0")) + len(fraction), 1), len(fraction))
    return Typed(f"cast('{text.strip()}' as {of.duckdb})", of)


def select(columns: list[str], source: str) -> str:
    """Return a SELECT. Whatever a user wrote is in it as rewritten expressions or literals."""
    return f"select {', '.join(columns)} from {source}"  # ruff: ignore[hardcoded-sql-expression] - see above
