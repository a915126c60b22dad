"""Literals, and pieces of DuckDB SQL."""

import re

from sqlglot import exp

from local_aws.athena.errors import not_supported
from local_aws.athena.scope import Typed
from local_aws.athena.types import decimal

MILLISECONDS = 3  # decimals of a timestamp


def string(text: str) -> str:
    """Return a DuckDB string literal."""
    return "'" + text.replace("'", "''") + "'"


def decimal_literal(text: str) -> Typed:
    """Return a literal like 1.50, a decimal(3,2)."""
    whole, _, fraction = text.strip().lstrip("+-").partition(".")
    of = decimal(max(len(whole.lstrip("0")) + len(fraction), 1), len(fraction))
    return Typed(f"cast('{text.strip()}' as {of.duckdb})", of)


def decimals(text: str) -> int:
    """Return how many decimals the seconds of a timestamp's text have."""
    found = re.search(r":\d+\.(\d+)", text)
    return len(found[1]) if found else 0


def check_decimals(node: exp.Expr, what: str) -> None:
    """Check that every timestamp literal of the statement has three decimals.

    In Trino a literal's type has as many decimals as it is written with, which its text and its
    arithmetic show. Here all timestamps have three.

    Raises:
        QueryFailedError: NOT_SUPPORTED.
    """
    for found in node.root().find_all(exp.Cast):
        if (
            isinstance(found.this, exp.Literal)
            and found.to.this in {exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ}
            and found.to.expressions
            and decimals(found.this.name) != MILLISECONDS
        ):
            reason = "beside a literal of other than three decimals; write 10:00:00.000"
            raise not_supported(f"{what} {reason}", node)


def select(columns: list[str], source: str) -> str:
    """Return a SELECT. Whatever a user wrote is in it as rewritten expressions or literals."""
    return f"select {', '.join(columns)} from {source}"  # ruff: ignore[hardcoded-sql-expression] - see above
