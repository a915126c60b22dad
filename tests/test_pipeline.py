"""The job as Glue runs it, on a local AWS: template, script, catalog and SQL against the oracle.

A few runs in a row over one stack, each test a run and what it left.
"""

import csv
import gzip
import io
import json
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import boto3
import pytest

from local_aws.server import LocalAws
from tests import demo, oracle

STACK_NAME, STUDENT_ID = "capstone-pipeline", "pipe-line1"
SLOT = "events/year=2026/month=03/day=01/hour={hour}/minute={minute}/"
FIRST = SLOT.format(hour="23", minute="50") + "events-20260301T235000Z.jsonl.gz"
SECOND = SLOT.format(hour="23", minute="55") + "events-20260301T235500Z.jsonl.gz"
THIRD = SLOT.format(hour="00", minute="00").replace("day=01", "day=02") + "events-3.jsonl.gz"
VIEW = {
    "timestamp": "2026-03-01T23:50:00.000Z",
    "user_id": "u_1",
    "session_id": "s_1",
    "event_type": "page_view",
    "product_id": "p_1",
    "quantity": None,
    "price": None,
    "category": "books",
    "search_query": None,
}
CART = {**VIEW, "event_type": "add_to_cart", "quantity": 3, "price": 19.99}
PURCHASE = {**CART, "event_type": "purchase"}
SEARCH = {
    **VIEW,
    "event_type": "search",
    "product_id": None,
    "category": None,
    "search_query": "caf\u00e9",
}
AT = "2026-03-02T00:0{minute}:00.5Z"
FILES = {
    FIRST: [
        VIEW,
        VIEW,
        CART,
        PURCHASE,
        SEARCH,
        {**VIEW, "user_id": "u_2", "session_id": "s_2", "product_id": "p_2", "category": "toys"},
        {**VIEW, "user_id": None},
        {**VIEW, "user_id": None},
        {**PURCHASE, "price": 19.999},
        '{"broken',
        "[]",
        "",
        {**SEARCH, "colour": "red"},
    ],
    SECOND: [
        VIEW,
        {**PURCHASE, "timestamp": "2026-03-02T00:50:00.000+01:00"},
        {**CART, "timestamp": "2026-03-01T23:57:00Z", "quantity": 1, "price": 0.01},
        {**VIEW, "timestamp": "2026-03-03T23:57:00Z"},
    ],
    # arrives in the second run: two new events, copies of old ones, late ones
    THIRD: [
        {**PURCHASE, "timestamp": AT.format(minute=1)},
        {**VIEW, "timestamp": AT.format(minute=2)},
        VIEW,
        SEARCH,
        {**VIEW, "timestamp": "2026-03-01T23:59:59.999999Z"},
        {**VIEW, "timestamp": "2026-01-31T12:00:00Z"},
        "nonsense \u0001 with a control character",
    ],
}


@dataclass
class Pipeline:
    """One stack on a local AWS, and the raw files delivered to it."""

    stack: dict[str, str]
    raw: Path
    delivered: list[Path] = field(default_factory=list)

    def deliver(self, key: str) -> None:
        """Put a file of ``FILES`` where the producer would."""
        lines = (line if isinstance(line, str) else json.dumps(line) for line in FILES[key])
        path = self.raw / key
        path.parent.mkdir(parents=True)
        path.write_bytes(gzip.compress("\n".join(lines).encode()))
        boto3.client("s3").upload_file(str(path), self.stack["SourceBucketName"], key)
        self.delivered.append(path)

    def run(self, arguments: dict[str, str] | None = None) -> str:
        """Run the job to its success; return the run's id."""
        glue = boto3.client("glue")
        name = self.stack["CurateJobName"]
        run_id = glue.start_job_run(JobName=name, Arguments=arguments or {})["JobRunId"]
        while True:
            run = glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]
            if run["JobRunState"] not in {"STARTING", "RUNNING", "STOPPING"}:
                break
            time.sleep(0.5)
        assert (run["JobRunState"], run.get("ErrorMessage")) == ("SUCCEEDED", None)
        return run_id

    def rows(self, statement: str, layer: str) -> list[dict[str, str]]:
        """Return Athena's answer as it stands in the CSV; NULL is the empty text."""
        return list(csv.DictReader(io.StringIO(demo.ask(statement, self.stack, layer).decode())))

    def tables(self) -> dict[str, Counter[str]]:
        """Return the rows of every table the job writes, with their partitions."""
        layers = {
            "Bronze": ("load_ledger", "rejected_events"),
            "Silver": ("events",),
            "Gold": (
                "conversion_funnel",
                "hourly_revenue",
                "top_products",
                "category_performance",
                "user_activity",
            ),
        }
        return {
            table: Counter(map(str, self.rows(f"select * from {table}", layer)))
            for layer, tables in layers.items()
            for table in tables
        }


@pytest.fixture(scope="module")
def pipeline(aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """A deployed stack with the job's code in place and no raw file."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in aws.settings.environment.items():
            environment.setenv(name, value)
        yield _deployed(tmp_path_factory.mktemp("raw"))


def _deployed(raw: Path) -> Pipeline:
    demo.create_or_update_stack(STACK_NAME, STUDENT_ID)
    stack = demo.stack_outputs(STACK_NAME)
    s3 = boto3.client("s3")
    jobs = demo.PROJECT / "glue_jobs"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for module in jobs.glob("*.py"):
            archive.write(module, f"glue_jobs/{module.name}")
    bucket = stack["AnalyticsBucketName"]
    s3.upload_file(str(jobs / "curate_events.py"), bucket, "glue_jobs/curate_events.py")
    s3.put_object(Bucket=bucket, Key="glue_jobs/glue_jobs.zip", Body=packed.getvalue())
    return Pipeline(stack, raw)


def _typed(rows: Iterable[list[str]], types: tuple[type, ...]) -> list[tuple[object, ...]]:
    """Return the first columns of CSV rows with the types of the oracle."""
    parse = {datetime: datetime.fromisoformat, date: date.fromisoformat}
    return [
        tuple(
            None if not cell else parse.get(kind, kind)(cell)
            for cell, kind in zip(row, types, strict=False)
        )
        for row in rows
    ]


TYPES = (
    (str, int, int, int, float, float, float),
    (datetime, Decimal),
    (str, int),
    (date, str, int),
    (date, int, int),
)


def _assert_answers(pipeline: Pipeline) -> None:
    """Athena's five answers are the oracle's, cell by cell and in the same order."""
    _, events = oracle.judge(pipeline.delivered)
    expected = list(oracle.answers(events).values())
    given = [
        list(csv.reader(io.StringIO(answer.decode())))[1:]
        for _, answer in demo.answers(pipeline.stack)
    ]

    assert list(map(_typed, given, TYPES)) == expected


def _assert_ledger(pipeline: Pipeline) -> None:
    """Every file's lines are accounted for as the oracle counts them."""
    files, _ = oracle.judge(pipeline.delivered)
    ledger = pipeline.rows("select * from load_ledger", "Bronze")

    assert {
        row["source_file"].rsplit("/", 1)[1]: tuple(
            int(row[name]) for name in ("lines", "accepted", "duplicates", "rejected")
        )
        for row in ledger
    } == {
        name: (file.lines, file.accepted, file.duplicates, file.rejected.total())
        for name, file in files.items()
    }


def test_before_the_first_run(pipeline: Pipeline) -> None:
    """Every table answers, empty, before anything was loaded."""
    assert not any(rows for rows in pipeline.tables().values())


def test_first_run(pipeline: Pipeline) -> None:
    """What two files hold is in every table: events, answers, counts, and rejects with text."""
    pipeline.deliver(FIRST)
    pipeline.deliver(SECOND)

    pipeline.run()

    _assert_answers(pipeline)
    _assert_ledger(pipeline)
    files, _ = oracle.judge(pipeline.delivered)
    rejected = pipeline.rows("select * from rejected_events", "Bronze")
    assert {
        (row["source_file"].rsplit("/", 1)[1], row["reason"], row["raw_line"]): int(
            row["occurrences"]
        )
        for row in rejected
    } == {
        (name, reason, line): count
        for name, file in files.items()
        for (reason, line), count in file.rejected.items()
    }


def test_run_without_new_files(pipeline: Pipeline) -> None:
    """A run that finds nothing new succeeds and changes no row, not even a run id."""
    before = pipeline.tables()

    pipeline.run()

    assert pipeline.tables() == before


def test_next_file(pipeline: Pipeline) -> None:
    """A later file adds what is new in it; its copies and late events fall into place."""
    pipeline.deliver(THIRD)

    run_id = pipeline.run()

    _assert_answers(pipeline)
    _assert_ledger(pipeline)
    newest = pipeline.rows(f"select * from load_ledger where run_id = '{run_id}'", "Bronze")
    assert [row["source_file"].rsplit("/", 1)[1] for row in newest] == [Path(THIRD).name]


def test_replay(pipeline: Pipeline) -> None:
    """Reading every file again, bookmark off, leaves the same rows; the ledger names the run."""
    before = pipeline.tables()

    run_id = pipeline.run({"--job-bookmark-option": "job-bookmark-disable"})

    after = pipeline.tables()
    before.pop("load_ledger")
    after.pop("load_ledger")
    assert after == before
    _assert_ledger(pipeline)
    run_ids = {row["run_id"] for row in pipeline.rows("select run_id from load_ledger", "Bronze")}
    assert run_ids == {run_id}
