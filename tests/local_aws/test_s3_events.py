"""Buckets tell EventBridge of their objects, as far as they are configured to."""

import io
import json
import time
import zipfile
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from botocore.client import BaseClient

from local_aws.server import LocalAws
from tests.local_aws.conftest import OPEN_TO_RULES

LONGEST = 20  # seconds
EVENT_BRIDGE: dict[str, Any] = {"EventBridgeConfiguration": {}}
PART = b"x" * 5 * 1024 * 1024


class Bucket:
    """A bucket, and a queue that gets its events."""

    def __init__(self, aws: LocalAws) -> None:
        self.name, self._aws, self.s3 = f"told-{uuid4().hex}", aws, aws.client("s3")
        where = {"LocationConstraint": "us-west-2"}
        self.s3.create_bucket(Bucket=self.name, CreateBucketConfiguration=where)
        self._queue = aws.client("sqs").create_queue(
            QueueName=self.name, Attributes={"Policy": OPEN_TO_RULES}
        )["QueueUrl"]
        self.aim(f"arn:aws:sqs:us-west-2:123456789012:{self.name}")

    def configure(self, configuration: dict[str, Any]) -> None:
        """Say whom it notifies."""
        self.s3.put_bucket_notification_configuration(
            Bucket=self.name, NotificationConfiguration=configuration
        )

    def aim(self, arn: str, **detail: object) -> str:
        """Send its events, those whose detail matches, also to a target; return the rule's ARN."""
        events, name = self._aws.client("events"), uuid4().hex
        pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [self.name]}, **detail}}
        rule = events.put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"]
        events.put_targets(Rule=name, Targets=[{"Id": "it", "Arn": arn}])
        return rule

    def events(self, count: int) -> list[dict[str, Any]]:
        """Wait for so many events; return them in the order of what they tell."""
        found: list[dict[str, Any]] = []
        deadline = time.monotonic() + LONGEST
        while len(found) < count and time.monotonic() < deadline:
            more = self._aws.client("sqs").receive_message(
                QueueUrl=self._queue, MaxNumberOfMessages=10, WaitTimeSeconds=1
            )
            found += [json.loads(message["Body"]) for message in more.get("Messages", [])]
        assert len(found) == count, found
        return sorted(found, key=lambda event: event["detail"]["object"]["sequencer"])


@pytest.fixture
def bucket(aws: LocalAws) -> Bucket:
    """A new bucket that tells EventBridge of its objects."""
    made = Bucket(aws)
    made.configure(EVENT_BRIDGE)
    return made


def _upload(bucket: Bucket, key: str) -> str:
    """Upload an object in two parts; return its ETag."""
    s3, at = bucket.s3, {"Bucket": bucket.name, "Key": key}
    upload = s3.create_multipart_upload(**at)["UploadId"]
    parts = [
        {"PartNumber": number, "ETag": s3.upload_part(**at, **own, Body=content)["ETag"]}
        for number, content in ((1, PART), (2, b"y"))
        for own in [{"UploadId": upload, "PartNumber": number}]
    ]
    done = s3.complete_multipart_upload(**at, UploadId=upload, MultipartUpload={"Parts": parts})
    return done["ETag"].strip('"')


def test_created(bucket: Bucket) -> None:
    """Objects that were put, copied or uploaded in parts are told once, in AWS's shape."""
    key = "a b/ü+%20.csv"
    etag = bucket.s3.put_object(Bucket=bucket.name, Key=key, Body=b"12345")["ETag"].strip('"')
    source = {"Bucket": bucket.name, "Key": key}
    bucket.s3.copy_object(Bucket=bucket.name, Key="copy", CopySource=source)
    of_parts = _upload(bucket, "parts")

    events = bucket.events(3)

    put = events[0]
    assert len(put.pop("id")) == 36
    assert put.pop("time").endswith("Z")
    sequencers = [event["detail"]["object"].pop("sequencer") for event in events]
    assert len({len(text) for text in sequencers}) == 1
    requests = {event["detail"].pop("request-id") for event in events}
    assert {len(request) for request in requests} == {16}
    assert put == {
        "version": "0",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "123456789012",
        "region": "us-west-2",
        "resources": [f"arn:aws:s3:::{bucket.name}"],
        "detail": {
            "version": "0",
            "bucket": {"name": bucket.name},
            "object": {"key": key, "size": 5, "etag": etag},
            "requester": "123456789012",
            "source-ip-address": "127.0.0.1",
            "reason": "PutObject",
        },
    }
    assert [(event["detail"]["object"], event["detail"]["reason"]) for event in events[1:]] == [
        ({"key": "copy", "size": 5, "etag": etag}, "CopyObject"),
        ({"key": "parts", "size": len(PART) + 1, "etag": of_parts}, "CompleteMultipartUpload"),
    ]


def test_deleted(bucket: Bucket) -> None:
    """One event tells of an object that is gone, none of one that never was."""
    bucket.s3.put_object(Bucket=bucket.name, Key="a", Body=b"")
    bucket.s3.delete_object(Bucket=bucket.name, Key="none")
    bucket.s3.delete_objects(Bucket=bucket.name, Delete={"Objects": [{"Key": "a"}]})

    _, deleted = bucket.events(2)

    assert deleted["detail-type"] == "Object Deleted"
    assert deleted["detail"]["object"].pop("sequencer")
    detail = deleted["detail"]
    assert detail["object"] == {"key": "a"}
    assert (detail["reason"], detail["deletion-type"]) == ("DeleteObject", "Permanently Deleted")


def test_versions(bucket: Bucket) -> None:
    """Events of a versioned bucket name the version, by which its bytes can be read."""
    s3, at = bucket.s3, {"Bucket": bucket.name, "Key": "k"}
    versioning = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration=versioning)
    first, second = (s3.put_object(**at, Body=body)["VersionId"] for body in (b"1", b"2"))
    marker = s3.delete_object(**at)["VersionId"]
    s3.delete_object(**at, VersionId=second)
    s3.delete_object(**at, VersionId=second)

    *created, marked, gone = (event["detail"] for event in bucket.events(4))

    told = [detail["object"]["version-id"] for detail in created]
    assert told == [first, second]
    assert s3.get_object(**at, VersionId=told[0])["Body"].read() == b"1"
    assert marked["object"].pop("sequencer") < gone["object"].pop("sequencer")
    of_marker = {"key": "k", "version-id": marker, "etag": "d41d8cd98f00b204e9800998ecf8427e"}
    assert (marked["object"], marked["deletion-type"]) == (of_marker, "Delete Marker Created")
    assert gone["object"] == {"key": "k", "version-id": second}
    assert gone["deletion-type"] == "Permanently Deleted"


def test_only_when_configured(aws: LocalAws) -> None:
    """A bucket tells nothing before it is configured to, nor afterwards; it shows whether it is."""
    bucket = Bucket(aws)
    bucket.s3.put_object(Bucket=bucket.name, Key="before")
    bucket.configure(EVENT_BRIDGE)
    queue = {"QueueArn": "arn:aws:sqs:us-west-2:123456789012:q", "Events": ["s3:ObjectRemoved:*"]}
    both = {**EVENT_BRIDGE, "QueueConfigurations": [queue]}
    for configuration in (EVENT_BRIDGE, both):
        bucket.configure(configuration)
        found = bucket.s3.get_bucket_notification_configuration(Bucket=bucket.name)
        assert found["EventBridgeConfiguration"] == {}
        assert ("QueueConfigurations" in found) == (configuration is both)
    bucket.s3.put_object(Bucket=bucket.name, Key="on")
    bucket.configure({})
    bucket.s3.put_object(Bucket=bucket.name, Key="after")
    bucket.s3.delete_object(Bucket=bucket.name, Key="on")
    found = bucket.s3.get_bucket_notification_configuration(Bucket=bucket.name)
    assert "EventBridgeConfiguration" not in found
    bucket.configure(EVENT_BRIDGE)
    bucket.s3.put_object(Bucket=bucket.name, Key="on again")

    assert [event["detail"]["object"]["key"] for event in bucket.events(2)] == ["on", "on again"]


@pytest.fixture
def reader(aws: LocalAws) -> Iterator[tuple[BaseClient, str, str]]:
    """A function that copies what an event names to ``read``; client, name and ARN."""
    code = """
import boto3
def handler(event, context):
    s3, detail = boto3.client("s3"), event["detail"]
    bucket, found = detail["bucket"]["name"], detail["object"]
    body = s3.get_object(Bucket=bucket, Key=found["key"], VersionId=found["version-id"])["Body"]
    s3.put_object(Bucket=bucket, Key="read/" + found["key"], Body=body.read())
"""
    packed, name = io.BytesIO(), f"reader-{uuid4().hex}"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", code)
    functions = aws.client("lambda")
    arn = functions.create_function(
        FunctionName=name,
        Role="arn:aws:iam::123456789012:role/LabRole",
        Code={"ZipFile": packed.getvalue()},
        Runtime="python3.12",
        Handler="index.handler",
        Timeout=30,
    )["FunctionArn"]
    yield functions, name, arn
    functions.delete_function(FunctionName=name)


def test_a_function_reads_what_came(bucket: Bucket, reader: tuple[BaseClient, str, str]) -> None:
    """A rule brings the event to a function, which finds the bytes of the version in it."""
    functions, name, arn = reader
    versioning = {"Status": "Enabled"}
    bucket.s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration=versioning)
    rule = bucket.aim(arn, object={"key": [{"prefix": "landing/"}]})
    functions.add_permission(
        FunctionName=name,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    bucket.s3.put_object(Bucket=bucket.name, Key="landing/a b", Body=b"came")

    events = bucket.events(2)

    assert [event["detail"]["object"]["key"] for event in events] == [
        "landing/a b",
        "read/landing/a b",
    ]
    found = bucket.s3.get_object(Bucket=bucket.name, Key="read/landing/a b")
    assert found["Body"].read() == b"came"
