"""The alarms of a stack, as somebody finds them now or later, and what their topic sends."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import boto3
import pytest

from local_aws.cloudwatch import clock

SOON = timedelta(minutes=1)  # alarms look at full minutes only


@contextmanager
def later(passed: timedelta) -> Generator[None]:
    """Let CloudWatch's clock be ahead: for alarms, and for metrics that tell no time."""
    now = clock.now
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: now() + passed)
        yield


def states(stack_name: str, passed: timedelta = SOON) -> dict[str, str]:
    """Return the state of the stack's alarms by logical name, once so much time has passed."""
    pages = (
        boto3
        .client("cloudformation")
        .get_paginator("list_stack_resources")
        .paginate(StackName=stack_name)
    )
    names = {
        resource["PhysicalResourceId"]: resource["LogicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::CloudWatch::Alarm"
    }
    with later(passed):
        alarms = boto3.client("cloudwatch").describe_alarms(AlarmNames=list(names))["MetricAlarms"]
    return {names[alarm["AlarmName"]]: alarm["StateValue"] for alarm in alarms}


def raised(stack_name: str, passed: timedelta = SOON) -> set[str]:
    """Return the logical names of the alarms that are in alarm then."""
    return {name for name, state in states(stack_name, passed).items() if state == "ALARM"}


def messages(queue: str) -> list[dict[str, Any]]:
    """Return what the topic has sent to a queue since the last look."""
    sqs, found = boto3.client("sqs"), []
    while page := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        found += [json.loads(json.loads(message["Body"])["Message"]) for message in page]
        for message in page:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return found
