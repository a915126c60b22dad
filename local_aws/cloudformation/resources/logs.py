"""Log groups."""

from typing import Any

from local_aws.cloudformation.resources.base import Context, Properties, ResourceType, only
from local_aws.cloudformation.resources.tags import retag, tag_map


class LogGroup(ResourceType):
    """AWS::Logs::LogGroup."""

    type_name = "AWS::Logs::LogGroup"
    name_property = "LogGroupName"
    tag_style = list
    supported = ("LogGroupName", "RetentionInDays", "Tags.Key", "Tags.Value")

    def create(self, properties: Properties, context: Context) -> str:
        """Make the log group."""
        name = properties.get("LogGroupName") or context.generated_name(512)
        tags = tag_map(properties)
        context.call(
            "logs", "create_log_group", logGroupName=name, **({"tags": tags} if tags else {})
        )
        return name

    def complete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Set the retention."""
        _retain(physical_id, {}, properties, context)

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Change retention and tags; the log streams stay."""
        _retain(physical_id, old, new, context)
        retag("logs", context.arn("logs", f"log-group:{physical_id}"), old, new, context)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the log group with its streams."""
        del properties
        context.call("logs", "delete_log_group", logGroupName=physical_id)

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the ARN, which for log groups ends in ``:*``."""
        del properties
        return {"Arn": context.arn("logs", f"log-group:{physical_id}:*")}


def _retain(name: str, old: Properties, new: Properties, context: Context) -> None:
    key = "RetentionInDays"
    if only(new, key) == only(old, key):
        return
    if key in new:
        context.call("logs", "put_retention_policy", logGroupName=name, **only(new, key))
    else:
        context.call("logs", "delete_retention_policy", logGroupName=name)
