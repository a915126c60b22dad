"""Asynchronous invocations: after an error a function gets its event again, then it is given up.

Source: "How Lambda handles errors and retries with asynchronous invocation", Lambda's Developer
Guide. Events wait in memory: the end of the local AWS ends them too.
"""

import time
from dataclasses import replace
from threading import Event
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaFunction, lambda_backends

from local_aws.lambdas import records
from local_aws.lambdas.invocation import Invocation, Outcome
from local_aws.lambdas.runs import run as run_once

PAUSES = (60, 120)  # seconds on AWS before the second and the third try
FASTER = 60  # times that they are shorter here
SIX_HOURS = 6 * 3600  # seconds, after which AWS gives up

stopping = Event()


def run(function: LambdaFunction, event: str) -> Outcome:
    """Run a function for an event, a JSON text, until it succeeds or is given up.

    Returns the last outcome. The event's age is what it would be on AWS.
    """
    invocation, settings = Invocation(function, event), _settings(function)
    began, waited = time.monotonic(), 0
    outcome, tries, why = run_once(invocation), 1, "RetriesExhausted"
    for pause in PAUSES[: settings.get("MaximumRetryAttempts", len(PAUSES))]:
        if not outcome.failed:
            break
        waited += pause
        age = time.monotonic() - began + waited
        if age > settings.get("MaximumEventAgeInSeconds", SIX_HOURS):
            why = "EventAgeExceeded"
            break
        if stopping.wait(pause / FASTER) or not _is_there(function):
            return outcome
        # The same request; its log is another stream.
        outcome, tries = run_once(replace(invocation)), tries + 1
    destination = settings.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    if outcome.failed and destination:
        records.tell(destination, invocation, outcome, tries, why)
    return outcome


def _settings(function: LambdaFunction) -> dict[str, Any]:
    """Return what the function's EventInvokeConfig says, if it has one."""
    return function.event_invoke_config[0].config if function.event_invoke_config else {}


def _is_there(function: LambdaFunction) -> bool:
    functions = lambda_backends[function.account_id][function.region]
    try:
        return functions.get_function(function.function_arn) is function
    except UnknownFunctionException:
        return False
