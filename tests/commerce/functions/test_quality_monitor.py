"""The function that looks at freshness: what it publishes, and of which moment."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commerce.functions import quality_monitor
from commerce.functions.metrics import FRESHNESS_HOURS, put_metric
from commerce.gate.checks import FRESHNESS
from local_aws.server import LocalAws
from tests.commerce.answers import Answers
from tests.commerce.functions.published import published
from tests.commerce.gate_day import ledger_row
from tests.template import COMMERCE, resources


@pytest.fixture(scope="module")
def answers(aws: LocalAws) -> Answers:
    """The tables of a student."""
    return Answers(aws)


@pytest.fixture
def deliver(answers: Answers, environment: None) -> Callable[..., None]:
    """Let the ledger have a loaded file of each source and day; the function is the student's."""
    del environment

    def fill(**newest: str) -> None:
        rows = [
            ledger_row(source, dt, f"raw/{source}/{dt}", [1, 1, 0, 0], [None, None])
            for source, last in newest.items()
            for dt in ("2026-02-01", last)
        ]
        answers.replace("commerce_ledger", rows)

    return fill


def test_freshness(answers: Answers, deliver: Callable[..., None]) -> None:
    """The staler of transactions and sales counts, at the time of the schedule's event."""
    at = {"time": "2026-03-04T06:30:00Z"}
    deliver(products="2026-03-03")
    assert quality_monitor.handler(at)["hours"] == {"products": 6.5}
    assert published(answers.student, FRESHNESS_HOURS) == []

    deliver(products="2026-02-02", sales="2026-03-02", transactions="2026-03-03")
    told = quality_monitor.handler(at)
    assert told["hours"] == {"products": 29 * 24 + 6.5, "sales": 30.5, "transactions": 6.5}
    assert told["checked_at"] == "2026-03-04T06:30:00+00:00"
    assert published(answers.student, FRESHNESS_HOURS) == [30.5, 30.5, 1]

    deliver(transactions="2026-03-03")
    quality_monitor.handler(at)
    assert published(answers.student, FRESHNESS_HOURS) == [6.5, 30.5, 2]


def test_now(deliver: Callable[..., None]) -> None:
    """An event without a time is of the moment of the call."""
    deliver(transactions="2026-03-03")
    before = datetime.now(UTC)

    hours = quality_monitor.handler({})["hours"]["transactions"]

    passed = timedelta(hours=hours) - (before - datetime(2026, 3, 4, tzinfo=UTC))
    assert timedelta(seconds=-1) <= passed <= timedelta(minutes=1)


@pytest.mark.parametrize("time", ["yesterday", None, "2026-03-04", 1])
def test_no_time(time: Any) -> None:  # ruff: ignore[any-type] - what an event may hold
    """A time that is none is refused: freshness of another moment would be told instead."""
    with pytest.raises(ValueError, match=r"as EventBridge writes it, .*; leave it out for now"):
        quality_monitor.handler({"time": time})


def test_alarm_is_at_the_bound() -> None:
    """The alarm fires beyond what the gate's check fails at."""
    [alarm] = (
        alarm
        for alarm in resources("AWS::CloudWatch::Alarm", COMMERCE).values()
        if alarm["MetricName"] == FRESHNESS_HOURS
    )

    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert alarm["Threshold"] == FRESHNESS.bounds[0].most


def test_metrics_belong_to_a_student(
    answers: Answers, deliver: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two students in one account do not share a number."""
    del deliver
    before = published(answers.student, FRESHNESS_HOURS)
    monkeypatch.setenv("STUDENT_ID", "somebody-else")
    put_metric(FRESHNESS_HOURS, 1000)

    assert published("somebody-else", FRESHNESS_HOURS) == [1000, 1000, 1]
    assert published(answers.student, FRESHNESS_HOURS) == before
