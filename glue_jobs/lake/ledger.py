"""What became of every line: a domain's ledger has a row per raw file, and its lines balance."""

from collections.abc import Iterable
from typing import Any

COUNTS = ("lines", "accepted", "duplicates", "rejected")

LedgerRow = dict[str, Any]  # by the ledger's columns, the partition keys last


def unbalanced(rows: Iterable[LedgerRow]) -> list[LedgerRow]:
    """Return the files of which lines are not accepted + duplicates + rejected, and the counts."""
    return [
        {name: row[name] for name in ("source_file", *COUNTS)}
        for row in rows
        if row["lines"] != row["accepted"] + row["duplicates"] + row["rejected"]
    ]


class ImbalanceError(Exception):
    """The tables do not account for every line."""
