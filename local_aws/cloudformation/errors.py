"""What a caller is told, with AWS's codes and AWS's words."""

from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    ParamValidationError,
    ReadTimeoutError,
)
from moto.core.exceptions import ServiceException


class ValidationError(ServiceException):
    """A request that cannot be carried out; nothing has been made."""

    code = "ValidationError"


class AlreadyExistsError(ServiceException):
    """The stack name is taken."""

    code = "AlreadyExistsException"


class InsufficientCapabilitiesError(ServiceException):
    """The template makes IAM resources and the caller did not say that this is all right."""

    code = "InsufficientCapabilitiesException"


class ChangeSetNotFoundError(ServiceException):
    """No change set of this name or id."""

    code = "ChangeSetNotFoundException"


class InvalidChangeSetStatusError(ServiceException):
    """The change set cannot be executed or deleted in its present status."""

    code = "InvalidChangeSetStatus"


class ResourceError(Exception):
    """A resource could not be made, changed or removed; the text is the event's reason."""


# Everything that making one resource may raise; all else is a defect of the engine.
RESOURCE_FAILURES = (
    ResourceError,
    ServiceException,
    ClientError,
    ParamValidationError,
    ReadTimeoutError,
)
# The local AWS ends and with it the operation: no resource failed, and no rollback could succeed.
SERVER_GONE = (ConnectionClosedError, EndpointConnectionError)

_GONE = {
    "AWS.SimpleQueueService.NonExistentQueue",
    "EntityNotFoundException",
    "InvalidRequestException.NotFound",
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchEntity",
    "NotFound",
    "ResourceNotFound",
    "ResourceNotFoundException",
    "StateMachineDoesNotExist",
}


def is_gone(failure: Exception) -> bool:
    """Tell whether a deletion failed only because there is nothing left to delete."""
    return isinstance(failure, ClientError) and failure.response["Error"]["Code"] in _GONE


def reason_of(failure: Exception) -> str:
    """Return the sentence for the resource's event."""
    if isinstance(failure, ClientError):
        error, operation = failure.response["Error"], failure.operation_name
        message = error.get("Message") or error["Code"]
        return f'Resource handler returned message: "{message}" ({operation}: {error["Code"]})'
    if isinstance(failure, ServiceException):
        return failure.message
    return str(failure)
