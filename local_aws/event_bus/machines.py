"""State machines that rules start, and how their executions end."""

import re
import time

from moto.stepfunctions.models import stepfunctions_backends

MACHINE = re.compile(r"arn:aws:states:(?P<region>[^:]+):(?P<account>\d+):stateMachine:(?P<name>.+)")
LOOK_EVERY = 0.1  # seconds


def run(machine: re.Match[str], body: str) -> str:
    """Start an execution with an input; return its end: status, and error and cause if any."""
    backend = stepfunctions_backends[machine["account"]][machine["region"]]
    execution = backend.start_execution(machine[0], execution_input=body)
    while execution.is_running:
        time.sleep(LOOK_EVERY)
    told = (execution.status, execution.error, execution.cause)
    return ": ".join(part for part in told if part)
