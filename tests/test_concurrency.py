"""Two runs of the job at once: refused by Glue; where it happens all the same, no harm is left."""

import gzip
import json
import textwrap
import time
from pathlib import Path

import boto3
import pytest

from tests import demo, oracle
from tests.pipeline import Pipeline, deploy
from tests.test_pipeline import CART, FIRST, PURCHASE, SEARCH, SECOND, THIRD, VIEW

CONTENTS = {FIRST: [VIEW, CART, SEARCH], SECOND: [{**PURCHASE, "user_id": "u_2"}, VIEW]}
BEFORE_APPEND = "    lake.append_events(distinct"
BEFORE_SWAP = "        for table, locations in new.items():\n            self._refuse"
BEFORE_COMMIT = "    job.commit()"


@pytest.fixture
def pipeline(request: pytest.FixtureRequest, tmp_path: Path) -> Pipeline:
    """A stack with two new raw files, whose job may run twice at once and is never retried."""
    request.getfixturevalue("aws_environment")
    name = f"at-once-{request.node.name.replace('_', '-')}"
    pipeline = deploy(f"capstone-{name}", name[:20].strip("-"))
    pipeline.quicken()
    pipeline.change_job(ExecutionProperty={"MaxConcurrentRuns": 2}, MaxRetries=0)
    for key, events in CONTENTS.items():
        file = tmp_path / key
        file.parent.mkdir(parents=True)
        file.write_bytes(gzip.compress("\n".join(map(json.dumps, events)).encode()))
        pipeline.deliver(file, key)
    return pipeline


class Held:
    """A run that stops before a line of the job's code until it is let go."""

    def __init__(self, pipeline: Pipeline, line: str, folder: Path) -> None:
        self._pipeline = pipeline
        self._here, self._go = folder / "here", folder / "go"
        hold = (
            f"import pathlib, time\npathlib.Path({str(self._here)!r}).touch()\n"
            f"while not pathlib.Path({str(self._go)!r}).exists(): time.sleep(0.05)\n"
        )
        assert any(
            line in module.read_text() for module in (demo.PROJECT / "glue_jobs").glob("*.py")
        )
        pipeline.put_code({line: textwrap.indent(hold, line[: -len(line.lstrip())]) + line})
        self.run_id = pipeline.start()
        while not self._here.exists():
            time.sleep(0.1)
            assert (
                not boto3
                .client("glue")
                .get_job_run(JobName=pipeline.stack["CurateJobName"], RunId=self.run_id)["JobRun"]
                .get("ErrorMessage")
            )
        pipeline.put_code()

    def let_go(self) -> dict:
        """Let the run go on; return its description when it has ended."""
        self._go.touch()
        return self._pipeline.wait(self.run_id)


def _assert_right(pipeline: Pipeline, notes: int = 0) -> None:
    """Every table says what the oracle says; so many notes of doubt are left."""
    files, events = oracle.judge(pipeline.delivered)
    assert pipeline.answers() == oracle.answers(events)
    ledger = pipeline.rows("select * from load_ledger", "Bronze")
    assert sorted(int(row["accepted"]) for row in ledger) == sorted(
        file.accepted for file in files.values()
    )
    assert pipeline.rows("select count(*) as events from events", "Silver") == [
        {"events": str(len(events))}
    ]
    assert _notes(pipeline) == notes


def _notes(pipeline: Pipeline) -> int:
    bucket = pipeline.stack["AnalyticsBucketName"]
    return boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix="unsettled/")["KeyCount"]


def test_second_start_is_refused(pipeline: Pipeline, tmp_path: Path) -> None:
    """The template's job runs once at a time; the refused start changes nothing."""
    pipeline.change_job(ExecutionProperty={"MaxConcurrentRuns": 1}, MaxRetries=0)
    held = Held(pipeline, BEFORE_APPEND, tmp_path)

    with pytest.raises(boto3.client("glue").exceptions.ConcurrentRunsExceededException):
        pipeline.start()

    assert held.let_go()["JobRunState"] == "SUCCEEDED"
    _assert_right(pipeline)


def test_both_append_the_same_events(pipeline: Pipeline, tmp_path: Path) -> None:
    """The slower run finds its events twice in silver and fails; the next run takes them out."""
    slow = Held(pipeline, BEFORE_APPEND, tmp_path)
    pipeline.run()

    failed = slow.let_go()

    assert failed["JobRunState"] == "FAILED"
    assert "ImbalanceError: of every file, lines = accepted" in failed["ErrorMessage"]
    assert pipeline.rows("select count(*) as events from events", "Silver") == [{"events": "8"}]
    pipeline.run()
    _assert_right(pipeline)


def test_both_publish(pipeline: Pipeline, tmp_path: Path) -> None:
    """Who comes later finds other partitions than it was to replace, and leaves them alone."""
    slow = Held(pipeline, BEFORE_SWAP, tmp_path)
    third = tmp_path / THIRD
    third.parent.mkdir(parents=True)
    third.write_bytes(gzip.compress(json.dumps({**VIEW, "user_id": "u_3"}).encode()))
    pipeline.deliver(third, THIRD)
    pipeline.run()

    failed = slow.let_go()

    assert failed["JobRunState"] == "FAILED"
    assert "ConflictError: conversion_funnel was to be swapped" in failed["ErrorMessage"]
    _assert_right(pipeline, notes=1)
    pipeline.run()
    _assert_right(pipeline)


def test_both_commit(pipeline: Pipeline, tmp_path: Path) -> None:
    """The bookmark is the first committer's; the other fails as Glue reports it."""
    slow = Held(pipeline, BEFORE_COMMIT, tmp_path)
    pipeline.run()

    failed = slow.let_go()

    assert failed["JobRunState"] == "FAILED"
    assert "VersionMismatchException: Continuation update failed" in failed["ErrorMessage"]
    pipeline.run()
    _assert_right(pipeline)
