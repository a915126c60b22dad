"""EventBridge rules and Scheduler schedules."""

import json
from typing import Any

from local_aws.cloudformation.resources.base import (
    Context,
    Properties,
    ResourceType,
    only,
    refuse_existing,
    without,
)
from local_aws.cloudformation.resources.tags import retag


class Rule(ResourceType):
    """AWS::Events::Rule."""

    type_name = "AWS::Events::Rule"
    name_property = "Name"
    also_create_only = ("EventBusName",)
    tag_style = list
    supported = (
        "Description",
        "EventPattern.**",
        "Name",
        "RoleArn",
        "ScheduleExpression",
        "State",
        "Tags.Key",
        "Tags.Value",
        "Targets.Arn",
        "Targets.DeadLetterConfig.Arn",
        "Targets.Id",
        "Targets.Input",
        "Targets.InputPath",
        "Targets.InputTransformer.InputPathsMap.*",
        "Targets.InputTransformer.InputTemplate",
        "Targets.RetryPolicy.MaximumEventAgeInSeconds",
        "Targets.RetryPolicy.MaximumRetryAttempts",
        "Targets.RoleArn",
    )

    def create(self, properties: Properties, context: Context) -> str:
        """Make the rule, still without targets."""
        name = properties.get("Name") or context.generated_name()
        refuse_existing("Rule", name, exists=_rule_exists(name, context))
        _put_rule(name, {**properties}, context)
        return name

    def complete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Aim the rule."""
        _put_targets(physical_id, {}, properties, context)

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Change the rule, its targets and its tags."""
        _put_rule(physical_id, without(new, "Tags"), context)
        _put_targets(physical_id, old, new, context)
        retag("events", context.arn("events", f"rule/{physical_id}"), old, new, context)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the targets, whoever put them, then the rule."""
        del properties
        targets = context.call("events", "list_targets_by_rule", Rule=physical_id)["Targets"]
        if targets:
            ids = [target["Id"] for target in targets]
            context.call("events", "remove_targets", Rule=physical_id, Ids=ids)
        context.call("events", "delete_rule", Name=physical_id)

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the ARN and the name."""
        del properties
        arn = context.arn("events", f"rule/{physical_id}")
        return {"Arn": arn, "RuleName": physical_id}


def _rule_exists(name: str, context: Context) -> bool:
    return context.finds("events", "describe_rule", Name=name)


def _put_rule(name: str, properties: Properties, context: Context) -> None:
    rule = without(properties, "Name", "Targets")
    if "EventPattern" in rule:
        rule["EventPattern"] = json.dumps(rule["EventPattern"])
    context.call("events", "put_rule", Name=name, **rule)


def _put_targets(name: str, old: Properties, new: Properties, context: Context) -> None:
    before, after = old.get("Targets", []), new.get("Targets", [])
    gone = {target["Id"] for target in before} - {target["Id"] for target in after}
    if gone:
        context.call("events", "remove_targets", Rule=name, Ids=sorted(gone))
    if after and after != before:
        context.call("events", "put_targets", Rule=name, Targets=after)


class Schedule(ResourceType):
    """AWS::Scheduler::Schedule."""

    type_name = "AWS::Scheduler::Schedule"
    name_property = "Name"
    also_create_only = ("GroupName",)
    supported = (
        "Description",
        "EndDate",
        "FlexibleTimeWindow.MaximumWindowInMinutes",
        "FlexibleTimeWindow.Mode",
        "GroupName",
        "Name",
        "ScheduleExpression",
        "ScheduleExpressionTimezone",
        "StartDate",
        "State",
        "Target.**",
    )

    def create(self, properties: Properties, context: Context) -> str:
        """Make the schedule."""
        name = properties.get("Name") or context.generated_name()
        context.call("scheduler", "create_schedule", **{**properties, "Name": name})
        return name

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Change the schedule as a whole."""
        del old
        context.call("scheduler", "update_schedule", **{**new, "Name": physical_id})

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the schedule."""
        group = only(properties, "GroupName")
        context.call("scheduler", "delete_schedule", Name=physical_id, **group)

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the ARN."""
        group = properties.get("GroupName", "default")
        return {"Arn": context.arn("scheduler", f"schedule/{group}/{physical_id}")}
