"""SQS queues and their policies."""

import json
from typing import Any

from local_aws.cloudformation.resources.base import (
    Context,
    Properties,
    ResourceType,
    only,
    refuse_existing,
)
from local_aws.cloudformation.resources.tags import retag, tag_map

# The attributes, and what an update must say when the template no longer does: AWS's defaults.
_DEFAULTS = {
    "DelaySeconds": "0",
    "KmsMasterKeyId": "",
    "MaximumMessageSize": "262144",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "RedrivePolicy": "",
    "SqsManagedSseEnabled": "true",
    "VisibilityTimeout": "30",
}


class Queue(ResourceType):
    """AWS::SQS::Queue: a standard queue."""

    type_name = "AWS::SQS::Queue"
    name_property = "QueueName"
    tag_style = list
    supported = (
        *(name for name in _DEFAULTS if name != "RedrivePolicy"),
        "QueueName",
        "RedrivePolicy.deadLetterTargetArn",
        "RedrivePolicy.maxReceiveCount",
        "Tags.Key",
        "Tags.Value",
    )

    def create(self, properties: Properties, context: Context) -> str:
        """Make the queue; its URL is its id."""
        name = properties.get("QueueName") or context.generated_name(80)
        exists = context.finds("sqs", "get_queue_url", QueueName=name)
        refuse_existing("Queue", name, exists=exists)
        made = context.call(
            "sqs",
            "create_queue",
            QueueName=name,
            Attributes=only(properties, *_DEFAULTS),
            tags=tag_map(properties),
        )
        return made["QueueUrl"]

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Change attributes and tags; the messages stay, and so does the policy."""
        changed = {
            name: new.get(name, default)
            for name, default in _DEFAULTS.items()
            if new.get(name) != old.get(name)
        }
        if changed:
            kept = _attributes(physical_id, context, "Policy")
            _set(physical_id, {**kept, **changed}, context)
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
        name = physical_id.rpartition("/")[2]
        return {"Arn": context.arn("sqs", name), "QueueName": name, "QueueUrl": physical_id}


class QueuePolicy(ResourceType):
    """AWS::SQS::QueuePolicy."""

    type_name = "AWS::SQS::QueuePolicy"
    supported = ("PolicyDocument.**", "Queues")

    def create(self, properties: Properties, context: Context) -> str:
        """Choose an id; the queues get their policy on completion."""
        del properties
        return context.generated_name(256)

    def complete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Give every queue the policy."""
        self.update(physical_id, {"Queues": []}, properties, context)

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Put the policy on the queues of now, take it from those of before."""
        self.delete(physical_id, {"Queues": set(old["Queues"]) - set(new["Queues"])}, context)
        for queue in new["Queues"]:
            _set(queue, {"Policy": json.dumps(new["PolicyDocument"])}, context)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Leave the queues without a policy."""
        del physical_id
        for queue in properties["Queues"]:
            context.discard(
                "sqs", "set_queue_attributes", QueueUrl=queue, Attributes={"Policy": ""}
            )

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the id."""
        del properties, context
        return {"Id": physical_id}


def _attributes(queue: str, context: Context, *names: str) -> dict[str, str]:
    found = context.call("sqs", "get_queue_attributes", QueueUrl=queue, AttributeNames=list(names))
    return found.get("Attributes", {})


def _set(queue: str, attributes: dict[str, Any], context: Context) -> None:
    context.call("sqs", "set_queue_attributes", QueueUrl=queue, Attributes=attributes)
