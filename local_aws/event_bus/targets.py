"""The targets of rules: each is given its input in the way of its service."""

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import lambda_backends

from local_aws import lambdas, policies, queues, topics
from local_aws.event_bus import dead_letters, machines
from local_aws.event_bus.errors import FAILURES, RefusedError
from local_aws.event_bus.inputs import input_of

SERVICE = "events.amazonaws.com"  # by which name policies know EventBridge
_FUNCTION = re.compile(r"arn:aws:lambda:(?P<region>[^:]+):(?P<account>\d+):function:.+")


def deliver(rule_arn: str, target: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    """Send a rule's target its input; return what came of it.

    Raises:
        RefusedError: the target, or the way to its input, is of a kind that is not done here.
        JsonRESTError, ServiceException: the target is not there, or does not let rules use it; the
            event is in the target's dead-letter queue now, if it has one.
    """
    body = input_of(target, event, rule_arn)
    try:
        return _deliver(rule_arn, target, body)
    except FAILURES as error:
        dead_letters.keep(SERVICE, rule_arn, target, event, error)
        raise


def _deliver(rule_arn: str, target: Mapping[str, Any], body: str) -> str:
    function = _FUNCTION.fullmatch(target["Arn"])
    if function:
        return _invoke(function, rule_arn, body)
    if queues.QUEUE.fullmatch(target["Arn"]):
        queues.check_lets(target["Arn"], SERVICE, rule_arn)
        queues.send(target["Arn"], body)
        return "sent"
    machine = machines.MACHINE.fullmatch(target["Arn"])
    if machine:
        return _start(machine, target, body)
    if topics.TOPIC.fullmatch(target["Arn"]):
        topics.publish(SERVICE, target["Arn"], body)
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


def _invoke(named: re.Match[str], rule_arn: str, body: str) -> str:
    """Run a function until it succeeds or is given up; nobody else gets its answer."""
    function = lambda_backends[named["account"]][named["region"]].get_function(named[0])
    statements = function.policy.statements
    if not policies.lets(statements, SERVICE, "lambda:InvokeFunction", rule_arn):
        raise LambdaClientError(
            "AccessDeniedException",
            f"the policy of {named[0]} does not let {SERVICE} invoke it for {rule_arn}; "
            f"give it that permission (AWS::Lambda::Permission)",
        )
    outcome = lambdas.invoke_asynchronously(function, body)
    if not outcome.failed:
        return "done"
    error = json.loads(outcome.payload)
    return f"failed: {error.get('errorType')}: {error.get('errorMessage')}"
