"""The targets of rules: each is given its input in the way of its service."""

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.awslambda.models import LambdaBackend, lambda_backends
from moto.sqs.models import sqs_backends

from local_aws import topics
from local_aws.event_bus import machines
from local_aws.event_bus.errors import RefusedError
from local_aws.event_bus.inputs import input_of

_FUNCTION = re.compile(r"arn:aws:lambda:(?P<region>[^:]+):(?P<account>\d+):function:.+")
_QUEUE = re.compile(r"arn:aws:sqs:(?P<region>[^:]+):(?P<account>\d+):(?P<name>[\w-]+)")


def deliver(rule_arn: str, target: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    """Send a rule's target its input; return what came of it.

    Raises:
        RefusedError: the target, or the way to its input, is of a kind that is not done here.
    """
    body = input_of(target, event, rule_arn)
    function = _FUNCTION.fullmatch(target["Arn"])
    if function:
        return _invoke(
            lambda_backends[function["account"]][function["region"]], target["Arn"], body
        )
    queue = _QUEUE.fullmatch(target["Arn"])
    if queue:
        sqs_backends[queue["account"]][queue["region"]].send_message(queue["name"], body)
        return "sent"
    machine = machines.MACHINE.fullmatch(target["Arn"])
    if machine:
        return _start(machine, target, body)
    if topics.TOPIC.fullmatch(target["Arn"]):
        topics.publish("events.amazonaws.com", target["Arn"], body)
        return "published"
    raise RefusedError(
        f"rules of the local AWS reach Lambda functions, standard SQS queues, SNS topics and state "
        f"machines, not {target['Arn']}; aim the rule at one of those, or let AWS run it"
    )


def _start(machine: re.Match[str], target: Mapping[str, Any], body: str) -> str:
    if "RoleArn" not in target:
        raise RefusedError(
            f"target {target['Id']} is a state machine and has no RoleArn, by which EventBridge "
            f"may start it; give it one"
        )
    return machines.run(machine, body)


def _invoke(functions: LambdaBackend, arn: str, body: str) -> str:
    """Run a function to its end; as with every asynchronous invocation nobody gets its answer."""
    headers: dict[str, str] = {}
    payload = functions.invoke(arn, None, body, {}, headers)
    if "x-amz-function-error" not in headers:
        return "done"
    error = json.loads(payload)
    return f"failed: {error.get('errorType')}: {error.get('errorMessage')}"
