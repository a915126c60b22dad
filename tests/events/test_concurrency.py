"""Two runs of the job at once: the second is kept out; where it is let in, no harm is left."""

import gzip
import json
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from itertools import starmap
from pathlib import Path

import boto3
import pytest
from pyspark.sql import SparkSession

from glue_jobs.events import run as events_run
from glue_jobs.events.schemas import EVENTS, GOLD, LOAD_LEDGER, Table
from glue_jobs.lake.ledger import ImbalanceError
from glue_jobs.lake.lock import LockError
from local_aws.server import LocalAws
from tests import oracle
from tests.dataset import Dataset
from tests.pipeline import KEPT, Pipeline, deploy
from tests.stack.test_pipeline import CART, FIRST, PURCHASE, SEARCH, SECOND, VIEW
from tests.tools import demo

CONTENTS = {FIRST: [VIEW, CART, SEARCH], SECOND: [{**PURCHASE, "user_id": "u_2"}, VIEW]}
LOCK = "locks/events"
OTHER = ("source_file", "etag", "modified_time", "run_id")  # what differs from lake to lake
BEFORE_COMMIT = "        job.commit()"


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
            line in module.read_text() for module in (demo.PROJECT / "glue_jobs").rglob("*.py")
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


def test_second_run(pipeline: Pipeline, tmp_path: Path) -> None:
    """Whoever starts another run, of the job or of a copy of it: it ends at once, and says why.

    As the template has it, once at a time, the start of another run is refused.
    """
    glue, name = boto3.client("glue"), pipeline.stack["CurateJobName"]
    job = glue.get_job(JobName=name)["Job"]
    glue.create_job(Name="copy", **{key: job[key] for key in KEPT if key in job})
    first = Held(pipeline, BEFORE_COMMIT, tmp_path)
    others = [
        (pipeline.start(), name),
        (glue.start_job_run(JobName="copy")["JobRunId"], "copy"),
    ]
    for run_id, of in others:
        refused = pipeline.wait(run_id, of)
        assert refused["JobRunState"] == "FAILED"
        told = f"{LOCK} is held by run {first.run_id} of job '{name}' since 20"
        assert told in refused["ErrorMessage"]
    pipeline.change_job(ExecutionProperty={"MaxConcurrentRuns": 1}, MaxRetries=0)
    with pytest.raises(glue.exceptions.ConcurrentRunsExceededException):
        pipeline.start()

    assert first.let_go()["JobRunState"] == "SUCCEEDED"

    files, events = oracle.judge(pipeline.delivered)
    assert pipeline.answers() == oracle.answers(events)
    ledger = pipeline.rows("select * from load_ledger", "Bronze")
    assert sorted(int(row["accepted"]) for row in ledger) == sorted(
        file.accepted for file in files.values()
    )
    left = boto3.client("s3").list_objects_v2(
        Bucket=pipeline.stack["AnalyticsBucketName"], Prefix=LOCK
    )
    assert left["KeyCount"] == 0


@dataclass
class Race:
    """Two raw files that two runs find new at once, and what is right in the end."""

    dataset: Dataset
    uris: list[str]
    right: dict[Table, list[str]]

    def overtake(self, step: str, run_other: Callable[[], object]) -> None:
        """Make a run, and just before one of its steps, the first time, another."""
        slow = self.dataset.open()
        *owners, name = step.split(".")
        owner = reduce(getattr, owners, slow)
        if not hasattr(owner, name):  # no step of the lake, but of the run
            owner = events_run
        do_step, others = getattr(owner, name), iter([run_other])

        def overtaken(*args: object) -> object:
            for run in others:  # the first time only
                run()
            return do_step(*args)

        self.dataset.at_work.add(slow.run_id)
        try:
            with pytest.MonkeyPatch.context() as changes:
                changes.setattr(owner, name, overtaken)
                self.dataset.run(*self.uris, lake=slow)
        finally:
            self.dataset.at_work.clear()

    def run_unlocked(self) -> None:
        """Remove the lock of the run that is at work, and make one over the same files."""
        self.dataset.store.delete([LOCK])
        self.dataset.run(*self.uris)

    @property
    def in_flight(self) -> int:
        """How many runs have left a manifest that they did not commit."""
        return len(self.dataset.in_flight())


def _tables(dataset: Dataset) -> dict[Table, list[str]]:
    """Return the rows of silver, the ledger and gold, but for what differs from lake to lake."""
    return {
        table: sorted(map(str, ({**row, **dict.fromkeys(OTHER)} for row in dataset.rows(table))))
        for table in (EVENTS, LOAD_LEDGER, *GOLD)
    }


@pytest.fixture
def race(aws: LocalAws, spark: SparkSession) -> Race:
    """Two files in an empty dataset; what is right is what an undisturbed run makes of them."""
    contents = {key: [json.dumps(each).encode() for each in CONTENTS[key]] for key in CONTENTS}
    datasets = [Dataset(aws, spark), Dataset(aws, spark)]
    (undisturbed, its_uris), (dataset, uris) = [
        (each, list(starmap(each.deliver, contents.items()))) for each in datasets
    ]
    undisturbed.run(*its_uris)
    return Race(dataset, uris, _tables(undisturbed))


@pytest.mark.parametrize("step", ["append", "overwrite", "vacuum"])
def test_second_inside_the_first(race: Race, step: str) -> None:
    """The second run is kept out wherever the first is, and the first takes no harm.

    Let in, it would be lost in turn: what the first has read of gold and of the ledger is old then,
    and swapped in all the same.
    """
    others = []

    def run_other() -> None:
        with pytest.raises(LockError, match=rf"{LOCK} is held by run jr_\d+ of job ") as refused:
            race.dataset.run(*race.uris)
        others.append(refused)

    race.overtake(step, run_other)

    assert len(others) == 1
    assert _tables(race.dataset) == race.right
    assert not race.in_flight
    assert not race.dataset.keys("locks/")


@pytest.mark.parametrize("step", ["append", "overwrite", "vacuum"])
def test_lock_removed_by_hand(race: Race, step: str) -> None:
    """Before it appends, swaps and commits, the first run sees that its lock is gone."""
    with pytest.raises(LockError, match="but it is gone; this run stops here"):
        race.overtake(step, race.run_unlocked)

    assert _tables(race.dataset) == race.right
    assert race.in_flight == 1
    race.dataset.run()
    assert _tables(race.dataset) == race.right
    assert not race.in_flight


def test_paused_before_the_append(race: Race) -> None:
    """Where it is removed just after that look, events stand twice; the next run takes them out."""
    with pytest.raises(ImbalanceError, match="silver has every event once"):
        race.overtake("catalog.set_locations", race.run_unlocked)

    assert len(race.dataset.rows(EVENTS)) == 2 * len(race.right[EVENTS])
    race.dataset.run()
    assert _tables(race.dataset) == race.right
    assert not race.in_flight
