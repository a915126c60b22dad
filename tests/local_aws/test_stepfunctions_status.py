"""What executions tell EventBridge and CloudWatch of their start and their end."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from local_aws.server import LocalAws
from local_aws.settings import ACCOUNT_ID, REGION
from tests.local_aws.conftest import OPEN_TO_RULES

LONGEST = 20  # seconds
CHOICE = {
    "StartAt": "Which",
    "QueryLanguage": "JSONata",
    "TimeoutSeconds": 2,
    "States": {
        "Which": {
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $exists($states.input.fail) %}", "Next": "Fail"},
                {"Condition": "{% $exists($states.input.wait) %}", "Next": "Wait"},
            ],
            "Default": "Done",
        },
        "Fail": {"Type": "Fail", "Error": "Broken", "Cause": "on purpose"},
        "Wait": {"Type": "Wait", "Seconds": 300, "Next": "Done"},
        "Done": {"Type": "Succeed", "Output": {"b": 1}},
    },
}
ENDS = {  # what an execution is given, and how it ends
    "good": ({}, "SUCCEEDED"),
    "bad": ({"fail": True}, "FAILED"),
    "slow": ({"wait": True}, "TIMED_OUT"),
    "stopped": ({"wait": True}, "ABORTED"),
}
Told = dict[tuple[str, str], dict[str, Any]]  # events by execution's name and status


@pytest.fixture(scope="module")
def machine(aws: LocalAws) -> str:
    """A state machine that ends as its input says; its ARN."""
    return aws.client("stepfunctions").create_state_machine(
        name=f"machine-{uuid4().hex[:8]}",
        definition=json.dumps(CHOICE),
        roleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/LabRole",
    )["stateMachineArn"]


@pytest.fixture(scope="module")
def told(aws: LocalAws, machine: str) -> Iterator[Told]:
    """What EventBridge was told of an execution of each kind."""
    url, arn = _queue(aws)
    events, rule = aws.client("events"), uuid4().hex
    pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [machine]}}
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=rule, Targets=[{"Id": "it", "Arn": arn}])
    api = aws.client("stepfunctions")
    for name, (given, _) in ENDS.items():
        api.start_execution(stateMachineArn=machine, name=name, input=json.dumps(given))
    api.stop_execution(executionArn=_execution(machine, "stopped"), error="Enough", cause="of it")
    received = _received(aws, url, 2 * len(ENDS))
    yield {(each["detail"]["name"], each["detail"]["status"]): each for each in received}
    events.remove_targets(Rule=rule, Ids=["it"])
    events.delete_rule(Name=rule)


def _queue(aws: LocalAws) -> tuple[str, str]:
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName=uuid4().hex, Attributes={"Policy": OPEN_TO_RULES})["QueueUrl"]
    got = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return url, got["QueueArn"]


def _received(aws: LocalAws, url: str, count: int) -> list[dict[str, Any]]:
    """Wait for so many messages; return their bodies."""
    sqs, found, deadline = aws.client("sqs"), [], time.monotonic() + LONGEST
    while len(found) < count:
        assert time.monotonic() < deadline, found
        for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", []):
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def _execution(machine: str, name: str) -> str:
    return f"{machine.replace(':stateMachine:', ':execution:')}:{name}"


def test_every_execution_is_told_twice(told: Told) -> None:
    """That it runs, and how it has ended."""
    assert told.keys() == {
        (name, status) for name, (_, end) in ENDS.items() for status in ("RUNNING", end)
    }


def test_event_of_a_start(told: Told, machine: str) -> None:
    """It has the input, and nothing of an end."""
    event = told["good", "RUNNING"]
    start = event["detail"].pop("startDate")

    assert abs(start / 1000 - datetime.now(UTC).timestamp()) < 600
    assert (event["detail-type"], event["account"], event["region"]) == (
        "Step Functions Execution Status Change",
        ACCOUNT_ID,
        REGION,
    )
    assert event["resources"] == [_execution(machine, "good")]
    assert event["detail"] == {
        "executionArn": _execution(machine, "good"),
        "stateMachineArn": machine,
        "name": "good",
        "status": "RUNNING",
        "stopDate": None,
        "input": "{}",
        "output": None,
        "inputDetails": {"included": True},
        "outputDetails": None,
        "error": None,
        "cause": None,
    }


def test_events_of_ends(told: Told) -> None:
    """A success has an output, what failed or was stopped an error and a cause."""
    ends = {name: told[name, end]["detail"] for name, (_, end) in ENDS.items()}
    output, *why = ("output", "error", "cause")

    assert {name: end[output] for name, end in ends.items() if end[output]} == {"good": '{"b":1}'}
    assert {name: [end[each] for each in why] for name, end in ends.items()} == {
        "good": [None, None],
        "bad": ["Broken", "on purpose"],
        "slow": [None, None],
        "stopped": ["Enough", "of it"],
    }
    assert all(end["stopDate"] >= end["startDate"] for end in ends.values())


def test_metrics(aws: LocalAws, told: Told, machine: str) -> None:
    """Starts and ends of a machine are counted; the time that each took is measured."""
    counts = Counter({
        name: _of(aws, machine, name, "Sum")
        for name in (
            "ExecutionsStarted",
            "ExecutionsSucceeded",
            "ExecutionsFailed",
            "ExecutionsTimedOut",
            "ExecutionsAborted",
        )
    })
    took = [
        each["detail"]["stopDate"] - each["detail"]["startDate"]
        for each in told.values()
        if each["detail"]["stopDate"]
    ]

    assert counts == Counter(
        ExecutionsStarted=4,
        ExecutionsSucceeded=1,
        ExecutionsFailed=1,
        ExecutionsTimedOut=1,
        ExecutionsAborted=1,
    )
    assert _of(aws, machine, "ExecutionTime", "Maximum") == max(took) > 1900
    assert _of(aws, machine, "ExecutionTime", "SampleCount") == len(ENDS)


def _of(aws: LocalAws, machine: str, name: str, statistic: str) -> float:
    """Return a statistic of all data of a metric of the machine."""
    now = datetime.now(UTC)
    [point] = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/States",
        MetricName=name,
        Dimensions=[{"Name": "StateMachineArn", "Value": machine}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=7200,
        Statistics=[statistic],
    )["Datapoints"]
    return point[statistic]
