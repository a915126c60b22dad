"""Rules with a pattern hand events of services to their targets, as far as these let them."""

import json
import logging
import time
from typing import Any
from uuid import uuid4

import pytest
from moto.sns.exceptions import SNSException

from local_aws import event_bus, topics
from local_aws.server import LocalAws
from local_aws.settings import ACCOUNT_ID, REGION
from tests.local_aws.conftest import OPEN_TO_RULES

PLACE = event_bus.Place(ACCOUNT_ID, REGION)
LONGEST = 10  # seconds


def _queue(aws: LocalAws, policy: str = OPEN_TO_RULES) -> tuple[str, str]:
    """Return the URL and the ARN of a new queue."""
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName=uuid4().hex, Attributes={"Policy": policy})["QueueUrl"]
    names = ["QueueArn"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"][names[0]]


def _rule(aws: LocalAws, pattern: dict[str, Any], arn: str, **target: object) -> str:
    """Make a rule with one target; return its name."""
    events, name = aws.client("events"), uuid4().hex
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "it", "Arn": arn, **target}])
    return name


def _received(aws: LocalAws, url: str) -> list[dict[str, Any]]:
    """Wait for messages; return their bodies."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        if found := aws.client("sqs").receive_message(QueueUrl=url).get("Messages"):
            return [json.loads(message["Body"]) for message in found]
        time.sleep(0.05)
    raise AssertionError("no message came")


def test_patterns(aws: LocalAws) -> None:
    """A target gets the events that match its rule, whole or as it asks, while the rule is on."""
    source = f"of.{uuid4().hex}"
    (whole, whole_arn), (part, part_arn), (none, none_arn) = (_queue(aws) for _ in range(3))
    _rule(aws, {"source": [source], "detail": {"state": ["BAD", "WORSE"]}}, whole_arn)
    _rule(aws, {"source": [source]}, part_arn, InputPath="$.detail.job")
    _rule(aws, {"source": [source], "detail": {"state": ["GOOD"]}}, none_arn)
    aws.client("events").disable_rule(Name=_rule(aws, {"source": [source]}, none_arn))

    event_bus.send(PLACE, source, "Change", {"state": "WORSE", "job": {"name": "x"}})

    [event] = _received(aws, whole)
    assert event.pop("id")
    assert event.pop("time").endswith("Z")
    assert event == {
        "version": "0",
        "detail-type": "Change",
        "source": source,
        "account": ACCOUNT_ID,
        "region": REGION,
        "resources": [],
        "detail": {"state": "WORSE", "job": {"name": "x"}},
    }
    assert _received(aws, part) == [{"name": "x"}]
    assert "Messages" not in aws.client("sqs").receive_message(QueueUrl=none)


def test_topics(aws: LocalAws, caplog: pytest.LogCaptureFixture) -> None:
    """A topic's default policy lets alarms publish but not EventBridge; another one as it says."""
    sns, source = aws.client("sns"), f"of.{uuid4().hex}"
    topic = sns.create_topic(Name=uuid4().hex)["TopicArn"]
    url, arn = _queue(aws)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    _rule(aws, {"source": [source]}, topic)

    with caplog.at_level(logging.WARNING):
        event_bus.send(PLACE, source, "Change", {"n": 1})
        deadline = time.monotonic() + LONGEST
        while "does not let events.amazonaws.com publish" not in caplog.text:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    topics.publish("cloudwatch.amazonaws.com", topic, json.dumps("from an alarm"))
    principal = {"Service": "events.amazonaws.com"}
    allow = {"Effect": "Allow", "Principal": principal, "Action": "SNS:Publish", "Resource": topic}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    assert [json.loads(body["Message"]) for body in _received(aws, url)] == ["from an alarm"]

    event_bus.send(PLACE, source, "Change", {"n": 2})

    [body] = _received(aws, url)
    assert json.loads(body["Message"])["detail"] == {"n": 2}
    with pytest.raises(SNSException, match=r"does not let cloudwatch\.amazonaws\.com publish"):
        topics.publish("cloudwatch.amazonaws.com", topic, "from an alarm")


@pytest.mark.parametrize(
    ("target", "code", "message"),
    [
        ("function:none", "NO_RESOURCE", "Function not found: "),
        ("stateMachine:none", "NO_RESOURCE", "State Machine Does Not Exist"),
        ("topic", "NO_PERMISSIONS", "does not let events.amazonaws.com publish"),
        ("queue", "NO_PERMISSIONS", "does not let events.amazonaws.com send to it for arn:aws:"),
    ],
)
def test_dead_letters(aws: LocalAws, target: str, code: str, message: str) -> None:
    """An event that a target cannot be given is kept whole, with why, in the queue for that."""
    source, (letters, letters_arn) = f"of.{uuid4().hex}", _queue(aws)
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:{target}"
    if target.startswith("stateMachine"):
        arn = f"arn:aws:states:{REGION}:{ACCOUNT_ID}:{target}"
    elif target == "topic":
        arn = aws.client("sns").create_topic(Name=uuid4().hex)["TopicArn"]
    elif target == "queue":
        _, arn = _queue(aws, policy="")
    kept = {"RoleArn": "arn:aws:iam::1:role/r", "DeadLetterConfig": {"Arn": letters_arn}}
    rule = _rule(aws, {"source": [source]}, arn, InputPath="$.detail", **kept)

    event_bus.send(PLACE, source, "Change", {"n": 1})

    found = aws.client("sqs").receive_message(
        QueueUrl=letters, MessageAttributeNames=["All"], WaitTimeSeconds=LONGEST
    )
    [letter] = found["Messages"]
    assert json.loads(letter["Body"])["detail"] == {"n": 1}
    told = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert message in told.pop("ERROR_MESSAGE")
    assert told == {
        "RULE_ARN": f"arn:aws:events:{REGION}:{ACCOUNT_ID}:rule/{rule}",
        "TARGET_ARN": arn,
        "ERROR_CODE": code,
        "RETRY_ATTEMPTS": "0",
    }


def test_dead_letters_need_the_permission(aws: LocalAws, caplog: pytest.LogCaptureFixture) -> None:
    """An event is lost, and that told, where the queue's policy does not let the rule send."""
    source, (letters, letters_arn) = f"of.{uuid4().hex}", _queue(aws, policy="")
    missing = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:none"
    _rule(aws, {"source": [source]}, missing, DeadLetterConfig={"Arn": letters_arn})

    with caplog.at_level(logging.WARNING):
        event_bus.send(PLACE, source, "Change", {"n": 1})
        deadline = time.monotonic() + LONGEST
        while "lost event" not in caplog.text:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    assert "Messages" not in aws.client("sqs").receive_message(QueueUrl=letters)
