"""The templates' alarms and dashboards look at metrics that somebody publishes."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from commerce.functions.metrics import FRESHNESS_HOURS, QUALITY_FAILED, SCHEMA_CHANGES
from glue_jobs.commerce import run as orders
from glue_jobs.events.load import NOTHING
from glue_jobs.events.metrics import metrics
from glue_jobs.events.run import Intake, Outcome
from glue_jobs.run_metrics import COST, NAMESPACE, STUDENT, run_metrics
from tests.template import COMMERCE, PROJECT, TEMPLATE, TEMPLATES, resources

Metric = tuple[str, str, str]  # namespace, name, and the one dimension
# What AWS publishes.
OF_AWS = {
    *(("AWS/Lambda", name, "FunctionName") for name in ("Errors", "Invocations", "Duration")),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName"),
    *(
        ("AWS/States", f"Execution{name}", "StateMachineArn")
        for name in ("sStarted", "sSucceeded", "sFailed", "sTimedOut", "Time")
    ),
}
OF_FUNCTIONS = (FRESHNESS_HOURS, QUALITY_FAILED, SCHEMA_CHANGES)
# The first template's topic, as the other names it.
TOPIC_ARN = (
    "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:capstone-alarms-${StudentId}"
)
TOPIC = ({"Ref": "AlarmTopic"}, {"Fn::Sub": TOPIC_ARN})


def _published() -> set[Metric]:
    """Return every metric that is there, ours and those of AWS."""
    now = datetime.now(UTC)
    slot = f"/year={now:%Y}/month={now:%m}/day={now:%d}/hour=00/minute=00/"
    loaded = NOTHING._replace(counts={**NOTHING.counts, "lines": 1}, source_files=[slot])
    run = {"StartedOn": now, "MaxCapacity": 2.0}
    counts = Outcome(Intake(loaded, []), [], set()).counts
    ours = metrics(loaded, counts, run, 0.44, now)
    of_orders = run_metrics({**orders.Outcome([], None, set(), ()).counts, "lines": 1}, run, 1, now)
    of_jobs = {(NAMESPACE, name, "JobName") for name in (*ours, *of_orders)}
    return OF_AWS | of_jobs | {(NAMESPACE, name, STUDENT) for name in (*OF_FUNCTIONS, COST)}


def test_alarms_look_at_what_is_published() -> None:
    """An alarm on a name that nobody publishes would never fire."""
    looked_at = {
        (alarm["Namespace"], alarm["MetricName"], dimension["Name"])
        for file in TEMPLATES
        for alarm in resources("AWS::CloudWatch::Alarm", file).values()
        for dimension in alarm["Dimensions"]
    }

    assert looked_at <= _published()
    assert {(NAMESPACE, name, STUDENT) for name in OF_FUNCTIONS} <= looked_at


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
        assert alarm["TreatMissingData"] in {"breaching", "notBreaching", "ignore"}


def _shown(metrics: list[list[Any]]) -> Iterator[Metric]:
    """Yield what a widget shows, written out: a point repeats what stands above, dots the rest."""
    above: list[Any] = []
    for metric in metrics:
        named = [part for part in metric if not isinstance(part, dict)]
        if named[0] == "...":
            named = above[: len(above) - len(named) + 1] + named[1:]
        above = [
            old if part == "." else part for part, old in zip(named, above or named, strict=True)
        ]
        yield above[0], above[1], above[2]


@pytest.mark.parametrize("file", TEMPLATES)
def test_dashboards(file: Path) -> None:
    """The body is JSON, and shows metrics that are published, in the stack's region."""
    [dashboard] = resources("AWS::CloudWatch::Dashboard", file).values()
    widgets = json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]
    shown = [each["properties"] for each in widgets if each["type"] == "metric"]
    metrics = {metric for widget in shown for metric in _shown(widget["metrics"])}

    assert metrics <= _published()
    assert {widget["region"] for widget in shown} == {"${AWS::Region}"}
    assert {(NAMESPACE, name, "JobName") for name in SHOWN[file]} <= metrics


SHOWN = {
    TEMPLATE: ("Lines", "Accepted", "Duplicates", "Rejected", "RunSeconds", "FreshnessSeconds"),
    COMMERCE: ("Lines", "Accepted", "Duplicates", "Rejected", "RunSeconds", "Unbalanced"),
}


def test_groups() -> None:
    """What the order book's dashboard shows is in four groups, and all that alarms look at."""
    [dashboard] = resources("AWS::CloudWatch::Dashboard", COMMERCE).values()
    groups: dict[str, set[Metric]] = {}
    for widget in json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]:
        if widget["type"] == "text":
            group = groups.setdefault(widget["properties"]["markdown"], set())
        else:
            group.update(_shown(widget["properties"]["metrics"]))

    assert [*groups] == ["## Pipeline health", "## Data quality", "## Cost", "## Performance"]
    assert all(groups.values())
    of_quality = {(NAMESPACE, name, STUDENT) for name in OF_FUNCTIONS}
    assert of_quality <= groups["## Data quality"]
    assert (NAMESPACE, COST, STUDENT) in groups["## Cost"]


def test_the_page_tells_what_to_do() -> None:
    """Its table has each alarm, and each rule that tells the topic, of the second stack."""
    page = (PROJECT / "docs/commerce-operations.md").read_text(encoding="utf-8")
    table = page.partition("\n## An alarm fires\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)`.*? \| (.+?) \| (.+?) \| (.+?) \|$", table, flags=re.MULTILINE)
    rules = resources("AWS::Events::Rule", COMMERCE)
    tell = {name for name, rule in rules.items() if rule["Targets"][0]["Arn"] in TOPIC}

    alarms = resources("AWS::CloudWatch::Alarm", COMMERCE)
    assert sorted(name for name, *_ in rows) == sorted(tell | alarms.keys())
    bound = f"{alarms['FreshnessAlarm']['Threshold']} hours"
    assert bound in next(when for name, when, *_ in rows if name == "FreshnessAlarm")
