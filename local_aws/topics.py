"""What services publish to SNS topics, as far as the topic's policy lets them."""

import re
from collections.abc import Mapping
from typing import Any

from moto.sns.exceptions import SNSException
from moto.sns.models import sns_backends

from local_aws.policies import listed

TOPIC = re.compile(r"arn:aws:sns:[^:]+:\d+:[\w-]+")
# It publishes in the name of its account, which a topic's default policy lets do so.
_AS_THE_OWNER = "cloudwatch.amazonaws.com"
_PUBLISH = {"*", "sns:*", "sns:publish"}


class NotAllowedError(SNSException):
    """The topic's policy does not let the service publish."""

    code = "AuthorizationError"


def publish(service: str, arn: str, text: str, subject: str | None = None) -> None:
    """Publish in the name of a service, such as events.amazonaws.com.

    Raises:
        SNSException: there is no such topic, or its policy does not let the service.
    """
    region, account = arn.split(":")[3:5]
    backend = sns_backends[account][region]
    policy = backend.get_topic(arn)._policy_json  # ruff: ignore[private-member-access] - else a text
    if not any(_allows(statement, service) for statement in listed(policy["Statement"])):
        raise NotAllowedError(
            f"the policy of {arn} does not let {service} publish; allow sns:Publish to it"
        )
    backend.publish(text, arn, subject=subject)


def _allows(statement: Mapping[str, Any], service: str) -> bool:
    """Tell whether a statement lets a service publish; only the default condition counts."""
    actions = {action.lower() for action in listed(statement.get("Action", []))}
    if statement["Effect"] != "Allow" or not actions & _PUBLISH:
        return False
    principal = statement["Principal"]
    if principal in ("*", {"AWS": "*"}):
        return service == _AS_THE_OWNER or "Condition" not in statement
    return service in listed(principal.get("Service", []))
