"""Custom resources: a Lambda function makes them and answers with an HTTP PUT."""

import json
import uuid
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError

from local_aws.cloudformation.errors import ResourceError, reason_of
from local_aws.cloudformation.resources.base import Context, Properties, ResourceType, without


class _Answers:
    """What functions have PUT to their ResponseURL, until their caller takes it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: dict[str, dict[str, Any] | None] = {}

    def expect(self) -> str:
        """Return a new token for one request."""
        token = str(uuid.uuid4())
        with self._lock:
            self._open[token] = None
        return token

    def put(self, token: str, answer: dict[str, Any]) -> bool:
        """Keep an answer; false if nobody asked."""
        with self._lock:
            if token not in self._open:
                return False
            self._open[token] = answer
            return True

    def take(self, token: str) -> dict[str, Any] | None:
        """Return the answer, if one came, and close the request."""
        with self._lock:
            return self._open.pop(token)


ANSWERS = _Answers()
RESPONSE_PATH = "/cloudformation_{region}/cfnresponse"  # moto's server routes by this prefix


class CustomResource(ResourceType):
    """AWS::CloudFormation::CustomResource and ``Custom::<anything>``."""

    type_name = "AWS::CloudFormation::CustomResource"
    supported = ("**",)

    def create(self, properties: Properties, context: Context) -> str:
        """Ask the function to create; it chooses the physical id."""
        return _request("Create", properties, context)["PhysicalResourceId"]

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> str:
        """Ask the function to update; by another physical id it says that it replaced."""
        return _request(
            "Update",
            new,
            context,
            PhysicalResourceId=physical_id,
            OldResourceProperties=_plain(old),
        )["PhysicalResourceId"]

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Ask the function to delete."""
        _request("Delete", properties, context, PhysicalResourceId=physical_id)

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the Data of the function's last answer."""
        del properties
        return _DATA.pop((context.stack_id, physical_id), {})


# Data of the last answer, from the call that got it to the ``attributes`` that follows.
_DATA: dict[tuple[str, str], dict[str, Any]] = {}


def _request(kind: str, properties: Properties, context: Context, **more: object) -> dict[str, Any]:
    """Invoke the function and return its answer.

    Raises:
        ResourceError: the function failed, did not answer, or answered FAILED.
    """
    token = ANSWERS.expect()
    path = RESPONSE_PATH.format(region=context.region)
    event = {
        "RequestType": kind,
        "ResponseURL": f"{context.settings.endpoint}{path}?token={token}",
        "StackId": context.stack_id,
        "RequestId": token,
        "ResourceType": context.type_name,
        "LogicalResourceId": context.logical_id,
        "ServiceToken": properties["ServiceToken"],
        "ResourceProperties": _plain(properties),
        **more,
    }
    invoked = _invoke(properties["ServiceToken"], event, context)
    answer = ANSWERS.take(token)
    _check_answer(answer, invoked, context)
    physical_id = answer["PhysicalResourceId"]
    _DATA[context.stack_id, physical_id] = answer.get("Data") or {}
    return answer


def _invoke(function: str, event: dict[str, Any], context: Context) -> dict[str, Any]:
    payload = json.dumps(event).encode()
    try:
        return context.client("lambda").invoke(FunctionName=function, Payload=payload)
    except ClientError as error:
        # Not "gone": the function is missing, what it should remove is not.
        raise ResourceError(f"Cannot invoke {function}: {reason_of(error)}") from error


def _check_answer(answer: dict[str, Any] | None, invoked: dict[str, Any], context: Context) -> None:
    if answer is None:
        said = invoked["Payload"].read().decode()[:500]
        raise ResourceError(
            f"CloudFormation did not receive a response from your Custom Resource "
            f"{context.logical_id}. The function ended with: {said}"
        )
    if answer.get("Status") != "SUCCESS":
        reason = answer.get("Reason", "the function gave no reason")
        raise ResourceError(f"Received response status [FAILED] from custom resource. {reason}")
    if not answer.get("PhysicalResourceId"):
        raise ResourceError("Invalid PhysicalResourceId: the custom resource's answer names none")


def _plain(properties: Properties) -> dict[str, Any]:
    """Return the properties as functions see them: every scalar is a string."""
    return _as_text(without(properties, "ServiceTimeout"))


def _as_text(value: Any) -> Any:  # ruff: ignore[any-type] - any JSON value
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
