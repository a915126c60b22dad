"""The order book's runbook: a first run loads the sample as the truth has it, a second nothing."""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import pytest

from glue_jobs.commerce.schemas import WRITTEN
from local_aws.calls import Call, recording
from tests.order_book import OrderBook, deploy
from tests.tools import calls
from tests.tools.demo_order_book import RUNBOOK, stack_name
from tests.tools.stacks import execute_notebook

STUDENT_ID = "runbook"
TRUTH = json.loads((RUNBOOK.parent / "sample-data/truth.json").read_text(encoding="utf-8"))
FILES: dict[str, dict[str, Any]] = TRUTH["files"]
FACTS: dict[str, Any] = TRUTH["planted"]["transactions"]
LAST_CELL = """
import json

print(json.dumps({
    "changes": {day: changes[day].reset_index().astype(str).values.tolist() for day in changes},
    "runs": [each for each in ledger.run_id.drop_duplicates()],
    "came back": came_back.transaction_id.tolist(),
    "sales": sales.reset_index().astype(str).values.tolist(),
    "tables": sorted(before),
}))
"""


@pytest.fixture(scope="module")
def shop(request: pytest.FixtureRequest) -> OrderBook:
    """Both stacks, to which nobody has delivered anything."""
    request.getfixturevalue("aws_environment")
    shop = deploy(STUDENT_ID)
    shop.quicken()
    return shop


@pytest.fixture(scope="module")
def recorded(shop: OrderBook) -> Iterator[set[Call]]:
    """All calls once the stacks are there."""
    del shop
    with recording() as found:
        yield found


@pytest.fixture(scope="module")
def found(recorded: set[Call], tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What two executions of the runbook found, one after the other."""
    del recorded
    folder = tmp_path_factory.mktemp("executed")
    with calls.calling_as("runbook"):
        return [_execute(folder / f"{number}.ipynb") for number in (1, 2)]


def _execute(file: Path) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("COMMERCE_STACK", stack_name(STUDENT_ID))
        execute_notebook(RUNBOOK, file, LAST_CELL)
    *_, last = nbformat.read(file, as_version=4).cells
    return json.loads(last.outputs[0].text)


def test_committed_without_outputs() -> None:
    """What the repository holds is the runbook, not one of its runs."""
    cells = nbformat.read(RUNBOOK, as_version=4).cells

    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


def test_ledger(shop: OrderBook, found: list[dict[str, Any]]) -> None:
    """Each file is counted as the truth has it, and lies in the ledger once."""
    rows = shop.rows("select * from commerce_ledger", "Bronze")
    names = ("accepted", "duplicates", "rejected")
    counted = {(row["source"], row["dt"]): [int(row[name]) for name in names] for row in rows}

    assert found
    assert len(rows) == len(counted)
    assert counted == {
        _source_and_day(key): [file[name] for name in names]
        for key, file in FILES.items()
        if "refused" not in file
    }


def _source_and_day(key: str) -> tuple[str, str]:
    source, day, _ = key.split("/")
    return source, day.removeprefix("date=")


def test_receipts(shop: OrderBook, found: list[dict[str, Any]]) -> None:
    """However often a file was delivered, it has one receipt, that says what became of it."""
    rows = shop.rows(
        "select landing_key, array_join(reasons, ',') as reasons from file_receipts "
        "where date between '2026-03-02' and '2026-03-04'",
        "Bronze",
    )

    assert found
    assert Counter((row["landing_key"], row["reasons"]) for row in rows) == Counter(
        (f"landing/{key}", file.get("refused", "")) for key, file in FILES.items()
    )


@pytest.mark.parametrize("run", [0, 1])
def test_sales(found: list[dict[str, Any]], run: int) -> None:
    """Revenue of each day, and how many sales came back, are those that were planted."""
    revenue = [[day, *amounts] for day, _, _, *amounts in found[run]["sales"]]

    assert revenue == FACTS["revenue"]
    assert len(found[run]["came back"]) == FACTS["transactions"]["returned"]


def test_changes(found: list[dict[str, Any]]) -> None:
    """A late return changes its day of sale, and no other that was loaded before."""
    first, second = (each["changes"] for each in found)
    days = {delivered: [day for day, *_ in rows] for delivered, rows in first.items()}
    [[_, *changed], _] = first["2026-03-04"]
    gross, returned, net = (list(map(Decimal, changed[at : at + 2])) for at in (0, 2, 4))

    assert days == {
        "2026-03-03": ["2026-03-02", "2026-03-03"],
        "2026-03-04": ["2026-03-02", "2026-03-04"],
    }
    assert gross[1] == gross[0]
    assert returned[1] - returned[0] == net[0] - net[1] > 0
    assert not any(second.values())


def test_second_execution(found: list[dict[str, Any]]) -> None:
    """It finds each file in the ledger as the run of its day left it; all tables are compared."""
    assert len(found[0]["runs"]) == len(found[0]["changes"])
    assert found[1]["runs"] == found[0]["runs"]
    assert found[0]["tables"] == sorted(table.name for table in WRITTEN)


def test_calls(found: list[dict[str, Any]], recorded: set[Call]) -> None:
    """The runbook, with the commands that it runs, called what the list says."""
    assert found
    names = calls.StackNames(f"capstone-{STUDENT_ID}", stack_name(STUDENT_ID))
    calls.check("runbook", calls.made_by("runbook", recorded, names))
