"""The templates' alarms and the dashboard look at metrics that somebody publishes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from glue_jobs.commerce import run as orders
from glue_jobs.events.load import NOTHING
from glue_jobs.events.metrics import metrics
from glue_jobs.events.run import Intake, Outcome
from glue_jobs.run_metrics import NAMESPACE, run_metrics
from tests.template import TEMPLATES, resources

# What AWS publishes, by namespace: metric names and dimensions.
OF_AWS = {
    ("AWS/Lambda", "Errors"): {"FunctionName"},
    ("AWS/Lambda", "Invocations"): {"FunctionName"},
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): {"QueueName"},
}
# The first template's topic, as the other names it.
TOPIC_ARN = (
    "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:capstone-alarms-${StudentId}"
)
TOPIC = ({"Ref": "AlarmTopic"}, {"Fn::Sub": TOPIC_ARN})


def _published() -> dict[tuple[str, str], set[str]]:
    """Return the dimensions of every metric that is there, ours and those of AWS."""
    now = datetime.now(UTC)
    slot = f"/year={now:%Y}/month={now:%m}/day={now:%d}/hour=00/minute=00/"
    loaded = NOTHING._replace(counts={**NOTHING.counts, "lines": 1}, source_files=[slot])
    run = {"StartedOn": now, "MaxCapacity": 2.0}
    counts = Outcome(Intake(loaded, []), [], set()).counts
    ours = metrics(loaded, counts, run, 0.44, now)
    of_orders = run_metrics(orders.Outcome([], None, set(), ()).counts, run, 0.44, now)
    return {**OF_AWS, **{(NAMESPACE, name): {"JobName"} for name in (*ours, *of_orders)}}


def test_alarms_look_at_what_is_published() -> None:
    """An alarm on a name that nobody publishes would never fire."""
    published = _published()
    looked_at = {
        (alarm["Namespace"], alarm["MetricName"]): {d["Name"] for d in alarm["Dimensions"]}
        for file in TEMPLATES
        for alarm in resources("AWS::CloudWatch::Alarm", file).values()
    }

    assert looked_at.items() <= published.items()
    assert looked_at.keys() > OF_AWS.keys()


@pytest.mark.parametrize("file", TEMPLATES)
def test_every_job_that_fails_is_told(file: Path) -> None:
    """A rule on what Glue tells of its runs names each job and all that is no success."""
    [rule] = (
        rule
        for rule in resources("AWS::Events::Rule", file).values()
        if rule.get("EventPattern", {}).get("source") == ["aws.glue"]
    )

    assert rule["EventPattern"]["detail-type"] == ["Glue Job State Change"]
    detail, jobs = rule["EventPattern"]["detail"], resources("AWS::Glue::Job", file)
    assert sorted(job["Ref"] for job in detail["jobName"]) == sorted(jobs)
    assert set(detail["state"]) == {"FAILED", "TIMEOUT", "ERROR"}
    assert [target["Arn"] in TOPIC for target in rule["Targets"]] == [True]


def test_who_publishes_to_the_topic() -> None:
    """A policy takes the place of the default one, so it names all services that tell something."""
    [policy] = resources("AWS::SNS::TopicPolicy").values()
    [statement] = policy["PolicyDocument"]["Statement"]

    assert set(statement["Principal"]["Service"]) == {
        "cloudwatch.amazonaws.com",
        "events.amazonaws.com",
    }


def test_topic() -> None:
    """The topic has the name by which the other template knows it."""
    [topic] = resources("AWS::SNS::Topic").values()

    assert topic["TopicName"] == {"Fn::Sub": TOPIC_ARN.rpartition(":")[2]}


@pytest.mark.parametrize("file", TEMPLATES)
def test_every_alarm_tells_somebody(file: Path) -> None:
    """All alarms publish to the topic, and state what missing data means."""
    for alarm in resources("AWS::CloudWatch::Alarm", file).values():
        [action] = alarm["AlarmActions"]
        assert action in TOPIC
        assert alarm["TreatMissingData"] in {"breaching", "notBreaching"}


def test_dashboard() -> None:
    """Its body is JSON, and shows metrics that are published, in the stack's region."""
    [dashboard] = resources("AWS::CloudWatch::Dashboard").values()
    shown = [
        widget["properties"]
        for widget in json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]
    ]
    names = {(NAMESPACE, metric[1]) for widget in shown for metric in widget["metrics"]}

    assert names <= _published().keys()
    assert {"Lines", "Accepted", "Duplicates", "Rejected", "RunSeconds", "FreshnessSeconds"} <= {
        name for _, name in names
    }
    assert {widget["region"] for widget in shown} == {"${AWS::Region}"}
