"""What an execution tells of itself: its status to EventBridge, counts and times to CloudWatch."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from local_aws import cloudwatch, event_bus
from local_aws.stepfunctions.moments import milliseconds

if TYPE_CHECKING:
    from local_aws.stepfunctions.executions import LocalExecution

_COUNTED = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}


def tell(execution: "LocalExecution") -> None:
    """Tell that an execution runs, or how it has ended.

    Source: Step Functions' Developer Guide, "Automating Step Functions event delivery with
    EventBridge" and "Monitoring Step Functions metrics using Amazon CloudWatch".
    """
    place = event_bus.Place(execution.account_id, execution.region_name)
    kind, arn = "Step Functions Execution Status Change", execution.execution_arn
    event_bus.send(place, "aws.states", kind, _detail(execution), [arn])
    machine = [{"Name": "StateMachineArn", "Value": execution.state_machine_arn}]
    data = [{**datum, "Dimensions": machine} for datum in _data(execution)]
    cloudwatch.publish(place, "AWS/States", data)


def _detail(execution: "LocalExecution") -> dict[str, Any]:
    has_output = execution.status == "SUCCEEDED"
    output = json.dumps(execution.output, separators=(",", ":")) if has_output else None
    return {
        "executionArn": execution.execution_arn,
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": milliseconds(execution.start_date),
        "stopDate": milliseconds(execution.stop_date) if execution.stop_date else None,
        "input": execution.execution_input,
        "output": output,
        "inputDetails": {"included": True},
        "outputDetails": {"included": True} if has_output else None,
        "error": execution.error,
        "cause": execution.cause,
    }


def _data(execution: "LocalExecution") -> Iterator[dict[str, object]]:
    yield {"MetricName": _COUNTED[execution.status], "Value": 1, "Unit": "Count"}
    if execution.stop_date:
        took = milliseconds(execution.stop_date) - milliseconds(execution.start_date)
        yield {"MetricName": "ExecutionTime", "Value": took, "Unit": "Milliseconds"}
