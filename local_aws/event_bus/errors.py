"""Why a target was not given an event."""

from typing import TypeAlias

from moto.core.exceptions import JsonRESTError, ServiceException

FAILURES = (JsonRESTError, ServiceException)  # what the services that are targets raise
Failure: TypeAlias = JsonRESTError | ServiceException


class RefusedError(Exception):
    """Names what is not done here and what to do instead, in one sentence."""


def code_of(failure: Failure) -> str:
    """Return the code of a service's error."""
    return getattr(failure, "error_type", None) or failure.code
