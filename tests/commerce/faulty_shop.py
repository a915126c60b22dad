"""Two short weeks of a shop in which all goes wrong that the generators know, and odd files."""

import gzip
import json
from collections.abc import Iterator
from datetime import date
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any, NamedTuple

from commerce.generators.faults import SOURCES, STATUS_BACK
from tests.commerce import landing
from tests.commerce.oracle import Counts, load
from tests.commerce.oracle_records import Row
from tests.commerce.shop import MAINS

SIZES = {
    "products": "--rows 200",
    "customers": "--rows 80",
    "transactions": "--rows 90 --customers 80",
    "sales": "--rows 90 --customers 80",
    "reviews": "--rows 40 --customers 80 --transactions 90",
    "clickstream": "--rows 10 --customers 80 --transactions 90",
}
RATES = {"products": 0.2, "customers": 0.3, "clickstream": 0.03}  # of each fault of a row, or:
RATE = 0.15
WEEKS = {  # by first day: the fault of a whole file, the first of its source
    "2026-03-02": {
        "products": "file_late",
        "customers": "file_bom",
        "transactions": "file_twice",
        "sales": "file_open_quote",
        "reviews": "file_quoted_newline",
        "clickstream": "file_truncated",
    },
    "2026-03-12": {
        "products": "file_new_column",
        "customers": "file_long_record",
        "sales": "file_missing_column",
        "reviews": "file_other_delimiter",
        "clickstream": "file_reordered",
    },
}
TILL = "transaction_id,customer_id,product_id,quantity,amount,transaction_date\n"
SOLD = f"{TILL}t_1,u_1,p_0001,1,9.99,2026-03-09\nt_2,u_2,p_0001,2,5.00,2026-03-09\n"
NAME = "Quuxberg"  # of somebody whom nothing but the records may name
PEOPLE = f"""\
{{"customer_id": "u_1", "name": "Ann {NAME}", "email": "a@{NAME}.de", "signup_date": "2026-03-01"}}
{{"customer_id": "u_2", "name": "Ann {NAME}", "email": "{NAME}.de", "signup_date": "{NAME}"}}
{{"customer_id": "a@{NAME}.de", "name": ["{NAME}"], "email": null, "signup_date": "2026-03-01"}}
{{"customer_id": "u_3", "name": "Ann", "email": "a@{NAME}.de", "email": "b@{NAME}.de"}}
{{"customer_id": "u_4", "name": "Ann {NAME}", "email": "a@
"""
# By load and by path below landing/.
ODD: list[dict[str, str | bytes]] = [
    {
        "sales/date=2026-03-09/Kasse Süd, März.csv": SOLD.replace("\nt_", "\ns_"),
        "sales/date=2026-03-09/till/1/day.csv": SOLD,
        "sales/date=2026-03-11/header twice.csv": TILL + SOLD.replace("\nt_", "\nh_"),
        "sales/date=2026-03-11/header.csv": TILL,
        "sales/date=2026-03-11/nothing.csv": b"",
        "customers/date=2026-03-09/people.json": PEOPLE,
        "sales/date=2026-03-09/people.csv": f"u_1,Ann {NAME},a@{NAME}.de\n",
    },
    {
        "sales/date=2026-03-09/till/1/day.csv": SOLD.replace("9.99", "8.99"),
        "sales/date=2026-03-10/the same.csv": SOLD,
        "sales/date=2026-03-11/day.csv.gz": gzip.compress(SOLD.encode(), mtime=0),
        "orders/date=2026-03-11/day.csv": SOLD,
    },
]
REFUSED = {
    "sales/date=2026-03-11/nothing.csv": "empty_file",
    "sales/date=2026-03-09/people.csv": ",".join(
        f"missing_column_{name}" for name in TILL.strip().split(",")
    ),
    "sales/date=2026-03-11/day.csv.gz": "binary",
    "orders/date=2026-03-11/day.csv": "unknown_source",
}
AGAIN = {  # what has the content of a file that came before
    "sales/date=2026-03-10/the same.csv": "sales/date=2026-03-09/till/1/day.csv",
    "transactions/date=2026-03-02/transactions-2.csv": (
        "transactions/date=2026-03-02/transactions.csv"
    ),
}


class Sent(NamedTuple):
    """A file, where it is delivered below ``landing/``, and before which load."""

    path: str
    file: Path
    load: int


class Shop(NamedTuple):
    """What is delivered, a folder for each load; by path, what the generators know of a file."""

    loads: list[Path]
    truth: dict[str, dict[str, Any]]

    def files(self) -> Iterator[Sent]:
        """Yield the files in the order in which the job has them."""
        for load_number, folder in enumerate(self.loads):
            for file in sorted(file for file in folder.glob("*/date=*/**/*") if file.is_file()):
                yield Sent(file.relative_to(folder).as_posix(), file, load_number)

    def refused(self, path: str) -> str:
        """Return why a file is refused; nothing if it is not."""
        return self.truth.get(path, {}).get("refused") or REFUSED.get(path, "")

    @property
    def latest(self) -> date:
        """The newest day of delivery of which sales were loaded."""
        _, counts = self.loaded()
        sales = (sent.path for sent, of in counts.items() if of.lines)
        days = (path.split("/")[:2] for path in sales)
        return max(
            date.fromisoformat(day.removeprefix("date="))
            for source, day in days
            if source in {"sales", "transactions"}
        )

    def loaded(self) -> tuple[dict[str, list[Row]], dict[Sent, Counts]]:
        """Return the oracle's tables, and its counts of each file that is not refused."""
        files = [sent for sent in self.files() if not self.refused(sent.path)]
        tables, counts = load(landing.delivery(sent.path, sent.file) for sent in files)
        return tables, dict(zip(files, counts, strict=True))


def write(folder: Path) -> Shop:
    """Write all files."""
    loads = [folder / "first", folder / "second"]
    truths = [_generate(loads[number], *week) for number, week in enumerate(WEEKS.items())]
    truth = reduce(or_, truths)
    for path, file in truth.items():  # what comes again and what comes late is loaded later
        if path in AGAIN or file.get("fault") == "file_late":
            (later := loads[1] / path).parent.mkdir(parents=True, exist_ok=True)
            (loads[0] / path).replace(later)
    for target, files in zip(loads, ODD, strict=True):
        for path, content in files.items():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return Shop(loads, truth)


def _generate(folder: Path, start: str, file_faults: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Write the files of a week, of all sources; return what the generators know of each."""
    truth: dict[str, dict[str, Any]] = {}
    for source, sizes in SIZES.items():
        file_fault = file_faults.get(source)
        kinds = [kind for kind in SOURCES[source].kinds if not (file_fault and kind == STATUS_BACK)]
        faults = [f"--fault={kind}={RATES.get(source, RATE)}" for kind in kinds]
        faults += [f"--fault={file_fault}"] * bool(file_fault)
        told = folder.with_name(f"{source}-{start}.json")
        argv = [*sizes.split(), f"--start={start}", "--days=2", *faults]
        assert MAINS[source]([*argv, f"--output={folder}", f"--truth={told}"]) == 0
        truth |= json.loads(told.read_text(encoding="utf-8"))["files"]
    return truth
