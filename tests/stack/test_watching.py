"""The stack's alarms fire when what they watch goes wrong; a run says in one line what it did."""

import gzip
import json
import time
from pathlib import Path

import boto3
import pytest

from tests.alarms import messages, raised, states
from tests.pipeline import Pipeline, deploy
from tests.stack.test_pipeline import VIEW
from tests.tools import demo

STACK = "capstone-watching"
SLOT = "events/year=2026/month=03/day=01/hour=23/minute={minute}/events-{minute}.jsonl.gz"
BAD = ["not json", json.dumps(VIEW)]  # half of its lines are rejected


@pytest.fixture(scope="module")
def pipeline(request: pytest.FixtureRequest) -> Pipeline:
    """A stack whose job may cost nothing at all."""
    request.getfixturevalue("aws_environment")
    return deploy(STACK, "watching", DailyCostLimit="0")


@pytest.fixture(scope="module")
def mails(pipeline: Pipeline) -> str:
    """A queue that gets what the topic sends; its URL."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="watching")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    boto3.client("sns").subscribe(
        TopicArn=pipeline.stack["AlarmTopicArn"], Protocol="sqs", Endpoint=arn["QueueArn"]
    )
    return url


def _deliver(pipeline: Pipeline, folder: Path, minute: str, content: bytes) -> None:
    file = folder / f"{minute}.gz"
    file.write_bytes(content)
    pipeline.deliver(file, SLOT.format(minute=minute))


def test_silence(pipeline: Pipeline) -> None:
    """Before anything has happened, what should happen is missed."""
    assert raised(STACK) == {"NoSuccessAlarm", "GeneratorSilentAlarm"}
    assert len(states(STACK)) == 6
    assert pipeline.stack["AlarmTopicArn"].endswith(":capstone-alarms-watching")


def test_what_a_run_finds(pipeline: Pipeline, mails: str, tmp_path: Path) -> None:
    """Rejected lines, an unreadable file and the cost are told; a success ends that silence."""
    _deliver(pipeline, tmp_path, "50", gzip.compress("\n".join(BAD).encode()))
    _deliver(pipeline, tmp_path, "55", b"cut off")

    run_id = pipeline.run()

    assert raised(STACK) == {
        "GeneratorSilentAlarm",
        "RejectedAlarm",
        "UnreadableAlarm",
        "CostAlarm",
    }
    assert _told(mails) == {"RejectedAlarm", "UnreadableAlarm", "CostAlarm"}
    assert (
        _summary(pipeline, run_id).items()
        > {
            "Files": 1,
            "Lines": 2,
            "Accepted": 1,
            "Rejected": 1,
            "RejectedPercent": 50,
            "Unreadable": 1,
        }.items()
    )


def test_a_run_that_fails(pipeline: Pipeline, mails: str) -> None:
    """Glue tells EventBridge, and a rule the topic: a run that dies can tell nothing itself."""
    run_id = pipeline.start({"--rebuild_hours": "yesterday"})
    pipeline.wait(run_id)

    failed = _event(mails, run_id)
    assert (failed["jobName"], failed["state"]) == (pipeline.stack["CurateJobName"], "FAILED")
    assert "--rebuild_hours" in failed["message"]


def test_a_report_that_fails(pipeline: Pipeline, mails: str) -> None:
    """The same rule tells of it, and the error says what to mend."""
    run = pipeline.report(day="today")

    failed = _event(mails, run["Id"])
    assert (failed["jobName"], failed["state"]) == (pipeline.stack["ReportJobName"], "FAILED")
    assert "ValueError: --day is a day, YYYY-MM-DD" in failed["message"]


def test_a_generator_that_fails(pipeline: Pipeline) -> None:
    """An invocation ends the silence, a failing one is told."""
    functions, name = boto3.client("lambda"), pipeline.stack["GeneratorFunctionName"]
    functions.update_function_configuration(
        FunctionName=name,
        Environment={"Variables": {"SOURCE_BUCKET": "b", "MIN_EVENTS": "no", "MAX_EVENTS": "1"}},
    )
    answer = functions.invoke(FunctionName=name, Payload=b"{}")

    assert answer["FunctionError"] == "Unhandled"
    found = states(STACK)
    assert (found["GeneratorFailedAlarm"], found["GeneratorSilentAlarm"]) == ("ALARM", "OK")


def _told(queue: str) -> set[str]:
    """Return the logical names of the alarms that the topic told of."""
    told = messages(queue)
    assert {message["NewStateValue"] for message in told} == {"ALARM"}
    return {message["AlarmName"].split("-")[2] for message in told}


def _event(queue: str, run_id: str) -> dict:
    """Wait for what the topic tells of a run, and of no run that went well."""
    for _ in range(50):
        events = [message["detail"] for message in messages(queue) if "detail" in message]
        assert {event["state"] for event in events} <= {"FAILED"}
        if found := [event for event in events if event["jobRunId"] == run_id]:
            [event] = found
            return event
        time.sleep(0.2)
    raise AssertionError(f"the topic told nothing of {run_id}")


def _summary(pipeline: Pipeline, run_id: str) -> dict[str, float]:
    """Return the run's own line of its log."""
    logs, group = boto3.client("logs"), pipeline.describe(run_id)["LogGroupName"]
    for _ in range(20):
        events = logs.filter_log_events(logGroupName=f"{group}/error", logStreamNamePrefix=run_id)[
            "events"
        ]
        lines = [event["message"] for event in events if '"FreshnessSeconds"' in event["message"]]
        if lines:
            [line] = lines
            return json.loads(line[line.index("{") :])
        time.sleep(0.2)
    raise AssertionError(f"{group} has no line about {run_id}; stack {demo.stack_outputs(STACK)}")
