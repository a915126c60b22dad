"""The order book, as the crash tests of ``load_commerce`` see it."""

from collections import Counter
from datetime import datetime
from functools import partial

from glue_jobs.commerce.schemas import DAILY_DEVICE_SESSIONS, DAILY_SALES_SUMMARY, WRITTEN
from glue_jobs.lake.ledger import COUNTS
from tests.commerce import oracle
from tests.crash.commerce.inputs import HALF_DONE, HELD_BACK, INPUTS, LOADED, RAW_INPUTS, raw_files
from tests.crash.deployment import Deployment, Domain, Tables
from tests.order_book import deploy


def leave_half_done(deployment: Deployment) -> None:
    """Leave a day as a run does that dies amid its swaps and whose file is gone since.

    Two daily tables lack the day; the new version of one lies there, and the run's manifest.
    """
    table, [day] = DAILY_SALES_SUMMARY, HALF_DONE
    [found] = [each for each in deployment.partitions(table) if each["Values"] == [day]]
    current = found["StorageDescriptor"]["Location"]
    folder = f"versions/dead/{table.path}{table.folder(HALF_DONE)}"
    bucket = f"s3://{deployment.analytics.name}/"
    (deployment.analytics / folder).mkdir(parents=True)
    for file in (deployment.analytics / current.removeprefix(bucket)).glob("*.parquet"):
        (deployment.analytics / folder / file.name).write_bytes(file.read_bytes())
    for each in (table, DAILY_DEVICE_SESSIONS):
        deployment.drop(each, [HALF_DONE])
    deployment.leave_manifest(HALF_DONE, {table.name: [[day, f"{bucket}{folder}"]]})


def check(_: Deployment, name: str, seen: Tables) -> None:
    """Compare silver, facts, daily tables and the ledger with those of plain Python."""
    deliveries = [each for files in (*LOADED, INPUTS[name]) for each in files]
    tables, counts = oracle.load(deliveries)
    for table, rows in tables.items():
        assert _plain(seen, table) == Counter(frozenset(_texts(row).items()) for row in rows)
    told = Counter(tuple(int(row[of]) for of in COUNTS) for row in _rows(seen, "commerce_ledger"))
    of_sound = Counter((of.lines, of.accepted, of.duplicates, of.rejected) for of in counts)
    of_held_back = Counter({(0, 0, 0, 0): len(HELD_BACK) if name == "faulty" else 0})
    assert told == of_sound + of_held_back


def _plain(seen: Tables, table: str) -> Counter[frozenset[tuple[str, str]]]:
    """Return the rows of a table, without the file that had them first."""
    rows = _rows(seen, table)
    return Counter(frozenset({**row, "source_file": ""}.items()) for row in rows)


def _rows(seen: Tables, table: str) -> list[dict[str, str]]:
    return [dict(row) for rows in seen[table].values() for row in rows.elements()]


def _texts(row: oracle.Row) -> dict[str, str]:
    """Return a row as Athena writes it."""
    return {"source_file": "", **{name: _text(value) for name, value in row.items()}}


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ", "milliseconds")
    return "" if value is None else str(value)


DOMAIN = Domain(
    deploy=partial(deploy, "crash-orders"),
    raw_bucket="LandingBucketName",
    manifests="manifests-commerce",
    tables=WRITTEN,
    published=WRITTEN,
    loaded=tuple(map(raw_files, LOADED)),
    inputs=RAW_INPUTS,
    left=leave_half_done,
    check=check,
)
