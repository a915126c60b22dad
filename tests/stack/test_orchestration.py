"""The state machine of a day really runs: what is new is loaded, judged, summed up and told."""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import boto3
import pytest
import yaml

from local_aws import schedules
from local_aws.calls import Call, recording
from local_aws.server import LocalAws
from local_aws.stepfunctions import expressions
from tests.pipeline import Pipeline, deploy
from tests.report.report_stack import stored
from tests.stack.test_pipeline import PURCHASE, VIEW
from tests.tools import calls, demo

STACK, STUDENT = "capstone-days", "days"
DAY, LONG_DAY = "2026-03-01", "2026-02-01"
TEN = datetime(2026, 3, 1, 10, tzinfo=UTC).timestamp()
KEY = "events/year=2026/month=03/day=01/hour=23/minute={minute}/events-{minute}.jsonl.gz"
ENDED = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}


@pytest.fixture(scope="module")
def recorded() -> Iterator[set[Call]]:
    """All calls since the module began."""
    with recording() as recorded:
        yield recorded


@pytest.fixture(scope="module")
def pipeline(request: pytest.FixtureRequest, recorded: set[Call]) -> Pipeline:
    """A stack whose state machine was switched on by an update, once its definition lay there."""
    del recorded  # it only has to begin first
    request.getfixturevalue("aws_environment")
    pipeline = deploy(STACK, STUDENT)
    assert "OrchestrationArn" not in pipeline.stack
    demo.create_or_update_stack(STACK, STUDENT, OrchestrationSchedule="cron(10 * * * ? *)")
    pipeline.stack = demo.stack_outputs(STACK)
    pipeline.quicken()
    pipeline.change_job(MaxRetries=0)  # the state machine's own is enough
    return pipeline


@pytest.fixture(scope="module")
def messages(pipeline: Pipeline) -> str:
    """The URL of a queue that gets what the topic sends."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=STACK)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    boto3.client("sns").subscribe(
        TopicArn=pipeline.stack["AlarmTopicArn"], Protocol="sqs", Endpoint=arn["QueueArn"]
    )
    return url


def _deliver(pipeline: Pipeline, folder: Path, minute: str, *lines: object) -> None:
    file = folder / f"{minute}.gz"
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    pipeline.deliver(file, KEY.format(minute=minute))


def _folder(day: str) -> str:
    year, month, number = day.split("-")
    return f"events/year={year}/month={month}/day={number}/"


def _fill(pipeline: Pipeline, day: str) -> None:
    """Put a thousand objects into a day's folder, hidden ones that the job leaves alone."""
    bucket = pipeline.stack["SourceBucketName"]
    name = "_" + 120 * "x"
    keys = [f"{_folder(day)}hour={at % 24:02}/{name}-{at}.jsonl.gz" for at in range(1000)]
    put = partial(boto3.client("s3").put_object, Bucket=bucket, Body=b"")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: put(Key=key), keys))


def _execute(pipeline: Pipeline, **given: str) -> dict:
    """Run the state machine to its end; return its description."""
    machines = boto3.client("stepfunctions")
    describe = partial(
        machines.describe_execution,
        executionArn=machines.start_execution(
            stateMachineArn=pipeline.stack["OrchestrationArn"], input=json.dumps(given)
        )["executionArn"],
    )
    while (found := describe())["status"] not in ENDED:
        time.sleep(0.2)
    return found


def _told(queue: str) -> list[tuple[str, dict]]:
    """Return subject and message of what the topic has sent since the last look."""
    sqs = boto3.client("sqs")
    told = []
    while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        told += [json.loads(message["Body"]) for message in found]
        for message in found:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return [
        (message["Subject"], json.loads(message["Message"]))
        for message in told
        if message.get("Subject", "").startswith("Event analytics: ")
    ]


def _runs(pipeline: Pipeline) -> list[dict]:
    """Return the job's runs, newest first."""
    found = boto3.client("glue").get_job_runs(JobName=pipeline.stack["CurateJobName"])
    return found["JobRuns"]


def _summary(pipeline: Pipeline) -> str:
    key = f"reports/daily/dt={DAY}/summary.csv"
    bucket = pipeline.stack["AnalyticsBucketName"]
    return boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def _assigned(state: str, variable: str, result: dict) -> object:
    """Return what a state of the definition assigns for a result."""
    file = demo.PROJECT / "glue_jobs" / "orchestration.asl.yaml"
    text = file.read_text(encoding="utf-8")
    states = yaml.safe_load(text)["States"]["Day"]["Branches"][0]["States"]
    expression = states[state]["Assign"][variable].removeprefix("{%").removesuffix("%}")
    return expressions.evaluate(expression, {"states": {"result": result}})


@pytest.mark.parametrize(
    "time_at",
    [
        lambda minute: f"2026-03-01T10:{minute}:00Z",
        lambda minute: f"2026-03-01T10:{minute}:00.000Z",
        lambda minute: TEN + 60 * minute,
        lambda minute: TEN + 60 * minute + 0.0,
        lambda minute: 1000 * (TEN + 60 * minute),
    ],
)
def test_times(time_at: Callable[[int], object]) -> None:
    """AWS may tell them as text, in seconds or in milliseconds; what replays began is no matter.

    A scheduled run has no arguments of its own.
    """
    again, other = {"--job-bookmark-option": "job-bookmark-disable"}, {"--max_files": "1"}
    runs = [
        {"JobRunState": "FAILED", "StartedOn": time_at(50)},
        {"JobRunState": "SUCCEEDED", "StartedOn": time_at(40), "Arguments": again},
        {"JobRunState": "SUCCEEDED", "StartedOn": time_at(30)},
        {"JobRunState": "SUCCEEDED", "StartedOn": time_at(20), "Arguments": other},
    ]
    files = [{"Key": f"{minute}", "LastModified": time_at(minute)} for minute in (10, 25, 15)]

    half_past, quarter = 1000 * (TEN + 1800), 1000 * (TEN + 1500)
    assert _assigned("ListRuns", "begun", {"JobRuns": runs}) == half_past
    assert _assigned("ListRuns", "begun", {"JobRuns": runs[3:]}) == 1000 * (TEN + 1200)
    assert _assigned("ListRuns", "begun", {"JobRuns": runs[:2]}) == 0
    assert _assigned("ListRawFiles", "delivered", {"Contents": files}) == quarter
    assert _assigned("ListRawFiles", "delivered", {"Contents": files[1:2]}) == quarter
    assert _assigned("ListRawFiles", "delivered", {"KeyCount": 0}) == 0


def test_new_files(pipeline: Pipeline, messages: str, tmp_path: Path) -> None:
    """On schedule, just after midnight, the day that has ended is loaded, summed up and told."""
    _deliver(pipeline, tmp_path, "50", VIEW, PURCHASE)
    _fill(pipeline, LONG_DAY)

    answer = _execute(pipeline, time="2026-03-02T00:10:00Z")

    assert answer["status"] == "SUCCEEDED", answer["cause"]
    assert len(_runs(pipeline)) == 1
    revenue, header = (
        "59.97",
        '"dt","revenue","purchases","events","unique_users","unique_sessions"',
    )
    assert _summary(pipeline).splitlines() == [header, f'"{DAY}","{revenue}","1","2","1","1"']
    assert "<dd>$59.97</dd>" in stored(pipeline, DAY)["Body"].read().decode()
    [(subject, message)] = _told(messages)
    assert subject == f"Event analytics: {DAY} is done"
    assert message["quality"]["verdict"] == "pass"


def test_nothing_new(pipeline: Pipeline, messages: str) -> None:
    """Without a file since the last run the job is left alone, and the day judged all the same."""
    assert _execute(pipeline, time="2026-03-02T00:59:59Z")["status"] == "SUCCEEDED"

    assert len(_runs(pipeline)) == 1
    [(subject, _)] = _told(messages)
    assert subject == f"Event analytics: {DAY} is done"


def test_long_day(pipeline: Pipeline, messages: str) -> None:
    """A day of a thousand files, more than a state can hold, is looked through to its last page."""
    answer = _execute(pipeline, time=f"{LONG_DAY}T12:10:00Z")

    assert answer["status"] == "SUCCEEDED", answer["cause"]
    assert len(_runs(pipeline)) == 1
    key = f"{_folder(LONG_DAY)}hour=23/_the-last"
    boto3.client("s3").put_object(Bucket=pipeline.stack["SourceBucketName"], Key=key, Body=b"")

    assert _execute(pipeline, time=f"{LONG_DAY}T12:10:00Z")["status"] == "SUCCEEDED"
    assert len(_runs(pipeline)) == 2
    assert len(_told(messages)) == 2


def test_day_without_files(pipeline: Pipeline, messages: str) -> None:
    """A day that nobody delivered anything for has no verdict and no row, and is no failure."""
    assert _execute(pipeline, time="2026-03-05T12:10:00Z")["status"] == "SUCCEEDED"

    assert len(_runs(pipeline)) == 2
    page = stored(pipeline, "2026-03-05")["Body"].read().decode()
    assert "There are no events on 2026-03-05" in page
    [(_, message)] = _told(messages)
    assert message == {"date": "2026-03-05", "quality": {"verdict": "no file"}}


def test_bad_day(pipeline: Pipeline, messages: str, tmp_path: Path) -> None:
    """A day with too many rejected lines fails, says why, and its summary stays as it was."""
    before = _summary(pipeline)
    _deliver(pipeline, tmp_path, "55", {**VIEW, "user_id": "u_2"}, {**VIEW, "user_id": None})

    answer = _execute(pipeline, time="2026-03-02T00:10:00Z")

    assert (answer["status"], answer["error"]) == ("FAILED", "QualityGate")
    quality = json.loads(answer["cause"])
    assert (quality["verdict"], quality["lines"], quality["rejected"]) == ("fail", "4", "1")
    [(subject, message)] = _told(messages)
    assert subject == "Event analytics: a day has failed"
    assert message["Error"] == "QualityGate"
    assert _summary(pipeline) == before


def test_job_fails(pipeline: Pipeline, messages: str, tmp_path: Path) -> None:
    """A run that fails is run again once, then the failure is told and is the execution's."""
    _deliver(pipeline, tmp_path, "45", VIEW)
    pipeline.put_code({"def run(": "raise RuntimeError('broken')\n\ndef run("})
    count = len(_runs(pipeline))

    answer = _execute(pipeline, time="2026-03-02T00:10:00Z")

    pipeline.put_code()
    assert (answer["status"], answer["error"]) == ("FAILED", "States.TaskFailed")
    assert "broken" in answer["cause"]
    assert len(_runs(pipeline)) > count
    [(subject, message)] = _told(messages)
    assert subject == "Event analytics: a day has failed"
    assert "broken" in message["Cause"]


def test_no_date(pipeline: Pipeline) -> None:
    """What is no date is refused before anything is done."""
    count = len(_runs(pipeline))

    assert _execute(pipeline, date="yesterday' or true --")["status"] == "FAILED"
    assert len(_runs(pipeline)) == count


def test_schedule(pipeline: Pipeline, aws: LocalAws) -> None:
    """The rule starts it, ten minutes after each hour."""
    machines, arn = boto3.client("stepfunctions"), pipeline.stack["OrchestrationArn"]
    count = len(machines.list_executions(stateMachineArn=arn)["executions"])
    boto3.client("events").disable_rule(Name=f"capstone-generator-{STUDENT}")
    assert aws

    for _ in range(12):
        schedules.ENGINE.tick(wait=True)

    assert len(machines.list_executions(stateMachineArn=arn)["executions"]) == count + 1


def test_calls(pipeline: Pipeline, recorded: set[Call]) -> None:
    """The state machine called what its list says; all tests above are needed."""
    assert pipeline.stack["OrchestrationArn"]
    names = calls.StackNames(STACK)

    calls.check("orchestration", calls.made_by("orchestration", recorded, names))


def test_switched_off(pipeline: Pipeline) -> None:
    """Without a schedule there is no state machine any more, and the rest is as it was."""
    before, machine = pipeline.tables(), pipeline.stack["OrchestrationArn"]

    demo.create_or_update_stack(STACK, STUDENT, OrchestrationSchedule="")

    machines = boto3.client("stepfunctions").list_state_machines()["stateMachines"]
    assert machine not in {left["stateMachineArn"] for left in machines}
    assert "OrchestrationArn" not in demo.stack_outputs(STACK)
    assert pipeline.tables() == before
