"""Sales that come late, are corrected, lose their status or share an id: the truth knows them."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from operator import itemgetter
from pathlib import Path

import pytest

from commerce.generators import generate_transactions
from tests.commerce.order_book import files, read
from tests.commerce.shop import DAYS, SIZES, START, generate

KINDS = ("row_late", "correction", "status_back", "id_reused")
STATUSES = ("completed", "returned", "refunded")
Identity = tuple[str, str]


@pytest.fixture(scope="module")
def struck(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    """A shop in which all of it happens, and the truth."""
    folder = tmp_path_factory.mktemp("struck")
    faults = [f"--fault={kind}=0.2" for kind in KINDS]
    return folder, generate("transactions", folder, *faults)


@pytest.fixture(scope="module")
def rows(struck: tuple[Path, dict]) -> dict[Identity, list[dict]]:
    """The rows of each transaction in the order of time, each with its delivery day as ``file``."""
    rows = defaultdict(list)
    for file in files(struck[0], "transactions"):
        for row in read(file)[0]:
            identity = row["transaction_id"], row["transaction_date"][:10]
            rows[identity].append(row | {"file": file.parent.name.removeprefix("date=")})
    return {key: sorted(some, key=itemgetter("updated_at")) for key, some in rows.items()}


def _content(row: dict) -> tuple:
    return tuple(value for field, value in row.items() if field not in {"updated_at", "file"})


def test_files(struck: tuple[Path, dict]) -> None:
    """A row that says, but for its time, what came before is a duplicate of its file."""
    seen, found = set(), {}
    for file in files(struck[0], "transactions"):
        contents = [_content(row) for row in read(file)[0]]
        new = set(contents) - seen
        seen |= new
        found[file.relative_to(struck[0]).as_posix()] = (len(new), len(contents) - len(new))
    told = {name: (f["accepted"], f["duplicates"]) for name, f in struck[1]["files"].items()}

    assert told == found
    assert struck[1]["totals"]["duplicates"] > 0


def test_revenue(struck: tuple[Path, dict], rows: dict[Identity, list[dict]]) -> None:
    """On its day of sale counts the amount that was true last, returned if it ever was."""
    gross, returned = defaultdict(Decimal), defaultdict(Decimal)
    for (_, day), versions in rows.items():
        amount = Decimal(versions[-1]["total_amount"])
        gross[day] += amount
        if any(row["status"] != "completed" for row in versions):
            returned[day] += amount

    assert struck[1]["planted"]["revenue"] == [
        [day, *(f"{each:.2f}" for each in (gross[day], returned[day], gross[day] - returned[day]))]
        for day in (str(START + timedelta(days=number)) for number in range(DAYS))
    ]


def test_no_two_rows_are_true_at_once(rows: dict[Identity, list[dict]]) -> None:
    """What was true last can be told, whatever the order of delivery."""
    for versions in rows.values():
        assert len({row["updated_at"] for row in versions}) == len(versions)


def test_statuses(struck: tuple[Path, dict], rows: dict[Identity, list[dict]]) -> None:
    """The truth counts the highest status, and names the sales whose status went back."""
    highest = Counter(
        max((row["status"] for row in versions), key=STATUSES.index) for versions in rows.values()
    )
    back = set()
    for (transaction, day), versions in rows.items():
        if any(
            STATUSES.index(a["status"]) > STATUSES.index(b["status"]) for a, b in pairwise(versions)
        ):
            back.add((transaction, day))
    planted = struck[1]["planted"]

    assert {status: planted["transactions"][status] for status in STATUSES} == highest
    assert {(transaction, day) for transaction, day, _ in planted["status_back"]} == back != set()


def test_corrections(struck: tuple[Path, dict], rows: dict[Identity, list[dict]]) -> None:
    """The truth names each corrected amount; every later row has it."""
    corrected = {}
    for (transaction, day), versions in rows.items():
        amounts = [row["total_amount"] for row in versions]
        if len(set(amounts)) > 1:
            assert amounts[1:] == [amounts[1]] * (len(amounts) - 1)
            assert Decimal(amounts[0]) > Decimal(amounts[1])
            corrected[transaction, day] = amounts[1]
    planted = struck[1]["planted"]["correction"]

    assert {(transaction, day): amount for transaction, day, amount in planted} == corrected != {}


def test_late_sales(struck: tuple[Path, dict], rows: dict[Identity, list[dict]]) -> None:
    """A late sale is in a file of one to five days later, all others in that of their day."""
    delays = {}
    for (transaction, day), versions in rows.items():
        sale = versions[0]
        assert sale["updated_at"][:10] == day
        if delay := (date.fromisoformat(sale["file"]) - date.fromisoformat(day)).days:
            delays[transaction, day] = delay
    planted = struck[1]["planted"]["row_late"]

    assert {(transaction, day) for transaction, day, _ in planted} == delays.keys()
    assert {*delays.values()} == {1, 2, 3, 4, 5}


def test_reused_ids(struck: tuple[Path, dict], rows: dict[Identity, list[dict]]) -> None:
    """A reused id is of a sale of the day before: two transactions of one id."""
    days = defaultdict(list)
    for transaction, day in list(rows):
        days[transaction].append(day)
    again = {(id_, day) for id_, both in days.items() for day in sorted(both)[1:]}

    assert {*map(tuple, struck[1]["planted"]["id_reused"])} == again != set()
    assert max(map(len, days.values())) == 2
    assert len(rows) == 1500


def test_file_faults_do_not_go_with_a_repeated_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether a row repeats another depends on whether the file of that was loaded."""
    argv = [*SIZES["transactions"], "--output", str(tmp_path), "--fault", "file_truncated"]

    with pytest.raises(SystemExit):
        generate_transactions.main([*argv, "--fault", "status_back=0.1"])
    assert "status_back and file_truncated do not go together" in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == []
