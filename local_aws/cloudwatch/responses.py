"""CloudWatch's API: what is refused, and what moto's lacks."""

from operator import itemgetter
from typing import Any, NoReturn

from moto.cloudwatch.exceptions import InvalidParameterCombination, ValidationError
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from local_aws import topics
from local_aws.cloudwatch.errors import NotOfferedError
from local_aws.cloudwatch.evaluation import COMPARISONS, TREATMENTS
from local_aws.cloudwatch.metrics import STATISTICS, check_period, check_statistic

_ONE_METRIC = "make an alarm of one metric: MetricName, Namespace, Statistic, Threshold"
_NOT_HERE = {
    "ActionConfiguration": "leave it out",
    "EvaluationCriteria": _ONE_METRIC,
    "EvaluationInterval": _ONE_METRIC,
    "ExtendedStatistic": f"use Statistic, one of {', '.join(STATISTICS)}",
    "Metrics": _ONE_METRIC,
    "ThresholdMetricId": _ONE_METRIC,
    "WarmUpConfiguration": "leave it out",
}
_REQUIRED = (
    "ComparisonOperator",
    "EvaluationPeriods",
    "MetricName",
    "Namespace",
    "Period",
    "Statistic",
    "Threshold",
)
_VALUES = {
    "ComparisonOperator": COMPARISONS,
    "Statistic": STATISTICS,
    "TreatMissingData": TREATMENTS,
}
_ACTIONS = ("AlarmActions", "InsufficientDataActions", "OKActions")
_HOUR, _DAY, _WEEK = 3600, 86_400, 604_800  # seconds
_MOST_RECORDS = 100


class LocalCloudWatchResponse(CloudWatchResponse):
    """moto's CloudWatch, whose alarms are what their metrics are when one looks."""

    def put_metric_alarm(self) -> ActionResult:
        """Make or change an alarm of one metric with SNS actions; refuse any other."""
        given: dict[str, Any] = self._get_params()
        _refuse_what_is_not_here(given)
        _check(given)
        return super().put_metric_alarm()

    def put_composite_alarm(self) -> NoReturn:
        """Refuse."""
        raise NotOfferedError("composite alarms", _ONE_METRIC)

    def put_log_alarm(self) -> NoReturn:
        """Refuse."""
        raise NotOfferedError("alarms on logs", _ONE_METRIC)

    def put_anomaly_detector(self) -> NoReturn:
        """Refuse."""
        raise NotOfferedError("anomaly detection", "compare with a Threshold")

    def describe_alarms(self) -> ActionResult:
        """Evaluate the alarms, then describe them."""
        self.cloudwatch_backend.evaluate()
        return super().describe_alarms()

    def describe_alarms_for_metric(self) -> ActionResult:
        """Evaluate the alarms, then describe those of a metric."""
        self.cloudwatch_backend.evaluate()
        return super().describe_alarms_for_metric()

    def describe_alarm_history(self) -> ActionResult:
        """Evaluate the alarms, then tell what became of them; the newest first, unless asked."""
        self.cloudwatch_backend.evaluate()
        asked: dict[str, Any] = self._get_params()
        items = [item for item in self.cloudwatch_backend.alarm_history() if _fits(item, asked)]
        newest_first = asked.get("ScanBy") != "TimestampAscending"
        items.sort(key=itemgetter("Timestamp"), reverse=newest_first)
        first = int(asked.get("NextToken") or 0)
        last = first + (asked.get("MaxRecords") or _MOST_RECORDS)
        more = str(last) if last < len(items) else None
        return ActionResult({"AlarmHistoryItems": items[first:last], "NextToken": more})

    def put_metric_data(self) -> ActionResult:
        """Keep metric data; refuse those with entities, which moto would drop."""
        if self._get_param("EntityMetricData"):
            raise NotOfferedError("EntityMetricData", "send the data as MetricData")
        return super().put_metric_data()

    def get_metric_statistics(self) -> ActionResult:
        """Sum a metric up by period; percentiles are refused."""
        asked: dict[str, Any] = self._get_params()
        for percentile in asked.get("ExtendedStatistics") or ():
            check_statistic(percentile)
        if not asked.get("Statistics"):
            raise InvalidParameterCombination("Must specify Statistics")
        points = self.cloudwatch_backend.statistics(asked)
        return ActionResult({"Label": asked["MetricName"], "Datapoints": points})


def _fits(item: dict[str, Any], asked: dict[str, Any]) -> bool:
    """Tell whether something of the history is asked for."""
    return (
        asked.get("AlarmName") in {None, item["AlarmName"]}
        and asked.get("HistoryItemType") in {None, item["HistoryItemType"]}
        and not (asked.get("StartDate") and item["Timestamp"] < asked["StartDate"])
        and not (asked.get("EndDate") and item["Timestamp"] > asked["EndDate"])
    )


def _refuse_what_is_not_here(given: dict[str, Any]) -> None:
    for name, instead in _NOT_HERE.items():
        if given.get(name):
            raise NotOfferedError(f"{name} in PutMetricAlarm", instead)
    if "WallClockWindow" in (given.get("EvaluationWindow") or {}):
        raise NotOfferedError("wall clock windows", "leave EvaluationWindow out: it slides")
    for name in _ACTIONS:
        for arn in given.get(name) or ():
            if not topics.TOPIC.fullmatch(arn):
                raise NotOfferedError(f"{name} such as {arn}", "use SNS topics")
    if given.get("ComparisonOperator") not in {None, *COMPARISONS}:
        raise NotOfferedError(given["ComparisonOperator"], f"use {', '.join(COMPARISONS)}")


def _check(given: dict[str, Any]) -> None:
    """Raise what CloudWatch raises for an alarm that cannot be."""
    missing = [name for name in _REQUIRED if given.get(name) is None]
    if missing:
        raise ValidationError(f"An alarm of one metric needs {', '.join(missing)}.")
    for name, values in _VALUES.items():
        if given.get(name) not in {None, *values}:
            raise ValidationError(f"{name} is {given[name]!r}; it must be of {', '.join(values)}.")
    check_period(given["Period"])
    longest = _DAY if given["Period"] < _HOUR else _WEEK
    if given["Period"] * given["EvaluationPeriods"] > longest:
        raise InvalidParameterCombination(
            f"Period times EvaluationPeriods must be at most {longest} seconds for this Period."
        )
    if not 1 <= (given.get("DatapointsToAlarm") or 1) <= given["EvaluationPeriods"]:
        raise ValidationError("DatapointsToAlarm must be from 1 to EvaluationPeriods.")
