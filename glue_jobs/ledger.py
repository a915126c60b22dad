"""The ledger: what became of every line, and the proof that none is lost or counted twice."""

from collections import Counter
from typing import NamedTuple

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from glue_jobs.curation import with_slot_hour
from glue_jobs.schemas import LOAD_LEDGER, LOADED


class Account(NamedTuple):
    """What became of the lines of one raw file."""

    source_file: str
    lines: int
    accepted: int
    duplicates: int
    rejected: int
    bytes: int | None


def open_accounts(
    files: list[Row], claims: list[Row], growth: Counter[str], sizes: dict[str, int]
) -> list[Account]:
    """Account for every line of every file.

    ``files`` as of ``count_files``, ``claims`` as of ``count_claims``, ``growth`` the rows that
    silver has gained from each file, ``sizes`` in bytes. Duplicates are counted in the batch,
    accepted events in silver, so that the sum proves something.
    """
    claimed = {row.source_file: row for row in claims}
    nothing = Row(held=0, owned=0, copies=0)
    accounts = []
    for file in files:
        name, claim = file.source_file, claimed.get(file.source_file, nothing)
        owned = claim.owned + file.events - claim.copies
        accepted = claim.held + growth[name]
        duplicates = file.lines - file.rejected - owned
        counts = (file.lines, accepted, duplicates, file.rejected)
        accounts.append(Account(name, *counts, sizes.get(name)))
    return accounts


def check_balance(accounts: list[Account], growth: Counter[str]) -> None:
    """Prove that no line is lost or counted twice.

    Raises:
        ImbalanceError: for some file, lines are not accepted + duplicates + rejected; or silver
            has gained or lost rows of a file that is not of the batch.
    """
    wrong = [
        account._asdict()
        for account in accounts
        if account.lines != account.accepted + account.duplicates + account.rejected
    ]
    known = {account.source_file for account in accounts}
    strange = {name: rows for name, rows in growth.items() if rows and name not in known}
    if wrong or strange:
        raise ImbalanceError(
            f"of every file, lines = accepted + duplicates + rejected, but not of {wrong}, and "
            f"silver grows by this run alone, but also by {strange}; nothing was published: run "
            f"the job again, it removes what another run added twice"
        )


def ledger(files: DataFrame, accounts: list[Account], run_id: str) -> DataFrame:
    """Rows: one per file. Columns: those of ``load_ledger`` with its partition keys."""
    columns = "source_file string, accepted long, duplicates long, bytes long"
    kept = [(of.source_file, of.accepted, of.duplicates, of.bytes) for of in accounts]
    counted = files.join(files.sparkSession.createDataFrame(kept, columns), "source_file")
    told = counted.withColumns({
        "state": F.lit(LOADED),
        "error": F.lit(None),
        "run_id": F.lit(run_id),
    })
    return with_slot_hour(told).select(*LOAD_LEDGER.partitioned_columns.names)


class ImbalanceError(Exception):
    """The tables do not account for every line."""
