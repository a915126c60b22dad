"""EventBridge rules with a schedule, and what their targets are sent."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any
from uuid import uuid4

from moto.awslambda.models import LambdaBackend, lambda_backends
from moto.events.models import Rule, events_backends
from moto.sqs.models import sqs_backends

from local_aws.schedules import machines
from local_aws.schedules.clock import shown
from local_aws.schedules.errors import RefusedError
from local_aws.schedules.expressions import names
from local_aws.schedules.firings import Schedule, Work
from local_aws.schedules.inputs import input_of

_FUNCTION = re.compile(r"arn:aws:lambda:(?P<region>[^:]+):(?P<account>\d+):function:.+")
_QUEUE = re.compile(r"arn:aws:sqs:(?P<region>[^:]+):(?P<account>\d+):(?P<name>[\w-]+)")


def enabled() -> Iterator[Schedule]:
    """Yield the rules that have a schedule and are not disabled."""
    for _, _, backend in list(events_backends.iter_backends()):
        buses = list(backend.event_buses.values())
        for rule in chain.from_iterable(list(bus.rules.values()) for bus in buses):
            if rule.scheduled_expression and rule.state != "DISABLED":
                is_due = partial(names, rule.scheduled_expression)
                yield Schedule(f"rule {rule.name}", is_due, partial(_deliveries, rule))


def scheduled_event(rule: Rule, instant: datetime) -> dict[str, Any]:
    """Return what EventBridge sends when a rule's time has come."""
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": rule.account_id,
        "time": shown(instant),
        "region": rule.region_name,
        "resources": [rule.arn],
        "detail": {},
    }


def _deliveries(rule: Rule, instant: datetime) -> Iterator[tuple[str, Work]]:
    event = scheduled_event(rule, instant)
    for target in list(rule.targets):
        *_, name = target["Arn"].split(":", 5)
        yield name.replace(":", " "), partial(_deliver, target, event)


def _deliver(target: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    """Send a target its input; return what came of it.

    Raises:
        RefusedError: the target, or the way to its input, is of a kind that is not done here.
    """
    body = input_of(target, event)
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
    raise RefusedError(
        f"rules of the local AWS reach Lambda functions, standard SQS queues and state machines, "
        f"not {target['Arn']}; aim the rule at one of those, or let AWS run it"
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
