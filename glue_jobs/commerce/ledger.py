"""What became of every record of a raw file, and the proof that none is lost or counted twice."""

from collections import Counter
from collections.abc import Iterable, Mapping

from pyspark.sql import Row

from glue_jobs.commerce.raw_files import RawFile
from glue_jobs.commerce.read_back import NOTHING as NOTHING_HELD
from glue_jobs.commerce.read_back import Day, Held
from glue_jobs.commerce.schemas import (
    CLICKSTREAM,
    COMMERCE_LEDGER,
    DAILY,
    DAILY_DEVICE_SESSIONS,
    FCT_TRANSACTIONS,
    FILE_KEYS,
    LOADED,
    SILVER,
    TRANSACTIONS,
    UNBALANCED,
)
from glue_jobs.lake.ledger import COUNTS, ImbalanceError, LedgerRow, unbalanced

NOTHING = {**dict.fromkeys(COUNTS, 0), "reasons": {}, "unknown_fields": []}
OF_DELIVERY = ("reasons", "unknown_fields", "first_event_time", "last_event_time")


def fault(file: RawFile, counted: Row) -> str | None:
    """Return why a file is held back, None if it is sound; ``counted`` as of ``count_files``."""
    if counted.error:
        return str(counted.error)
    if file.records is None:
        return "its metadata name no number of records; deliver the file again, below landing/"
    if counted.lines != file.records:
        return (
            f"its metadata promise {file.records:,} records, but it has {counted.lines:,}; deliver "
            f"the file again, below landing/"
        )
    return None


def account(
    files: Iterable[RawFile],
    counted: Mapping[int, Row],
    faults: Mapping[int, str],
    deliveries: Iterable[Row],
) -> list[LedgerRow]:
    """Account for every record of every file; ``files`` in the order of their numbers.

    Lines are counted where they are read, duplicates where rows meet, so the sum proves something.
    ``deliveries`` as of ``days.DAYS``.
    """
    delivered, accepted = Counter[int](), Counter[int]()
    for row in deliveries:
        delivered[row.number] += row.delivered
        accepted[row.number] += row.accepted
    rows = []
    for number, file in enumerate(files):
        if number in faults:
            rows.append(_row(file, state=UNBALANCED, error=faults[number], **NOTHING))
            continue
        counts = {
            "lines": counted[number].lines,
            "accepted": accepted[number],
            "duplicates": delivered[number] - accepted[number],
            "rejected": counted[number].rejected,
        }
        details = {name: counted[number][name] for name in OF_DELIVERY}
        rows.append(_row(file, state=LOADED, **counts, **details))
    return rows


def _row(file: RawFile, **columns: object) -> LedgerRow:
    of_file = {
        "source_file": file.uri,
        "bytes": file.bytes,
        "etag": file.etag,
        "modified_time": file.modified,
        **dict(zip(FILE_KEYS, file.partition, strict=True)),
    }
    known = {**of_file, **columns}
    return {name: known.get(name) for name in COMMERCE_LEDGER.partitioned_columns.names}


def reconcile(
    rows: Iterable[LedgerRow],
    deliveries: Iterable[Row],
    before: Mapping[Day, int],
    held: Mapping[Day, Held],
) -> None:
    """Prove that no record is lost or counted twice, and that the tables of a day agree.

    ``before``: the rows of silver until now; ``held``: what the files hold that are to replace
    them, and those of gold.

    Raises:
        ImbalanceError: for some file lines are not accepted + duplicates + rejected; or for some
            day silver has not as many rows as it had and was given, or has one twice; or its facts
            or daily tables are not those of silver.
    """
    added = Counter[Day]()
    for row in deliveries:
        added[row.table, row.dt] += row.added
    wrong: dict[str, list[object]] = {
        "files of which lines are not accepted + duplicates + rejected": [*unbalanced(rows)],
        "days with other rows than they had and were given": [
            (*day, before[day], added[day], of.rows)
            for day, of in held.items()
            if day[0] in _SILVER and of.rows != before[day] + added[day]
        ],
        "days with a row twice": [day for day, of in held.items() if of.rows != of.distinct],
        "days of which facts or sums are not silver's": [
            (of, dt) for of, dt in held if of in _PROOFS and not _PROOFS[of](held, dt)
        ],
        "days that were given rows and are not written": [*(added.keys() - held.keys())],
    }
    if found := {what: some[:10] for what, some in wrong.items() if some}:
        raise ImbalanceError(
            f"the tables are to hold every record once, but there are {found}; nothing was "
            f"published: run the job again"
        )


_SILVER = {table.name for table in SILVER}


def _are_sales(held: Mapping[Day, Held], dt: str) -> bool:
    """Tell whether a day's facts have silver's transactions, and daily tables their money."""
    facts = held.get((FCT_TRANSACTIONS.name, dt), NOTHING_HELD)
    sums = {held.get((table.name, dt), NOTHING_HELD).gross for table in DAILY}
    return facts.rows == held[TRANSACTIONS.name, dt].ids and sums == {facts.gross}


def _are_visits(held: Mapping[Day, Held], dt: str) -> bool:
    """Tell whether a day's devices have silver's visits and events."""
    devices = held.get((DAILY_DEVICE_SESSIONS.name, dt), NOTHING_HELD)
    return devices.visits == held[CLICKSTREAM.name, dt].visits


_PROOFS = {TRANSACTIONS.name: _are_sales, CLICKSTREAM.name: _are_visits}
