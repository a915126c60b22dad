"""How the columns of delivered files differ from their contracts."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from glue_jobs.athena import Row
from glue_jobs.commerce.contracts import CONTRACTS

NEW, MISSING, RETYPED = "new", "missing", "retyped"
_MOST_BROKEN = 0.5  # of the records: more of them are no slips


class Change(NamedTuple):
    """A field that is not as its contract says; ``is_breaking``: records are lost by it."""

    source: str
    field: str
    change: str
    is_breaking: bool
    detail: str


def changes(rows: Iterable[Row]) -> list[Change]:
    """Return what is new, missing or retyped, of the sources that delivered.

    ``rows``: one per source and field, as ``commerce/checks/schema.sql`` answers.
    """
    fields: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        fields[row["source"]][row["field"]] = row
    return [change for source in sorted(fields) for change in _of_source(source, fields[source])]


def _of_source(source: str, fields: dict[str, Row]) -> Iterable[Change]:
    contract, files = CONTRACTS[source], max(row["of_files"] for row in fields.values())
    for field, row in sorted(fields.items()):
        if field not in contract.fields:
            detail = f"in {row['files']} of {files} files; kept in raw/, read by nothing"
            yield Change(source, field, NEW, is_breaking=False, detail=detail)
        elif row["broken"] > _MOST_BROKEN * row["records"]:
            detail = f"{row['broken']} of {row['records']} records break its rule: "
            rule = contract.fields[field].rule
            yield Change(source, field, RETYPED, is_breaking=True, detail=detail + rule)
    for field in contract.fields:
        having = fields[field]["files"] if field in fields else 0
        if having < files:
            is_required = field in contract.required
            detail = f"in {having} of {files} files; {'required' if is_required else 'optional'}"
            yield Change(source, field, MISSING, is_breaking=is_required, detail=detail)
