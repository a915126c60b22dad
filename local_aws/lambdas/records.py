"""What the destination of a function's failures is told of an event that was given up.

Source: "Capturing records of Lambda asynchronous invocations", Lambda's Developer Guide.
"""

import json
import logging
from datetime import UTC, datetime

from moto.core.exceptions import ServiceException
from moto.sns.models import sns_backends

from local_aws import queues
from local_aws.lambdas.invocation import Invocation, Outcome

_log = logging.getLogger(__name__)


def tell(destination: str, invocation: Invocation, outcome: Outcome, tries: int, why: str) -> None:
    """Send the record of an event to a queue or topic; a failure is logged."""
    record = record_of(invocation, outcome, tries, why)
    try:
        if queues.QUEUE.fullmatch(destination):
            queues.send(destination, record)
        else:
            region, account = destination.split(":")[3:5]
            sns_backends[account][region].publish(record, destination)
    except ServiceException as error:
        name = invocation.function.function_name
        _log.warning("the failure of %s was not told to %s: %s", name, destination, error.message)


def record_of(invocation: Invocation, outcome: Outcome, tries: int, why: str) -> str:
    """Return the record: the event, how often it was tried, why no more, the last answer."""
    function, now = invocation.function, datetime.now(UTC)
    return json.dumps({
        "version": "1.0",
        "timestamp": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z",
        "requestContext": {
            "requestId": invocation.request_id,
            "functionArn": f"{function.function_arn}:{function.version}",
            "condition": why,
            "approximateInvokeCount": tries,
        },
        "requestPayload": json.loads(invocation.event),
        "responseContext": {
            "statusCode": 200,
            "executedVersion": str(function.version),
            "functionError": "Unhandled",
        },
        "responsePayload": json.loads(outcome.payload),
    })
