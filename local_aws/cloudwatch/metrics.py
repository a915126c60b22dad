"""Metrics: which data belong to one, and what they come to in a period."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from moto.cloudwatch.exceptions import InvalidParameterValue
from moto.cloudwatch.models import MetricDatumBase, Statistics

from local_aws.cloudwatch import clock
from local_aws.cloudwatch.errors import NotOfferedError

STATISTICS = ("SampleCount", "Sum", "Average", "Minimum", "Maximum")
OLDEST, NEWEST = timedelta(weeks=2), timedelta(hours=2)  # before and after the present


@dataclass(frozen=True)
class Metric:
    """A metric is its namespace, its name and exactly its dimensions; ``unit`` None is any."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]
    unit: str | None = None

    @classmethod
    def of(cls, members: Mapping[str, Any], unit: str | None = None) -> Self:
        """Return the metric that an API's ``Metric`` describes."""
        dimensions = members.get("Dimensions") or ()
        pairs = frozenset((dimension["Name"], dimension["Value"]) for dimension in dimensions)
        return cls(members["Namespace"], members["MetricName"], pairs, unit)

    def has(self, datum: MetricDatumBase) -> bool:
        """Tell whether a datum is one of this metric."""
        return (
            datum.name == self.name
            and datum.namespace == self.namespace
            and self.unit in {None, unit_of(datum)}
            and dimensions_of(datum) == self.dimensions
        )


def dimensions_of(datum: MetricDatumBase) -> frozenset[tuple[str, str]]:
    """Return a datum's dimensions, names and values."""
    return frozenset((dimension.name, dimension.value) for dimension in datum.dimensions)


def unit_of(datum: MetricDatumBase) -> str:
    """Return a datum's unit, which is the word None where none was given."""
    return datum.unit or "None"


def by_period(
    data: Iterable[MetricDatumBase], start: datetime, end: datetime, seconds: int
) -> dict[datetime, list[MetricDatumBase]]:
    """Return data by the beginning of their period, ascending; the first begins at ``start``.

    ``start`` is rounded down to its minute, ``end`` is exclusive; periods without data are left
    out.

    Raises:
        InvalidParameterValue: the range is empty, or CloudWatch has no such period.
        NotOfferedError: the period is shorter than a minute.
    """
    if start >= end:
        raise InvalidParameterValue("The parameter StartTime must be less than EndTime.")
    check_period(seconds)
    first, period = clock.minute_of(start), timedelta(seconds=seconds)
    periods = defaultdict(list)
    for datum in data:
        minute = clock.minute_of(datum.timestamp)
        if first <= minute < end:
            periods[minute - (minute - first) % period].append(datum)
    return dict(sorted(periods.items()))


def check_period(seconds: int) -> None:
    """Refuse a period that is not of whole minutes.

    Raises:
        InvalidParameterValue: CloudWatch has no such period.
        NotOfferedError: the period is shorter than a minute.
    """
    if seconds in {1, 5, 10, 20, 30}:
        raise NotOfferedError("periods under a minute", "use a Period of 60 or more")
    if seconds <= 0 or seconds % 60:
        raise InvalidParameterValue(
            f"The parameter Period must be a multiple of 60, not {seconds}."
        )


def check_statistic(statistic: str) -> None:
    """Refuse percentiles and the like.

    Raises:
        NotOfferedError: the statistic is none of the five.
    """
    if statistic not in STATISTICS:
        raise NotOfferedError(
            f"the statistic {statistic}", f"use {', '.join(STATISTICS)}, or ask CloudWatch on AWS"
        )


def summed_up(
    data: list[MetricDatumBase], statistics: list[str], begins: datetime, unit: str | None = None
) -> Statistics:
    """Return what the data of a period come to."""
    summary = Statistics(statistics, begins, unit)
    summary.metric_data = data
    return summary


def value_of(data: list[MetricDatumBase], statistic: str) -> float:
    """Return one statistic of a period's data, of which there are some."""
    value = summed_up(data, [statistic], data[0].timestamp).get_statistics_for_type(statistic)
    return float(value)


def check_data(members: Iterable[Mapping[str, Any]], now: datetime) -> None:
    """Refuse data that CloudWatch would not take.

    Raises:
        InvalidParameterValue: a datum is older than two weeks, two hours ahead or more, or empty.
    """
    for number, datum in enumerate(members, start=1):
        which = f"MetricData.member.{number}"
        if not now - OLDEST <= datum.get("Timestamp", now) <= now + NEWEST:
            raise InvalidParameterValue(
                f"The parameter {which}.Timestamp must specify a time no more than two weeks in "
                f"the past and two hours in the future, it is {datum['Timestamp']:%Y-%m-%dT%H:%MZ}."
            )
        if not datum.keys() & {"Value", "Values", "StatisticValues"}:
            raise InvalidParameterValue(
                f"The parameter {which} needs one of Value, Values and StatisticValues."
            )
