"""The Invoke API: what a caller of a Lambda function gets back."""

import base64
import json
from collections.abc import Mapping, MutableMapping
from threading import Thread

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaFunction

from local_aws.lambdas import asynchronous
from local_aws.lambdas.invocation import Invocation, Outcome
from local_aws.lambdas.runs import run

LOG_TAIL = 4096  # bytes of the log that a caller can ask for


def invoke(
    function: LambdaFunction,
    body: str | bytes,
    request_headers: Mapping[str, str],
    response_headers: MutableMapping[str, str],
) -> str:
    """Run ``function``.

    Returns the JSON payload, or "" at once for an event and for a dry run.

    Raises:
        LambdaClientError: the event is not JSON, or the function cannot run on this machine.
    """
    event = _accepted(function, body)
    kind = request_headers.get("X-Amz-Invocation-Type") or "RequestResponse"
    if kind == "DryRun":
        return ""
    if kind == "Event":
        Thread(target=asynchronous.run, args=(function, event), daemon=True).start()
        return ""
    outcome = run(Invocation(function, event))
    if outcome.failed:
        response_headers["x-amz-function-error"] = "Unhandled"
    response_headers["X-Amz-Executed-Version"] = str(function.version)
    tail = outcome.log.encode()[-LOG_TAIL:]
    response_headers["x-amz-log-result"] = base64.b64encode(tail).decode()
    return outcome.payload


def invoke_asynchronously(function: LambdaFunction, body: str | bytes) -> Outcome:
    """Run ``function`` for an event until it succeeds or is given up; return its last outcome.

    Raises:
        LambdaClientError: the event is not JSON, or the function cannot run on this machine.
    """
    return asynchronous.run(function, _accepted(function, body))


def _accepted(function: LambdaFunction, body: str | bytes) -> str:
    """Return the event as JSON text, if the function can run; no body is an empty event."""
    _check_runnable(function)
    try:
        return json.dumps(json.loads(body or "{}"))
    except ValueError as error:
        raise LambdaClientError(
            "InvalidRequestContentException", f"Could not parse request body into json: {error}"
        ) from error


def _check_runnable(function: LambdaFunction) -> None:
    runtime = function.run_time or function.package_type
    if not runtime.startswith("python"):
        raise LambdaClientError(
            "InvalidRuntimeException",
            f"the local Lambda runs Python only, {function.function_name} wants {runtime}; "
            f"choose a python runtime or invoke it on AWS",
        )
    if function.layers:
        raise LambdaClientError(
            "InvalidRuntimeException",
            f"the local Lambda has no layers, {function.function_name} has {len(function.layers)}; "
            f"put their modules into the function's own code or invoke it on AWS",
        )
