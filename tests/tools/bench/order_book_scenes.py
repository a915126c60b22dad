"""The order book's job and plain Spark, with tables and files as a measure needs them.

Past days are hard links of the one day that the job has loaded, as of ``history``.
"""

import csv
import gzip
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from pyarrow import parquet

from commerce.functions import csv_records, raw_lines
from glue_jobs.commerce.contracts import CONTRACTS
from glue_jobs.commerce.schemas import COMMERCE_LEDGER, FACTS, FCT_TRANSACTIONS, TRANSACTIONS
from tests.tools.bench.data import KEPT
from tests.tools.bench.measure import BenchError, Figures
from tests.tools.bench.place import Place
from tests.tools.stacks import PROJECT

PLAIN = Path(__file__).with_name("plain_order_book.py")
TABLES = {of.name: of.layer.title() for of in (COMMERCE_LEDGER, TRANSACTIONS, *FACTS)}
DAY, NEXT = date(2026, 3, 2), date(2026, 3, 3)  # the last day that there is, and the new one
DAILY = 100_000  # transactions
RETURNED = 50  # of each day that is touched; of 60 days these are 3 % of a day's transactions
LONG_AGO = timedelta(days=60)  # before any time that the bookmark has

Row = dict[str, str]


class Scenes:
    """A place where the tables have some days, and a file is delivered that is new."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._plain = place.analytics / "plain"
        self._states = {0: place.save("empty")}
        self._deliver(DAY, sales(DAILY, DAY))
        place.run_job()
        self._states[1] = place.save("1 day")

    def job(self, days: int, rows: list[Row]) -> Figures:
        """Load rows by the job where there are so many days; refuse another number of facts."""
        self._begin(days, rows)
        figures = self._place.run_job()
        folders = self._place.folders(FCT_TRANSACTIONS.name).values()
        _refuse("the job", sum(map(_count, folders)), days * DAILY + _new(rows))
        return figures

    def plain(self, days: int, rows: list[Row]) -> Figures:
        """Do the same by plain Spark, which writes the days that are touched; as ``job``."""
        self._begin(days, rows)
        out, silver = self._plain / "out", self._plain / "silver"
        places = [self._plain / "delivered.csv", out, *([silver] if days else [])]
        root = self._place.analytics.parent
        figures = self._place.run_spark(PLAIN, *(f"s3://{at.relative_to(root)}" for at in places))
        _refuse("plain Spark", _count(out), days * DAILY + _new(rows))
        return figures

    def _begin(self, days: int, rows: list[Row]) -> None:
        if days not in self._states:
            self._place.restore(self._states[1])
            self._add_past([DAY - timedelta(days=number) for number in range(1, days)])
            self._states[days] = self._place.save(f"{days} days")
        self._place.restore(self._states[days])
        self._deliver(NEXT, rows)

    def _add_past(self, past: Iterable[date]) -> None:
        """Give each past day the files of the one day that there is, and a raw file."""
        [silver] = self._folders(TRANSACTIONS.name)
        for table in TABLES:
            [here], [partition] = self._folders(table), self._place.table(table).partitions.values()
            for day in past:
                self._repeat(table, here, partition.partition_input, day)
        for day in (DAY, *past):
            shutil.copytree(silver, self._plain / f"silver/dt={day}", copy_function=os.link)
            _add_raw_file(self._place.source, day)

    def _folders(self, table: str) -> list[Path]:
        return [*self._place.folders(table).values()]

    def _repeat(self, table: str, here: Path, given: dict[str, Any], day: date) -> None:
        path = f"versions/jr_past/{TABLES[table].lower()}/{table}/dt={day}/"
        shutil.copytree(here, self._place.analytics / path, copy_function=os.link)
        location = f"s3://{self._place.analytics.name}/{path}"
        storage = {**given["StorageDescriptor"], "Location": location}
        values = [*given["Values"][:-1], str(day)]
        self._place.table(table).create_partition({"Values": values, "StorageDescriptor": storage})

    def _deliver(self, day: date, rows: list[Row]) -> None:
        """Put a CSV where plain Spark finds it, and the raw file where the validator would."""
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        delivered = self._plain / "delivered.csv"
        delivered.parent.mkdir(exist_ok=True)
        delivered.write_text(text.getvalue(), encoding="utf-8")
        with delivered.open("rb") as file, io.BytesIO() as raw:
            lines = csv_records.read(file, CONTRACTS["transactions"]).lines
            records = raw_lines.write(lines, raw)
            boto3.client("s3").put_object(
                Bucket=self._place.source.name,
                Key=f"raw/transactions/date={day}/delivered.jsonl.gz",
                Body=raw.getvalue(),
                Metadata={"records": str(records)},
            )


def sales(rows: int, day: date) -> list[Row]:
    """Return transactions of a day without returns, made once by the generator and kept.

    Raises:
        BenchError: the generator failed.
    """
    folder = KEPT / f"transactions-{rows}"
    if not folder.exists():
        command = [sys.executable, "-m", "commerce.generators.generate_transactions"]
        command += ["--rows", rows, "--customers", rows // 5, "--days", 1, "--output", folder]
        if subprocess.run(list(map(str, command)), cwd=PROJECT, check=False).returncode:
            raise BenchError(f"the generator did not make {folder}; its own output tells more")
    [file] = folder.rglob("*.csv")
    text = file.read_text(encoding="utf-8").replace(file.parent.name[len("date=") :], str(day))
    return list(csv.DictReader(io.StringIO(text)))


def returns(days: int) -> list[Row]:
    """Return what comes back on the new day, of each of so many days before it."""
    came_back = {"status": "returned", "updated_at": f"{NEXT} 12:00:00"}
    return [
        row | came_back
        for number in range(days)
        for row in sales(DAILY, DAY - timedelta(days=number))[:RETURNED]
    ]


def _add_raw_file(source: Path, day: date) -> None:
    """Have a small raw file older than the bookmark, which lists whatever there is."""
    file = source / f"raw/transactions/date={day}/past.jsonl.gz"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(b"{}\n"))
    long_ago = (datetime.now(UTC) - LONG_AGO).timestamp()
    os.utime(file, (long_ago, long_ago))


def _new(rows: list[Row]) -> int:
    return sum(row["status"] == "completed" for row in rows)


def _count(folder: Path) -> int:
    return sum(parquet.read_metadata(file).num_rows for file in folder.rglob("*.parquet"))


def _refuse(who: str, found: int, expected: int) -> None:
    if found != expected:
        raise BenchError(f"{who} made {found:,} rows, not {expected:,}")
