"""Custom resources: a Lambda function makes them and answers with an HTTP PUT."""

import json
import uuid
from collections.abc import Mapping
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from local_aws.cloudformation.errors import ResourceError, reason_of
from local_aws.cloudformation.resources.base import Context, Properties, ResourceType

LONGEST_ANSWER = 4096  # bytes, AWS's limit
LONGEST_RUN = 960  # seconds; a function ends by itself after Lambda's 15 minutes
RESPONSE_PATH = "/cloudformation_{region}/cfnresponse"  # moto's server routes by this prefix
_COPIED = ("LogicalResourceId", "RequestId", "StackId")  # from the request into the answer

_Answer = dict[str, Any]


class _Answers:
    """What functions have PUT to their ResponseURL, until their caller takes it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: dict[str, bytes | None] = {}

    def expect(self) -> str:
        """Return a new token for one request."""
        token = str(uuid.uuid4())
        with self._lock:
            self._open[token] = None
        return token

    def put(self, token: str, answer: bytes) -> bool:
        """Keep an answer; false if nobody asked, or no longer."""
        with self._lock:
            if token not in self._open:
                return False
            self._open[token] = answer
            return True

    def take(self, token: str) -> bytes | None:
        """Return the answer, if one came, and close the request."""
        with self._lock:
            return self._open.pop(token)


ANSWERS = _Answers()
# The last answer of each resource, until ``complete`` or ``attributes`` has read it.
_LAST: dict[tuple[str, str], _Answer] = {}


class CustomResource(ResourceType):
    """AWS::CloudFormation::CustomResource and ``Custom::<anything>``."""

    type_name = "AWS::CloudFormation::CustomResource"
    supported = ("**",)

    def create(self, properties: Properties, context: Context) -> str:
        """Ask the function to create; it chooses the physical id.

        A failure is told by ``complete``, for then the function is asked to delete, as on AWS.
        """
        answer = _ask("Create", properties, context)
        _LAST[context.stack_id, context.logical_id] = answer
        return answer.get("PhysicalResourceId") or context.generated_name()

    def complete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Fail if the function did."""
        del physical_id, properties
        _check(_LAST[context.stack_id, context.logical_id])

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> str:
        """Ask the function to update; by another physical id it says that it replaced."""
        before = _as_text(old)
        answer = _ask(
            "Update", new, context, PhysicalResourceId=physical_id, OldResourceProperties=before
        )
        _check(answer)
        _LAST[context.stack_id, context.logical_id] = answer
        return answer["PhysicalResourceId"]

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Ask the function to delete."""
        _check(_ask("Delete", properties, context, PhysicalResourceId=physical_id))

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the Data of the function's last answer."""
        del physical_id, properties
        return _LAST.pop((context.stack_id, context.logical_id)).get("Data") or {}


def _ask(kind: str, properties: Properties, context: Context, **more: object) -> _Answer:
    """Invoke the function and return its answer; none, or a wrong one, counts as FAILED.

    Raises:
        ResourceError: there is no function to invoke.
    """
    token = ANSWERS.expect()
    path = RESPONSE_PATH.format(region=context.region)
    request = {
        "RequestType": kind,
        "ResponseURL": f"{context.settings.endpoint}{path}?token={token}",
        "StackId": context.stack_id,
        "RequestId": token,
        "ResourceType": context.type_name,
        "LogicalResourceId": context.logical_id,
        "ServiceToken": properties["ServiceToken"],
        "ResourceProperties": _as_text(properties),
        **more,
    }
    try:
        ended = _invoke(request, properties, context)
    finally:
        body = ANSWERS.take(token)
    return _no_answer(request, ended) if body is None else _read(body, request)


def _invoke(request: dict[str, Any], properties: Properties, context: Context) -> str:
    """Run the function to its end, or as long as ServiceTimeout allows; return how that was."""
    function = request["ServiceToken"]
    seconds = min(int(properties.get("ServiceTimeout", LONGEST_RUN)), LONGEST_RUN)
    payload = json.dumps(request).encode()
    try:
        invoked = context.client("lambda", seconds).invoke(FunctionName=function, Payload=payload)
    except ClientError as error:
        # Not "gone": the function is missing, what it should remove is not.
        raise ResourceError(f"Cannot invoke {function}: {reason_of(error)}") from error
    except ReadTimeoutError:
        return f"The function still ran after the {seconds} seconds of ServiceTimeout"
    return f"The function ended with: {invoked['Payload'].read().decode()[:500]}"


def _no_answer(request: dict[str, Any], ended: str) -> _Answer:
    return {
        "Status": "FAILED",
        "Told": f"CloudFormation did not receive a response from your Custom Resource. Please "
        f"check your logs for requestId [{request['RequestId']}]. {ended}",
    }


def _read(body: bytes, request: dict[str, Any]) -> _Answer:
    """Return an answer, as FAILED if AWS would not take it."""
    if len(body) > LONGEST_ANSWER:
        return {"Status": "FAILED", "Told": "Response object is too long."}
    try:
        answer = json.loads(body)
    except ValueError as error:
        return {"Status": "FAILED", "Told": f"Invalid response object: {error}"}
    wrong = [name for name in _COPIED if answer.get(name) != request[name]]
    if wrong:
        told = f"Invalid response object: {wrong[0]} is not that of the request"
        return {"Status": "FAILED", "Told": told}
    if answer.get("Status") == "SUCCESS" and not answer.get("PhysicalResourceId"):
        return {"Status": "FAILED", "Told": "Invalid PhysicalResourceId: the answer names none"}
    return answer


def _check(answer: _Answer) -> None:
    """Raise what a FAILED answer tells."""
    if answer.get("Status") == "SUCCESS":
        return
    reason = answer.get("Reason", "the function gave no reason")
    raise ResourceError(
        answer.get("Told")
        or f"Received response status [FAILED] from custom resource. Message returned: {reason} "
        f"(RequestId: {answer['RequestId']})"
    )


def _as_text(value: Any) -> Any:  # ruff: ignore[any-type] - any JSON value
    """Return properties as functions see them: every scalar is a string."""
    if isinstance(value, Mapping):
        return {key: _as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
