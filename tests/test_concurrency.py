"""Two runs of the job at once: refused by Glue; where it happens all the same, no harm is left."""

import gzip
import json
import textwrap
import time
from dataclasses import dataclass
from functools import partial
from itertools import starmap
from pathlib import Path

import boto3
import pytest
from pyspark.sql import SparkSession

from glue_jobs.ledger import ImbalanceError
from glue_jobs.publish import ConflictError
from glue_jobs.schemas import EVENTS, GOLD, LOAD_LEDGER, Table
from local_aws.server import LocalAws
from tests import demo, oracle
from tests.lake import Dataset
from tests.pipeline import Pipeline, deploy
from tests.test_pipeline import CART, FIRST, PURCHASE, SEARCH, SECOND, VIEW

CONTENTS = {FIRST: [VIEW, CART, SEARCH], SECOND: [{**PURCHASE, "user_id": "u_2"}, VIEW]}
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


def test_both_commit(pipeline: Pipeline, tmp_path: Path) -> None:
    """The bookmark is the first committer's; the other fails as Glue reports it.

    As the template has it, once at a time, the start of another run is refused.
    """
    slow = Held(pipeline, BEFORE_COMMIT, tmp_path)
    pipeline.run()
    pipeline.change_job(ExecutionProperty={"MaxConcurrentRuns": 1}, MaxRetries=0)
    with pytest.raises(boto3.client("glue").exceptions.ConcurrentRunsExceededException):
        pipeline.start()

    failed = slow.let_go()

    assert failed["JobRunState"] == "FAILED"
    assert "VersionMismatchException: Continuation update failed" in failed["ErrorMessage"]
    pipeline.run()
    files, events = oracle.judge(pipeline.delivered)
    assert pipeline.answers() == oracle.answers(events)
    ledger = pipeline.rows("select * from load_ledger", "Bronze")
    assert sorted(int(row["accepted"]) for row in ledger) == sorted(
        file.accepted for file in files.values()
    )
    assert pipeline.rows("select count(*) as events from events", "Silver") == [
        {"events": str(len(events))}
    ]


@dataclass
class Race:
    """Two raw files that two runs find new at once, and what is right in the end."""

    dataset: Dataset
    uris: list[str]
    right: dict[Table, list[str]]

    def overtake(self, step: str) -> None:
        """Make a run, and before one of its steps another, over the same files, from end to end."""
        slow = self.dataset.open()
        do_step = getattr(slow, step)
        others = iter([partial(self.dataset.run, *self.uris, at_work=slow.run_id)])

        def overtaken(*args: object) -> object:
            for run_other in others:  # the first time only
                run_other()
            return do_step(*args)

        setattr(slow, step, overtaken)
        self.dataset.run(*self.uris, lake=slow)

    @property
    def notes(self) -> int:
        """How many runs have left a note of doubt."""
        return len(self.dataset.keys("unsettled/"))


def _tables(dataset: Dataset) -> dict[Table, list[str]]:
    """Return the rows of silver, the ledger and gold, but for what differs from lake to lake."""
    return {
        table: sorted(
            map(str, ({**row, "source_file": None, "run_id": None} for row in dataset.rows(table)))
        )
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


def test_both_append_the_same_events(race: Race) -> None:
    """The slower run finds its events twice in silver and fails; the next run takes them out."""
    with pytest.raises(ImbalanceError, match="of every file, lines = accepted"):
        race.overtake("append_events")

    assert len(race.dataset.rows(EVENTS)) == 2 * len(race.right[EVENTS])
    race.dataset.run()
    assert _tables(race.dataset) == race.right
    assert not race.notes


def test_both_publish(race: Race) -> None:
    """Who comes later finds other partitions than it was to replace, and leaves them alone."""
    with pytest.raises(ConflictError, match="conversion_funnel was to be swapped"):
        race.overtake("_refuse_if_moved")

    assert _tables(race.dataset) == race.right
    assert race.notes == 1
    race.dataset.run()
    assert _tables(race.dataset) == race.right
    assert not race.notes
