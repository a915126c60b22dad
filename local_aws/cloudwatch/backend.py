"""moto's CloudWatch with alarms that are evaluated, and metrics told apart by their dimensions."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import groupby
from threading import Lock
from types import ModuleType
from typing import Any

from moto.cloudwatch import urls
from moto.cloudwatch.models import CloudWatchBackend, MetricDatumBase, Statistics

from local_aws import queues
from local_aws.cloudwatch import clock, metrics
from local_aws.cloudwatch.alarms import Alarm
from local_aws.cloudwatch.changes import Change
from local_aws.cloudwatch.errors import NotOfferedError
from local_aws.cloudwatch.metrics import Metric

_QUEUES, _MINUTE = "AWS/SQS", timedelta(minutes=1)
_lock = Lock()  # whoever looks, an alarm changes once; not held while alarms act, who may look too


class LocalCloudWatchBackend(CloudWatchBackend):
    """CloudWatch whose alarms change their states and tell SNS topics."""

    @property
    def _url_module(self) -> ModuleType:  # moto derives it from the module's name: not ours
        return urls

    def put_metric_alarm(self, name: str, **properties: Any) -> Alarm:  # ruff: ignore[any-type] - moto's
        """Make an alarm, or change all of it but its state, its history and its tags."""
        with _lock:
            before = self.alarms.get(name)
            if before:
                properties["tags"] = None
            alarm = super().put_metric_alarm(name, **properties)
            if before:
                alarm.take_over(before)
            done = "updated" if before else "created"
            alarm.remember("ConfigurationUpdate", f'Alarm "{name}" {done}', type=done.capitalize())
        return alarm

    def set_alarm_state(
        self, alarm_name: str, reason: str, reason_data: str | None, state_value: str
    ) -> None:
        """Give an alarm a state until the next minute begins, and act if it is another one."""
        with _lock:
            old_state = getattr(self.alarms.get(alarm_name), "state_value", state_value)
            super().set_alarm_state(alarm_name, reason, reason_data, state_value)
            alarm = self.alarms[alarm_name]
            alarm.held_until = clock.minute_of(clock.now()) + timedelta(minutes=1)
            change = Change.of(alarm, old_state)
        if old_state != state_value:
            change.carry_out()

    def evaluate(self) -> list[str]:
        """Give every alarm the state that its metric calls for now; return a line per change."""
        with _lock:
            now, data = clock.now(), self.get_all_metrics()
            states = [(alarm, alarm.state_value) for alarm in list(self.alarms.values())]
            changes = [Change.of(alarm, old) for alarm, old in states if alarm.evaluate(data, now)]
        return [change.carry_out() for change in changes]

    def put_metric_data(self, namespace: str, metric_data: list[dict[str, Any]]) -> None:
        """Keep data; without a timestamp they are of this moment."""
        now = clock.now()
        metrics.check_data(metric_data, now)
        super().put_metric_data(namespace, [{"Timestamp": now, **datum} for datum in metric_data])

    def get_all_metrics(self) -> list[MetricDatumBase]:
        """Return all data that were published; not moto's inventions about S3's buckets."""
        self._publish_queues(clock.minute_of(clock.now()) - _MINUTE)
        return list(self.metric_data)

    def _publish_queues(self, minute: datetime) -> None:
        """Publish what waits in each queue at the end of a minute, once.

        SQS does so every minute that a queue is active in; here they are those that are looked at.
        Source: "Available CloudWatch metrics for Amazon SQS", SQS's Developer Guide.
        """
        published = {
            datum.dimensions[0].value
            for datum in list(self.metric_data)
            if datum.namespace == _QUEUES and datum.timestamp == minute
        }
        found = queues.waiting((self.account_id, self.region_name), minute + _MINUTE)
        data = [
            {
                "MetricName": "ApproximateNumberOfMessagesVisible",
                "Dimensions": [{"Name": "QueueName", "Value": name}],
                "Timestamp": minute,
                "Value": count,
                "Unit": "Count",
            }
            for name, count in found.items()
            if name not in published
        ]
        self.put_metric_data(_QUEUES, data)

    def statistics(self, asked: Mapping[str, Any]) -> list[Statistics]:
        """Return what the data of exactly one metric come to, by unit and period.

        ``asked`` holds the members of GetMetricStatistics.
        """
        data = self._data_of(Metric.of(asked, asked.get("Unit")))
        span = asked["StartTime"], asked["EndTime"], asked["Period"]
        return [
            metrics.summed_up(list(of_unit), asked["Statistics"], begins, unit)
            for begins, of_period in metrics.by_period(data, *span).items()
            for unit, of_unit in groupby(sorted(of_period, key=metrics.unit_of), metrics.unit_of)
        ]

    def get_metric_data(
        self,
        queries: list[dict[str, Any]],
        start_time: datetime,
        end_time: datetime,
        scan_by: str = "TimestampDescending",
    ) -> list[dict[str, Any]]:
        """Return a statistic of each query's metric by period.

        Raises:
            NotOfferedError: a query is an expression or asks for a percentile.
        """
        for query in queries:
            if "Expression" in query:
                raise NotOfferedError(
                    f"expressions (metric math), such as {query['Expression']!r}",
                    "ask for the metrics and compute it yourself",
                )
        answers = [self._answer(query, start_time, end_time) for query in queries]
        if scan_by == "TimestampDescending":
            for answer in answers:
                answer["timestamps"].reverse()
                answer["values"].reverse()
        return answers

    def _answer(self, query: Mapping[str, Any], start: datetime, end: datetime) -> dict[str, Any]:
        asked = query["MetricStat"]
        metrics.check_statistic(asked["Stat"])
        data = self._data_of(Metric.of(asked["Metric"], asked.get("Unit")))
        periods = metrics.by_period(data, start, end, int(asked["Period"]))
        return {
            "id": query["Id"],
            "label": query.get("Label") or f"{asked['Metric']['MetricName']} {asked['Stat']}",
            "timestamps": list(periods),
            "values": [
                metrics.value_of(of_period, asked["Stat"]) for of_period in periods.values()
            ],
            "status_code": "Complete",
        }

    def _data_of(self, metric: Metric) -> list[MetricDatumBase]:
        return list(filter(metric.has, self.get_all_metrics()))

    def get_filtered_metrics(
        self, metric_name: str, namespace: str, dimensions: list[dict[str, str]]
    ) -> list[MetricDatumBase]:
        """Return a datum of each metric that fits, which moto does not for those without any."""
        return list(
            {
                (datum.namespace, datum.name, metrics.dimensions_of(datum)): datum
                for datum in self.get_all_metrics()
                if datum.filter(namespace, metric_name, dimensions)
            }.values()
        )

    def alarm_history(self) -> list[dict[str, Any]]:
        """Return what all alarms remember, in no order."""
        return [item for alarm in list(self.alarms.values()) for item in alarm.history]
