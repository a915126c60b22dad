"""The ledger: what became of every line, and the proof that none is lost or counted twice."""

from collections import Counter
from collections.abc import Iterable

from pyspark.sql import Row

from glue_jobs.events.raw_files import Inspection, hour_of
from glue_jobs.events.schemas import HOUR_KEYS, LOAD_LEDGER, LOADED
from glue_jobs.lake.ledger import COUNTS, ImbalanceError, LedgerRow, unbalanced
from glue_jobs.lake.store import Stored

OF_DELIVERY = ("reasons", "unknown_fields", "first_event_time", "last_event_time")
NOTHING = {**dict.fromkeys(COUNTS, 0), "reasons": {}, "unknown_fields": []}


def of_loaded(
    files: Iterable[Row],
    versions: dict[str, Stored],
    duplicates: Iterable[Row],
    growth: Counter[str],
) -> list[LedgerRow]:
    """Account for every line of every file.

    ``files`` as of ``count_files``, ``versions`` those that were read, ``duplicates`` as of
    ``count_duplicates``, ``growth`` the rows that this run has added to silver of each file. Lines
    are counted where they arrive, duplicates in the batch, accepted events in silver, so that the
    sum proves something.
    """
    by_file = {row.source_file: row for row in duplicates}
    nothing = Row(in_silver=0, kept=0, dropped=0)
    rows = []
    for file in files:
        of_file = by_file.get(file.source_file, nothing)
        counts = {
            "lines": file.lines,
            "accepted": of_file.in_silver + growth[file.source_file],
            "duplicates": file.valid - (of_file.kept + file.events - of_file.dropped),
            "rejected": file.rejected,
        }
        details = {name: file[name] for name in OF_DELIVERY}
        version = versions.get(file.source_file)
        rows.append(_row(file.source_file, version, state=LOADED, **counts, **details))
    return rows


def of_silent(silent: Iterable[Inspection]) -> list[LedgerRow]:
    """Return the rows of files of which nothing is loaded."""
    return [
        _row(each.uri, each.found, state=each.state, error=each.error, **NOTHING) for each in silent
    ]


def _row(uri: str, version: Stored | None, **columns: object) -> LedgerRow:
    """Return a row; ``version`` is None where it is not known which one was read."""
    of_version = {
        "bytes": version and version.size,
        "etag": version and version.etag,
        "modified_time": version and version.modified,
    }
    hour = dict(zip(HOUR_KEYS, hour_of(uri), strict=True))
    known = {"source_file": uri, **of_version, **columns, **hour}
    return {name: known.get(name) for name in LOAD_LEDGER.partitioned_columns.names}


def reconcile(rows: Iterable[LedgerRow], growth: Counter[str]) -> None:
    """Prove that no line is lost or counted twice.

    Raises:
        ImbalanceError: for some file, lines are not accepted + duplicates + rejected; or silver
            has gained rows of a file that is not of the batch.
    """
    wrong = unbalanced(rows)
    known = {row["source_file"] for row in rows}
    strange = {name: rows for name, rows in growth.items() if rows and name not in known}
    if wrong or strange:
        raise ImbalanceError(
            f"of every file, lines = accepted + duplicates + rejected, but not of {wrong[:10]}, "
            f"and this run adds its own files' events to silver, but also {strange}; nothing was "
            f"published: run the job again"
        )
