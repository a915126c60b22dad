"""State machines really run: their tasks are jobs, queries, functions and objects of this AWS."""

import io
import json
import signal
import time
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto.stepfunctions.models import stepfunctions_backends
from moto.stepfunctions.parser.api import ExecutionStatus

from local_aws.calls import recording
from local_aws.server import LocalAws
from local_aws.stepfunctions.backend import LocalStepFunctionsBackend
from local_aws.stepfunctions.executions import LocalExecution
from tests.local_aws.conftest import Served

LONGEST = 120  # seconds
ROLE = "arn:aws:iam::123456789012:role/LabRole"
TASK = "arn:aws:states:::"
SQL = "select 'it''s \"x\"' as \"a\",\n       '\\' as b"  # nothing that may be lost on the way

States = dict[str, Any]


class Machines:
    """What tests do with state machines."""

    def __init__(self, api: BaseClient) -> None:
        self.api = api

    def create(self, states: States, **top: object) -> str:
        """Create a state machine in JSONata that begins with its first state; return its ARN."""
        whole = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states, **top}
        return self.api.create_state_machine(
            name=f"machine-{uuid4().hex[:8]}", definition=json.dumps(whole), roleArn=ROLE
        )["stateMachineArn"]

    def start(self, machine: str, given: object = None) -> str:
        """Start an execution; return its ARN."""
        given = json.dumps({} if given is None else given)
        return self.api.start_execution(stateMachineArn=machine, input=given)["executionArn"]

    def ended(self, execution: str) -> dict[str, Any]:
        """Wait for an execution's end and return it, its output read."""
        deadline = time.monotonic() + LONGEST
        while (found := self.api.describe_execution(executionArn=execution))["status"] == "RUNNING":
            assert time.monotonic() < deadline, self.history(execution)
            time.sleep(0.05)
        return {**found, "output": json.loads(found.get("output", "null"))}

    def run(self, states: States, given: object = None, **top: object) -> dict[str, Any]:
        """Create a state machine and run it to its end."""
        return self.ended(self.start(self.create(states, **top), given))

    def history(self, execution: str, **options: object) -> list[str]:
        """Return the types of an execution's events."""
        told = self.api.get_execution_history(executionArn=execution, **options)
        return [event["type"] for event in told["events"]]

    def wait_for(self, execution: str, event: str) -> None:
        """Wait until an execution has come to an event."""
        deadline = time.monotonic() + LONGEST
        while event not in self.history(execution):
            assert time.monotonic() < deadline, self.history(execution)
            time.sleep(0.05)


@pytest.fixture(scope="module")
def machines(aws: LocalAws) -> Machines:
    """State machines on the local AWS of the session."""
    return Machines(aws.client("stepfunctions"))


@pytest.fixture(scope="module")
def bucket(aws: LocalAws) -> str:
    """Return a bucket with one object, ``in/a b.txt``."""
    name = f"machines-{uuid4().hex[:8]}"
    west = {"LocationConstraint": "us-west-2"}
    aws.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=west)
    aws.client("s3").put_object(Bucket=name, Key="in/a b.txt", Body=b"hello")
    return name


@pytest.fixture
def create_job(aws: LocalAws, glue: BaseClient, bucket: str) -> Callable[..., str]:
    """Return a function that uploads a script and creates its job."""

    def create(script: str, **properties: object) -> str:
        name = f"job-{uuid4().hex[:8]}"
        aws.client("s3").put_object(Bucket=bucket, Key=f"{name}.py", Body=script.encode())
        command = {"Name": "glueetl", "ScriptLocation": f"s3://{bucket}/{name}.py"}
        glue.create_job(Name=name, Role="LabRole", Command=command, GlueVersion="5.1", **properties)
        return name

    return create


def create_function(aws: LocalAws, code: str) -> str:
    """Create a function whose index.py is ``code``; return its name."""
    packed, name = io.BytesIO(), f"called-{uuid4().hex[:8]}"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", code)
    aws.client("lambda").create_function(
        FunctionName=name,
        Role=ROLE,
        Code={"ZipFile": packed.getvalue()},
        Runtime="python3.12",
        Handler="index.handler",
        Timeout=30,
    )
    return name


def task(resource: str, **fields: object) -> States:
    """Return a Task state that ends the machine."""
    ending = {} if "Next" in fields else {"End": True}
    return {"Type": "Task", "Resource": TASK + resource, **ending, **fields}


def query(sql: str, bucket: str, **fields: object) -> States:
    """Return a Task state that runs a statement to its end."""
    results = {"OutputLocation": f"s3://{bucket}/results/"}
    arguments = {"QueryString": sql, "ResultConfiguration": results}
    return task("athena:startQueryExecution.sync", Arguments=arguments, **fields)


def test_variables_and_texts(machines: Machines) -> None:
    """Assign, Output and $states give values as they are: quotes, newlines, backslashes, null."""
    given = {"sql": SQL, "rows": [1, None, {"b": None}], "n": 7}
    states = {
        "Keep": {
            "Type": "Pass",
            "Assign": {"sql": "{% $states.input.sql %}", "half": "{% $states.input.n / 2 %}"},
            "Output": {"rows": "{% $states.input.rows %}", "half": "{% $exists($half) %}"},
            "Next": "Tell",
        },
        "Tell": {
            "Type": "Pass",
            "Output": {
                "before": "{% $states.input %}",
                "sql": "{% $sql %}",
                "half": "{% $half * 2 %}",
                "none": "{% $map($states.input.rows, function($v) { $v = null }) %}",
                "length": "{% $length('\U0001f600') %}",
                "range": "{% [1..3] %}",
                "emoji": 'a/"b" \\ \U0001f600 é',
                "id": "{% $states.context.Execution.Id %}",
                "started": "{% $toMillis($states.context.Execution.StartTime) > 0 %}",
            },
            "End": True,
        },
    }
    found = machines.run(states, given)
    assert found["output"] == {
        "before": {"rows": [1, None, {"b": None}], "half": False},
        "sql": SQL,
        "half": 7,
        "none": [False, True, False],
        "length": 1,
        "range": [1, 2, 3],
        "emoji": 'a/"b" \\ \U0001f600 é',
        "id": found["executionArn"],
        "started": True,
    }


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$partition([1, 2, 3], 2)", [[1, 2], [3]]),
        ("$range(1, 7, 3)", [1, 4, 7]),
        ("$range(3, 1, -1)", [3, 2, 1]),
        ("$hash('a', 'SHA-1')", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
        ("$random(7) = $random(7) and $random() < 1", True),
        ("$length($uuid())", 36),
        ("$parse('{\"a\": [null]}')", {"a": [None]}),
        ("[1..2].{'n': $}", [{"n": 1}, {"n": 2}]),
        ("6 / 3", 2),
        ("null", None),
    ],
)
def test_functions(machines: Machines, expression: str, expected: object) -> None:
    """JSONata has the six functions that Step Functions adds."""
    found = machines.run({"Tell": {"Type": "Succeed", "Output": f"{{% {expression} %}}"}})
    assert found["output"] == expected


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("$states.input.nothing", "'$states.input.nothing' returned nothing (undefined)."),
        ("$states.errorOutput.Error", "returned nothing"),
        ("$unknown(1)", "failed: Attempted to invoke a non-function"),
        ("1 + 'a'", "failed: The right side of the + operator"),
        ("1 / 0", "failed: float division by zero"),
        ("$error('too few')", "failed: too few."),
        ("$hash('a', 'CRC')", "failed: $hash: $hash knows MD5"),
        ("function($x) { $x }", "returned a function"),
    ],
)
def test_expressions_that_fail(machines: Machines, expression: str, why: str) -> None:
    """An expression without a value fails its state as States.QueryEvaluationError."""
    states = {"Tell": {"Type": "Pass", "Output": f"{{% {expression} %}}", "End": True}}
    found = machines.run(states)
    assert (found["status"], found["error"]) == ("FAILED", "States.QueryEvaluationError")
    assert found["cause"].startswith("An error occurred while executing the state 'Tell'")
    assert why in found["cause"]


def test_objects(machines: Machines, aws: LocalAws, bucket: str) -> None:
    """aws-sdk tasks reach this AWS's S3: arguments and results are named as by the SDK."""
    listed = "aws-sdk:s3:listObjectsV2"
    source = f"{{% '{bucket}/' & $encodeUrl($states.input.Contents[0].Key) %}}"
    states = {
        "List": task(listed, Arguments={"Bucket": bucket, "Prefix": "in/"}, Next="Copy"),
        "Copy": task(
            "aws-sdk:s3:copyObject",
            Arguments={"Bucket": bucket, "Key": "out/b.txt", "CopySource": source},
            Assign={"tag": "{% $states.result.CopyObjectResult.ETag %}"},
            Output="{% $states.input %}",
        ),
    }
    found = machines.run(states)
    assert found["status"] == "SUCCEEDED", found
    [content] = found["output"].pop("Contents")
    assert found["output"] == {
        "IsTruncated": False,
        "KeyCount": 1,
        "MaxKeys": 1000,
        "Name": bucket,
        "Prefix": "in/",
    }
    assert (content["Key"], content["Size"]) == ("in/a b.txt", 5)
    assert content["LastModified"].endswith("Z")
    assert aws.client("s3").get_object(Bucket=bucket, Key="out/b.txt")["Body"].read() == b"hello"


def test_queries(machines: Machines, aws: LocalAws, bucket: str) -> None:
    """A query runs on this AWS's Athena, and the rows of a named one come back."""
    named = aws.client("athena").create_named_query(
        Name="quotes", Database="default", QueryString=SQL
    )["NamedQueryId"]
    states = {
        "Get": task("aws-sdk:athena:getNamedQuery", Arguments={"NamedQueryId": named}, Next="Run"),
        "Run": query("{% $states.input.NamedQuery.QueryString %}", bucket, Next="Rows"),
        "Rows": task(
            "athena:getQueryResults",
            Arguments={"QueryExecutionId": "{% $states.input.QueryExecution.QueryExecutionId %}"},
            Output={
                "query": "{% $states.input.QueryExecution %}",
                "rows": "{% $states.result.ResultSet.Rows.[Data.VarCharValue] %}",
            },
        ),
    }
    found = machines.run(states)
    assert found["status"] == "SUCCEEDED", found
    query_execution = found["output"]["query"]
    assert (query_execution["Query"], query_execution["Status"]["State"]) == (SQL, "SUCCEEDED")
    assert isinstance(query_execution["Status"]["SubmissionDateTime"], int)  # milliseconds
    assert found["output"]["rows"] == [["a", "b"], ['it\'s "x"', "\\"]]


@pytest.mark.parametrize(
    ("sql", "error", "cause"),
    [
        ("select x from nowhere.table", "States.TaskFailed", '"State":"FAILED"'),
        ("select 1", "Athena.InvalidRequestException", "(Service: Athena, Status Code: 400"),
    ],
)
def test_queries_that_fail(
    machines: Machines, bucket: str, sql: str, error: str, cause: str
) -> None:
    """A query that fails fails its task; one that cannot be started has Athena's own error."""
    run = query(sql, bucket)
    if error.startswith("Athena"):
        run["Arguments"]["WorkGroup"] = "nobody-has-made-it"
    found = machines.run({"Run": run})
    assert (found["status"], found["error"]) == ("FAILED", error)
    assert cause in found["cause"]


@pytest.mark.parametrize(
    ("resource", "arguments", "error"),
    [
        ("aws-sdk:s3:listObjectsV2", {"Bucket": "no-such-bucket"}, "S3.NoSuchBucketException"),
        ("aws-sdk:glue:getJobRuns", {"JobName": "none"}, "Glue.EntityNotFoundException"),
        ("glue:startJobRun.sync", {"JobName": "none"}, "Glue.EntityNotFoundException"),
        ("sns:publish", {"TopicArn": f"{ROLE}:x", "Message": "m"}, "SNS."),
        ("lambda:invoke", {"FunctionName": "none"}, "Lambda.ResourceNotFoundException"),
        ("aws-sdk:s3:listObjectsV2", {"Bucket": "b", "MaxKeys": "5"}, "States.Runtime"),
        ("aws-sdk:s3:listObjectsV2", "{% {'Bucket': 'b', 'Maximum': 5} %}", "States.Runtime"),
    ],
)
def test_errors_of_services(
    machines: Machines, resource: str, arguments: object, error: str
) -> None:
    """A service's error has the name that Step Functions gives it; a wrong call is none of them."""
    found = machines.run({"Call": task(resource, Arguments=arguments)})
    assert found["status"] == "FAILED"
    assert found["error"].startswith(error), found


def test_a_function(machines: Machines, aws: LocalAws) -> None:
    """lambda:invoke returns what the function does; what it raises is the task's error."""
    code = """
def handler(event, context):
    return {"doubled": event["n"] * 2}
"""
    arguments = {
        "FunctionName": create_function(aws, code),
        "Payload": "{% $states.input %}",
    }
    call = task("lambda:invoke", Arguments=arguments, Output="{% $states.result.Payload %}")
    assert machines.run({"Call": call}, {"n": 4})["output"] == {"doubled": 8}

    failed = machines.run({"Call": call}, {})
    assert (failed["status"], failed["error"]) == ("FAILED", "KeyError")
    assert json.loads(failed["cause"])["errorMessage"] == "'n'"


def test_a_message(machines: Machines, aws: LocalAws) -> None:
    """sns:publish sends a text as it is and an object as JSON."""
    sqs, sns = aws.client("sqs"), aws.client("sns")
    name = f"told-{uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    topic = sns.create_topic(Name=name)["TopicArn"]
    queue = f"arn:aws:sqs:us-west-2:123456789012:{name}"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)

    arguments = {"TopicArn": topic, "Subject": "S", "Message": "{% $states.input %}"}
    found = machines.run({"Tell": task("sns:publish", Arguments=arguments)}, {"a": 'b "c"'})

    [message] = sqs.receive_message(QueueUrl=url)["Messages"]
    body = json.loads(message["Body"])
    assert body["MessageId"] == found["output"]["MessageId"]
    assert json.loads(body["Message"]) == {"a": 'b "c"'}


GREETING_JOB = """
import sys
from awsglue.utils import getResolvedOptions
print(getResolvedOptions(sys.argv, ["greeting"])["greeting"])
"""


def test_a_job(machines: Machines, create_job: Callable[..., str]) -> None:
    """A job runs to its end and its run is the task's output; a run that fails fails the task."""
    name = create_job(GREETING_JOB)
    start = task(
        "glue:startJobRun.sync",
        Arguments={"JobName": name, "Arguments": "{% $states.input %}"},
        Catch=[{"ErrorEquals": ["States.TaskFailed"], "Next": "Why"}],
    )
    why = {
        "Type": "Fail",
        "Error": "{% $states.input.Error %}",
        "Cause": "{% 'run: ' & $parse($states.input.Cause).ErrorMessage %}",
    }
    machine = machines.create({"Start": start, "Why": why})

    good = machines.ended(machines.start(machine, {"--greeting": "hello"}))
    assert good["status"] == "SUCCEEDED", good
    run = good["output"]
    assert (run["JobName"], run["JobRunState"]) == (name, "SUCCEEDED")
    assert run["Arguments"] == {"--greeting": "hello"}
    assert run["CompletedOn"] >= run["StartedOn"] > 1e12  # milliseconds

    bad = machines.ended(machines.start(machine))
    assert (bad["status"], bad["error"]) == ("FAILED", "States.TaskFailed")
    assert "greeting" in bad["cause"].removeprefix("run: ")


def test_a_job_that_runs_already(
    machines: Machines, glue: BaseClient, create_job: Callable[..., str]
) -> None:
    """Too many runs are an error that Retry can name; a retrier waits and counts its attempts."""
    name = create_job("import time; time.sleep(300)")
    run_id = glue.start_job_run(JobName=name)["JobRunId"]
    retrier = {
        "ErrorEquals": ["Glue.ConcurrentRunsExceededException"],
        "IntervalSeconds": 1,
        "MaxAttempts": 2,
        "BackoffRate": 1.5,
    }
    states = {"Start": task("glue:startJobRun.sync", Arguments={"JobName": name}, Retry=[retrier])}
    found = machines.run(states)
    waited = (found["stopDate"] - found["startDate"]).total_seconds()
    glue.batch_stop_job_run(JobName=name, JobRunIds=[run_id])

    assert found["error"] == "Glue.ConcurrentRunsExceededException"
    assert machines.history(found["executionArn"]).count("TaskScheduled") == 3
    assert waited >= 2.5  # seconds: 1, then 1.5


def test_an_aborted_execution_stops_its_job(
    machines: Machines, glue: BaseClient, create_job: Callable[..., str]
) -> None:
    """StopExecution ends the execution at once and stops the run that it waits for."""
    name = create_job("import time; time.sleep(300)")
    start = task("glue:startJobRun.sync", Arguments={"JobName": name})
    execution = machines.start(machines.create({"Start": start}))
    machines.wait_for(execution, "TaskSubmitted")

    machines.api.stop_execution(executionArn=execution, error="Enough", cause="of it")

    found = machines.ended(execution)
    assert (found["status"], found["error"], found["cause"]) == ("ABORTED", "Enough", "of it")
    assert machines.history(execution)[-1] == "ExecutionAborted"
    assert _stopped(glue, name) == "STOPPED"


def _stopped(glue: BaseClient, job: str) -> str:
    """Wait until a job's run has ended; return its state."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        [run] = glue.get_job_runs(JobName=job)["JobRuns"]
        if run["JobRunState"] not in {"STARTING", "RUNNING", "STOPPING"}:
            return run["JobRunState"]
        time.sleep(0.1)
    raise AssertionError(run)


def test_times_that_are_over(
    machines: Machines, glue: BaseClient, create_job: Callable[..., str]
) -> None:
    """A task's time over is States.Timeout, and its job goes on; the machine's own is TIMED_OUT.

    What comes of the task afterwards is no event any more.
    """
    name = create_job("import time; time.sleep(300)")
    catch = {
        "ErrorEquals": ["States.Timeout"],
        "Assign": {"why": "{% $states.errorOutput.Error %}"},
        "Output": "{% $states.errorOutput.Error %}",
        "Next": "Long",
    }
    start = task(
        "glue:startJobRun.sync",
        Arguments={"JobName": name},
        TimeoutSeconds="{% $states.input.seconds %}",
        Catch=[catch],
    )
    waiting = {"Type": "Wait", "Seconds": 300, "End": True}
    found = machines.run({"Start": start, "Long": waiting}, {"seconds": 1}, TimeoutSeconds=4)

    assert (found["status"], "error" in found) == ("TIMED_OUT", False)
    history = machines.history(found["executionArn"])
    assert [kind for kind in history if "Timed" in kind] == ["TaskTimedOut", "ExecutionTimedOut"]
    assert "TaskSucceeded" not in history
    assert (found["stopDate"] - found["startDate"]).total_seconds() > 3.5
    [run] = glue.get_job_runs(JobName=name)["JobRuns"]
    assert run["JobRunState"] in {"STARTING", "RUNNING"}
    glue.batch_stop_job_run(JobName=name, JobRunIds=[run["Id"]])


def test_ways_through(machines: Machines) -> None:
    """Choice, Wait, Parallel, Map and Succeed do what they say, in JSONata."""
    branch = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Output": "a", "End": True}}}
    other = {
        "StartAt": "B",
        "States": {"B": {"Type": "Pass", "Output": "{% $states.input.n + $more %}", "End": True}},
    }
    double = {"Type": "Pass", "Output": "{% $states.input * 2 %}", "End": True}
    states = {
        "Way": {
            "Type": "Choice",
            "Choices": [
                {
                    "Condition": "{% $states.input.n > 3 %}",
                    "Assign": {"more": 1},
                    "Next": "Rest",
                }
            ],
            "Default": "No",
        },
        "No": {"Type": "Fail", "Error": "Few", "Cause": "{% 'only ' & $states.input.n %}"},
        "Rest": {"Type": "Wait", "Seconds": "{% $more %}", "Next": "Both"},
        "Both": {
            "Type": "Parallel",
            "Branches": [branch, other],
            "Output": "{% $states.result %}",
            "Next": "Each",
        },
        "Each": {
            "Type": "Map",
            "Items": "{% $range(1, $states.input[1], 2) %}",
            "ItemProcessor": {"StartAt": "Double", "States": {"Double": double}},
            "Next": "Good",
        },
        "Good": {"Type": "Succeed", "Output": "{% $sum($states.input) %}"},
    }
    machine = machines.create(states)
    good = machines.ended(machines.start(machine, {"n": 4}))
    assert (good["status"], good["output"]) == ("SUCCEEDED", 18)
    bad = machines.ended(machines.start(machine, {"n": 3}))
    assert (bad["status"], bad["error"], bad["cause"]) == ("FAILED", "Few", "only 3")


def test_a_branch_that_fails(machines: Machines) -> None:
    """A branch's error ends the others and can be caught, also one of Step Functions' own names."""
    failing = {"Type": "Fail", "Error": "States.TaskFailed", "Cause": "why"}
    waiting = {"Type": "Wait", "Seconds": 300, "End": True}
    states = {
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Bad", "States": {"Bad": failing}},
                {"StartAt": "Long", "States": {"Long": waiting}},
            ],
            "Catch": [
                {
                    "ErrorEquals": ["States.ALL"],
                    "Output": "{% $states.errorOutput %}",
                    "Next": "Done",
                }
            ],
            "End": True,
        },
        "Done": {"Type": "Succeed"},
    }
    found = machines.run(states)
    assert found["output"] == {"Error": "States.TaskFailed", "Cause": "why"}


@pytest.mark.parametrize(("size", "status"), [(261_000, "SUCCEEDED"), (262_145, "FAILED")])
def test_a_result_that_is_too_long(
    machines: Machines, aws: LocalAws, bucket: str, size: int, status: str
) -> None:
    """A state holds 256 KiB of JSON; States.ALL does not catch a longer one."""
    aws.client("s3").put_object(Bucket=bucket, Key="long", Body=b"x" * size)
    get = task(
        "aws-sdk:s3:getObject",
        Arguments={"Bucket": bucket, "Key": "long"},
        Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
        Output="short",
        Next="Caught",
    )

    answer = machines.run({"Get": get, "Caught": {"Type": "Succeed"}})

    assert answer["status"] == status
    assert answer.get("error") == (None if status == "SUCCEEDED" else "States.DataLimitExceeded")


@pytest.mark.parametrize(
    ("error_equals", "caught"),
    [
        (["States.ALL"], False),
        (["States.TaskFailed"], False),
        (["States.Runtime"], True),
    ],
)
def test_wildcards_leave_runtime_errors(
    machines: Machines, error_equals: list[str], *, caught: bool
) -> None:
    """States.ALL and States.TaskFailed catch no States.Runtime, as on AWS."""
    call = task(
        "aws-sdk:s3:listObjectsV2",
        Arguments={"Bucket": "b", "MaxKeys": "5"},
        Catch=[{"ErrorEquals": error_equals, "Next": "Done"}],
    )
    found = machines.run({"Call": call, "Done": {"Type": "Succeed"}})
    assert (found["status"] == "SUCCEEDED") == caught


def test_json_path(machines: Machines, bucket: str) -> None:
    """A state machine of the older language runs too."""
    states = {
        "List": task(
            "aws-sdk:s3:listObjectsV2",
            Parameters={"Bucket": bucket, "Prefix.$": "$.prefix"},
            ResultSelector={"key.$": "$.Contents[0].Key"},
            ResultPath="$.found",
            Next="Keep",
        ),
        "Keep": {
            "Type": "Pass",
            "Assign": {"key.$": "$.found.key", "kept": {"q": 'a "b"\n'}},
            "Next": "Tell",
        },
        "Tell": {
            "Type": "Pass",
            "Parameters": {
                "key.$": "$key",
                "q.$": "$kept.q",
                "text.$": "States.Format('{}!', $key)",
            },
            "End": True,
        },
    }
    found = machines.run(states, {"prefix": "in/"}, QueryLanguage="JSONPath")
    assert found["output"] == {"key": "in/a b.txt", "q": 'a "b"\n', "text": "in/a b.txt!"}, found


def test_pages_of_history(machines: Machines) -> None:
    """The history comes in pages and in both orders; executions are listed by status."""
    machine = machines.create({"Done": {"Type": "Succeed", "Output": "text"}})
    execution = machines.start(machine)
    assert machines.ended(execution)["output"] == "text"

    whole = machines.history(execution)
    assert whole == [
        "ExecutionStarted",
        "SucceedStateEntered",
        "SucceedStateExited",
        "ExecutionSucceeded",
    ]
    assert machines.history(execution, reverseOrder=True) == whole[::-1]
    first = machines.api.get_execution_history(executionArn=execution, maxResults=3)
    rest = machines.history(execution, maxResults=3, nextToken=first["nextToken"])
    assert rest == whole[3:]

    listed = {
        status: machines.api.list_executions(stateMachineArn=machine, statusFilter=status)
        for status in ("SUCCEEDED", "RUNNING")
    }
    assert [one["executionArn"] for one in listed["SUCCEEDED"]["executions"]] == [execution]
    assert listed["RUNNING"]["executions"] == []


def test_names(machines: Machines) -> None:
    """A name is an execution's for good; the same machine may be created twice, no other one."""
    machine = machines.create({"Done": {"Type": "Succeed"}})
    told = machines.api.describe_state_machine(stateMachineArn=machine)
    same = {"name": told["name"], "definition": told["definition"], "roleArn": ROLE}
    assert machines.api.create_state_machine(**same)["stateMachineArn"] == machine
    with pytest.raises(ClientError, match="StateMachineAlreadyExists"):
        machines.api.create_state_machine(**{**same, "roleArn": f"{ROLE}2"})

    machines.ended(
        machines.api.start_execution(stateMachineArn=machine, name="one")["executionArn"]
    )
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        machines.api.start_execution(stateMachineArn=machine, name="one", input='{"a": 1}')
    with pytest.raises(ClientError, match="InvalidExecutionInput"):
        machines.api.start_execution(stateMachineArn=machine, input="{")


def test_deletion(machines: Machines) -> None:
    """A deleted machine is DELETING until its execution comes to its next state, then gone."""
    states = {
        "Wait": {"Type": "Wait", "Seconds": 2, "Next": "Done"},
        "Done": {"Type": "Succeed"},
    }
    machine = machines.create(states)
    machines.wait_for(machines.start(machine), "WaitStateEntered")

    machines.api.delete_state_machine(stateMachineArn=machine)

    told = machines.api.describe_state_machine(stateMachineArn=machine)
    assert told["status"] == "DELETING"
    with pytest.raises(ClientError, match="StateMachineDeleting"):
        machines.start(machine)
    with pytest.raises(ClientError, match="StateMachineDeleting"):
        machines.api.update_state_machine(stateMachineArn=machine, roleArn=ROLE)
    deadline = time.monotonic() + LONGEST
    name = machine.rpartition(":")[2]
    while name in _names(machines):
        assert time.monotonic() < deadline, told
        time.sleep(0.05)


def _names(machines: Machines) -> set[str]:
    return {one["name"] for one in machines.api.list_state_machines()["stateMachines"]}


PASS = {"Type": "Pass", "End": True}


def backend() -> LocalStepFunctionsBackend:
    """Return the backend of the local AWS of the session."""
    return stepfunctions_backends["123456789012"]["us-west-2"]


def test_deletion_of_what_is_no_machine(machines: Machines) -> None:
    """It is refused, and nothing is to be deleted afterwards."""
    with pytest.raises(ClientError, match="InvalidArn"):
        machines.api.delete_state_machine(stateMachineArn="nonsense")
    assert "nonsense" not in backend().deleting


def test_a_stop_before_the_start(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    """An execution that is stopped before its interpreter begins stays stopped."""
    start = LocalExecution.start

    def stopped_first(self: LocalExecution) -> None:
        self.end(ExecutionStatus.ABORTED)
        start(self)

    monkeypatch.setattr(LocalExecution, "start", stopped_first)
    execution = machines.start(machines.create({"A": PASS}))
    assert machines.ended(execution)["status"] == "ABORTED"
    assert machines.history(execution) == ["ExecutionAborted"]


def test_half_an_end(machines: Machines) -> None:
    """Of an execution that is RUNNING nothing is told of its end, also while that is noted."""
    arn = machines.start(machines.create({"A": {"Type": "Wait", "Seconds": 300, "End": True}}))
    execution = backend().describe_execution(arn)
    execution.stop_date, execution.error = execution.start_date, "Error"
    listed = machines.api.list_executions(stateMachineArn=execution.state_machine_arn)
    for told in (machines.api.describe_execution(executionArn=arn), *listed["executions"]):
        assert not told.keys() & {"stopDate", "error", "output"}
    machines.api.stop_execution(executionArn=arn)


LIST = "aws-sdk:s3:listObjectsV2"


@pytest.mark.parametrize(
    ("states", "why"),
    [
        ({"A": task("dynamodb:getItem")}, "optimized integrations of athena, glue, lambda, sns"),
        ({"A": task("aws-sdk:dynamodb:getItem")}, "the local AWS has aws-sdk integrations of"),
        ({"A": task("aws-sdk:s3:listThings")}, "s3 has no action listThings"),
        ({"A": task("glue:startJobRun.waitForTaskToken")}, "of glue the local AWS has"),
        ({"A": task("aws-sdk:s3:copyObject.waitForTaskToken")}, "waits for a task token"),
        ({"A": task("sns:publish.sync")}, "of sns the local AWS has publish, not"),
        ({"A": {**PASS, "Type": "Task", "Resource": ROLE}}, "a function is called by"),
        ({"A": task(LIST)}, "the required Bucket is missing at /States/A"),
        ({"A": task(LIST, Arguments={"Bucket": "b", "Max": 1})}, 'The field "Max" is not'),
        ({"A": task(LIST, Arguments={"bucket": "b"})}, 'The field "bucket" is not supported'),
        ({"A": task(LIST, Arguments={"Bucket": "b"}, HeartbeatSeconds=5)}, "HeartbeatSeconds is"),
        ({"A": {**PASS, "Result": 1}}, "Result is no field there on AWS, or the local AWS"),
        ({"A": {**PASS, "Timestamp": "2026-11-21T00:00:00Z", "Type": "Wait"}}, "Timestamp is no"),
        ({"A": {"Type": "Pass", "Next": "B"}}, "there is no state 'B' at /States/A/Next"),
        ({"A": PASS, "B": PASS}, "no state leads there at /States/B"),
        ({"A": {"Type": "Pass"}}, "one of Next and End is needed at /States/A"),
        ({"A": {"Type": "Choose"}}, "Type must be one of Task, Parallel"),
        ({"A": {**PASS, "Output": "{% (1 %}"}}, "the JSONata expression is not valid: Expected )"),
        ({"A": {**PASS, "Output": "{% 'it\\'s' %}"}}, "not valid: unsupported escape sequence \\'"),
        ({"A": {**PASS, "Output": ["{% $eval('1') %}"]}}, "uses $eval, which Step Functions"),
        ({"A": {**PASS, "QueryLanguage": "JSONPath"}}, "cannot be of JSONPath at /States/A"),
        ({"A": {**PASS, "Type": "Map", "ItemReader": {}}}, "ItemReader is no field there"),
        ({"A": {**PASS, "Type": "Parallel", "Branches": 5}}, "Branches must be an array of objec"),
        ({"A": {"Type": "Choice", "Choices": None}}, "Choices must be an array of objects at /St"),
        ({"A": {"Type": "Choice", "Choices": [5]}}, "Choices must be an array of objects at /Sta"),
        ({"A": {**PASS, "QueryLanguage": []}}, "QueryLanguage [] is neither JSONata nor JSONPath"),
        ({"A": {"Type": "Pass", "Next": []}}, "there is no state [] at /States/A/Next"),
        ({"A": {"Type": "Pass", "End": False}}, "End can only be true at /States/A/End"),
        (
            {
                "A": {
                    **PASS,
                    "Type": "Map",
                    "ItemProcessor": {
                        "ProcessorConfig": {"Mode": "DISTRIBUTED"},
                        "StartAt": "B",
                        "States": {"B": PASS},
                    },
                }
            },
            "inline Map states only; leave the Mode out at /States/A/ItemProcessor",
        ),
    ],
)
def test_refused_definitions(machines: Machines, states: States, why: str) -> None:
    """What is invalid, or not done here, is refused with its place when it is created."""
    with pytest.raises(ClientError) as refused:
        machines.create(states)
    told = refused.value.response["Error"]
    assert told["Code"] == "InvalidDefinition"
    assert told["Message"].startswith("Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED")
    assert why in told["Message"]


def test_what_else_is_refused(machines: Machines) -> None:
    """So are texts that are no JSON, updates of that kind, and express state machines."""
    given = {"name": "refused", "definition": "{", "roleArn": ROLE}
    with pytest.raises(ClientError, match="INVALID_JSON_DESCRIPTION"):
        machines.api.create_state_machine(**given)
    machine = machines.create({"A": PASS})
    with pytest.raises(ClientError, match="no object with States at /"):
        machines.api.update_state_machine(stateMachineArn=machine, definition="[]")
    with pytest.raises(ClientError, match="StateMachineTypeNotSupported"):
        machines.api.create_state_machine(**given, type="EXPRESS")
    with pytest.raises(ClientError, match=r"there is no state \{\} at /StartAt"):
        machines.create({"A": PASS}, StartAt={})


GROUP = "arn:aws:logs:us-west-2:123456789012:log-group:g:*"


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (
            {
                "loggingConfiguration": {
                    "level": "ALL",
                    "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": GROUP}}],
                }
            },
            "does not offer logs of executions; leave loggingConfiguration out",
        ),
        ({"tracingConfiguration": {"enabled": True}}, "does not offer traces of executions; leave"),
        ({"publish": True}, "does not offer versions and aliases of state machines; leave publish"),
    ],
)
def test_settings_without_effect(machines: Machines, settings: dict[str, Any], why: str) -> None:
    """What would have no effect is refused; a setting that asks for nothing is taken."""
    machine = machines.create({"A": PASS})
    told = machines.api.describe_state_machine(stateMachineArn=machine)
    given = {"definition": told["definition"], "roleArn": ROLE}
    with pytest.raises(ClientError, match=why):
        machines.api.create_state_machine(name="refused", **given, **settings)
    with pytest.raises(ClientError, match=why):
        machines.api.update_state_machine(stateMachineArn=machine, **settings)
    nothing = {
        "loggingConfiguration": {"level": "OFF"},
        "tracingConfiguration": {"enabled": False},
    }
    machines.api.update_state_machine(stateMachineArn=machine, **given, **nothing)


@pytest.mark.parametrize(
    ("action", "arguments", "what"),
    [
        ("create_activity", {"name": "a"}, "activities; let a task call a function"),
        ("send_task_success", {"taskToken": "t", "output": "{}"}, "task tokens; let the state"),
        ("list_map_runs", {"executionArn": ROLE}, "distributed Map states; use inline ones"),
        ("publish_state_machine_version", {"stateMachineArn": ROLE}, "versions and aliases of"),
        ("redrive_execution", {"executionArn": ROLE}, "redriving; start an execution anew"),
    ],
)
def test_refused_actions(
    machines: Machines, action: str, arguments: dict[str, str], what: str
) -> None:
    """Actions of what is not done here are refused by name."""
    with pytest.raises(ClientError, match=f"the local Step Functions does not offer {what}"):
        getattr(machines.api, action)(**arguments)


def test_who_calls(machines: Machines, bucket: str) -> None:
    """Tasks sign as their state machine: a recording tells their calls from all others."""
    machine = machines.create({"List": task(LIST, Arguments={"Bucket": bucket})})
    with recording() as calls:
        machines.ended(machines.start(machine))
    name = machine.rpartition(":")[2]
    made = {call[1:] for call in calls if call.caller == f"states-{name}"}
    assert made == {("s3:ListObjectsV2", f"arn:aws:s3:::{bucket}")}


def _long_job(served: Served) -> None:
    """Create a job ``long`` that runs for minutes."""
    s3, west = served.client("s3"), {"LocationConstraint": "us-west-2"}
    s3.create_bucket(Bucket="scripts", CreateBucketConfiguration=west)
    s3.put_object(Bucket="scripts", Key="long.py", Body=b"import time; time.sleep(300)")
    command = {"Name": "glueetl", "ScriptLocation": "s3://scripts/long.py"}
    served.client("glue").create_job(
        Name="long", Role="LabRole", Command=command, GlueVersion="5.1"
    )


def _wait_for_save(served: Served) -> None:
    """Wait until all that there is now has been saved."""
    served.client("stepfunctions").create_state_machine(
        name="saved", roleArn=ROLE, definition=json.dumps({"StartAt": "A", "States": {"A": PASS}})
    )
    deadline, file = time.monotonic() + LONGEST, served.settings.state_file
    while not file.exists() or b"stateMachine:saved" not in file.read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_end_of_the_server(serve: Callable[[], Served], how: signal.Signals) -> None:
    """State machines and executions survive a restart; one that ran is then aborted, and why."""
    first = serve()
    machines = Machines(first.client("stepfunctions"))
    done = machines.start(machines.create({"Done": {"Type": "Succeed", "Output": {"n": 1}}}))
    machines.ended(done)
    waiting = {"Wait": {"Type": "Wait", "Seconds": 300, "End": True}}
    interrupted = machines.start(machines.create(waiting))
    machines.wait_for(interrupted, "WaitStateEntered")
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Done"}]
    start = task("glue:startJobRun.sync", Arguments={"JobName": "long"}, Catch=catch)
    catching = {"Start": {**start, "Retry": [{"ErrorEquals": ["States.ALL"]}]}}
    _long_job(first)
    working = machines.start(machines.create({**catching, "Done": {"Type": "Succeed"}}))
    machines.wait_for(working, "TaskSubmitted")
    deleted = machines.create(waiting)
    machines.wait_for(machines.start(deleted), "WaitStateEntered")
    machines.api.delete_state_machine(stateMachineArn=deleted)
    _wait_for_save(first)
    first.end(how)

    second = serve()
    again = Machines(second.client("stepfunctions"))
    assert deleted.rpartition(":")[2] not in _names(again)
    assert again.ended(working)["status"] == "ABORTED", again.history(working)
    [run] = second.client("glue").get_job_runs(JobName="long")["JobRuns"]
    assert run["JobRunState"] == "FAILED"
    assert again.ended(done)["output"] == {"n": 1}
    assert again.history(done)[-1] == "ExecutionSucceeded"
    found = again.ended(interrupted)
    assert found["status"] == "ABORTED"
    assert found["cause"].startswith("The local AWS ended while the execution was running")
    assert again.history(interrupted)[1:] == ["WaitStateEntered", "ExecutionAborted"]
    once_more = again.start(again.ended(done)["stateMachineArn"])
    assert again.ended(once_more)["status"] == "SUCCEEDED"


STACK = """
Parameters:
  Seconds: {Type: Number, Default: 1}
  Word: {Type: String, Default: 'a "quoted" word'}
Resources:
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !Sub arn:aws:iam::${AWS::AccountId}:role/LabRole
      Definition:
        QueryLanguage: JSONata
        StartAt: Rest
        TimeoutSeconds: 60
        States:
          Rest: {Type: Wait, Seconds: 1, Next: Tell}
          Tell:
            Type: Succeed
            Output:
              word: '${word}'
              number: 0.5
              flag: true
              parameter: !Ref Seconds
              input: '{% $states.input %}'
      DefinitionSubstitutions: {word: plain}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(5 minutes)
      State: DISABLED
      Targets:
        - Id: machine
          Arn: !Ref Machine
          RoleArn: !Sub arn:aws:iam::${AWS::AccountId}:role/LabRole
          Input: '{"from": "the rule"}'
Outputs:
  Machine: {Value: !Ref Machine}
  Rule: {Value: !Ref Rule}
"""


def _stack(aws: LocalAws, name: str, template: str, action: str = "create") -> dict[str, Any]:
    """Create or update a stack; return it once that has ended."""
    api = aws.client("cloudformation")
    getattr(api, f"{action}_stack")(StackName=name, TemplateBody=template)
    deadline = time.monotonic() + LONGEST
    while True:
        [stack] = api.describe_stacks(StackName=name)["Stacks"]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            return stack
        assert time.monotonic() < deadline, stack
        time.sleep(0.1)


def _outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def test_a_stack(machines: Machines, aws: LocalAws) -> None:
    """A stack makes, changes and deletes a state machine; Ref is its ARN; numbers stay numbers."""
    name = f"machine-{uuid4().hex[:8]}"
    stack = _stack(aws, name, STACK)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    outputs = _outputs(stack)
    machine = outputs["Machine"]
    assert f":stateMachine:{name}-Machine-" in machine
    told = {"word": "plain", "number": 0.5, "flag": True, "parameter": "1", "input": {"n": 1}}
    assert machines.ended(machines.start(machine, {"n": 1}))["output"] == told
    [target] = aws.client("events").list_targets_by_rule(Rule=outputs["Rule"])["Targets"]
    assert target == {
        "Id": "machine",
        "Arn": machine,
        "RoleArn": ROLE,
        "Input": '{"from": "the rule"}',
    }

    changed = STACK.replace("number: 0.5", "number: 7")
    assert _outputs(_stack(aws, name, changed, "update"))["Machine"] == machine
    assert machines.ended(machines.start(machine))["output"]["number"] == 7

    execution = machines.start(machine)
    machines.wait_for(execution, "WaitStateEntered")
    aws.client("cloudformation").delete_stack(StackName=name)
    aws.client("cloudformation").get_waiter("stack_delete_complete").wait(
        StackName=stack["StackId"], WaiterConfig={"Delay": 1, "MaxAttempts": LONGEST}
    )
    assert machine.rpartition(":")[2] not in _names(machines)


def test_a_stack_with_a_file(machines: Machines, aws: LocalAws, bucket: str) -> None:
    """The definition may be a YAML file on S3; numbers and dates are kept.

    Substitutions are made in its text, as on AWS: what is empty there is null.
    """
    file = """
    QueryLanguage: JSONata
    StartAt: Tell
    States:
      Tell:
        Type: Succeed
        Output: {day: 2026-03-02, number: 1, word: '${word}', other: ${other}, none: ${none}}
    """
    aws.client("s3").put_object(Bucket=bucket, Key="machine.yaml", Body=file.encode())
    template = f"""
    Resources:
      Machine:
        Type: AWS::StepFunctions::StateMachine
        Properties:
          RoleArn: {ROLE}
          DefinitionS3Location: {{Bucket: {bucket}, Key: machine.yaml}}
          DefinitionSubstitutions: {{word: plain, other: '2', none: ''}}
    Outputs:
      Machine: {{Value: !Ref Machine}}
    """
    stack = _stack(aws, f"machine-{uuid4().hex[:8]}", template)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    found = machines.ended(machines.start(_outputs(stack)["Machine"]))
    told = {"day": "2026-03-02", "number": 1, "word": "plain", "other": 2, "none": None}
    assert found["output"] == told


def test_a_stack_with_a_wrong_definition(aws: LocalAws) -> None:
    """Why a definition is refused stands in the stack's event."""
    name = f"machine-{uuid4().hex[:8]}"
    wrong = STACK.replace("Seconds: 1, Next: Tell", "Seconds: !Ref Seconds, Next: Tell")
    assert _stack(aws, name, wrong)["StackStatus"] == "ROLLBACK_COMPLETE"
    events = aws.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
    [failed] = [one for one in events if one["ResourceStatus"] == "CREATE_FAILED"]
    assert failed["LogicalResourceId"] == "Machine"
    assert "SCHEMA_VALIDATION_FAILED" in failed["ResourceStatusReason"]
