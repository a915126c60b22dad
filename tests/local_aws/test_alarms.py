"""Alarms change their states as CloudWatch's do, and say so to SNS; metrics are told apart."""

import json
import re
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from local_aws.cloudwatch import clock
from local_aws.cloudwatch.backend import LocalCloudWatchBackend
from local_aws.cloudwatch.changes import Change
from local_aws.schedules.requests import ask_for_tick
from local_aws.server import LocalAws
from tests.local_aws.test_lambdas import create

NAMESPACE = "EventAnalytics"
JOB = [{"Name": "JobName", "Value": "curate"}]
_numbers = count(1)


class Time:
    """The alarms' clock, which can be moved; windows end with its last full minute.

    It begins amid a minute and goes on a little when one looks: no minute begins by itself.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._now = clock.minute_of(clock.now()) + timedelta(seconds=30)
        monkeypatch.setattr(clock, "now", self._looked_at)

    def _looked_at(self) -> datetime:
        self._now += timedelta(milliseconds=1)
        return self._now

    def pass_minutes(self, minutes: float) -> None:
        """Let time pass."""
        self._now += timedelta(minutes=minutes)


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The alarms' clock."""
    return Time(monkeypatch)


@pytest.fixture(scope="module")
def cloudwatch(aws: LocalAws) -> BaseClient:
    """A client."""
    return aws.client("cloudwatch")


class Alarms:
    """Alarms on a metric of their own each, and what is known of them."""

    def __init__(self, cloudwatch: BaseClient) -> None:
        self._cloudwatch = cloudwatch
        self.names: list[str] = []

    def make(self, **properties: object) -> str:
        """Make an alarm: at least 1 in the last minute, unless other properties are given."""
        name = f"alarm-{next(_numbers)}"
        usual = {
            "Namespace": NAMESPACE,
            "MetricName": name,
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        }
        self.names.append(name)
        self._cloudwatch.put_metric_alarm(**{"AlarmName": name, **usual, **properties})
        return name

    def publish(self, name: str, value: float, minutes_ago: float = 0, **more: object) -> None:
        """Publish a value of the alarm's metric."""
        alarm = self.seen(name)
        then = clock.now() - timedelta(minutes=minutes_ago)
        datum = {"MetricName": alarm["MetricName"], "Dimensions": alarm["Dimensions"], **more}
        datum |= {"Timestamp": then.replace(tzinfo=UTC), "Value": value}
        self._cloudwatch.put_metric_data(Namespace=alarm["Namespace"], MetricData=[datum])

    def seen(self, name: str) -> dict[str, Any]:
        """Look at an alarm, which evaluates it."""
        [alarm] = self._cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return alarm

    def state(self, name: str) -> str:
        """Return an alarm's state."""
        return self.seen(name)["StateValue"]

    def history(self, name: str, kind: str) -> list[str]:
        """Return the summaries of an alarm's history, the newest first."""
        items = self._cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType=kind)
        return [item["HistorySummary"] for item in items["AlarmHistoryItems"]]


@pytest.fixture
def alarms(cloudwatch: BaseClient) -> Iterator[Alarms]:
    """Alarms that are gone afterwards: other tests' ticks evaluate all there are."""
    made = Alarms(cloudwatch)
    yield made
    cloudwatch.delete_alarms(AlarmNames=made.names)


# CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data", both tables: the
# points of five periods, the last on the right, and the state where missing ones are treated as
# missing, ignore, breaching, notBreaching; - is the state that the alarm has.
THREE_OF_THREE = """
0 - X - X | OK OK OK OK
0 - - - - | OK OK OK OK
- - - - - | INSUFFICIENT_DATA - ALARM OK
0 X X - X | ALARM ALARM ALARM ALARM
- - X - - | ALARM - ALARM OK
"""
TWO_OF_THREE = """
0 - X - X | ALARM ALARM ALARM ALARM
0 0 X 0 X | ALARM ALARM ALARM ALARM
0 - X - - | OK OK ALARM OK
- - - - 0 | OK OK ALARM OK
- - - X - | ALARM - ALARM OK
"""
# The same page, "Avoiding premature transitions to alarm state": no alarm yet.
PREMATURE = """
- - - - X | - - ALARM OK
- - - X - | - - ALARM OK
"""


@pytest.mark.parametrize(
    ("needed", "row"),
    [(3, row) for row in (THREE_OF_THREE + PREMATURE).strip().splitlines() if row]
    + [(2, row) for row in TWO_OF_THREE.strip().splitlines()],
)
def test_missing_data(
    cloudwatch: BaseClient, alarms: Alarms, passing: Time, needed: int, row: str
) -> None:
    """Missing points are treated as CloudWatch's documentation shows, whatever state there was."""
    points, _, expected = row.partition("|")
    for treatment, state in zip(
        ("missing", "ignore", "breaching", "notBreaching"), expected.split(), strict=True
    ):
        name = alarms.make(
            Period=3600,
            EvaluationPeriods=3,
            DatapointsToAlarm=needed,
            TreatMissingData=treatment,
        )
        for hours_ago, point in enumerate(reversed(points.split())):
            if point != "-":
                alarms.publish(name, float(point == "X"), minutes_ago=60 * hours_ago + 30)
        for before in ("OK", "ALARM"):
            cloudwatch.set_alarm_state(AlarmName=name, StateValue=before, StateReason="test")
            passing.pass_minutes(1)
            assert alarms.state(name) == (before if state == "-" else state), (treatment, before)
        passing.pass_minutes(-2)


SHAPES = {
    "a run failed": (
        {
            "Namespace": "Glue",
            "MetricName": "glue.error.ALL",
            "Dimensions": [
                *JOB,
                {"Name": "JobRunId", "Value": "ALL"},
                {"Name": "Type", "Value": "count"},
                {"Name": "ObservabilityGroup", "Value": "error"},
            ],
            "Period": 300,
            "TreatMissingData": "notBreaching",
        },
        [(0, None, "OK"), (10, 1, "ALARM"), (30, None, "OK")],
    ),
    "no run in 15 minutes": (
        {
            "MetricName": "RunSeconds",
            "Dimensions": JOB,
            "Statistic": "SampleCount",
            "ComparisonOperator": "LessThanThreshold",
            "EvaluationPeriods": 15,
            "TreatMissingData": "breaching",
        },
        [(0, 42, "OK"), (10, None, "OK"), (20, None, "ALARM"), (25, 42, "OK")],
    ),
    "much is rejected": (
        {
            "MetricName": "RejectedPercent",
            "Dimensions": JOB,
            "Statistic": "Maximum",
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 5,
            "Period": 300,
            "TreatMissingData": "notBreaching",
        },
        [(0, 5, "OK"), (10, 5.1, "ALARM"), (20, 4.9, "OK")],
    ),
    "a file is unreadable": (
        {
            "MetricName": "Unreadable",
            "Dimensions": JOB,
            "Period": 300,
            "TreatMissingData": "notBreaching",
        },
        [(0, 0, "OK"), (10, 3, "ALARM"), (16, 0, "OK")],
    ),
    "a day is dear": (
        {
            "MetricName": "EstimatedCost",
            "Dimensions": JOB,
            "ComparisonOperator": "GreaterThanThreshold",
            "Period": 86_400,
            "TreatMissingData": "notBreaching",
        },
        [(0, 0.6, "OK"), (60, 0.6, "ALARM"), (4 * 1440, None, "OK")],
    ),
}


@pytest.mark.parametrize(("properties", "steps"), SHAPES.values(), ids=SHAPES)
def test_the_pipelines_alarms(
    alarms: Alarms,
    passing: Time,
    properties: dict[str, object],
    steps: list[tuple[int, float | None, str]],
) -> None:
    """Each fires and goes back: at a minute a value is published, a minute later it shows."""
    name = alarms.make(**properties)
    now = 0
    for minute, value, state in steps:
        passing.pass_minutes(minute - now)
        if value is not None:
            alarms.publish(name, value)
        passing.pass_minutes(1)
        now = minute + 1
        assert alarms.state(name) == state, (minute, alarms.seen(name)["StateReason"])


def test_the_functions_alarms(aws: LocalAws, alarms: Alarms, passing: Time) -> None:
    """An error fires until it is out of sight; silence fires until somebody calls."""
    functions = aws.client("lambda")
    function = create(functions, "def handler(event, context): return event['key']")
    of_function = {
        "Namespace": "AWS/Lambda",
        "Dimensions": [{"Name": "FunctionName", "Value": function}],
        "Period": 300,
    }
    errors = alarms.make(MetricName="Errors", TreatMissingData="notBreaching", **of_function)
    silence = alarms.make(
        MetricName="Invocations",
        ComparisonOperator="LessThanThreshold",
        EvaluationPeriods=3,
        TreatMissingData="breaching",
        **of_function,
    )
    assert (alarms.state(errors), alarms.state(silence)) == ("OK", "ALARM")
    functions.invoke(FunctionName=function, Payload=b"{}")
    assert (alarms.state(errors), alarms.state(silence)) == ("OK", "ALARM")  # amid the minute
    passing.pass_minutes(1)
    assert (alarms.state(errors), alarms.state(silence)) == ("ALARM", "OK")
    passing.pass_minutes(30)
    assert (alarms.state(errors), alarms.state(silence)) == ("OK", "ALARM")


def test_the_queues_alarm(aws: LocalAws, alarms: Alarms, passing: Time) -> None:
    """It fires while a message can be received, and goes back when none was for its period."""
    sqs, name = aws.client("sqs"), f"queue-{next(_numbers)}"
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    alarm = alarms.make(
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": name}],
        Statistic="Maximum",
        Period=300,
    )
    assert alarms.state(alarm) == "OK"  # an empty queue has none, and says so
    sqs.send_message(QueueUrl=queue, MessageBody="one")
    sqs.send_message(QueueUrl=queue, MessageBody="later", DelaySeconds=900)
    assert alarms.state(alarm) == "OK"  # amid the minute
    passing.pass_minutes(2)
    assert alarms.state(alarm) == "ALARM"
    assert "1 datapoint [1.0 (" in alarms.seen(alarm)["StateReason"]
    passing.pass_minutes(10)
    assert alarms.state(alarm) == "ALARM"
    sqs.receive_message(QueueUrl=queue)  # whoever has it may still fail at it
    passing.pass_minutes(2)
    assert alarms.state(alarm) == "ALARM"  # in these five minutes it could be received
    passing.pass_minutes(6)
    assert alarms.state(alarm) == "OK"


def test_a_queue_is_counted_once_a_minute(
    aws: LocalAws, cloudwatch: BaseClient, passing: Time
) -> None:
    """However often one looks, with what was there at the minute's end; no alarm is needed."""
    sqs, name = aws.client("sqs"), f"queue-{next(_numbers)}"
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    for _ in range(3):
        sqs.send_message(QueueUrl=queue, MessageBody="one")
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": [{"Name": "QueueName", "Value": name}],
    }
    start = clock.now() - timedelta(minutes=5)
    for minutes, expected in ((-1, [(0, 1)]), (3, [(3, 2)]), (0, [(3, 2)])):
        passing.pass_minutes(minutes)
        told = cloudwatch.get_metric_statistics(
            **metric,
            StartTime=start,
            EndTime=clock.now(),
            Period=3600,
            Statistics=["Sum", "SampleCount"],
            Unit="Count",
        )
        assert [(of["Sum"], of["SampleCount"]) for of in told["Datapoints"]] == expected
    assert len(cloudwatch.list_metrics(**metric)["Metrics"]) == 1


@pytest.mark.parametrize(
    ("comparison", "states"),
    [
        ("GreaterThanOrEqualToThreshold", "OK ALARM ALARM"),
        ("GreaterThanThreshold", "OK OK ALARM"),
        ("LessThanOrEqualToThreshold", "ALARM ALARM OK"),
        ("LessThanThreshold", "ALARM OK OK"),
    ],
)
def test_comparisons(alarms: Alarms, passing: Time, comparison: str, states: str) -> None:
    """A value below, at and above the threshold."""
    name = alarms.make(ComparisonOperator=comparison)
    for value, state in zip((0.9, 1, 1.1), states.split(), strict=True):
        alarms.publish(name, value)
        passing.pass_minutes(1)
        assert alarms.state(name) == state


@pytest.mark.parametrize(
    ("statistic", "value"),
    [("SampleCount", 4), ("Sum", 12), ("Average", 3), ("Minimum", 1), ("Maximum", 7)],
)
def test_statistics(
    cloudwatch: BaseClient, alarms: Alarms, passing: Time, statistic: str, value: float
) -> None:
    """Single values, counted values and statistic sets are summed up together, by unit."""
    name = alarms.make(Statistic=statistic, Threshold=value, Unit="Seconds")
    data = [
        {"Value": 1},
        {"Values": [2, 7], "Counts": [1, 1]},
        {"StatisticValues": {"SampleCount": 1, "Sum": 2, "Minimum": 2, "Maximum": 2}},
        {"Value": 1000, "Unit": "Bytes"},
        {"Value": 1000, "Dimensions": JOB},
    ]
    cloudwatch.put_metric_data(
        Namespace=NAMESPACE,
        MetricData=[{"MetricName": name, "Unit": "Seconds", **datum} for datum in data],
    )
    passing.pass_minutes(1)
    alarm = alarms.seen(name)
    assert alarm["StateValue"] == "ALARM"
    assert f"1 datapoint [{float(value)} (" in alarm["StateReason"]


def reason(alarms: Alarms, name: str) -> str:
    """Return why an alarm is in its state, with the points' times as hh:mm."""
    return re.sub(r"\d\d/\d\d/\d\d \d\d:\d\d:00", "hh:mm", alarms.seen(name)["StateReason"])


def test_reasons_are_worded_as_on_aws(alarms: Alarms, passing: Time) -> None:
    """Which points crossed the threshold, how many were missing, how many would do."""
    name = alarms.make(EvaluationPeriods=3)
    assert alarms.seen(name)["StateReason"] == "Unchecked: Initial alarm creation"
    for value in (1, 2, 3):
        alarms.publish(name, value)
        passing.pass_minutes(1)
    assert reason(alarms, name) == (
        "Threshold Crossed: 3 datapoints [3.0 (hh:mm), 2.0 (hh:mm), 1.0 (hh:mm)] were greater "
        "than or equal to the threshold (1.0)."
    )
    alarms.publish(name, 0)
    passing.pass_minutes(1)
    assert reason(alarms, name) == (
        "Threshold Crossed: 1 datapoint [0.0 (hh:mm)] was not greater than or equal to the "
        "threshold (1.0)."
    )
    passing.pass_minutes(5)
    assert reason(alarms, name) == "Insufficient Data: 3 datapoints were unknown."

    some = alarms.make(EvaluationPeriods=3, DatapointsToAlarm=1, TreatMissingData="notBreaching")
    alarms.publish(some, 1)
    passing.pass_minutes(1)
    assert reason(alarms, some) == (
        "Threshold Crossed: 1 out of the last 3 datapoints [1.0 (hh:mm)] was greater than or "
        "equal to the threshold (1.0) and 2 missing datapoints were treated as [NonBreaching] "
        "(minimum 1 datapoint for OK -> ALARM transition)."
    )
    silent = alarms.make(TreatMissingData="breaching")
    assert reason(alarms, silent) == (
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was "
        "treated as [Breaching]."
    )


def test_a_topic_gets_the_message(
    aws: LocalAws, alarms: Alarms, passing: Time, caplog: pytest.LogCaptureFixture
) -> None:
    """A queue and a mail address are subscribed: the queue gets AWS's JSON, the log says both."""
    sns, sqs = aws.client("sns"), aws.client("sqs")
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    queue = sqs.create_queue(QueueName="alarms")["QueueUrl"]
    arn = "arn:aws:sqs:us-west-2:123456789012:alarms"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="on-call@example.com")
    name = alarms.make(
        AlarmActions=[topic], OKActions=[topic], Dimensions=JOB, AlarmDescription="why"
    )
    alarms.publish(name, 2)
    passing.pass_minutes(1)
    alarm = alarms.seen(name)

    [received] = sqs.receive_message(QueueUrl=queue)["Messages"]
    envelope = json.loads(received["Body"])
    assert envelope["Subject"] == f'ALARM: "{name}" in US West (Oregon)'
    told = json.loads(envelope["Message"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", told.pop("StateChangeTime"))
    told.pop("AlarmConfigurationUpdatedTimestamp")
    assert told == {
        "AlarmName": name,
        "AlarmDescription": "why",
        "AWSAccountId": "123456789012",
        "NewStateValue": "ALARM",
        "NewStateReason": alarm["StateReason"],
        "Region": "US West (Oregon)",
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": "INSUFFICIENT_DATA",
        "OKActions": [topic],
        "AlarmActions": [topic],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": name,
            "Namespace": NAMESPACE,
            "StatisticType": "Statistic",
            "Statistic": "SUM",
            "Unit": None,
            "Dimensions": [{"value": "curate", "name": "JobName"}],
            "Period": 60,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "Threshold": 1.0,
            "TreatMissingData": "missing",
            "EvaluateLowSampleCountPercentile": "",
        },
    }
    assert alarms.history(name, "Action") == [f"Successfully executed action {topic}"]
    # Other tests' stacks have alarms of their own.
    [line] = [line for line in caplog.messages if line.startswith(f"alarm {name}: ")]
    assert line == (
        f"alarm {name}: INSUFFICIENT_DATA -> ALARM, {alarm['StateReason']}; "
        f"published to {topic}, would mail to on-call@example.com"
    )
    assert alarms.state(name) == "ALARM"  # looked at again, it does not tell again
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    alarms.publish(name, 0)
    passing.pass_minutes(1)
    assert alarms.state(name) == "OK"
    [received] = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(received["Body"])["Subject"] == f'OK: "{name}" in US West (Oregon)'


def test_actions_that_fail_or_are_off(
    cloudwatch: BaseClient, alarms: Alarms, passing: Time, caplog: pytest.LogCaptureFixture
) -> None:
    """A topic that is gone is told of, and does not keep the alarm from its state."""
    gone = "arn:aws:sns:us-west-2:123456789012:gone"
    name = alarms.make(TreatMissingData="breaching", AlarmActions=[gone])
    assert alarms.state(name) == "ALARM"
    assert alarms.history(name, "Action") == [f"Failed to execute action {gone}"]
    assert f"publishing to {gone} failed: " in caplog.text

    cloudwatch.disable_alarm_actions(AlarmNames=[name])
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="test")
    passing.pass_minutes(1)
    assert alarms.state(name) == "ALARM"
    assert len(alarms.history(name, "Action")) == 1


def test_a_state_that_is_set(
    aws: LocalAws, cloudwatch: BaseClient, alarms: Alarms, passing: Time
) -> None:
    """SetAlarmState acts, and holds until the next minute; then the metric decides."""
    topic = aws.client("sns").create_topic(Name="set")["TopicArn"]
    name = alarms.make(TreatMissingData="notBreaching", AlarmActions=[topic])
    assert alarms.state(name) == "OK"
    for why in ("a test", "another test"):  # which changes no state
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason=why)
        alarm = alarms.seen(name)
        assert (alarm["StateValue"], alarm["StateReason"]) == ("ALARM", why)
        assert alarms.history(name, "Action") == [f"Successfully executed action {topic}"]
    passing.pass_minutes(1)
    assert alarms.state(name) == "OK"
    assert alarms.history(name, "StateUpdate") == [
        "Alarm updated from ALARM to OK",
        "Alarm updated from OK to ALARM",
        "Alarm updated from INSUFFICIENT_DATA to OK",
    ]
    with pytest.raises(ClientError, match="ResourceNotFound"):
        cloudwatch.set_alarm_state(AlarmName="nobody", StateValue="OK", StateReason="test")


def test_a_change_stays_what_it_was() -> None:
    """What an alarm says and whom it tells is of its change, though it has gone on since."""
    alarm = LocalCloudWatchBackend("us-west-2", "123456789012").put_metric_alarm(
        "changed",
        namespace=NAMESPACE,
        metric_name="m",
        comparison_operator="LessThanThreshold",
        evaluation_periods=1,
        period=60,
        threshold=1,
        statistic="Sum",
        description="",
        dimensions=[],
        alarm_actions=["of ALARM"],
        ok_actions=[],
        insufficient_data_actions=[],
    )
    alarm.update_state("bad", None, "ALARM")
    change = Change.of(alarm, "OK")
    alarm.update_state("good", None, "OK")
    told = change.message()
    assert (told["OldStateValue"], told["NewStateValue"]) == ("OK", "ALARM")
    assert (told["NewStateReason"], change.actions) == ("bad", ["of ALARM"])


def test_history_is_told_in_pages(cloudwatch: BaseClient, alarms: Alarms) -> None:
    """In either order, and of a time."""
    name = alarms.make(TreatMissingData="notBreaching")
    for state in ("ALARM", "OK"):
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(
        AlarmName=name, ScanBy="TimestampAscending", PaginationConfig={"PageSize": 2}
    )
    told = [[item["HistorySummary"] for item in page["AlarmHistoryItems"]] for page in pages]
    assert told == [
        [f'Alarm "{name}" created', "Alarm updated from INSUFFICIENT_DATA to ALARM"],
        ["Alarm updated from ALARM to OK"],
    ]
    later = datetime.now(UTC) + timedelta(minutes=1)
    for span, items in (({"StartDate": later}, 0), ({"EndDate": later}, 3)):
        history = cloudwatch.describe_alarm_history(AlarmName=name, **span)
        assert len(history["AlarmHistoryItems"]) == items


@pytest.mark.usefixtures("passing")
def test_an_update_keeps_the_state(cloudwatch: BaseClient, alarms: Alarms) -> None:
    """Putting an alarm again changes what it watches, not the state it is in."""
    name = alarms.make()
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    before = alarms.seen(name)
    alarms.make(AlarmName=name, Threshold=5)
    alarm = alarms.seen(name)
    assert (alarm["Threshold"], alarm["StateValue"]) == (5, "ALARM")
    assert alarm["StateUpdatedTimestamp"] == before["StateUpdatedTimestamp"]
    assert alarms.history(name, "ConfigurationUpdate") == [
        f'Alarm "{name}" updated',
        f'Alarm "{name}" created',
    ]


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"ExtendedStatistic": "p90"}, "does not offer ExtendedStatistic"),
        ({"Metrics": [{"Id": "a", "Expression": "b * 2"}]}, "does not offer Metrics"),
        ({"ThresholdMetricId": "a"}, "does not offer ThresholdMetricId"),
        (
            {"ComparisonOperator": "GreaterThanUpperThreshold"},
            "does not offer GreaterThanUpperThreshold",
        ),
        ({"EvaluationWindow": {"WallClockWindow": {}}}, "does not offer wall clock windows"),
        ({"AlarmActions": ["arn:aws:automate:us-west-2:ec2:stop"]}, "use SNS topics"),
        ({"Period": 10}, "does not offer periods under a minute"),
        ({"Period": 90}, "must be a multiple of 60"),
        ({"Period": 3000, "EvaluationPeriods": 30}, "must be at most 86400 seconds"),
        ({"DatapointsToAlarm": 2}, "DatapointsToAlarm must be from 1 to EvaluationPeriods"),
        ({"Statistic": "Mean"}, "Statistic is 'Mean'"),
        ({"TreatMissingData": "maybe"}, "TreatMissingData is 'maybe'"),
    ],
)
def test_alarms_that_are_refused(alarms: Alarms, properties: dict[str, object], words: str) -> None:
    """What would never be evaluated is refused by name, and so is what AWS refuses."""
    with pytest.raises(ClientError, match=words):
        alarms.make(**properties)


def test_other_kinds_of_alarms_are_refused(cloudwatch: BaseClient) -> None:
    """Composite alarms and half an alarm."""
    with pytest.raises(ClientError, match="does not offer composite alarms"):
        cloudwatch.put_composite_alarm(AlarmName="a", AlarmRule="TRUE")
    with pytest.raises(ClientError, match="needs EvaluationPeriods, MetricName"):
        cloudwatch.put_metric_alarm(AlarmName="a", ComparisonOperator="LessThanThreshold")


def test_metrics_are_told_apart(cloudwatch: BaseClient) -> None:
    """By namespace, name, exactly the dimensions, and unit; each is listed once."""
    namespace, now = f"apart-{next(_numbers)}", datetime.now(UTC)
    other = [{"Name": "JobName", "Value": "other"}]
    data = [
        {"Value": 1},
        {"Value": 2},
        {"Value": 10, "Dimensions": JOB},
        {"Value": 100, "Dimensions": [*JOB, {"Name": "Type", "Value": "count"}]},
        {"Value": 1000, "Dimensions": JOB, "Unit": "Count"},
        {"Value": 10_000, "Dimensions": other},
    ]
    data = [{"MetricName": "m", **datum} for datum in data]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    cloudwatch.put_metric_data(Namespace=f"{namespace}-2", MetricData=data)
    span = {"StartTime": now - timedelta(minutes=5), "EndTime": now + timedelta(minutes=5)}

    def sums(**asked: object) -> dict[str, float]:
        found = cloudwatch.get_metric_statistics(
            Namespace=namespace,
            MetricName="m",
            Period=3600,
            Statistics=["Sum"],
            **span,
            **asked,
        )
        return {point["Unit"]: point["Sum"] for point in found["Datapoints"]}

    assert sums() == {"None": 3}
    assert sums(Dimensions=JOB) == {"None": 10, "Count": 1000}
    assert sums(Dimensions=JOB, Unit="Count") == {"Count": 1000}
    assert sums(Dimensions=[{"Name": "Type", "Value": "count"}]) == {}
    metric = {"Namespace": namespace, "MetricName": "m"}
    stat = {"Period": 3600, "Stat": "Sum"}
    queries = [
        {"Id": "all", "MetricStat": {"Metric": metric, **stat}},
        {"Id": "job", "MetricStat": {"Metric": {**metric, "Dimensions": JOB}, **stat}},
    ]
    answer = cloudwatch.get_metric_data(MetricDataQueries=queries, **span)["MetricDataResults"]
    assert [result["Values"] for result in answer] == [[3], [1010]]
    listed = cloudwatch.list_metrics(Namespace=namespace)["Metrics"]
    assert len(listed) == 4
    assert len(cloudwatch.list_metrics(Namespace=namespace, Dimensions=JOB)["Metrics"]) == 2


def test_no_metrics_are_invented(aws: LocalAws, cloudwatch: BaseClient) -> None:
    """Of a bucket, whose sizes nobody publishes, there is none."""
    west = {"LocationConstraint": "us-west-2"}
    aws.client("s3").create_bucket(Bucket="unmeasured", CreateBucketConfiguration=west)
    assert cloudwatch.list_metrics(Namespace="AWS/S3")["Metrics"] == []


def test_periods_begin_with_the_minute_that_was_asked_for(cloudwatch: BaseClient) -> None:
    """Data of a minute are together; periods are counted from the start, which is rounded down."""
    name = f"m{next(_numbers)}"
    start = datetime.now(UTC).replace(second=30, microsecond=0) - timedelta(hours=1)
    times = [timedelta(seconds=seconds) for seconds in (-20, 299 - 30, 300 - 30)]
    data = [{"MetricName": name, "Value": 1, "Timestamp": start + time} for time in times]
    cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data)
    points = cloudwatch.get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=name,
        StartTime=start,
        EndTime=start + timedelta(minutes=20),
        Period=300,
        Statistics=["SampleCount"],
    )["Datapoints"]
    first = start.replace(second=0)
    assert {point["Timestamp"]: point["SampleCount"] for point in points} == {
        first: 2,
        first + timedelta(minutes=5): 1,
    }


def test_questions_that_are_refused(cloudwatch: BaseClient) -> None:
    """Percentiles, expressions and high resolution get a sentence, not an empty answer."""
    now = datetime.now(UTC)
    span = {"StartTime": now - timedelta(hours=1), "EndTime": now}
    metric = {"Namespace": NAMESPACE, "MetricName": "m"}
    for asked, words in (
        ({"ExtendedStatistics": ["p90"], "Period": 60}, "statistic p90"),
        ({"Statistics": ["Sum"], "Period": 10}, "periods under a minute"),
    ):
        with pytest.raises(ClientError, match=words):
            cloudwatch.get_metric_statistics(**metric, **span, **asked)
    for query, words in (
        ({"MetricStat": {"Metric": metric, "Period": 60, "Stat": "p90"}}, "statistic p90"),
        ({"Expression": "a * 2"}, r"expressions \(metric math\)"),
        ({"Expression": "SELECT SUM(m) FROM n", "Period": 60}, r"expressions \(metric math\)"),
    ):
        with pytest.raises(ClientError, match=words):
            cloudwatch.get_metric_data(MetricDataQueries=[{"Id": "b", **query}], **span)


@pytest.mark.parametrize(
    ("datum", "words"),
    [
        ({"Value": 1, "Timestamp": datetime(2020, 1, 1, tzinfo=UTC)}, "two weeks in the past"),
        ({"Value": 1, "Timestamp": datetime(2100, 1, 1, tzinfo=UTC)}, "two hours in the future"),
        ({}, "needs one of Value, Values and StatisticValues"),
    ],
)
def test_data_that_are_refused(
    cloudwatch: BaseClient, datum: dict[str, object], words: str
) -> None:
    """What CloudWatch would not keep."""
    with pytest.raises(ClientError, match=words):
        cloudwatch.put_metric_data(Namespace="n", MetricData=[{"MetricName": "m", **datum}])


def test_a_tick_evaluates_and_a_restart_forgets_nothing(serve: Callable[[], Any]) -> None:
    """Alarms are in the tick's answer; their state, their history and the metrics are kept."""
    first = serve()
    alarms = Alarms(first.client("cloudwatch"))
    name = alarms.make(TreatMissingData="ignore")
    two_minutes_ago = datetime.now(UTC) - timedelta(minutes=2)
    datum = {"MetricName": name, "Value": 3, "Timestamp": two_minutes_ago}
    first.client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=[datum])

    *_, line = ask_for_tick(first.settings.port).splitlines()
    assert line.startswith(f"alarm {name}: INSUFFICIENT_DATA -> ALARM, Threshold Crossed: 1 ")
    kept = alarms.seen(name)
    status, output = first.end(signal.SIGTERM)
    assert status == 0
    assert line in output

    again = Alarms(serve().client("cloudwatch"))
    assert again.seen(name) == kept
    assert again.history(name, "StateUpdate") == ["Alarm updated from INSUFFICIENT_DATA to ALARM"]
