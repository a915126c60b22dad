"""The committed sample is what its command writes, and its truth is what its files say."""

import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from commerce.generators.sample import FOLDER, SIZES, write_sample
from tests.commerce.order_book import files, read

SOURCES = ("products", "customers", "transactions", "sales", "reviews", "clickstream")
TRUTH = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))
REFUSED = "reviews/date=2026-03-02/reviews.csv"


def _bytes(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_same_bytes(tmp_path: Path) -> None:
    """The command writes what is committed, and it is small."""
    write_sample(tmp_path / "new")

    assert _bytes(tmp_path / "new") == _bytes(FOLDER)
    assert sum(map(len, _bytes(FOLDER).values())) < 250_000


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder that is there already is left alone."""
    with pytest.raises(FileExistsError):
        write_sample(tmp_path)


def test_counts() -> None:
    """The truth counts the lines of every file; one is refused."""
    paths = [path for source in SOURCES for path in files(FOLDER, source)]
    found = {path.relative_to(FOLDER).as_posix(): path for path in paths}
    told = dict(TRUTH["files"])
    refused = told.pop(REFUSED)

    assert refused["refused"] == "wrong_delimiter"
    assert found.pop(REFUSED).read_text(encoding="utf-8").count(";") > 5
    assert told == {name: read(path)[1] for name, path in found.items()}


def _rows() -> dict[tuple[str, str], list[dict]]:
    """Return the rows of each sale, those of the till first, for they know no time of the day."""
    rows = defaultdict(list)
    for source in ("sales", "transactions"):
        for path in files(FOLDER, source):
            for row in read(path)[0]:
                identity = row["transaction_id"], row["transaction_date"][:10]
                rows[identity].append(row | {"file": path.parent.name[5:]})
    return rows


def test_revenue() -> None:
    """Transactions and the till's sales add up to the truth's revenue by day of sale."""
    rows = _rows()
    revenue = defaultdict(lambda: [Decimal(0)] * 2)
    for (_, day), versions in rows.items():
        last = versions[-1]
        amount = Decimal(last.get("total_amount") or last["amount"])
        is_returned = any(row.get("status", "completed") != "completed" for row in versions)
        gross, returned = revenue[day]
        revenue[day] = [gross + amount, returned + amount * is_returned]

    assert len(rows) == SIZES["transactions"]
    assert TRUTH["planted"]["transactions"]["revenue"] == [
        [day, f"{gross:.2f}", f"{returned:.2f}", f"{gross - returned:.2f}"]
        for day, (gross, returned) in sorted(revenue.items())
    ]


def test_what_is_in_it() -> None:
    """A till's day, a return two days late, a correction, duplicates and bad rows."""
    late, corrected, of_till = set(), set(), set()
    for (transaction, day), versions in _rows().items():
        amounts = {row.get("total_amount") or row["amount"] for row in versions}
        if len(amounts) > 1:
            corrected.add(transaction)
        if any(row.get("status") == "returned" and row["file"] > "2026-03-03" for row in versions):
            late.add(day)
        if "amount" in versions[0]:
            of_till.add(day)
    planted = TRUTH["planted"]["transactions"]["correction"]
    struck = {
        name.partition("/")[0]
        for name, file in TRUTH["files"].items()
        if file["rejected"] and file["duplicates"]
    }

    assert late == {"2026-03-02"}
    assert of_till == {"2026-03-03"}
    assert corrected == {transaction for transaction, _, _ in planted} != set()
    assert struck >= {"transactions", "sales", "clickstream"}
