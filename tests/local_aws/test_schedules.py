"""Schedules fire when asked, a tick at a time, what AWS would start at those minutes."""

import http.client
import io
import json
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer
from typing import Any
from uuid import uuid4

import pytest

from local_aws.__main__ import main
from local_aws.event_bus.errors import RefusedError
from local_aws.schedules.clock import Clock
from local_aws.schedules.expressions import names
from local_aws.schedules.requests import ask_for_tick
from local_aws.server import LocalAws, free_port
from local_aws.settings import LocalAwsError, Settings
from tests.local_aws.conftest import OPEN_TO_RULES, Served

LONGEST = 120  # seconds
ROLE = "arn:aws:iam::123456789012:role/LabRole"
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)  # a Saturday
ECHO = "def handler(event, context): print('got', __import__('json').dumps(event))"


@pytest.mark.parametrize(
    ("expression", "named", "not_named"),
    [
        ("rate(5 minutes)", "2026-11-21T12:05", "2026-11-21T12:06"),
        ("rate(1 minute)", "2026-11-21T12:06", None),
        ("rate(2 hours)", "2026-11-21T12:00", "2026-11-21T13:00"),
        ("rate(1 day)", "2026-11-21T00:00", "2026-11-21T12:00"),
        ("cron(0/5 * * * ? *)", "2026-11-21T12:55", "2026-11-21T12:57"),
        ("cron(2/5 * * * ? *)", "2026-11-21T12:57", "2026-11-21T12:55"),
        ("cron(*/15 * * * ? *)", "2026-11-21T12:45", "2026-11-21T12:50"),
        ("cron(5-20/5,59 12 * * ? *)", "2026-11-21T12:59", "2026-11-21T12:25"),
        ("cron(5-20/5,59 12 * * ? *)", "2026-11-21T12:20", "2026-11-21T13:20"),
        ("cron(0 18 ? * MON-FRI *)", "2026-11-20T18:00", "2026-11-21T18:00"),
        ("cron(0 18 ? * sun,7 *)", "2026-11-22T18:00", "2026-11-23T18:00"),
        ("cron(0 18 ? * 1 *)", "2026-11-22T18:00", "2026-11-23T18:00"),
        ("cron(0 0 29 FEB ? *)", "2028-02-29T00:00", "2026-02-28T00:00"),
        ("cron(0  0 1 jan-mar/2 ? 2027)", "2027-03-01T00:00", "2027-02-01T00:00"),
        ("cron(0 0 1 1 ? 2026/2)", "2028-01-01T00:00", "2027-01-01T00:00"),
    ],
)
def test_expressions(expression: str, named: str, not_named: str | None) -> None:
    """An expression names the minutes that AWS's documents say."""
    assert names(expression, datetime.fromisoformat(f"{named}Z"))
    assert not_named is None or not names(expression, datetime.fromisoformat(f"{not_named}Z"))


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("cron(0 0 L * ? *)", "L, W and # are not evaluated"),
        ("cron(0 0 3W * ? *)", "L, W and # are not evaluated"),
        ("cron(0 0 ? * FRIL *)", "L, W and # are not evaluated"),
        ("cron(0 0 ? * 6#3 *)", "L, W and # are not evaluated"),
        ("cron(0 0 * * * *)", "must have \\? as either"),
        ("cron(0 0 ? * ? *)", "must have \\? as either"),
        ("cron(0 0 * * ?)", "is no schedule"),
        ("at(2026-11-21T12:00:00)", "is no schedule"),
        ("", "is no schedule"),
        ("cron(60 * * * ? *)", "minutes of a cron expression holds '60'"),
        ("cron(0 24 * * ? *)", "hours of a cron expression holds '24'"),
        ("cron(1, * * * ? *)", "minutes of a cron expression holds ''"),
        ("cron(? * * * ? *)", "minutes of a cron expression holds '\\?'"),
        ("cron(0/0 * * * ? *)", "minutes of a cron expression holds '0/0'"),
        ("cron(0 22-2 * * ? *)", "hours of a cron expression holds '22-2'"),
        ("cron(0 0 1 MAI ? *)", "month of a cron expression holds 'MAI'"),
        ("cron(0 0 ? * 0 *)", "day-of-week of a cron expression holds '0'"),
        ("rate(0 minutes)", "is no schedule"),
        ("rate(1 minutes)", "must say minute;"),
        ("rate(5 minute)", "must say minutes;"),
        ("rate(5 seconds)", "is no schedule"),
    ],
)
def test_expressions_that_are_not_evaluated(expression: str, reason: str) -> None:
    """What is invalid or not known is refused at any minute, never evaluated as something else."""
    for instant in (NOON, NOON + timedelta(minutes=7)):
        with pytest.raises(RefusedError, match=reason):
            names(expression, instant)


def test_the_clock_begins_at_the_present_slot(tmp_path: Path) -> None:
    """Before it was set the clock shows the last five-minute boundary; then what was set."""
    clock = Clock(tmp_path / "clock")
    now = clock.now()
    assert timedelta() <= datetime.now(UTC) - now < timedelta(minutes=5, seconds=10)
    assert (now.minute % 5, now.second, now.microsecond) == (0, 0, 0)

    clock.set(NOON)
    assert Clock(tmp_path / "clock").now() == NOON


@pytest.mark.parametrize("content", ["", "noon", "2026-11-21T12:00:00", "2026-11-21T12:00:30Z"])
def test_a_clock_that_shows_no_time(tmp_path: Path, content: str) -> None:
    """A file that holds no UTC minute is named with the cure."""
    (tmp_path / "clock").write_text(content)
    with pytest.raises(
        LocalAwsError, match=r"cannot be read .*; delete it to begin at the present"
    ):
        Clock(tmp_path / "clock").now()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A local AWS of our own: a tick fires all schedules, and other tests have some."""
    served = Served(Settings(root=tmp_path_factory.mktemp("root"), port=free_port()))
    yield served
    served.end(signal.SIGTERM)


@pytest.fixture
def aws(server: Served) -> Iterator[Served]:
    """The local AWS, without schedules that other tests have left on."""
    yield server
    for rule in server.client("events").list_rules()["Rules"]:
        server.client("events").disable_rule(Name=rule["Name"])
    for trigger in server.client("glue").get_triggers()["Triggers"]:
        server.client("glue").stop_trigger(Name=trigger["Name"])


@pytest.fixture
def tick(aws: Served) -> Callable[[], list[str]]:
    """Return a function that sets the clock to noon and lets a slot pass; it returns the lines."""

    def at_noon() -> list[str]:
        Clock(aws.settings.clock_file).set(NOON)
        return ask_for_tick(aws.settings.port).splitlines()

    return at_noon


def create_function(
    aws: Served, code: str = ECHO, *, may_be_invoked: bool = True
) -> tuple[str, str]:
    """Create a function whose index.py is ``code``, for all rules; return its name and ARN."""
    packed, name = io.BytesIO(), f"scheduled-{uuid4().hex[:8]}"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", code)
    functions = aws.client("lambda")
    made = functions.create_function(
        FunctionName=name,
        Role=ROLE,
        Code={"ZipFile": packed.getvalue()},
        Runtime="python3.12",
        Handler="index.handler",
        Timeout=30,
    )
    if may_be_invoked:
        functions.add_permission(
            FunctionName=name,
            StatementId="rules",
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
        )
    return name, made["FunctionArn"]


def create_rule(aws: Served, arn: str, schedule: str, **target: object) -> tuple[str, str]:
    """Create a rule with one target; return its name and ARN."""
    name, events = f"rule-{uuid4().hex[:8]}", aws.client("events")
    rule_arn = events.put_rule(Name=name, ScheduleExpression=schedule)["RuleArn"]
    events.put_targets(Rule=name, Targets=[{"Id": "one", "Arn": arn, **target}])
    return name, rule_arn


def events_got(aws: Served, function: str) -> list[Any]:
    """Return the events that a function has said that it got."""
    found = aws.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    said = [event["message"] for event in found if event["message"].startswith("got ")]
    return [json.loads(message.removeprefix("got ")) for message in said]


def test_a_rule_invokes_its_function(aws: Served, tick: Callable[[], list[str]]) -> None:
    """The function gets the scheduled event of every minute that the rule names, in order."""
    function, arn = create_function(aws)
    rule, rule_arn = create_rule(aws, arn, "cron(2-3,5 * * * ? *)")

    lines = tick()

    times = ["2026-11-21T12:02:00Z", "2026-11-21T12:03:00Z", "2026-11-21T12:05:00Z"]
    assert lines == [f"{at}  rule {rule}  function {function}: done" for at in times]
    got = events_got(aws, function)
    assert len({event.pop("id") for event in got}) == 3
    assert got == [
        {
            "version": "0",
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": "123456789012",
            "time": at,
            "region": "us-west-2",
            "resources": [rule_arn],
            "detail": {},
        }
        for at in times
    ]


def test_a_slot_without_its_first_minute(aws: Served, tick: Callable[[], list[str]]) -> None:
    """A tick fires after noon until five past, and the next one goes on from there."""
    function, arn = create_function(aws)
    create_rule(aws, arn, "rate(5 minutes)")

    assert [line[:20] for line in tick()] == ["2026-11-21T12:05:00Z"]
    assert ask_for_tick(aws.settings.port)[:20] == "2026-11-21T12:10:00Z"
    assert len(events_got(aws, function)) == 2


def test_disabled_rules_do_not_fire(aws: Served, tick: Callable[[], list[str]]) -> None:
    """Neither a disabled rule nor one that waits for events instead of a time."""
    rule, _ = create_rule(aws, create_function(aws)[1], "rate(1 minute)")
    aws.client("events").disable_rule(Name=rule)
    aws.client("events").put_rule(Name="pattern", EventPattern='{"source": ["aws.events"]}')

    assert tick() == ["2026-11-21T12:05:00Z  nothing was due"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"Input": '{"time": "2020-01-01T00:00:00Z", "n": [1]}'},
            {"time": "2020-01-01T00:00:00Z", "n": [1]},
        ),
        ({"InputPath": "$.time"}, "2026-11-21T12:05:00Z"),
        ({"InputPath": "$.detail"}, {}),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"at": "$.time", "what": "$.resources", "none": "$.detail"},
                    "InputTemplate": '{"at": <at>, "said": "at <at>: <none>", "none": <none>, '
                    '"name": "<aws.events.rule-name>", "a<b": 1}',
                }
            },
            {
                "at": "2026-11-21T12:05:00Z",
                "said": "at 2026-11-21T12:05:00Z: {}",
                "none": {},
                "name": "the rule's name",
                "a<b": 1,
            },
        ),
    ],
)
def test_input(
    aws: Served, tick: Callable[[], list[str]], given: dict[str, str], expected: object
) -> None:
    """A target's Input replaces the event, InputPath takes a part, InputTransformer makes anew."""
    function, arn = create_function(aws)
    rule, _ = create_rule(aws, arn, "rate(5 minutes)", **given)
    tick()
    said = json.dumps(events_got(aws, function)).replace(rule, "the rule's name")
    assert json.loads(said) == [expected]


def test_a_queue_gets_the_event(aws: Served, tick: Callable[[], list[str]]) -> None:
    """A standard SQS queue whose policy lets it gets the event as a message."""
    sqs = aws.client("sqs")
    opened = {"Policy": OPEN_TO_RULES}
    url = sqs.create_queue(QueueName="scheduled", Attributes=opened)["QueueUrl"]
    rule, _ = create_rule(aws, "arn:aws:sqs:us-west-2:123456789012:scheduled", "rate(5 minutes)")

    assert tick() == [f"2026-11-21T12:05:00Z  rule {rule}  scheduled: sent"]
    [message] = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["time"] == "2026-11-21T12:05:00Z"


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({}, "SUCCEEDED"),
        ({"Input": '{"time": "now"}'}, "FAILED: Late: it is now"),
        ({"InputPath": "$.detail"}, "FAILED: States.QueryEvaluationError: An error occurred"),
    ],
)
def test_a_rule_runs_a_state_machine(
    aws: Served, tick: Callable[[], list[str]], given: dict[str, str], outcome: str
) -> None:
    """A due rule starts an execution with its input; the tick ends with it and tells how."""
    choice = {"Condition": "{% $toMillis($states.input.time) > 0 %}", "Next": "Good"}
    told = {"Condition": "{% $states.input.time = 'now' %}", "Next": "Late"}
    states = {
        "When": {"Type": "Choice", "Choices": [told, choice], "Default": "Late"},
        "Good": {"Type": "Wait", "Seconds": 1, "End": True},
        "Late": {"Type": "Fail", "Error": "Late", "Cause": "{% 'it is ' & $states.input.time %}"},
    }
    machine = aws.client("stepfunctions").create_state_machine(
        name=f"scheduled-{uuid4().hex[:8]}",
        definition=json.dumps({"QueryLanguage": "JSONata", "StartAt": "When", "States": states}),
        roleArn=ROLE,
    )["stateMachineArn"]
    rule, rule_arn = create_rule(aws, machine, "rate(5 minutes)", RoleArn=ROLE, **given)

    [line] = tick()

    name = machine.rpartition(":")[2]
    start = f"2026-11-21T12:05:00Z  rule {rule}  stateMachine {name}: {outcome}"
    assert line.startswith(start)
    [execution] = aws.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    found = aws.client("stepfunctions").describe_execution(executionArn=execution["executionArn"])
    if not given:
        event = json.loads(found["input"])
        assert (event["time"], event["resources"]) == ("2026-11-21T12:05:00Z", [rule_arn])


@pytest.mark.parametrize(
    ("arn", "target", "outcome"),
    [
        ("arn:aws:sns:us-west-2:123456789012:none", {}, "failed: NotFound"),
        ("arn:aws:kinesis:us-west-2:123456789012:stream/s", {}, "refused: rules of the local AWS"),
        (
            "arn:aws:sqs:us-west-2:123456789012:a.fifo",
            {"SqsParameters": {"MessageGroupId": "g"}},
            "refused: rules of",
        ),
        ("arn:aws:sqs:us-west-2:123456789012:none", {}, "failed: "),
        ("arn:aws:lambda:us-west-2:123456789012:function:none", {}, "failed: ResourceNotFound"),
        ("function", {"InputPath": "$.detail.a"}, "refused: the InputPath of target one is"),
        (
            "function",
            {"InputTransformer": {"InputTemplate": '"<price>"'}},
            "refused: the InputTemplate of target one has <price>, but there are only <aws.",
        ),
        (
            "function",
            {"InputTransformer": {"InputTemplate": '{"a": 1'}},
            "refused: the InputTemplate of target one makes no JSON",
        ),
        ("arn:aws:states:us-west-2:123456789012:stateMachine:none", {}, "refused: target one is"),
        (
            "arn:aws:states:us-west-2:123456789012:stateMachine:none",
            {"RoleArn": ROLE},
            "failed: StateMachineDoesNotExist",
        ),
        ("failing", {}, "failed: KeyError: 'price'"),
        ("closed", {}, "failed: AccessDeniedException: the policy of arn:aws:lambda:"),
    ],
)
def test_targets_that_fail(
    aws: Served, tick: Callable[[], list[str]], arn: str, target: dict[str, Any], outcome: str
) -> None:
    """What a target cannot be sent, or makes of it, is told; the other rules fire all the same."""
    own = {
        "function": ECHO,
        "failing": "def handler(event, context): raise KeyError('price')",
        "closed": ECHO,
    }
    if arn in own:
        _, arn = create_function(aws, own[arn], may_be_invoked=arn != "closed")
    create_rule(aws, arn, "cron(5 12 * * ? *)", **target)
    good, good_arn = create_function(aws)
    create_rule(aws, good_arn, "rate(5 minutes)")

    bad, done = tick()

    assert bad.partition(": ")[2].startswith(outcome)
    assert done.endswith(f"function {good}: done")


def test_refused_schedules_are_told_once(aws: Served, tick: Callable[[], list[str]]) -> None:
    """A tick tells of a schedule that is not evaluated, and fires the others."""
    function, arn = create_function(aws)
    refused, _ = create_rule(aws, arn, "cron(0 0 L * ? *)")
    create_rule(aws, arn, "cron(4 * * * ? *)")

    first, second = tick()

    assert first.endswith(f"function {function}: done")
    assert second.startswith(f"2026-11-21T12:05:00Z  rule {refused}  schedule: refused: the day-of")


TINY_JOB = """
import sys
from awsglue.utils import getResolvedOptions
print(getResolvedOptions(sys.argv, ["greeting"])["greeting"])
"""


@pytest.fixture
def job(aws: Served) -> str:
    """Return a job that needs an argument which only the trigger gives."""
    name, bucket = f"scheduled-{uuid4().hex[:8]}", f"scheduled-{uuid4().hex[:8]}"
    west = {"LocationConstraint": "us-west-2"}
    aws.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=west)
    aws.client("s3").put_object(Bucket=bucket, Key="job.py", Body=TINY_JOB.encode())
    aws.client("glue").create_job(
        Name=name,
        Role="LabRole",
        Command={"Name": "glueetl", "ScriptLocation": f"s3://{bucket}/job.py"},
        GlueVersion="5.1",
    )
    return name


def create_trigger(aws: Served, *actions: dict[str, Any], **properties: object) -> str:
    """Create a trigger that is on, for every fourth minute of five; return its name."""
    usual = {"Schedule": "cron(4/5 * * * ? *)", "StartOnCreation": True}
    return aws.client("glue").create_trigger(
        Name=f"trigger-{uuid4().hex[:8]}",
        Type="SCHEDULED",
        Actions=list(actions),
        **usual | properties,
    )["Name"]


def test_a_trigger_starts_its_jobs(aws: Served, tick: Callable[[], list[str]], job: str) -> None:
    """Each with the action's arguments and time limit; the tick ends when the runs have ended.

    A job that has as many runs as it may is not started, which is told and harms nothing.
    """
    action = {"JobName": job, "Arguments": {"--greeting": "hello"}, "Timeout": 7}
    trigger = create_trigger(aws, action, action, {"JobName": "none"})

    lines = tick()

    [run] = aws.client("glue").get_job_runs(JobName=job)["JobRuns"]
    shown = {key: run[key] for key in ("JobRunState", "TriggerName", "Timeout", "Arguments")}
    assert shown == {
        "JobRunState": "SUCCEEDED",
        "TriggerName": trigger,
        "Timeout": 7,
        "Arguments": {"--greeting": "hello"},
    }
    head = f"2026-11-21T12:04:00Z  trigger {trigger}  job "
    succeeded = rf"{job}: SUCCEEDED after \d+ s, run {run['Id']}"
    exceeded = f"{job}: failed: ConcurrentRunsExceededException: Concurrent runs exceeded for {job}"
    unknown = r"none: failed: EntityNotFoundException: .*none.*"
    outcomes = sorted(line.removeprefix(head) for line in lines)
    for outcome, expected in zip(outcomes, sorted([succeeded, exceeded, unknown]), strict=True):
        assert re.fullmatch(expected, outcome)


def test_a_failed_run_is_retried_by_its_job(aws: Served, tick: Callable, job: str) -> None:
    """The retries of Glue are the only ones, and the tick waits for the last."""
    definition = aws.client("glue").get_job(JobName=job)["Job"]
    kept = {key: definition[key] for key in ("Role", "Command", "GlueVersion")}
    aws.client("glue").update_job(JobName=job, JobUpdate={**kept, "MaxRetries": 1})
    create_trigger(aws, {"JobName": job})

    [line] = tick()

    assert re.search(r": FAILED after \d+ s, run jr_\w+_attempt_1: Error Category: ", line)
    states = [run["JobRunState"] for run in aws.client("glue").get_job_runs(JobName=job)["JobRuns"]]
    assert states == ["FAILED", "FAILED"]


def test_only_activated_triggers_fire(aws: Served, tick: Callable, job: str) -> None:
    """A trigger that was created only, or stopped again, starts nothing."""
    glue = aws.client("glue")
    trigger = create_trigger(aws, {"JobName": job}, StartOnCreation=False)
    assert glue.get_trigger(Name=trigger)["Trigger"]["State"] == "CREATED"
    stopped = create_trigger(aws, {"JobName": job})
    glue.stop_trigger(Name=stopped)

    assert tick() == ["2026-11-21T12:05:00Z  nothing was due"]
    assert glue.get_job_runs(JobName=job)["JobRuns"] == []


def test_triggers_have_no_rates(aws: Served, tick: Callable[[], list[str]]) -> None:
    """A trigger's schedule is a cron expression; Glue takes no other."""
    create_trigger(aws, {"JobName": "none"}, Schedule="rate(5 minutes)")
    [line] = tick()
    assert "schedule: refused: 'rate(5 minutes)' is no schedule; write cron(" in line


def test_no_crawlers(aws: Served, tick: Callable[[], list[str]]) -> None:
    """A trigger's crawler is refused by name."""
    create_trigger(aws, {"CrawlerName": "spider"})
    [line] = tick()
    assert "crawler spider: refused: the local AWS has no crawlers" in line


def test_the_command(aws: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """``tick --count N`` prints a line per firing, tick by tick; a tick without any says so."""
    function, arn = create_function(aws)
    rule, _ = create_rule(aws, arn, "cron(10 12 * * ? *)")
    Clock(aws.settings.clock_file).set(NOON)

    assert main(["tick", "--count", "3", "--port", str(aws.settings.port)]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "2026-11-21T12:05:00Z  nothing was due",
        f"2026-11-21T12:10:00Z  rule {rule}  function {function}: done",
        "2026-11-21T12:15:00Z  nothing was due",
    ]


def test_the_command_without_a_server(capsys: pytest.CaptureFixture[str]) -> None:
    """A server that is not there is one sentence and exit status 1."""
    port = free_port()
    assert main(["--port", str(port), "tick"]) == 1
    sentence = f"no local AWS answers on port {port}; start one (make aws) or name its --port"
    assert capsys.readouterr() == ("", f"local_aws: {sentence}\n")


def test_the_command_with_a_broken_clock(aws: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """What keeps the server from a tick is told by the command, too."""
    aws.settings.clock_file.write_text("noon")
    try:
        assert main(["tick", "--port", str(aws.settings.port)]) == 1
    finally:
        aws.settings.clock_file.unlink()
    assert "delete it to begin at the present\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {"Origin": "https://example.com"}, 403),
        ("POST", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("POST", {"Host": "rebound.example.com"}, 403),
        ("GET", {}, 404),  # moto's S3: there is no such bucket
    ],
)
def test_web_pages_cannot_tick(
    aws: Served, method: str, headers: dict[str, str], status: int
) -> None:
    """The guard of the endpoint stands before the ticks, and looking at them is none."""
    Clock(aws.settings.clock_file).set(NOON)
    connection = http.client.HTTPConnection("127.0.0.1", aws.settings.port, timeout=30)
    connection.request(method, "/_local-aws/tick", headers=headers)

    assert connection.getresponse().status == status
    connection.close()
    assert Clock(aws.settings.clock_file).now() == NOON


def test_the_clock_survives_a_restart(serve: Callable) -> None:
    """A local AWS on the same root goes on after the last tick, also if it was killed."""
    first = serve()
    before = ask_for_tick(first.settings.port)[:20]
    first.end(signal.SIGKILL)
    second = serve()

    after = ask_for_tick(second.settings.port)[:20]

    assert datetime.fromisoformat(after) - datetime.fromisoformat(before) == timedelta(minutes=5)


def test_the_end_does_not_wait_for_a_tick(serve: Callable) -> None:
    """Who asked is told when the server ends amid a tick, and nothing is fired after that."""
    served = serve()
    _, arn = create_function(served, "import time\ndef handler(event, context): time.sleep(25)")
    create_rule(served, arn, "rate(1 minute)")
    command = [sys.executable, "-m", "local_aws", "tick", "--port", str(served.settings.port)]
    asking = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while asking.poll() is None and not served.settings.clock_file.exists():
        time.sleep(0.05)
    time.sleep(0.5)

    started = time.monotonic()
    status, output = served.end(signal.SIGTERM)

    assert (status, output) == (0, "")
    assert time.monotonic() - started < 10
    printed, errors = asking.communicate(timeout=30)
    assert (asking.returncode, printed) == (1, "")
    assert errors.startswith("local_aws: the local AWS on port ")
    assert errors.count("\n") == 1


def test_ticks_by_themselves(tmp_path: Path) -> None:
    """``--tick SECONDS`` lets time pass while it serves, and shows what fired."""
    settings = Settings(root=tmp_path / "root", port=free_port())
    command = [sys.executable, "-m", "local_aws", "--tick", "1", "--root", str(settings.root)]
    command += ["--port", str(settings.port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        patience = Timer(LONGEST, process.kill)
        patience.start()
        for line in process.stdout:
            if line.startswith("export AWS_SECRET_ACCESS_KEY"):
                break
        aws = LocalAws(settings)  # never started: for its clients
        function, arn = create_function(aws)
        rule, _ = create_rule(aws, arn, "rate(5 minutes)")
        first, second = process.stdout.readline(), process.stdout.readline()
        patience.cancel()
        process.terminate()
    assert process.returncode == 0
    for line in (first, second):
        assert line[20:] == f"  rule {rule}  function {function}: done\n"
    passed = datetime.fromisoformat(second[:20]) - datetime.fromisoformat(first[:20])
    assert passed == timedelta(minutes=5)
