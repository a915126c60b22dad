"""Events that a rule's target could not be given: kept in the queue that the target names.

Source: "Using dead-letter queues to process undelivered events", EventBridge's User Guide.
"""

import logging
from collections.abc import Mapping
from typing import Any

from moto.sqs.exceptions import SQSException

from local_aws import queues
from local_aws.event_bus.errors import Failure, code_of
from local_aws.event_bus.inputs import compact

_log = logging.getLogger(__name__)

_NO_PERMISSIONS = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}
_NO_RESOURCE = ("NotFound", "DoesNotExist", "NonExistent")


def keep(
    service: str,
    rule_arn: str,
    target: Mapping[str, Any],
    event: Mapping[str, Any],
    error: Failure,
) -> None:
    """Send an event to the target's dead-letter queue, if it has one; a failure is logged."""
    if "DeadLetterConfig" not in target:
        return
    queue = target["DeadLetterConfig"]["Arn"]
    attributes = {
        "RULE_ARN": rule_arn,
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": _error_code(code_of(error)),
        "ERROR_MESSAGE": error.message,
        "RETRY_ATTEMPTS": "0",  # neither a missing permission nor a missing target is tried again
    }
    try:
        queues.check_lets(queue, service, rule_arn)
        queues.send(queue, compact(event), attributes)
    except SQSException as failure:
        _log.warning("rule %s lost event %s: %s", rule_arn, event["id"], failure.message)


def _error_code(code: str) -> str:
    """Return an error in EventBridge's words."""
    if code in _NO_PERMISSIONS:
        return "NO_PERMISSIONS"
    return "NO_RESOURCE" if any(word in code for word in _NO_RESOURCE) else "ERROR_FROM_TARGET"
