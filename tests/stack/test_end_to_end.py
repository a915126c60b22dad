"""What a newcomer sees: the demo's program, its notebooks, and the answers on disk."""

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests import oracle
from tests.pipeline import ANSWER_TYPES, typed_rows
from tests.tools import calls, demo
from tests.tools.demo_order_book import RUNBOOK


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the demo leaves, from a run in a process of its own; beside it its calls."""
    folder = tmp_path_factory.mktemp("demo") / "build"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.tools.calls",
            folder.with_name("calls.json"),
            "--build",
            folder,
        ],
        cwd=demo.PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (folder / "printed.txt").write_text(done.stdout, encoding="utf-8")
    return folder


COLUMNS = {
    "1": "product_id page_views add_to_carts purchases "
    "view_to_cart_rate cart_to_purchase_rate view_to_purchase_rate",
    "2": "revenue_hour revenue",
    "3": "product_id page_views",
    "4": "event_date category events",
    "5": "event_date unique_users unique_sessions",
}


@pytest.mark.parametrize("number", COLUMNS)
def test_answer(build: Path, number: str) -> None:
    """An answer has the promised columns first, and the cells computed from the raw files."""
    columns = COLUMNS[number].split()
    _, events = oracle.judge(demo.SAMPLE_DATA.glob("events-*.jsonl.gz"))
    expected = oracle.answers(events)[number]

    answer = (build / "answers" / f"query-{number}.csv").read_text(encoding="utf-8")

    header = next(csv.reader(io.StringIO(answer)))
    assert header[: len(columns)] == columns
    assert typed_rows(answer, ANSWER_TYPES[number]) == expected


def test_second_run_adds_nothing(build: Path) -> None:
    """The demo says so of events and of orders, and counts."""
    printed = (build / "printed.txt").read_text(encoding="utf-8")

    assert "The first run of the notebook loaded 12 files and 60,000 events; " in printed
    assert "the second added 0 files and 0 events.\n" in printed
    assert printed.endswith("delivered and loaded once more, they changed no row.\n")


def test_daily_sales(build: Path) -> None:
    """The order book's answer has the revenue that was planted in its sample."""
    truth = json.loads((RUNBOOK.parent / "sample-data/truth.json").read_text(encoding="utf-8"))
    columns = ("sales_date", "gross_revenue", "returned_revenue", "net_revenue")

    answer = (build / "answers/order-book-2.csv").read_text(encoding="utf-8")

    rows = [[row[name] for name in columns] for row in csv.DictReader(io.StringIO(answer))]
    assert rows == truth["planted"]["transactions"]["revenue"]


def test_readme_shows_it(build: Path) -> None:
    """What the README shows of `make demo` is what it prints, but for the seconds."""
    printed = (build / "printed.txt").read_text(encoding="utf-8")
    readme = (demo.PROJECT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"make demo\n```\n\n```text\n(.*?)```", readme, re.DOTALL)[1]

    assert _without_seconds(shown) == _without_seconds(printed)


def _without_seconds(text: str) -> list[str]:
    lines = re.sub(r"(?m)^ *\d+\.\d s", "", text).strip().splitlines()
    return [line.rstrip() for line in lines]


@pytest.mark.parametrize("name", ["first-run", "second-run"])
def test_notebook(build: Path, name: str) -> None:
    """Every cell ran, none complained, and each question has its picture."""
    cells = nbformat.read(build / f"{name}.ipynb", as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]

    assert all(cell.execution_count for cell in cells if cell.cell_type == "code")
    assert {output.output_type for output in outputs} <= {
        "stream",
        "display_data",
        "execute_result",
    }
    assert sum("image/png" in output.get("data", {}) for output in outputs) == len(COLUMNS)
    printed = "".join(output.get("text", "") for output in outputs)
    assert "the second run added 0 files and 0 events" in printed
    assert "it read 0 of the files that were there again" in printed


@pytest.mark.parametrize(("name", "done"), [("first-run", "uploaded"), ("second-run", "unchanged")])
def test_code_is_uploaded_once(build: Path, name: str, done: str) -> None:
    """Scripts, modules, state machine and queries go up once: unchanged code is not sent again."""
    cells = nbformat.read(build / f"{name}.ipynb", as_version=4).cells
    [uploads] = [cell.outputs for cell in cells if "def upload_if_changed" in cell.source]

    assert uploads[0]["data"]["text/plain"].split().count(done) == 5


def test_report(build: Path) -> None:
    """The page of the report job that the notebook started has the day's numbers."""
    _, events = oracle.judge(demo.SAMPLE_DATA.glob("events-*.jsonl.gz"))
    users = len({event.user_id for event in events})

    page = (build / "report.html").read_text(encoding="utf-8")

    assert page.startswith("<!doctype html>")
    assert f"<dd>{users:,}</dd>" in page


def test_calls(build: Path) -> None:
    """Notebook and report job called what the list of their calls says, the job nothing else."""
    made = json.loads(build.with_name("calls.json").read_text(encoding="utf-8"))

    calls.check("notebook", made["notebook"])
    calls.check("report", made["report"])
    calls.check_known("job", made["job"])
