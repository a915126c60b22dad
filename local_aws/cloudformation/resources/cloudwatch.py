"""CloudWatch alarms and dashboards."""

from typing import Any

from local_aws.cloudformation.resources.base import (
    Context,
    Properties,
    ResourceType,
    refuse_existing,
    without,
)
from local_aws.cloudformation.resources.tags import retag


class Alarm(ResourceType):
    """AWS::CloudWatch::Alarm."""

    type_name = "AWS::CloudWatch::Alarm"
    name_property = "AlarmName"
    tag_style = list
    supported = (
        "ActionsEnabled",
        "AlarmActions",
        "AlarmDescription",
        "AlarmName",
        "ComparisonOperator",
        "DatapointsToAlarm",
        "Dimensions.Name",
        "Dimensions.Value",
        "EvaluationPeriods",
        "InsufficientDataActions",
        "MetricName",
        "Namespace",
        "OKActions",
        "Period",
        "Statistic",
        "Tags.Key",
        "Tags.Value",
        "Threshold",
        "TreatMissingData",
        "Unit",
    )

    def create(self, properties: Properties, context: Context) -> str:
        """Make the alarm."""
        name = properties.get("AlarmName") or context.generated_name(255)
        found = context.call("cloudwatch", "describe_alarms", AlarmNames=[name])
        refuse_existing("Alarm", name, exists=bool(found["MetricAlarms"]))
        context.call("cloudwatch", "put_metric_alarm", **{**properties, "AlarmName": name})
        return name

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Put the alarm again."""
        alarm = {**without(new, "Tags"), "AlarmName": physical_id}
        context.call("cloudwatch", "put_metric_alarm", **alarm)
        retag("cloudwatch", context.arn("cloudwatch", f"alarm:{physical_id}"), old, new, context)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the alarm."""
        del properties
        context.call("cloudwatch", "delete_alarms", AlarmNames=[physical_id])

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the ARN."""
        del properties
        return {"Arn": context.arn("cloudwatch", f"alarm:{physical_id}")}


class Dashboard(ResourceType):
    """AWS::CloudWatch::Dashboard."""

    type_name = "AWS::CloudWatch::Dashboard"
    name_property = "DashboardName"
    supported = ("DashboardBody", "DashboardName")

    def create(self, properties: Properties, context: Context) -> str:
        """Make the dashboard."""
        name = properties.get("DashboardName") or context.generated_name(255)
        refuse_existing("Dashboard", name, exists=_dashboard_exists(name, context))
        self.update(name, {}, properties, context)
        return name

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Put the dashboard again."""
        del old
        body = new["DashboardBody"]
        context.call("cloudwatch", "put_dashboard", DashboardName=physical_id, DashboardBody=body)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the dashboard."""
        del properties
        context.call("cloudwatch", "delete_dashboards", DashboardNames=[physical_id])


def _dashboard_exists(name: str, context: Context) -> bool:
    return context.finds("cloudwatch", "get_dashboard", DashboardName=name)
