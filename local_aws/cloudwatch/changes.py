"""What follows from an alarm's change of state: a line for who looks on, a message to SNS."""

import json
import logging
import re
from functools import cache
from typing import Any

from botocore.loaders import create_loader
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.sns.models import SNSBackend, sns_backends

from local_aws.cloudwatch import clock
from local_aws.cloudwatch.alarms import Alarm
from local_aws.cloudwatch.evaluation import IN_ALARM

TOPIC = re.compile(r"arn:aws:sns:(?P<region>[^:]+):(?P<account>\d+):[\w-]+")
_SUBJECT_LENGTH = 100  # characters, SNS takes no more
_STATISTICS = {"SampleCount": "SAMPLE_COUNT"}  # as messages have it

_log = logging.getLogger(__name__)


def carry_out(alarm: Alarm, old_state: str) -> str:
    """Do what an alarm does in its new state; return the line that was logged for it."""
    changed = f"alarm {alarm.name}: {old_state} -> {alarm.state_value}, {alarm.state_reason}"
    line = "; ".join([changed, *(_publish(alarm, old_state, arn) for arn in alarm.actions)])
    level = logging.WARNING if IN_ALARM in {old_state, alarm.state_value} else logging.INFO
    _log.log(level, "%s", line)
    return line


def _publish(alarm: Alarm, old_state: str, arn: str) -> str:
    """Send the message to a topic; return what became of it, also where that failed."""
    where = TOPIC.fullmatch(arn)
    topics = sns_backends[where["account"]][where["region"]]
    subject = f'{alarm.state_value}: "{alarm.name}" in {_region(alarm.region_name)}'
    text = json.dumps(message(alarm, old_state))
    try:
        topics.publish(text, arn, subject=subject[:_SUBJECT_LENGTH])
    except (JsonRESTError, OSError, ServiceException) as error:  # OSError: a subscriber's address
        alarm.remember("Action", f"Failed to execute action {arn}", actionState="Failed")
        return f"publishing to {arn} failed: {getattr(error, 'message', error)}"
    alarm.remember("Action", f"Successfully executed action {arn}", actionState="Succeeded")
    return f"published to {arn}{_mail(topics, arn)}"


def _mail(topics: SNSBackend, arn: str) -> str:
    """Name those whom AWS would write to: nobody gets mail from here."""
    subscriptions, _ = topics.list_subscriptions_by_topic(arn)
    addresses = [one.endpoint for one in subscriptions if one.protocol.startswith("email")]
    return f", would mail to {', '.join(addresses)}" if addresses else ""


def message(alarm: Alarm, old_state: str) -> dict[str, Any]:
    """Return what an alarm sends to SNS."""
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": alarm.alarm_arn.split(":")[4],
        "AlarmConfigurationUpdatedTimestamp": clock.stamp(alarm.configuration_updated_timestamp),
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": clock.stamp(alarm.state_transitioned_timestamp),
        "Region": _region(alarm.region_name),
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": old_state,
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
        "Trigger": _trigger(alarm),
    }


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
