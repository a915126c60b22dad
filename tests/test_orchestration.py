"""The state machine of a day really runs: what is new is loaded, judged, summed up and told."""

import gzip
import json
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import boto3
import pytest

from local_aws import schedules
from local_aws.calls import Call, recording
from local_aws.server import LocalAws
from tests import calls, demo
from tests.pipeline import Pipeline, deploy
from tests.report_stack import stored
from tests.test_pipeline import PURCHASE, VIEW

STACK, STUDENT = "capstone-days", "days"
DAY = "2026-03-01"
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
        if message["Subject"].startswith("Event analytics: ")
    ]


def _runs(pipeline: Pipeline) -> list[dict]:
    """Return the job's runs, newest first."""
    found = boto3.client("glue").get_job_runs(JobName=pipeline.stack["CurateJobName"])
    return found["JobRuns"]


def _summary(pipeline: Pipeline) -> str:
    key = f"reports/daily/dt={DAY}/summary.csv"
    bucket = pipeline.stack["AnalyticsBucketName"]
    return boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def test_new_files(pipeline: Pipeline, messages: str, tmp_path: Path) -> None:
    """On schedule, just after midnight, the day that has ended is loaded, summed up and told."""
    _deliver(pipeline, tmp_path, "50", VIEW, PURCHASE)

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


def test_day_without_files(pipeline: Pipeline, messages: str) -> None:
    """A day that nobody delivered anything for has no verdict and no row, and is no failure."""
    assert _execute(pipeline, time="2026-03-05T12:10:00Z")["status"] == "SUCCEEDED"

    assert len(_runs(pipeline)) == 1
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
