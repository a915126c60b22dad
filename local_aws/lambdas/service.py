"""The Invoke API: what a caller of a Lambda function gets back."""

import base64
import json
import time
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from threading import Thread

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaFunction

from local_aws import cloudwatch, state
from local_aws.lambdas.invocation import Invocation, Outcome

LOG_TAIL = 4096  # bytes of the log that a caller can ask for


def invoke(
    function: LambdaFunction,
    body: str | bytes,
    request_headers: Mapping[str, str],
    response_headers: MutableMapping[str, str],
) -> str:
    """Run ``function``.

    Returns the JSON payload, or "" at once for an event (which AWS would try again after an error;
    here it runs once) and for a dry run.

    Raises:
        LambdaClientError: the event is not JSON, or the function cannot run on this machine.
    """
    invocation = Invocation(function, _event(body))
    _check_runnable(function)
    kind = request_headers.get("X-Amz-Invocation-Type") or "RequestResponse"
    if kind == "DryRun":
        return ""
    if kind == "Event":
        Thread(target=_run, args=(invocation,), daemon=True).start()
        return ""
    outcome = _run(invocation)
    if outcome.failed:
        response_headers["x-amz-function-error"] = "Unhandled"
    response_headers["X-Amz-Executed-Version"] = str(function.version)
    tail = outcome.log.encode()[-LOG_TAIL:]
    response_headers["x-amz-log-result"] = base64.b64encode(tail).decode()
    return outcome.payload


def _event(body: str | bytes) -> str:
    """Return the event as JSON text; no body is an empty event."""
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


def _run(invocation: Invocation) -> Outcome:
    """Run a function, write its log to CloudWatch Logs and its metrics to CloudWatch."""
    function, began = invocation.function, datetime.now(UTC)
    outcome = invocation.run()
    logs, group, stream = function.logs_backend, function.logs_group_name, invocation.log_stream
    logs.ensure_log_group(group)
    logs.create_log_stream(group, stream)
    now = int(time.time() * 1000)
    lines = [line for line in outcome.log.splitlines() if line.strip()]
    logs.put_log_events(group, stream, [{"timestamp": now, "message": line} for line in lines])
    _publish(function, began, outcome)
    state.touch()  # an event's run changes it after the request
    return outcome


def _publish(function: LambdaFunction, began: datetime, outcome: Outcome) -> None:
    """Publish what Lambda does about an invocation, at the time that it began.

    Source: "Types of metrics for Lambda functions", Lambda's Developer Guide.
    """
    measured = (
        ("Invocations", 1, "Count"),
        ("Errors", int(outcome.failed), "Count"),
        ("Duration", outcome.milliseconds, "Milliseconds"),
    )
    of_the_function = [{"Name": "FunctionName", "Value": function.function_name}]
    data: list[dict[str, object]] = [
        {
            "MetricName": name,
            "Dimensions": dimensions,
            "Timestamp": began.replace(tzinfo=None),
            "Value": value,
            "Unit": unit,
        }
        for name, value, unit in measured
        for dimensions in (of_the_function, [])  # and across all functions
    ]
    cloudwatch.publish((function.account_id, function.region), "AWS/Lambda", data)
