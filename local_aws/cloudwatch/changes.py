"""What follows from an alarm's change of state: a line for who looks on, a message to SNS."""

import json
import logging
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, Self

from botocore.loaders import create_loader
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.sns.models import sns_backends

from local_aws import topics
from local_aws.cloudwatch import clock
from local_aws.cloudwatch.alarms import Alarm
from local_aws.cloudwatch.evaluation import IN_ALARM

_SUBJECT_LENGTH = 100  # characters, SNS takes no more
_STATISTICS = {"SampleCount": "SAMPLE_COUNT"}  # as messages have it

_log = logging.getLogger(__name__)


class Change(NamedTuple):
    """An alarm's change of state as it was when it happened; the alarm may have gone on since."""

    alarm: Alarm
    old_state: str
    new_state: str
    reason: str
    time: datetime
    actions: list[str]

    @classmethod
    def of(cls, alarm: Alarm, old_state: str) -> Self:
        """Return the change that an alarm has just made."""
        new_state, reason = alarm.state_value, alarm.state_reason
        time = alarm.state_transitioned_timestamp
        return cls(alarm, old_state, new_state, reason, time, list(alarm.actions))

    def carry_out(self) -> str:
        """Do what the alarm does in its new state; return the line that was logged for it."""
        changed = f"alarm {self.alarm.name}: {self.old_state} -> {self.new_state}, {self.reason}"
        line = "; ".join([changed, *map(self._publish, self.actions)])
        level = logging.WARNING if IN_ALARM in {self.old_state, self.new_state} else logging.INFO
        _log.log(level, "%s", line)
        return line

    def _publish(self, arn: str) -> str:
        """Send the message to a topic; return what became of it, also where that failed."""
        subject = f'{self.new_state}: "{self.alarm.name}" in {_region(self.alarm.region_name)}'
        text = json.dumps(self.message())
        try:
            topics.publish("cloudwatch.amazonaws.com", arn, text, subject[:_SUBJECT_LENGTH])
        except (JsonRESTError, OSError, ServiceException) as error:  # OSError: an address
            self.alarm.remember("Action", f"Failed to execute action {arn}", actionState="Failed")
            return f"publishing to {arn} failed: {getattr(error, 'message', error)}"
        done = f"Successfully executed action {arn}"
        self.alarm.remember("Action", done, actionState="Succeeded")
        return f"published to {arn}{_mail(arn)}"

    def message(self) -> dict[str, Any]:
        """Return what the alarm sends to SNS."""
        alarm = self.alarm
        configured = clock.stamp(alarm.configuration_updated_timestamp)
        return {
            "AlarmName": alarm.name,
            "AlarmDescription": alarm.description,
            "AWSAccountId": alarm.alarm_arn.split(":")[4],
            "AlarmConfigurationUpdatedTimestamp": configured,
            "NewStateValue": self.new_state,
            "NewStateReason": self.reason,
            "StateChangeTime": clock.stamp(self.time),
            "Region": _region(alarm.region_name),
            "AlarmArn": alarm.alarm_arn,
            "OldStateValue": self.old_state,
            "OKActions": alarm.ok_actions,
            "AlarmActions": alarm.alarm_actions,
            "InsufficientDataActions": alarm.insufficient_data_actions,
            "Trigger": _trigger(alarm),
        }


def _mail(arn: str) -> str:
    """Name those whom AWS would write to: nobody gets mail from here."""
    region, account = arn.split(":")[3:5]
    subscriptions, _ = sns_backends[account][region].list_subscriptions_by_topic(arn)
    addresses = [one.endpoint for one in subscriptions if one.protocol.startswith("email")]
    return f", would mail to {', '.join(addresses)}" if addresses else ""


def _trigger(alarm: Alarm) -> dict[str, Any]:
    needed = {"DatapointsToAlarm": alarm.datapoints_to_alarm} if alarm.datapoints_to_alarm else {}
    return {
        "MetricName": alarm.metric_name,
        "Namespace": alarm.namespace,
        "StatisticType": "Statistic",
        "Statistic": _STATISTICS.get(alarm.statistic, alarm.statistic.upper()),
        "Unit": alarm.unit,
        "Dimensions": [{"value": one.value, "name": one.name} for one in alarm.dimensions],
        "Period": alarm.period,
        "EvaluationPeriods": alarm.evaluation_periods,
        **needed,
        "ComparisonOperator": alarm.comparison_operator,
        "Threshold": float(alarm.threshold),
        "TreatMissingData": alarm.treat_missing_data or "missing",
        "EvaluateLowSampleCountPercentile": "",
    }


@cache
def _region(code: str) -> str:
    """Return what AWS calls a region in messages, such as US West (Oregon)."""
    aws, *_ = create_loader().load_data("endpoints")["partitions"]
    return aws["regions"].get(code, {"description": code})["description"]
