"""The notebook as it stands in the repository, and what it says of a stack in any state."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import boto3
import nbformat
import pandas as pd
import pytest
from nbclient.exceptions import CellExecutionError

from tests.pipeline import Pipeline, deploy
from tests.stack.test_pipeline import SEARCH, VIEW
from tests.tools import demo, stacks
from tests.tools.stacks import execute_notebook

SLOT = "events/year=2026/month=03/day=02/hour=18/minute=25/"
MARKERS = ("events/", "events/year=2026/", SLOT)  # of folders, as the S3 console makes them
HIDDEN = (f"{SLOT}_SUCCESS", f"{SLOT}.a.jsonl.gz")  # what Spark and people leave there
# How often each category is viewed: nobody checks what one is called.
CATEGORIES = {
    "NA": 2,
    "None": 3,
    "null": 4,
    "books": 5,
    "(search)": 6,
    " books": 7,
    "$x_1$": 8,
    "_hidden": 9,
    "00123": 10,
    "x" * 5000: 11,
}
SEARCHES = 12
# Folders of no slot, or of one that nobody expects, and what tells the event of their file apart.
ODD_FOLDERS = {
    "events/year=2026/month=3/day=2/hour=18/minute=25/": {"user_id": "u_a"},
    "events/year=2026/month=13/day=02/hour=18/minute=25/": {"user_id": "u_b"},
    "events/year=2026/month=03/day=02/hour=18/minute=99/": {"user_id": "u_c"},
    "events/year=2026/month=03/day=02/hour=19/minute=03/": {"user_id": "u_d"},
    "events/year=2010/month=01/day=01/hour=00/minute=00/": {"timestamp": "2010-01-01T00:00:00Z"},
    "events/year=2099/month=12/day=31/hour=23/minute=55/": {
        "timestamp": "2099-12-31T23:59:59.999999Z"
    },
    "events/by-hand/": {"user_id": "u_e"},
}
LAST_CELL = """
import json

print(json.dumps({
    "ledger": dict(zip(again.index, again.state)),
    "missing": missing.values.tolist(),
    "categories": dict(zip(categories.category.fillna("is NULL"), categories.events.tolist())),
    "chart": events_by_day.sum().astype(int).to_dict(),
    "products": top.product_id.tolist(),
    "days": [str(day) for day in users.event_date],
    "page": page,
}))
"""


def test_committed_without_outputs() -> None:
    """What the repository holds is the runbook, not one of its runs."""
    cells = nbformat.read(demo.NOTEBOOK, as_version=4).cells

    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


def _run_cell(text: str, known: dict[str, Any], until: str = "\0") -> dict[str, Any]:
    """Run the cell that holds a text, up to another, where names are known; return all names."""
    cells = nbformat.read(demo.NOTEBOOK, as_version=4).cells
    [source] = [each.source for each in cells if each.cell_type == "code" and text in each.source]
    exec(source.partition(until)[0], known)  # ruff: ignore[exec-builtin] - the notebook's own code
    return known


def test_modules_may_be_read() -> None:
    """Whoever unpacks the modules may read them; the same text makes the same bytes."""
    known = _run_cell(
        "def zipped", {"io": io, "zipfile": zipfile, "Path": Path}, until="def upload_if_changed"
    )

    packed = known["zipped"](demo.PROJECT / "glue_jobs")

    assert packed == known["zipped"](demo.PROJECT / "glue_jobs")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o644}
        assert "glue_jobs/report/page.html" in archive.namelist()


@pytest.mark.usefixtures("aws_environment")
def test_no_stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without its stack the notebook stops at once and says what to do."""
    monkeypatch.setenv("CAPSTONE_STACK", "capstone-nowhere")

    with pytest.raises(CellExecutionError, match=r"no stack 'capstone-nowhere' answers .*; create"):
        execute_notebook(demo.NOTEBOOK, tmp_path / "executed.ipynb")


def test_missing() -> None:
    """Gaps are ranges, however long; files that name no time, and ignored ones, have no slot."""
    rows = [
        ("2010-01-01", "00", "minute=00/a.gz", "loaded", None),
        ("2026-03-02", "18", "minute=58/a.gz", "loaded", None),
        ("2026-03-02", "19", "minute=03/a.gz", "unreadable", "it ends"),
        ("2026-03-02", "19", "minute=05/notes.txt", "ignored", None),
        ("2026-03-02", "19", "minute=10/a.gz", "loaded", None),
        ("2026-03-02", "19", "minute=99/a.gz", "loaded", None),
        ("2099-12-31", "23", "minute=55/a.gz", "loaded", None),
        ("0999-01-01", "00", "minute=00/a.gz", "loaded", None),
        ("unknown", "unknown", "month=13/minute=00/a.gz", "loaded", None),
    ]
    names = ["dt", "hour", "source_file", "state", "error"]
    ledger = pd.DataFrame(rows, columns=names, dtype="string").set_index("source_file")
    ledger.index = "s3://b/" + ledger.index
    known = {"pd": pd, "pairwise": pairwise, "loaded": ledger, "new": ledger}

    found = _run_cell("gaps = [", known | {"arrived": {"s3://b/late.gz": None}})["missing"]

    assert found.to_numpy().tolist() == [
        ["s3://b/late.gz", "in no run yet"],
        ["s3://b/minute=03/a.gz", "it ends"],
        ["s3://b/minute=05/notes.txt", "ignored"],
        ["2010-01-01 00:05 to 2026-03-02 18:50", "no file"],
        ["2026-03-02 19:05 to 2026-03-02 19:05", "no file"],
        ["2026-03-02 19:15 to 2099-12-31 23:50", "no file"],
    ]


@pytest.fixture(scope="module")
def pipeline(request: pytest.FixtureRequest) -> Pipeline:
    """A stack whose source bucket holds folder markers and hidden objects only."""
    request.getfixturevalue("aws_environment")
    pipeline = deploy("capstone-states", "states")
    pipeline.quicken()
    for key in (*MARKERS, *HIDDEN):
        _put(pipeline, key, b"")
    return pipeline


@pytest.fixture(scope="module")
def executed(
    pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], tuple[str, dict]]:
    """Execute the notebook on that stack; return what it printed, and what it found."""
    file = tmp_path_factory.mktemp("executed") / "executed.ipynb"

    def execute() -> tuple[str, dict]:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("CAPSTONE_STACK", "capstone-states")
            execute_notebook(demo.NOTEBOOK, file, LAST_CELL)
        cells = nbformat.read(file, as_version=4).cells
        *printed, found = (each.text for cell in cells for each in _streams(cell))
        return "".join(printed), json.loads(found)

    del pipeline  # it only has to be there
    return execute


def _streams(cell: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [each for each in cell.get("outputs", []) if each.get("name") == "stdout"]


def _put(pipeline: Pipeline, key: str, body: bytes) -> str:
    """Put an object into the source bucket; return its URI."""
    bucket = pipeline.stack["SourceBucketName"]
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    return f"s3://{bucket}/{key}"


def _packed(events: Iterable[dict]) -> bytes:
    return gzip.compress("".join(json.dumps(event) + "\n" for event in events).encode())


def test_only_markers(executed: Callable[[], tuple[str, dict]]) -> None:
    """A stack without a raw file has empty answers, a page of today, and a word on it."""
    printed, found = executed()

    assert "No raw file has arrived under s3://" in printed
    assert found.pop("page").endswith("/index.html")
    assert not any(found.values())


def test_only_broken_files(pipeline: Pipeline, executed: Callable[[], tuple[str, dict]]) -> None:
    """Files that nobody can read, or that are none, are named; no answer has a row."""
    broken = _put(pipeline, f"{SLOT}broken.jsonl.gz", _packed([VIEW])[:-9])
    notes = _put(pipeline, f"{SLOT}notes.txt", b"what I have seen\n")

    _, found = executed()

    assert found["ledger"].pop(broken) == "unreadable"
    assert notes in found["ledger"]
    assert {*found["ledger"].values()} == {"ignored"}
    assert [broken, "the file ends before its gzip stream"] in found["missing"]
    assert notes in {file for file, _ in found["missing"]}
    assert not found["categories"]
    assert not found["days"]


def test_whatever_lies_there(
    pipeline: Pipeline,
    executed: Callable[[], tuple[str, dict]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A run under way over a part of a backlog; slots, times and names of any kind."""
    views = [
        {**VIEW, "category": name, "product_id": f"00{number}", "user_id": f"u_{number}"}
        for name, times in CATEGORIES.items()
        for number in range(times)
    ]
    searches = [{**SEARCH, "user_id": f"u_{number}"} for number in range(SEARCHES)]
    files = [_put(pipeline, f"{SLOT}again.jsonl.gz", _packed([VIEW]))]
    pipeline.run()
    _put(pipeline, f"{SLOT}again.jsonl.gz", _packed([{**VIEW, "user_id": "u_other"}]))
    files.append(_put(pipeline, f"{SLOT}categories.jsonl.gz", _packed(views + searches)))
    for folder, event in ODD_FOLDERS.items():
        files.append(_put(pipeline, f"{folder}odd.jsonl.gz", _packed([{**VIEW, **event}])))
    job = boto3.client("glue").get_job(JobName=pipeline.stack["CurateJobName"])["Job"]
    pipeline.change_job(DefaultArguments={**job["DefaultArguments"], "--max_files": "5"})

    def start_before_it_does(heading: str) -> None:
        if heading.strip() == "What is new?":
            pipeline.start()

    monkeypatch.setattr(stacks, "say", start_before_it_does)

    printed, found = executed()

    assert {file for file, state in found["ledger"].items() if state == "loaded"} == {*files}
    waiting = [file for file, what in found["missing"] if what == "in no run yet"]
    assert len(waiting) in {len(files) - 6, len(files) - 5}  # one was loaded, and written again
    assert "it read 0 of the files that were there again" in printed
    expected = CATEGORIES | {"books": CATEGORIES["books"] + 2 + len(ODD_FOLDERS)}
    assert found["chart"] == {f"“{name}”": n for name, n in expected.items()} | {
        "(search)": SEARCHES
    }
    assert found["days"] == ["2010-01-01", "2026-03-01", "2099-12-31"]
    assert found["page"].endswith("dt=2099-12-31/index.html")
    assert {"000", "001"} < {*found["products"]}
