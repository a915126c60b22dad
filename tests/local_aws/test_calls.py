"""What the local AWS knows of the calls made to it, while somebody records."""

from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPConnection

import boto3
import pytest
from botocore import xform_name
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from local_aws import calls
from local_aws.server import LocalAws
from local_aws.settings import HOST, REGION

ARN = "arn:aws:{service}:us-west-2:123456789012:{name}"


@pytest.fixture(scope="module")
def client(aws: LocalAws) -> Callable[..., BaseClient]:
    """A maker of clients that sign as somebody."""

    def make(service: str, caller: str = "somebody") -> BaseClient:
        return boto3.client(
            service,
            endpoint_url=aws.settings.endpoint,
            region_name=REGION,
            aws_access_key_id=caller,
            aws_secret_access_key="any",  # ruff: ignore[hardcoded-password-func-arg]
        )

    return make


def _arn(service: str, name: str) -> str:
    return ARN.format(service=service, name=name)


CASES = [
    ("s3:ListBuckets", {}, {""}),
    ("s3:HeadBucket", {"Bucket": "b"}, {"arn:aws:s3:::b"}),
    ("s3:ListObjectsV2", {"Bucket": "b"}, {"arn:aws:s3:::b"}),
    ("s3:ListObjects", {"Bucket": "b"}, {"arn:aws:s3:::b"}),
    ("s3:GetObject", {"Bucket": "b", "Key": "f/k e+y"}, {"arn:aws:s3:::b/f/k e+y"}),
    (
        "s3:DeleteObjects",
        {"Bucket": "b", "Delete": {"Objects": [{"Key": "f/1"}, {"Key": "g/&<2"}]}},
        {"arn:aws:s3:::b/f/1", "arn:aws:s3:::b/g/&<2"},
    ),
    (
        "s3:CopyObject",
        {"Bucket": "b", "Key": "to", "CopySource": {"Bucket": "a", "Key": "fr=om"}},
        {"arn:aws:s3:::a/fr=om -> arn:aws:s3:::b/to"},
    ),
    ("glue:GetTable", {"DatabaseName": "d", "Name": "t"}, {_arn("glue", "table/d/t")}),
    ("glue:GetPartitions", {"DatabaseName": "d", "TableName": "t"}, {_arn("glue", "table/d/t")}),
    ("glue:StartTrigger", {"Name": "n"}, {_arn("glue", "trigger/n")}),
    ("glue:GetDatabase", {"Name": "n"}, {_arn("glue", "database/n")}),
    ("glue:StartJobRun", {"JobName": "n"}, {_arn("glue", "job/n")}),
    ("lambda:GetFunction", {"FunctionName": "n"}, {_arn("lambda", "function:n")}),
    ("events:DisableRule", {"Name": "n"}, {_arn("events", "rule/n")}),
    ("cloudformation:DescribeStacks", {"StackName": "n"}, {_arn("cloudformation", "stack/n/*")}),
    ("sts:GetCallerIdentity", {}, {""}),
]


@pytest.mark.parametrize(
    ("operation", "arguments", "resources"), CASES, ids=[operation for operation, _, _ in CASES]
)
def test_call(
    client: Callable[..., BaseClient], operation: str, arguments: dict, resources: set[str]
) -> None:
    """A call is known by its caller, operation and all that it names, refused or not."""
    service, _, name = operation.partition(":")
    with calls.recording() as recorded, suppress(ClientError):
        getattr(client(service), xform_name(name))(**arguments)

    assert recorded == {calls.Call("somebody", operation, resource) for resource in resources}


def test_the_work_group_of_a_query(client: Callable[..., BaseClient]) -> None:
    """What asks about a query names the workgroup that the query runs in."""
    client("s3").create_bucket(
        Bucket="calls-results", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    athena = client("athena")
    with calls.recording() as recorded:
        query_id = athena.start_query_execution(
            QueryString="select 1", ResultConfiguration={"OutputLocation": "s3://calls-results/"}
        )["QueryExecutionId"]
        athena.get_query_execution(QueryExecutionId=query_id)

    assert recorded >= {
        calls.Call("somebody", f"athena:{operation}", _arn("athena", "workgroup/primary"))
        for operation in ("StartQueryExecution", "GetQueryExecution")
    }


def test_the_request_is_answered_as_ever(client: Callable[..., BaseClient]) -> None:
    """A body that was looked at, packed or not, still reaches its service."""
    cloudwatch = client("cloudwatch")
    many = [{"MetricName": f"metric-{number:0200}", "Value": 1} for number in range(100)]
    with calls.recording() as recorded:
        cloudwatch.put_metric_data(Namespace="calls", MetricData=many)

    assert recorded == {calls.Call("somebody", "cloudwatch:PutMetricData", "calls")}
    pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace="calls")
    assert sum(len(page["Metrics"]) for page in pages) == len(many)


def test_what_cannot_be_read_is_seen(aws: LocalAws) -> None:
    """A signed request that is no call of its service shows as one that nobody knows."""
    signature = "AWS4-HMAC-SHA256 Credential=somebody/20260302/us-west-2/lambda/aws4_request"
    connection = HTTPConnection(HOST, aws.settings.port)
    with calls.recording() as recorded, closing(connection):
        connection.request("GET", "/nothing", headers={"Authorization": signature})
        connection.getresponse().read()

    assert recorded == {calls.Call("somebody", "lambda:?", "")}


def test_recordings_are_apart(client: Callable[..., BaseClient]) -> None:
    """Nothing is kept outside of a recording, and each has what was called during it."""
    with calls.recording() as outer:
        client("sts", "first").get_caller_identity()
        with calls.recording() as inner:
            client("sts", "second").get_caller_identity()
    client("sts", "third").get_caller_identity()

    assert {call.caller for call in outer} == {"first", "second"}
    assert {call.caller for call in inner} == {"second"}


def test_access_key() -> None:
    """A key has only characters that may stand in a signature."""
    assert calls.access_key("glue", "n\u00e4chtlich, 2/3") == "glue-n-chtlich--2-3"
