"""A run of a function, with what it leaves in CloudWatch."""

import time
from datetime import UTC, datetime

from moto.awslambda.models import LambdaFunction

from local_aws import cloudwatch, state
from local_aws.lambdas.invocation import Invocation, Outcome


def run(invocation: Invocation) -> Outcome:
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
