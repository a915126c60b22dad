"""A small shop, day by day: three late returns, and one day whose sales cannot be read at first."""

import csv
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from tests.commerce import landing, oracle
from tests.commerce.oracle_records import Delivery, Row
from tests.commerce.shop import MAINS

START = date(2026, 3, 2)
DAYS = int(os.environ.get("MONTH_DAYS", "3"))
SIZES = {
    "products": "--rows 200",
    "customers": "--rows {customers}",
    "transactions": "--rows {lines} --customers {customers}",
    "reviews": "--rows {reviews} --customers {customers} --transactions {lines}",
    "clickstream": "--rows {lines} --customers {customers} --transactions {lines}",
}
LINES = 60  # transactions a day, about
LATE = 3  # returns of the first day's sales, on the last day
SALES = "transactions/date={day}/transactions.csv"


class Shop(NamedTuple):
    """What its systems send: ``folder`` as below ``landing/``, ``events`` for each five minutes."""

    folder: Path
    events: Path

    @property
    def days(self) -> list[date]:
        """The days of delivery."""
        return [START + timedelta(days=number) for number in range(DAYS)]

    @property
    def bad_day(self) -> date:
        """The day whose sales are sent again, for the first time they had semicolons."""
        return self.days[1]

    def files(self, day: date) -> Iterator[tuple[str, bytes]]:
        """Yield path and content of what is right about a day."""
        for file in sorted(self.folder.glob(f"*/date={day}/*")):
            yield file.relative_to(self.folder).as_posix(), file.read_bytes()

    def event_files(self, day: date) -> Iterator[tuple[str, Path]]:
        """Yield key and file of the events of two hours; more would be more of the same."""
        for file in sorted(self.events.glob(f"events-{day:%Y%m%d}T1[89]*")):
            time = datetime.strptime(file.name, "events-%Y%m%dT%H%M%SZ.jsonl.gz").replace(
                tzinfo=UTC
            )
            yield f"{time:events/year=%Y/month=%m/day=%d/hour=%H/minute=%M}/{file.name}", file

    def tables(self, *more: Delivery) -> dict[str, list[Row]]:
        """Return the oracle's tables of all that was delivered, and of more."""
        return oracle.load([*landing.read(self.folder), *more])[0]

    def late_returns(self) -> list[Row]:
        """Return the last records of the last day, in which some of the first day's come back."""
        return _records(self.folder / SALES.format(day=self.days[-1]))[-LATE:]

    def late_file(self) -> Delivery:
        """Return sales of the first day that are delivered on the last, in a file of their own."""
        sold = _records(self.folder / SALES.format(day=self.days[0]))[:2]
        late = [row | {"transaction_id": f"late_{row['transaction_id']}"} for row in sold]
        return Delivery("transactions", self.days[-1], late)


def write(folder: Path) -> Shop:
    """Write all files."""
    shop = Shop(folder / "landing", folder / "events")
    for source, sizes in SIZES.items():
        argv = sizes.format(lines=LINES * DAYS, reviews=10 * DAYS, customers=20 * DAYS).split()
        argv += [f"--start={START}", f"--days={DAYS}", "--seed=7", f"--output={shop.folder}"]
        argv += [f"--events={shop.events}"] * (source == "clickstream")
        assert MAINS[source](argv) == 0
    _return_late(shop)
    return shop


def _return_late(shop: Shop) -> None:
    """Let some of the first day's sales, which nothing else becomes of, come back at the end."""
    files = [shop.folder / SALES.format(day=day) for day in shop.days]
    first, *others = map(_records, files)
    touched = {row["transaction_id"] for rows in others for row in rows}
    kept = [row for row in first if row["transaction_id"] not in touched]
    again = {"status": "returned", "updated_at": f"{shop.days[-1]}T12:00:00Z"}
    with files[-1].open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, first[0], lineterminator="\n")
        writer.writerows(row | again for row in kept[:LATE])


def _records(file: Path) -> list[dict[str, str]]:
    return [*csv.DictReader(file.read_text(encoding="utf-8").splitlines())]


def as_csv(delivery: Delivery) -> bytes:
    """Return a file of texts as it is sent."""
    lines = [delivery.records[0], *(record.values() for record in delivery.records)]
    return "".join(f"{','.join(line)}\n" for line in lines).encode()
