"""What services send to standard SQS queues, and what waits in them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from moto.sqs.exceptions import SQSException
from moto.sqs.models import Queue, sqs_backends

from local_aws import policies

QUEUE = re.compile(r"arn:aws:sqs:(?P<region>[^:]+):(?P<account>\d+):(?P<name>[\w-]+)")


class NotAllowedError(SQSException):
    """The queue's policy does not let the service send."""

    code = "AccessDenied"


def check_lets(arn: str, service: str, source_arn: str) -> None:
    """Check that a queue's policy lets a service send to it in the name of a source.

    Raises:
        SQSException: there is no such queue, or its policy does not let it.
    """
    policy = _queue(arn)._policy_json  # ruff: ignore[private-member-access] - else a text
    if not policies.lets(policy["Statement"], service, "sqs:SendMessage", source_arn):
        raise NotAllowedError(
            f"the policy of {arn} does not let {service} send to it for {source_arn}; "
            f"allow sqs:SendMessage to it (AWS::SQS::QueuePolicy)"
        )


def send(arn: str, text: str, attributes: Mapping[str, str] | None = None) -> None:
    """Send a message, with attributes that are texts.

    Raises:
        SQSException: there is no such queue, or the message is too long for it.
    """
    queue = _queue(arn)
    typed = {
        name: {"DataType": "String", "StringValue": value}
        for name, value in (attributes or {}).items()
    }
    sqs_backends[queue.account_id][queue.region].send_message(queue.name, text, typed)


def waiting(place: tuple[str, str], until: datetime) -> dict[str, int]:
    """Return how many visible messages, sent before ``until``, each queue of a place has.

    ``place`` is account and region, ``until`` UTC without saying so.
    """
    account, region = place
    end = until.replace(tzinfo=UTC).timestamp() * 1000  # milliseconds, as messages have it
    return {
        name: sum(message.sent_timestamp < end for message in queue.messages)
        for name, queue in list(sqs_backends[account][region].queues.items())
    }


def _queue(arn: str) -> Queue:
    named = QUEUE.fullmatch(arn)
    if named is None:
        raise NotAllowedError(f"{arn} is no standard queue; name one that is")
    return sqs_backends[named["account"]][named["region"]].get_queue(named["name"])
