"""Alarms that know their own history, and the data points that they look at."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Self

from moto.cloudwatch import models
from moto.cloudwatch.models import MetricDatumBase

from local_aws.cloudwatch import clock
from local_aws.cloudwatch.evaluation import (
    IN_ALARM,
    INSUFFICIENT_DATA,
    MORE_PERIODS,
    OK,
    Point,
    Rule,
    Verdict,
)
from local_aws.cloudwatch.metrics import Metric, by_period, value_of

_KEPT = (
    "history",
    "held_until",
    "state_reason",
    "state_reason_data",
    "state_transitioned_timestamp",
    "state_updated_timestamp",
    "state_value",
)


class Alarm(models.Alarm):  # moto strips this very name off the members that it answers
    """An alarm on one metric; at first it has insufficient data."""

    state_reason: str
    state_updated_timestamp: datetime

    def __init__(self, *args: Any, **properties: Any) -> None:  # ruff: ignore[any-type] - moto's
        super().__init__(*args, **properties)
        self.state_value = INSUFFICIENT_DATA
        self.state_reason_data: str | None = None
        self.state_transitioned_timestamp = self.state_updated_timestamp
        self.held_until = clock.now()  # before, its state is not evaluated

    def take_over(self, before: Self) -> None:
        """Go on with the state and history of the alarm that this one replaces."""
        for attribute in _KEPT:
            setattr(self, attribute, getattr(before, attribute))

    def update_state(self, reason: str, reason_data: str | None, state_value: str) -> None:
        """Take a state, and remember it if it is another one."""
        now = clock.now()
        if state_value != self.state_value:
            old = {"stateValue": self.state_value, "stateReason": self.state_reason}
            new = {"stateValue": state_value, "stateReason": reason}
            if reason_data:
                new["stateReasonData"] = json.loads(reason_data)
            summary = f"Alarm updated from {self.state_value} to {state_value}"
            self.remember("StateUpdate", summary, oldState=old, newState=new)
            self.state_transitioned_timestamp = now
        self.state_value, self.state_reason = state_value, reason
        self.state_reason_data, self.state_updated_timestamp = reason_data, now

    def remember(self, kind: str, summary: str, **data: object) -> None:
        """Add to the history; ``kind`` is a HistoryItemType."""
        self.history.append({
            "AlarmName": self.name,
            "AlarmType": "MetricAlarm",
            "Timestamp": clock.now(),
            "HistoryItemType": kind,
            "HistorySummary": summary,
            "HistoryData": json.dumps({"version": "1.0", **data}),
        })

    @property
    def actions(self) -> list[str]:
        """What the alarm does when it comes to its state, as ARNs."""
        of_state = {
            OK: self.ok_actions,
            IN_ALARM: self.alarm_actions,
            INSUFFICIENT_DATA: self.insufficient_data_actions,
        }
        return of_state[self.state_value] if self.actions_enabled else []

    def evaluate(self, data: Sequence[MetricDatumBase], now: datetime) -> bool:
        """Take the state that the data call for; tell whether it is another one.

        The window ends with the last full minute, as it does on AWS.
        """
        if now < self.held_until:
            return False
        points = self._points(data, clock.minute_of(now))
        verdict = Rule.of(self).judge(points)
        if verdict.state in {None, self.state_value}:
            return False
        self._take(verdict, points, now)
        return True

    def _take(self, verdict: Verdict, points: list[Point], now: datetime) -> None:
        evaluated = points[: self.evaluation_periods]
        reason_data = {
            "version": "1.0",
            "queryDate": clock.stamp(now),
            "statistic": self.statistic,
            "period": self.period,
            "recentDatapoints": [point.value for point in reversed(evaluated)],
            "threshold": float(self.threshold),
            "evaluatedDatapoints": [_described(point) for point in evaluated],
        }
        self.update_state(verdict.reason, json.dumps(reason_data), str(verdict.state))

    def _points(self, data: Sequence[MetricDatumBase], end: datetime) -> list[Point]:
        """Return the data points of the evaluation range, the newest first."""
        period = timedelta(seconds=self.period)
        start = end - (self.evaluation_periods + MORE_PERIODS) * period
        pairs = frozenset((one.name, one.value) for one in self.dimensions)
        metric = Metric(self.namespace, self.metric_name, pairs, self.unit)
        periods = by_period(filter(metric.has, data), start, end, self.period)
        return [
            Point(
                (end - begins) // period - 1,
                begins,
                value_of(of_period, self.statistic),
                value_of(of_period, "SampleCount"),
            )
            for begins, of_period in reversed(periods.items())
        ]


def _described(point: Point) -> dict[str, object]:
    began = clock.stamp(point.begins)
    return {"timestamp": began, "sampleCount": point.samples, "value": point.value}
