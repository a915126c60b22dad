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

PLACE = event_bus.Place(ACCOUNT_ID, REGION)
LONGEST = 10  # seconds


def _queue(aws: LocalAws) -> tuple[str, str]:
    """Return the URL and the ARN of a new queue."""
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName=uuid4().hex)["QueueUrl"]
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
