"""SQS queues."""

import json
from typing import Any

from botocore.exceptions import ClientError

from local_aws.cloudformation.errors import is_gone
from local_aws.cloudformation.resources.base import (
    Context,
    Properties,
    ResourceType,
    only,
    refuse_existing,
)
from local_aws.cloudformation.resources.tags import retag, tag_map

# What an update must say when the template no longer does: AWS's defaults.
_DEFAULTS = {
    "DelaySeconds": "0",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "RedrivePolicy": "",
    "VisibilityTimeout": "30",
}


class Queue(ResourceType):
    """AWS::SQS::Queue."""

    type_name = "AWS::SQS::Queue"
    name_property = "QueueName"
    tag_style = list
    supported = (
        "DelaySeconds",
        "MessageRetentionPeriod",
        "QueueName",
        "ReceiveMessageWaitTimeSeconds",
        "RedrivePolicy.deadLetterTargetArn",
        "RedrivePolicy.maxReceiveCount",
        "Tags.Key",
        "Tags.Value",
        "VisibilityTimeout",
    )

    def create(self, properties: Properties, context: Context) -> str:
        """Make the queue; its URL is its id."""
        name = properties.get("QueueName") or context.generated_name(80)
        refuse_existing("Queue", name, exists=_queue_exists(name, context))
        made = context.call(
            "sqs",
            "create_queue",
            QueueName=name,
            Attributes=_attributes(properties),
            tags=tag_map(properties),
        )
        return made["QueueUrl"]

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Set the attributes; those no longer given go back to AWS's defaults."""
        dropped = {name: _DEFAULTS[name] for name in _DEFAULTS if name in old and name not in new}
        attributes = {**dropped, **_attributes(new)}
        if attributes:
            context.call("sqs", "set_queue_attributes", QueueUrl=physical_id, Attributes=attributes)
        retag("sqs", physical_id, old, new, context)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the queue with its messages."""
        del properties
        context.call("sqs", "delete_queue", QueueUrl=physical_id)

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the ARN, the name and the URL."""
        del properties
        name = physical_id.rsplit("/", 1)[1]
        return {"Arn": context.arn("sqs", name), "QueueName": name, "QueueUrl": physical_id}


def _attributes(properties: Properties) -> dict[str, str]:
    given = only(properties, *_DEFAULTS)
    return {
        name: json.dumps(value) if isinstance(value, dict) else str(value)
        for name, value in given.items()
    }


def _queue_exists(name: str, context: Context) -> bool:
    try:
        context.call("sqs", "get_queue_url", QueueName=name)
    except ClientError as error:
        if is_gone(error):
            return False
        raise
    return True
