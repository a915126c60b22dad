"""Lambda functions really run, and their callers and logs see what AWS would show."""

import base64
import io
import json
import re
import time
import zipfile
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto.awslambda.models import lambda_backends

from local_aws.lambdas import asynchronous, invoke_asynchronously
from local_aws.server import LocalAws

ROLE = "arn:aws:iam::123456789012:role/LabRole"
_numbers = count(1)


@pytest.fixture(scope="module")
def functions(aws: LocalAws) -> BaseClient:
    """A client."""
    return aws.client("lambda")


def packed(files: dict[str, str]) -> bytes:
    """Return a zip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def create(functions: BaseClient, code: str, **properties: object) -> str:
    """Create a function whose index.py is ``code``, and return its name."""
    name = f"lambda-test-{next(_numbers)}"
    functions.create_function(
        FunctionName=name,
        Role=ROLE,
        Code={"ZipFile": packed({"index.py": code})},
        **{"Runtime": "python3.12", "Handler": "index.handler", "Timeout": 30} | properties,
    )
    return name


def invoke(
    functions: BaseClient, name: str, event: object = None
) -> tuple[object, str | None, str]:
    """Invoke a function; return what it answers, the kind of error and the end of its log."""
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail")
    log = base64.b64decode(answer["LogResult"]).decode()
    return json.load(answer["Payload"]), answer.get("FunctionError"), log


def test_the_function_gets_event_context_and_environment(functions: BaseClient) -> None:
    """What AWS promises a function is there; the machine's own environment is not."""
    code = """
import os
def handler(event, context):
    return {
        "event": event,
        "names": [context.function_name, context.log_group_name, context.function_version],
        "arn": context.invoked_function_arn,
        "memory": context.memory_limit_in_mb,
        "milliseconds": context.get_remaining_time_in_millis(),
        "environment": dict(os.environ),
    }
"""
    variables = {"BUCKET": "b", "ZAHL": "größer"}
    name = create(functions, code, MemorySize=256, Environment={"Variables": variables})

    answer, error, _ = invoke(functions, name, {"ü": [1, None]})

    assert error is None
    assert answer["event"] == {"ü": [1, None]}
    assert answer["names"] == [name, f"/aws/lambda/{name}", "$LATEST"]
    assert answer["arn"] == f"arn:aws:lambda:us-west-2:123456789012:function:{name}"
    assert answer["memory"] == "256"
    assert 20_000 < answer["milliseconds"] <= 30_000
    environment = answer["environment"]
    assert environment.items() >= variables.items()
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == name
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert environment["AWS_REGION"] == "us-west-2"
    assert environment["_HANDLER"] == "index.handler"
    assert "VIRTUAL_ENV" not in environment
    assert "PYTEST_CURRENT_TEST" not in environment


def test_the_function_speaks_to_this_aws(functions: BaseClient, aws: LocalAws) -> None:
    """boto3 inside a function reaches the local services without being told."""
    aws.client("s3").create_bucket(
        Bucket="lambda-test", CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    code = """
import boto3
def handler(event, context):
    boto3.client("s3").put_object(Bucket="lambda-test", Key="a/b", Body=b"bytes")
"""
    answer, error, log = invoke(functions, create(functions, code))

    assert (answer, error) == (None, None), log
    assert (aws.settings.s3_root / "lambda-test/a/b").read_bytes() == b"bytes"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "def handler(event, context): raise KeyError('price')",
            {"errorType": "KeyError", "errorMessage": "'price'"},
        ),
        (
            "import no_such_module",
            {
                "errorType": "Runtime.ImportModuleError",
                "errorMessage": "Unable to import module 'index': No module named 'no_such_module'",
            },
        ),
        (
            "def handler(event, context: return",
            {"errorType": "Runtime.UserCodeSyntaxError"},
        ),
        (
            "def other(event, context): return",
            {
                "errorType": "Runtime.HandlerNotFound",
                "errorMessage": "Handler 'handler' missing on module 'index'",
            },
        ),
        (
            "def handler(event, context): return {1}",
            {
                "errorType": "Runtime.MarshalError",
                "errorMessage": "Unable to marshal response: "
                "Object of type set is not JSON serializable",
            },
        ),
        (
            "import os\ndef handler(event, context): os._exit(3)",
            {"errorType": "Runtime.ExitError"},
        ),
        (
            "def handler(event, context): return len(bytearray(400 * 2**20))",
            {"errorType": "Runtime.ExitError"},
        ),
    ],
)
def test_errors_have_the_shape_of_aws(
    functions: BaseClient, code: str, expected: dict[str, str]
) -> None:
    """Whatever goes wrong in a function is the answer, marked as an error."""
    answer, error, log = invoke(functions, create(functions, code))

    assert error == "Unhandled"
    assert answer.items() >= expected.items(), log
    assert "REPORT RequestId" in log


def test_memory_and_time_are_limited(functions: BaseClient, tmp_path: Path) -> None:
    """A function that wants more than it has is killed, with its children, and says so."""
    code = """
import subprocess, time
def handler(event, context):
    subprocess.Popen(["sh", "-c", "sleep 2; touch " + event])
    time.sleep(20)
"""
    child_lived = tmp_path / "child-lived"
    answer, error, log = invoke(functions, create(functions, code, Timeout=1), str(child_lived))
    assert error == "Unhandled"
    assert answer["errorType"] == "Sandbox.Timedout"
    assert answer["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    assert log.rstrip().endswith("Status: timeout")

    greedy = create(functions, "def handler(e, c): return len(bytearray(400 * 2**20))")
    answer, _, log = invoke(functions, greedy)
    assert answer["errorMessage"].endswith("Runtime exited with error: signal: killed")
    assert "Memory Size: 128 MB\tMax Memory Used: 128 MB" in log
    time.sleep(2)
    assert not child_lived.exists()


def test_an_error_shows_the_line_of_the_function(functions: BaseClient) -> None:
    """The stack trace holds the function's own frames, where AWS would have the file."""
    code = "def handler(event, context):\n    return event['price']\n"
    answer, _, log = invoke(functions, create(functions, code), {})

    assert answer["stackTrace"][0].startswith('  File "/var/task/index.py", line 2, in handler\n')
    assert re.search(r"\[ERROR\] KeyError: 'price'\nTraceback", log)


def test_logs_are_in_cloudwatch(functions: BaseClient, aws: LocalAws) -> None:
    """START, what the function said, END and REPORT; in the stream that the context names."""
    code = """
import logging
def handler(event, context):
    print("printed")
    logging.getLogger().warning("logged")
    return context.log_stream_name
"""
    name = create(functions, code)
    stream, _, tail = invoke(functions, name)

    logs = aws.client("logs")
    events = logs.get_log_events(logGroupName=f"/aws/lambda/{name}", logStreamName=stream)["events"]
    lines = [event["message"] for event in events]
    assert lines == tail.splitlines()
    assert re.fullmatch(r"START RequestId: \S+ Version: \$LATEST", lines[0])
    assert lines[1] == "printed"
    assert re.fullmatch(r"\[WARNING\]\t\d{4}-\S+Z\t\S+\tlogged", lines[2])
    assert re.fullmatch(r"END RequestId: \S+", lines[3])
    report = r"REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\t.*"
    assert re.fullmatch(report, lines[4])


def test_a_function_logs_where_it_is_told(functions: BaseClient, aws: LocalAws) -> None:
    """Into the group of its LoggingConfig; a group that was deleted comes back with the next line.

    As on AWS, where it comes back without its retention, and keeps its name taken.
    """
    code, logs, group = "def handler(event, context): print(event)", aws.client("logs"), uuid4().hex
    name = create(functions, code, LoggingConfig={"LogGroup": group})
    logs.create_log_group(logGroupName=group)
    logs.delete_log_group(logGroupName=group)

    invoke(functions, name, "told")

    assert "told" in _messages(logs, group)
    assert _messages(logs, f"/aws/lambda/{name}") == []
    functions.update_function_configuration(FunctionName=name, LoggingConfig={"LogGroup": "other"})
    invoke(functions, name, "again")
    assert "again" in _messages(logs, "other")
    found = functions.get_function_configuration(FunctionName=name)["LoggingConfig"]
    assert found == {"LogFormat": "Text", "LogGroup": "other"}
    with pytest.raises(ClientError, match="logs text"):
        create(functions, code, LoggingConfig={"LogFormat": "JSON"})


def test_event_invocations_return_at_once(functions: BaseClient, aws: LocalAws) -> None:
    """An Event is accepted and runs later; a DryRun runs nothing."""
    code = "import time\ndef handler(event, context):\n    time.sleep(1)\n    print('done')"
    name = create(functions, code)
    started = time.monotonic()
    assert functions.invoke(FunctionName=name, InvocationType="Event")["StatusCode"] == 202
    assert functions.invoke(FunctionName=name, InvocationType="DryRun")["StatusCode"] == 204
    assert time.monotonic() - started < 1

    logs = aws.client("logs")
    deadline = time.monotonic() + 20
    while not (found := _messages(logs, f"/aws/lambda/{name}")) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert found.count("done") == 1


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let only tenths of seconds pass between the tries of an event."""
    monkeypatch.setattr(asynchronous, "FASTER", 600)


@pytest.mark.usefixtures("hurried")
def test_events_are_tried_again(functions: BaseClient, aws: LocalAws) -> None:
    """A function that fails gets the same event twice more, as long as it fails and is there."""
    bucket = f"tries-{uuid4().hex}"
    where = {"LocationConstraint": "us-west-2"}
    aws.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    code = """
import boto3
def handler(event, context):
    s3, bucket = boto3.client("s3"), event["bucket"]
    print("request", context.aws_request_id)
    s3.put_object(Bucket=bucket, Key=context.log_stream_name)
    tries = s3.list_objects_v2(Bucket=bucket)["KeyCount"]
    if event["deletes"] and tries == 2:
        boto3.client("lambda").delete_function(FunctionName=context.function_name)
    assert tries >= event["good"]
"""

    def tried(good: int, *, deletes: bool = False) -> tuple[int, int]:
        """Invoke the function anew; return how often it ran, and for how many requests."""
        for version in aws.client("s3").list_objects_v2(Bucket=bucket).get("Contents", []):
            aws.client("s3").delete_object(Bucket=bucket, Key=version["Key"])
        name = create(functions, code)
        event = json.dumps({"bucket": bucket, "good": good, "deletes": deletes})
        function = lambda_backends["123456789012"]["us-west-2"].get_function(name)
        outcome = invoke_asynchronously(function, event)
        assert outcome.failed == (good > 3 or deletes)
        said = _messages(aws.client("logs"), f"/aws/lambda/{name}")
        requests = [line for line in said if line.startswith("request ")]
        return len(requests), len(set(requests))

    assert [tried(1), tried(2), tried(3), tried(4)] == [(1, 1), (2, 1), (3, 1), (3, 1)]
    assert tried(4, deletes=True) == (2, 1)


def test_code_in_s3(functions: BaseClient, aws: LocalAws) -> None:
    """The code is what its zip held when the function was made or updated, packages and all."""
    bucket, s3 = f"code-{uuid4().hex}", aws.client("s3")
    where = {"LocationConstraint": "us-west-2"}
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    versioning = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=versioning)

    def put(key: str, answer: int) -> str:
        files = {
            "shop/functions/answer.py": "from shop import other\n"
            "def handler(event, context): return other.ANSWER",
            "shop/other.py": f"ANSWER = {answer}",
        }
        return s3.put_object(Bucket=bucket, Key=key, Body=packed(files))["VersionId"]

    first, _, _ = put("a.zip", 1), put("a.zip", 2), put("b.zip", 3)
    place = {"S3Bucket": bucket, "S3Key": "a.zip"}
    handler = {"Handler": "shop.functions.answer.handler", "Runtime": "python3.12"}
    made = {"FunctionName": f"code-{uuid4().hex}", "Role": ROLE, **handler}
    name = functions.create_function(Code=place, **made, Timeout=30)["FunctionName"]

    answers = [invoke(functions, name)[0]]
    put("a.zip", 4)
    answers.append(invoke(functions, name)[0])
    for more in ({"S3ObjectVersion": first}, {"S3Key": "b.zip"}):
        functions.update_function_code(FunctionName=name, **{**place, **more})
        answers.append(invoke(functions, name)[0])
    assert answers == [2, 2, 1, 3]

    s3.put_object(Bucket=bucket, Key="text", Body=b"text")
    for wrong, error in (
        ({"S3Key": "none"}, "S3 Error Code: NoSuchKey"),
        ({"S3Bucket": "no-such-bucket"}, "S3 Error Code: NoSuchBucket"),
        ({"S3Key": "text"}, "Could not unzip uploaded file"),
    ):
        with pytest.raises(ClientError, match=error):
            functions.update_function_code(FunctionName=name, **{**place, **wrong})
        with pytest.raises(ClientError, match=error):
            functions.create_function(**{**made, "FunctionName": "x"}, Code={**place, **wrong})
    assert invoke(functions, name)[0] == 3


def test_a_function_has_what_aws_has(functions: BaseClient) -> None:
    """It can import its own modules, also of folders that it adds, but not this machine's."""
    code = """
import importlib, os, sys
def handler(event, context):
    os.makedirs("more/grown")
    sys.path.append(os.path.abspath("more"))
    found = []
    for name in event:
        try:
            found.append(importlib.import_module(name).__name__)
        except ModuleNotFoundError as error:
            found.append(str(error))
    return found
"""
    there = ["boto3", "botocore.config", "urllib3.util.retry", "dateutil.tz", "json", "grown"]
    missing = ["moto", "local_aws", "pandas", "glue_jobs.lake"]

    answer, _, log = invoke(functions, create(functions, code), there + missing)

    tops = [name.partition(".")[0] for name in missing]
    assert answer == [*there, *(f"No module named {top!r}" for top in tops)], log


FAILS = "def handler(event, context): raise KeyError(event['n'])"


def _queue(aws: LocalAws) -> tuple[str, str]:
    """Return the URL and the ARN of a new queue."""
    name = uuid4().hex
    url = aws.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    return url, f"arn:aws:sqs:us-west-2:123456789012:{name}"


def _told(aws: LocalAws, url: str) -> dict[str, Any]:
    """Wait for the one message of a queue; return its body."""
    found = aws.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20)
    [message] = found["Messages"]
    return json.loads(message["Body"])


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    ("settings", "tries", "condition"),
    [
        ({}, 3, "RetriesExhausted"),
        ({"MaximumRetryAttempts": 1}, 2, "RetriesExhausted"),
        ({"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}, 1, "RetriesExhausted"),
        ({"MaximumEventAgeInSeconds": 60}, 1, "EventAgeExceeded"),
        ({"MaximumEventAgeInSeconds": 150}, 2, "EventAgeExceeded"),
    ],
)
def test_failures_are_told(
    functions: BaseClient,
    aws: LocalAws,
    settings: dict[str, int],
    tries: int,
    condition: str,
) -> None:
    """The destination gets the event that was given up, how often it was tried, and the error."""
    name, (url, arn) = create(functions, FAILS), _queue(aws)
    functions.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=2)
    functions.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnFailure": {"Destination": arn}}, **settings
    )

    functions.invoke(FunctionName=name, InvocationType="Event", Payload='{"n": "ü"}')

    record = _told(aws, url)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record.pop("timestamp"))
    request, payload = record["requestContext"].pop("requestId"), record.pop("responsePayload")
    assert payload.pop("stackTrace")
    assert payload == {"errorType": "KeyError", "errorMessage": "'ü'", "requestId": request}
    assert record == {
        "version": "1.0",
        "requestContext": {
            "functionArn": f"arn:aws:lambda:us-west-2:123456789012:function:{name}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": tries,
        },
        "requestPayload": {"n": "ü"},
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
    }
    ran = _messages(aws.client("logs"), f"/aws/lambda/{name}")
    assert len([line for line in ran if line.startswith("START")]) == tries


def test_failures_are_told_to_topics(functions: BaseClient, aws: LocalAws) -> None:
    """A topic may be the destination; nobody is told of a success, or of an answered invocation."""
    sns, (url, arn) = aws.client("sns"), _queue(aws)
    topic = sns.create_topic(Name=uuid4().hex)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    code = "def handler(event, context): return 1 / event"
    name = create(functions, code)
    functions.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": topic}},
    )
    invoke(functions, name, 0)
    function = lambda_backends["123456789012"]["us-west-2"].get_function(name)
    assert [invoke_asynchronously(function, event).failed for event in "10"] == [False, True]

    record = json.loads(_told(aws, url)["Message"])
    assert record["responsePayload"]["errorType"] == "ZeroDivisionError"
    assert record["requestPayload"] == 0


def test_settings_of_events(functions: BaseClient, aws: LocalAws) -> None:
    """A put replaces them, an update changes what it gives; unknown destinations are refused."""
    name, (_, arn) = create(functions, FAILS), _queue(aws)
    failure = {"OnFailure": {"Destination": arn}}
    put, update = (
        getattr(functions, f"{verb}_function_event_invoke_config") for verb in ("put", "update")
    )
    update(FunctionName=name, MaximumRetryAttempts=1)
    put(FunctionName=name, MaximumEventAgeInSeconds=60)
    update(FunctionName=name, DestinationConfig=failure)

    found = functions.get_function_event_invoke_config(FunctionName=name)
    assert (found["MaximumEventAgeInSeconds"], found["DestinationConfig"]) == (60, failure)
    assert "MaximumRetryAttempts" not in found
    function = f"arn:aws:lambda:us-west-2:123456789012:function:{name}"
    for wrong in ({"OnSuccess": {"Destination": arn}}, {"OnFailure": {"Destination": function}}):
        with pytest.raises(ClientError, match=r"standard SQS queues and SNS topics of failures"):
            put(FunctionName=name, DestinationConfig=wrong)


def test_invocations_are_metrics(functions: BaseClient, aws: LocalAws) -> None:
    """How many, how many failed, how long each took: of the function and of all functions."""
    name = create(functions, "def handler(event, context): return 1 / event")
    dimensions = [{"Name": "FunctionName", "Value": name}]

    def measured(metric: str, dimensions: list[dict[str, str]]) -> dict[str, Any]:
        now = datetime.now(UTC)
        points = aws.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=dimensions,
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(hours=1),
            Period=3 * 3600,
            Statistics=["Sum", "SampleCount", "Maximum"],
        )["Datapoints"]
        return points[0] if points else {"Sum": 0}

    before = measured("Invocations", [])["Sum"], measured("Errors", [])["Sum"]
    for event in (1, 0, 2):
        invoke(functions, name, event)
    functions.invoke(FunctionName=name, InvocationType="DryRun")

    errors, duration = measured("Errors", dimensions), measured("Duration", dimensions)
    assert measured("Invocations", dimensions)["Sum"] == 3
    assert (errors["Sum"], errors["SampleCount"], errors["Unit"]) == (1, 3, "Count")
    assert (duration["SampleCount"], duration["Unit"]) == (3, "Milliseconds")
    assert 1 < duration["Maximum"] < 30_000
    after = measured("Invocations", [])["Sum"], measured("Errors", [])["Sum"]
    assert (after[0] - before[0], after[1] - before[1]) == (3, 1)


def _messages(logs: BaseClient, group: str) -> list[str]:
    groups = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    if not groups:
        return []
    return [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]


def test_what_cannot_run_is_refused(functions: BaseClient) -> None:
    """Other languages and broken events get a sentence, not a made-up answer."""
    name = create(functions, "", Runtime="nodejs20.x")
    with pytest.raises(ClientError, match="runs Python only"):
        functions.invoke(FunctionName=name)

    name = create(functions, "def handler(event, context): return event")
    with pytest.raises(ClientError, match="Could not parse request body into json"):
        functions.invoke(FunctionName=name, Payload=b"{")
    assert json.load(functions.invoke(FunctionName=name)["Payload"]) == {}
