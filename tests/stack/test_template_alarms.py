"""The template's alarms and its dashboard look at metrics that somebody publishes."""

import json
from datetime import UTC, datetime

from glue_jobs.events.load import NOTHING
from glue_jobs.events.metrics import metrics
from glue_jobs.events.run import Intake, Outcome
from glue_jobs.run_metrics import NAMESPACE
from tests.template import resources

# What AWS publishes, by namespace: metric names and dimensions.
OF_AWS = {
    ("AWS/Lambda", "Errors"): {"FunctionName"},
    ("AWS/Lambda", "Invocations"): {"FunctionName"},
}


def _published() -> dict[tuple[str, str], set[str]]:
    """Return the dimensions of every metric that is there, ours and those of AWS."""
    now = datetime.now(UTC)
    slot = f"/year={now:%Y}/month={now:%m}/day={now:%d}/hour=00/minute=00/"
    loaded = NOTHING._replace(counts={**NOTHING.counts, "lines": 1}, source_files=[slot])
    run = {"StartedOn": now, "MaxCapacity": 2.0}
    counts = Outcome(Intake(loaded, []), [], set()).counts
    ours = metrics(loaded, counts, run, 0.44, now)
    return {**OF_AWS, **{(NAMESPACE, name): {"JobName"} for name in ours}}


def test_alarms_look_at_what_is_published() -> None:
    """An alarm on a name that nobody publishes would never fire."""
    published = _published()
    looked_at = {
        (alarm["Namespace"], alarm["MetricName"]): {d["Name"] for d in alarm["Dimensions"]}
        for alarm in resources("AWS::CloudWatch::Alarm").values()
    }

    assert looked_at.items() <= published.items()
    assert looked_at.keys() > OF_AWS.keys()


def test_every_job_that_fails_is_told() -> None:
    """A rule on what Glue tells of its runs names each job and all that is no success."""
    [pattern] = (
        rule["EventPattern"]
        for rule in resources("AWS::Events::Rule").values()
        if "EventPattern" in rule
    )

    assert pattern["detail-type"] == ["Glue Job State Change"]
    detail = pattern["detail"]
    assert sorted(job["Ref"] for job in detail["jobName"]) == sorted(resources("AWS::Glue::Job"))
    assert set(detail["state"]) == {"FAILED", "TIMEOUT", "ERROR"}


def test_who_publishes_to_the_topic() -> None:
    """A policy takes the place of the default one, so it names all services that tell something."""
    [policy] = resources("AWS::SNS::TopicPolicy").values()
    [statement] = policy["PolicyDocument"]["Statement"]

    assert set(statement["Principal"]["Service"]) == {
        "cloudwatch.amazonaws.com",
        "events.amazonaws.com",
    }


def test_every_alarm_tells_somebody() -> None:
    """All alarms publish to the topic, and state what missing data means."""
    for alarm in resources("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
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
