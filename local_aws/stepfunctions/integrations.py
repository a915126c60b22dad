"""The calls that the tasks of a state machine can make: those to services of this AWS."""

import re
from functools import cache
from typing import NamedTuple

from botocore.model import OperationModel, ServiceModel
from botocore.session import get_session

_RESOURCE = re.compile(
    r"arn:aws:states:::(?P<sdk>aws-sdk:)?(?P<service>[\w-]+):(?P<action>\w+)(?:\.(?P<pattern>.+))?"
)
# Integrations that Step Functions calls optimized: how their errors' names begin, the actions that
# ``.sync`` can wait for, the others.
_OPTIMIZED = {
    "athena": (
        "Athena",
        {"startQueryExecution"},
        {"stopQueryExecution", "getQueryExecution", "getQueryResults"},
    ),
    "glue": ("Glue", {"startJobRun"}, set()),
    "lambda": ("Lambda", set(), {"invoke"}),
    "sns": ("SNS", set(), {"publish"}),
}
# Services by their name in ``aws-sdk:``: botocore's name, and how their errors' names begin.
_SDK = {
    "athena": ("athena", "Athena"),
    "cloudformation": ("cloudformation", "CloudFormation"),
    "cloudwatch": ("cloudwatch", "CloudWatch"),
    "cloudwatchlogs": ("logs", "CloudWatchLogs"),
    "eventbridge": ("events", "EventBridge"),
    "glue": ("glue", "Glue"),
    "iam": ("iam", "Iam"),
    "lambda": ("lambda", "Lambda"),
    "s3": ("s3", "S3"),
    "scheduler": ("scheduler", "Scheduler"),
    "sfn": ("stepfunctions", "Sfn"),
    "sns": ("sns", "Sns"),
    "sqs": ("sqs", "Sqs"),
    "sts": ("sts", "Sts"),
}


class IntegrationError(Exception):
    """Why a task's Resource is not called by the local AWS, and what can be done, in a sentence."""


class Integration(NamedTuple):
    """What a task's Resource names; ``errors`` is how the names of its errors begin."""

    model: OperationModel
    errors: str
    is_sdk: bool
    is_sync: bool

    @property
    def service(self) -> str:
        """Botocore's name of the service."""
        return self.model.service_model.service_name


@cache
def integration(resource: str) -> Integration:
    """Return what a Resource names.

    Raises:
        IntegrationError: it is none, or of those that are not done here.
    """
    named = _RESOURCE.fullmatch(resource)
    if not named:
        raise IntegrationError(
            f"tasks of the local AWS name an integration such as "
            f"arn:aws:states:::glue:startJobRun.sync, not {resource}; a function is called by "
            f"arn:aws:states:::lambda:invoke, activities are not done"
        )
    services = _SDK if named["sdk"] else _OPTIMIZED
    if named["service"] not in services:
        kind = "aws-sdk integrations" if named["sdk"] else "optimized integrations"
        raise IntegrationError(
            f"the local AWS has {kind} of {', '.join(services)}, not {resource}; use one of these, "
            f"or let AWS run the state machine"
        )
    of_kind = _of_sdk if named["sdk"] else _optimized
    return of_kind(resource, named["service"], named["action"], named["pattern"])


def _optimized(resource: str, service: str, action: str, pattern: str | None) -> Integration:
    errors, awaited, others = _OPTIMIZED[service]
    if pattern not in {None, "sync"} or action not in (awaited if pattern else awaited | others):
        offered = [f"{name}.sync" for name in awaited] + sorted(awaited | others)
        raise IntegrationError(
            f"of {service} the local AWS has {', '.join(offered)}, not {resource}; use one of these"
        )
    return Integration(_operation(service, action), errors, is_sdk=False, is_sync=bool(pattern))


def _of_sdk(resource: str, service: str, action: str, pattern: str | None) -> Integration:
    name, errors = _SDK[service]
    if pattern:
        raise IntegrationError(
            f"{resource} waits for a task token, which the local AWS does not do; leave .{pattern} "
            f"out and ask in a loop"
        )
    if action[:1].upper() + action[1:] not in _service(name).operation_names:
        raise IntegrationError(f"{service} has no action {action}; correct {resource}")
    return Integration(_operation(name, action), errors, is_sdk=True, is_sync=False)


@cache
def _service(name: str) -> ServiceModel:
    return get_session().get_service_model(name)


def _operation(service: str, action: str) -> OperationModel:
    return _service(service).operation_model(action[:1].upper() + action[1:])
