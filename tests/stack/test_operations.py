"""docs/operations.md and the README's way on AWS do what they say: all statements, all commands."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from operator import itemgetter
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from glue_jobs.events.raw_names import is_raw_file
from local_aws.calls import Call, recording
from local_aws.server import LocalAws
from tests import oracle
from tests.pipeline import Pipeline
from tests.report.report_stack import stored
from tests.stack.test_pipeline import CART, PURCHASE, VIEW
from tests.template import template
from tests.tools import calls, demo

PAGE = (demo.PROJECT / "docs/operations.md").read_text(encoding="utf-8")
README = (demo.PROJECT / "README.md").read_text(encoding="utf-8")
STACK = "capstone-x"  # as both pages call it
STRICT = {"MAX_QUANTITY = 2**31 - 1": "MAX_QUANTITY = 2"}  # a rule that was wrong
NAME = "events-20260302T18{minute}00Z.jsonl.gz"


def _blocks(heading: str, language: str) -> list[str]:
    """Return the code of a section of the page."""
    section = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(rf"```{language}\n(.*?)```", section, flags=re.DOTALL)


def _readme_block(step: str) -> str:
    """Return the commands of a step of the README's way on AWS."""
    return re.search(rf"\*\*{step}\.\*\*.*?```\n(.*?)```", README, flags=re.DOTALL)[1]


def _at(minute: int, event: dict, **changes: object) -> dict:
    return {**event, "timestamp": f"2026-03-02T18:{minute:02}:00Z", **changes}


LINES = {
    0: [_at(0, VIEW), _at(1, CART), _at(2, PURCHASE), _at(2, PURCHASE, quantity=1)],
    5: [_at(5, VIEW), _at(5, VIEW), _at(0, VIEW), _at(5, PURCHASE, user_id=None)],
    20: [_at(20, VIEW, user_id=f"u_{number}") for number in range(9)],
    25: [_at(25, VIEW, user_id=f"u_{number}" * 9) for number in range(90)],
}


@pytest.fixture(scope="module")
def recorded() -> Iterator[set[Call]]:
    """All calls since the module began."""
    with recording() as recorded:
        yield recorded


@pytest.fixture(scope="module")
def pipeline(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, recorded: set[Call]
) -> Pipeline:
    """The page's stack after a run over three good files and a cut off one, with a strict rule."""
    del recorded  # it only has to begin first
    request.getfixturevalue("aws_environment")
    # The README's next command waits for the stack, and looks every half minute.
    _bash(_readme_block("Deploy").split("aws cloudformation wait")[0], demo.PROJECT)
    boto3.client("cloudformation").get_waiter("stack_create_complete").wait(
        StackName=STACK, WaiterConfig={"Delay": 1}
    )
    pipeline = Pipeline(demo.stack_outputs(STACK))
    pipeline.quicken()
    pipeline.put_code(STRICT)
    folder = tmp_path_factory.mktemp("operations")
    for minute in LINES:
        _deliver(pipeline, folder, minute, cut=25)
    pipeline.run()
    return pipeline


def _deliver(pipeline: Pipeline, folder: Path, minute: int, cut: int | None = None) -> None:
    """Put a file where the producer would; of the ``cut`` one only the first half."""
    packed = gzip.compress("".join(json.dumps(line) + "\n" for line in LINES[minute]).encode())
    key = demo.raw_key(NAME.format(minute=f"{minute:02}"))
    file = folder / key
    file.parent.mkdir(parents=True)
    file.write_bytes(packed[: len(packed) // 2] if minute == cut else packed)
    pipeline.deliver(file, key)


def _type(heading: str, number: int, folder: Path) -> None:
    """Type a block of commands, after those that the page begins with."""
    names = re.search(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)[1]
    _bash(names + _blocks(heading, "sh")[number], folder)


def _bash(commands: str, folder: Path) -> None:
    """Type commands of a page, as the caller ``docs``."""
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with calls.calling_as("docs"):
        subprocess.run(
            [shutil.which("bash"), "-euc", commands],
            cwd=folder,
            env={**os.environ, "PATH": tools},
            check=True,
        )


def _wait(pipeline: Pipeline) -> str:
    """Wait for the run that was started last; return its id."""
    runs = boto3.client("glue").get_job_runs(JobName=pipeline.stack["CurateJobName"])["JobRuns"]
    run = pipeline.wait(max(runs, key=itemgetter("StartedOn"))["Id"])
    assert (run["JobRunState"], run.get("ErrorMessage")) == ("SUCCEEDED", None)
    return run["Id"]


def _ask(pipeline: Pipeline, heading: str, number: int = 0) -> list[tuple[str, ...]]:
    statement = _blocks(heading, "sql")[number]
    with calls.calling_as("docs"):
        return [tuple(row.values()) for row in pipeline.rows(statement, "Bronze")]


def _without_run(tables: dict[str, list[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
    for row in tables["load_ledger"]:
        row.pop("run_id")
    return tables


def test_slots_without_a_file(pipeline: Pipeline) -> None:
    """Two slots lie between the files that arrived."""
    assert _ask(pipeline, "Is anything missing?") == [
        ("2026-03-02 18:10:00.000", "2026-03-02 18:15:00.000", "2")
    ]


def test_quality_of_a_day(pipeline: Pipeline) -> None:
    """The unreadable file and the rejected lines make the day fail."""
    assert _ask(pipeline, "How good was each day?") == [
        ("2026-03-02", "4", "1", "0", "0", "17", "12", "2", "3", "fail")
    ]


def _ask_of(pipeline: Pipeline, heading: str, ledger: str) -> list[tuple[str, ...]]:
    """Ask a section's first statement of another ledger: ``values ... t (columns)``."""
    statement = _blocks(heading, "sql")[0].replace("bronze_x.load_ledger", f"({ledger}")
    return [tuple(row.values()) for row in pipeline.rows(statement, "Bronze")]


def test_slots_of_any_file(pipeline: Pipeline) -> None:
    """A file whose folders name no time harms no other; a late minute belongs to its slot."""
    ledger = """values
        ('2026-03-02', '18', 's3://b/minute=58/a.gz', 'loaded'),
        ('2026-03-02', '19', 's3://b/minute=03/a.gz', 'unreadable'),
        ('2026-03-02', '19', 's3://b/minute=06/notes.txt', 'ignored'),
        ('2026-03-02', '19', 's3://b/minute=10/a.gz', 'loaded'),
        ('2026-03-02', '19', 's3://b/minute=99/a.gz', 'loaded'),
        ('2026-03-02', '19', 's3://b/a.gz', 'loaded'),
        ('unknown', 'unknown', 's3://b/month=13/minute=25/a.gz', 'loaded')
    ) t (dt, hour, source_file, state)"""

    assert _ask_of(pipeline, "Is anything missing?", ledger) == [
        ("2026-03-02 19:05:00.000", "2026-03-02 19:05:00.000", "1")
    ]


def test_verdicts(pipeline: Pipeline) -> None:
    """A file that gives no event fails its day, however few its lines; an ignored one does not."""
    ledger = """values
        ('1', 'loaded', 20000, 20000, 0, 0),
        ('1', 'loaded', 1, 0, 0, 1),
        ('2', 'loaded', 5, 0, 5, 0),
        ('2', 'loaded', 0, 0, 0, 0),
        ('2', 'ignored', 0, 0, 0, 0),
        ('3', 'ignored', 0, 0, 0, 0),
        ('4', 'loaded', 1000, 999, 0, 1),
        ('5', 'loaded', 1000, 999, 0, 0)
    ) t (dt, state, lines, accepted, duplicates, rejected)"""

    found = _ask_of(pipeline, "How good was each day?", ledger)

    columns = [(day, files, *more, verdict) for day, files, _, *more, _, _, _, _, verdict in found]
    assert columns == [
        ("1", "2", "1", "0", "fail"),
        ("2", "2", "0", "1", "pass"),
        ("3", "0", "0", "1", "pass"),
        ("4", "1", "0", "0", "warn"),
        ("5", "1", "0", "0", "fail"),
    ]


def test_ignored_objects(pipeline: Pipeline) -> None:
    """What is no raw file is named."""
    ledger = (
        "values ('a.gz', 'loaded', null), ('b', 'ignored', 'why')) t (source_file, state, error)"
    )

    assert _ask_of(pipeline, "An object is ignored", ledger) == [("b", "why")]


def test_what_a_raw_file_is() -> None:
    """The page's statement about raw files agrees with the job."""
    statement = _blocks("Is anything missing?", "sql")[1]
    suffix, hidden = re.findall(r"regexp_like\(raw.\"\$path\", '(.*?)'\)", statement)
    names = ["a.jsonl.gz", "a.json", "a.ndjson", "a_.gz", "a.gz.tmp", "a.txt", "_a.gz", ".a.gz", ""]
    uris = [f"s3://_b.c/{folder}{name}" for folder in ("", "x/", "_x/", "x/.y/") for name in names]

    for uri in uris:
        told = bool(re.search(suffix, uri)) and not re.search(hidden, uri)
        assert told == is_raw_file(uri), uri


def test_files_that_no_run_has_loaded(pipeline: Pipeline, tmp_path: Path) -> None:
    """A file is missing in the ledger until a run has loaded it."""
    assert _ask(pipeline, "Is anything missing?", 1) == []
    LINES[55] = [_at(55, VIEW)]
    _deliver(pipeline, tmp_path, 55)

    [(missing,)] = _ask(pipeline, "Is anything missing?", 1)

    assert missing.endswith(NAME.format(minute=55))


def test_what_was_rejected(pipeline: Pipeline) -> None:
    """The strict rule's victims and the broken file, each under its reason."""
    heading = "What was rejected, and why?"
    by_reason = [row[:3] for row in _ask(pipeline, heading)]
    by_day = _ask(pipeline, heading, 1)

    assert by_reason == [
        ("invalid_quantity", "2", "1"),
        ("missing_user_id,invalid_quantity", "1", "1"),
    ]
    assert by_day == [
        ("2026-03-02", "invalid_quantity", "2"),
        ("2026-03-02", "missing_user_id,invalid_quantity", "1"),
        ("2026-03-02", "unreadable file: the file ends before its gzip stream", "1"),
    ]


def test_replay_after_a_rule_was_mended(pipeline: Pipeline, tmp_path: Path) -> None:
    """What the strict rule refused is accepted and leaves the rejects; nothing is doubled."""
    pipeline.put_code()

    _type("Replay or backfill", 0, tmp_path)
    _wait(pipeline)

    _, events = oracle.judge(pipeline.delivered)
    assert pipeline.answers() == oracle.answers(events)
    rejected = pipeline.rows("select reason from rejected_events", "Bronze")
    assert [row["reason"] for row in rejected] == ["missing_user_id"]
    assert _ask(pipeline, "Was anything processed twice?") == []
    assert _ask(pipeline, "Was anything processed twice?", 1) == []


def test_the_bookmark_knows_nothing_of_a_replay(pipeline: Pipeline) -> None:
    """The next ordinary run still reads the file that arrived in between, and only that one."""
    run_id = pipeline.run()

    ledger = pipeline.rows(f"select * from load_ledger where run_id = '{run_id}'", "Bronze")
    assert [row["source_file"].rsplit("/", 1)[1] for row in ledger] == [NAME.format(minute=55)]


def test_read_everything_again(pipeline: Pipeline, tmp_path: Path) -> None:
    """After a reset every file is read again, and every row is as it was."""
    before = _without_run(pipeline.tables())

    _type("Read everything again", 0, tmp_path)
    run_id = _wait(pipeline)

    runs = pipeline.rows("select distinct run_id from load_ledger where state = 'loaded'", "Bronze")
    assert runs == [{"run_id": run_id}]
    assert _without_run(pipeline.tables()) == before


def test_repair_an_unreadable_file(pipeline: Pipeline, tmp_path: Path) -> None:
    """What was left of the file goes back, without its last line, and is loaded."""
    _type("A file is unreadable", 0, tmp_path)
    pipeline.run()

    [row] = pipeline.rows("select * from load_ledger where source_file like '%T182500Z%'", "Bronze")
    lines = gzip.decompress((tmp_path / "repaired.gz").read_bytes()).splitlines()
    assert 0 < len(lines) < len(LINES[25])
    assert (row["state"], row["lines"], row["accepted"]) == (
        "loaded",
        str(len(lines)),
        str(len(lines)),
    )


def test_rebuild_gold(pipeline: Pipeline, tmp_path: Path) -> None:
    """Gold that lost its rows has them again; nothing else is touched."""
    before = pipeline.tables()
    glue, database = boto3.client("glue"), pipeline.stack["GoldDatabaseName"]
    hour = {"DatabaseName": database, "TableName": "hourly_revenue"}
    glue.delete_partition(**hour, PartitionValues=["2026-03-02", "18"])
    assert pipeline.tables() != before

    _type("Gold looks wrong", 0, tmp_path)
    _wait(pipeline)

    assert pipeline.tables() == before


def test_a_run_failed(pipeline: Pipeline, aws: LocalAws, tmp_path: Path) -> None:
    """An event that a dead run left twice is there once after the next; old manifests are gone.

    A lock that names no run is out of the way after the page's command.
    """
    before = pipeline.tables()
    bucket = aws.settings.s3_root / pipeline.stack["AnalyticsBucketName"]
    file = next((bucket / "silver").rglob("*.parquet"))
    s3 = partial(boto3.client("s3").put_object, Bucket=bucket.name)
    s3(Key=str(file.with_name("twice.parquet").relative_to(bucket)), Body=file.read_bytes())
    dt, hour = (folder.name.split("=")[1] for folder in (file.parents[1], file.parent))
    said = {"run_id": "jr_dead", "state": "writing", "partitions": [[dt, hour]], "locations": {}}
    s3(Key="manifests/dead.json", Body=json.dumps(said))
    s3(Key="locks/events", Body=b"by hand")
    old = list((bucket / "manifests").iterdir())
    for manifest in old:
        os.utime(manifest, (0, 0))
    assert pipeline.tables() != before

    _type("A lock is in the way", 0, tmp_path)
    pipeline.run()

    assert pipeline.tables() == before
    assert not any(manifest.exists() for manifest in old)


def _update(**parameters: str) -> None:
    """Change parameters of the stack."""
    client = boto3.client("cloudformation")
    changed = [{"ParameterKey": key, "ParameterValue": new} for key, new in parameters.items()]
    kept = {"ParameterKey": "StudentId", "UsePreviousValue": True}
    client.update_stack(StackName=STACK, UsePreviousTemplate=True, Parameters=[kept, *changed])
    _wait_for_the_update()


def _wait_for_the_update() -> None:
    waiter = boto3.client("cloudformation").get_waiter("stack_update_complete")
    waiter.wait(StackName=STACK, WaiterConfig={"Delay": 1})


def _parameters() -> dict[str, str]:
    """Return what the stack's parameters are, but for defaults and the student."""
    [stack] = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    given = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
    defaults = template()["Parameters"]
    return {
        name: value
        for name, value in given.items()
        if name != "StudentId" and value != str(defaults[name]["Default"])
    }


def test_report(pipeline: Pipeline, tmp_path: Path) -> None:
    """The command writes the page of the day that it names."""
    _type("Write a day's report again", 0, tmp_path)

    job = pipeline.stack["ReportJobName"]
    [started, *_] = boto3.client("glue").get_job_runs(JobName=job)["JobRuns"]
    run = pipeline.wait(started["Id"], job)
    assert (run["JobRunState"], run.get("ErrorMessage")) == ("SUCCEEDED", None)
    users = pipeline.rows("select distinct user_id from user_activity", "Gold")
    page = stored(pipeline, "2026-03-02")["Body"].read().decode()
    assert f"<dd>{len(users)}</dd>" in page


def test_state_machine(pipeline: Pipeline, tmp_path: Path) -> None:
    """Switched on by an update, it loads a day again, finds it good enough, and sums it up."""
    heading = "Let a state machine take care of each day"
    LINES[30] = [_at(30, VIEW, user_id=f"u_{number}") for number in range(90)]
    _deliver(pipeline, tmp_path, 30)
    _update(SilenceMinutes="45")
    _type(heading, 0, tmp_path)
    _wait_for_the_update()
    assert _parameters() == {"SilenceMinutes": "45", "OrchestrationSchedule": "cron(10 * * * ? *)"}
    _type(heading, 1, tmp_path)
    machine = demo.stack_outputs(STACK)["OrchestrationArn"]
    list_executions = partial(
        boto3.client("stepfunctions").list_executions, stateMachineArn=machine
    )
    while (execution := list_executions()["executions"][0])["status"] == "RUNNING":
        time.sleep(0.5)

    assert execution["status"] == "SUCCEEDED"
    runs = boto3.client("glue").get_job_runs(JobName=pipeline.stack["CurateJobName"])["JobRuns"]
    assert runs[0]["Arguments"]["--job-bookmark-option"] == "job-bookmark-disable"
    [day] = _ask(pipeline, "How good was each day?")
    assert (day[0], day[-1]) == ("2026-03-02", "warn")
    found = boto3.client("s3").list_objects_v2(
        Bucket=pipeline.stack["AnalyticsBucketName"], Prefix="reports/"
    )
    assert [each["Key"] for each in found["Contents"]] == [
        "reports/daily/dt=2026-03-02/index.html",
        "reports/daily/dt=2026-03-02/summary.csv",
    ]


def test_update(pipeline: Pipeline, tmp_path: Path) -> None:
    """To the same template it changes nothing; what the stack was given stays."""
    before = _parameters()
    (tmp_path / "event-analytics").symlink_to(demo.PROJECT)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path))
        _type("Update a stack to a newer template", 0, tmp_path)

    assert demo.stack_outputs(STACK).items() >= pipeline.stack.items()
    assert _parameters() == before


@pytest.fixture(scope="module")
def made(pipeline: Pipeline, recorded: set[Call]) -> Callable[[str], calls.Calls]:
    """What a role has called until it is asked for, in the template's names."""
    del pipeline  # it only has to be there
    names = calls.StackNames(STACK)
    return lambda role: calls.made_by(role, recorded, names)


@pytest.mark.usefixtures("made")  # which asks for the stack's names while there is a stack
def test_clean_up(pipeline: Pipeline, tmp_path: Path) -> None:
    """The README's last commands leave no bucket, no table and no stack."""
    _bash(_readme_block("Find"), tmp_path)
    _bash(_readme_block("Clean up").split("aws cloudformation wait")[0], tmp_path)
    cloudformation = boto3.client("cloudformation")
    waiter = cloudformation.get_waiter("stack_delete_complete")
    waiter.wait(StackName=STACK, WaiterConfig={"Delay": 1})

    with pytest.raises(ClientError, match=f"Stack with id {STACK} does not exist"):
        cloudformation.describe_stacks(StackName=STACK)
    with pytest.raises(ClientError, match="NoSuchBucket"):
        boto3.client("s3").list_objects_v2(Bucket=pipeline.stack["SourceBucketName"])


def test_calls(made: Callable[[str], calls.Calls]) -> None:
    """The pages' commands and the job called what the list says; all tests above are needed."""
    for role in ("docs", "emptier", "job"):
        calls.check(role, made(role))
