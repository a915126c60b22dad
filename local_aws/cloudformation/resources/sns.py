"""SNS topics, their policies and their subscriptions."""

import json
from typing import Any

from local_aws.cloudformation.errors import ResourceError
from local_aws.cloudformation.resources.base import (
    Context,
    Properties,
    ResourceType,
    only,
    refuse_existing,
)
from local_aws.cloudformation.resources.tags import retag
from local_aws.settings import ACCOUNT_ID

_TOPIC_ATTRIBUTES = ("DisplayName", "KmsMasterKeyId")
_SUBSCRIPTION_ATTRIBUTES = (
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
)


class Topic(ResourceType):
    """AWS::SNS::Topic."""

    type_name = "AWS::SNS::Topic"
    name_property = "TopicName"
    tag_style = list
    supported = (
        *_TOPIC_ATTRIBUTES,
        "Subscription.Endpoint",
        "Subscription.Protocol",
        "Tags.Key",
        "Tags.Value",
        "TopicName",
    )

    def create(self, properties: Properties, context: Context) -> str:
        """Make the topic."""
        name = properties.get("TopicName") or context.generated_name(256)
        arn = context.arn("sns", name)
        pages = context.client("sns").get_paginator("list_topics").paginate()
        known = {topic["TopicArn"] for page in pages for topic in page["Topics"]}
        refuse_existing("Topic", name, exists=arn in known)
        attributes = only(properties, *_TOPIC_ATTRIBUTES)
        tags = only(properties, "Tags")
        return context.call("sns", "create_topic", Name=name, Attributes=attributes, **tags)[
            "TopicArn"
        ]

    def complete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Make the subscriptions that the topic lists itself."""
        _subscribe(physical_id, {}, properties, context)

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Change attributes, listed subscriptions and tags."""
        _set_topic(physical_id, old, new, context)
        _subscribe(physical_id, old, new, context)
        retag("sns", physical_id, old, new, context)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the topic with its subscriptions."""
        del properties
        for subscription in _subscriptions(physical_id, context):
            context.discard("sns", "unsubscribe", SubscriptionArn=subscription["SubscriptionArn"])
        context.call("sns", "delete_topic", TopicArn=physical_id)

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the ARN and the name."""
        del properties, context
        return {"TopicArn": physical_id, "TopicName": physical_id.rsplit(":", 1)[1]}


def _set_topic(arn: str, old: Properties, new: Properties, context: Context) -> None:
    for name in _TOPIC_ATTRIBUTES:
        if new.get(name) != old.get(name):
            context.call(
                "sns",
                "set_topic_attributes",
                TopicArn=arn,
                AttributeName=name,
                AttributeValue=new.get(name, ""),
            )


def _subscriptions(topic: str, context: Context) -> list[dict[str, Any]]:
    listed = context.client("sns").get_paginator("list_subscriptions_by_topic")
    return [one for page in listed.paginate(TopicArn=topic) for one in page["Subscriptions"]]


def _subscribe(topic: str, old: Properties, new: Properties, context: Context) -> None:
    before, after = old.get("Subscription", []), new.get("Subscription", [])
    for subscription in _subscriptions(topic, context):
        pair = only(subscription, "Endpoint", "Protocol")
        if pair in before and pair not in after:
            context.discard("sns", "unsubscribe", SubscriptionArn=subscription["SubscriptionArn"])
    for pair in after:
        if pair not in before:
            context.call("sns", "subscribe", TopicArn=topic, **pair)


class TopicPolicy(ResourceType):
    """AWS::SNS::TopicPolicy."""

    type_name = "AWS::SNS::TopicPolicy"
    supported = ("PolicyDocument.**", "Topics")

    def create(self, properties: Properties, context: Context) -> str:
        """Choose an id; the topics get their policy on completion."""
        del properties
        return context.generated_name(256)

    def complete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Give every topic the policy."""
        self.update(physical_id, {"Topics": []}, properties, context)

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Put the policy on the topics of now, AWS's default on those of before."""
        del physical_id
        for topic in set(old["Topics"]) - set(new["Topics"]):
            context.discard("sns", **_policy_of(topic, _default_policy(topic)))
        for topic in new["Topics"]:
            context.call("sns", **_policy_of(topic, new["PolicyDocument"]))

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Put back AWS's default policy."""
        del physical_id
        for topic in properties["Topics"]:
            context.discard("sns", **_policy_of(topic, _default_policy(topic)))

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the id."""
        del properties, context
        return {"Id": physical_id}


def _policy_of(topic: str, policy: Properties) -> dict[str, str]:
    """Return the call that gives a topic a policy."""
    return {
        "operation": "set_topic_attributes",
        "TopicArn": topic,
        "AttributeName": "Policy",
        "AttributeValue": json.dumps(policy),
    }


def _default_policy(topic: str) -> dict[str, Any]:
    """Return the policy a new topic has: its owner may do everything."""
    return {
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [
            {
                "Effect": "Allow",
                "Sid": "__default_statement_ID",
                "Principal": {"AWS": "*"},
                "Action": ["SNS:Publish", "SNS:Subscribe", "SNS:GetTopicAttributes"],
                "Resource": topic,
                "Condition": {"StringEquals": {"AWS:SourceOwner": ACCOUNT_ID}},
            }
        ],
    }


class Subscription(ResourceType):
    """AWS::SNS::Subscription."""

    type_name = "AWS::SNS::Subscription"
    supported = (
        "DeliveryPolicy.**",
        "Endpoint",
        "FilterPolicy.**",
        "FilterPolicyScope",
        "Protocol",
        "RawMessageDelivery",
        "RedrivePolicy.**",
        "TopicArn",
    )

    def create(self, properties: Properties, context: Context) -> str:
        """Subscribe; no mail is sent from this machine."""
        made = context.call(
            "sns",
            "subscribe",
            **only(properties, "Endpoint", "Protocol", "TopicArn"),
            Attributes=only(properties, *_SUBSCRIPTION_ATTRIBUTES),
            ReturnSubscriptionArn=True,
        )
        return made["SubscriptionArn"]

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Set the attributes that differ."""
        for name in _SUBSCRIPTION_ATTRIBUTES:
            if name in old and name not in new:
                raise ResourceError(f"The local AWS cannot take {name} from a subscription")
            if name in new and new[name] != old.get(name):
                context.call(
                    "sns",
                    "set_subscription_attributes",
                    SubscriptionArn=physical_id,
                    AttributeName=name,
                    AttributeValue=new[name],
                )

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Unsubscribe."""
        del properties
        context.discard("sns", "unsubscribe", SubscriptionArn=physical_id)

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the ARN."""
        del properties, context
        return {"Arn": physical_id}
