"""Asynchronous invocations: after an error a function gets its event again, twice.

Source: "How Lambda handles errors and retries with asynchronous invocation", Lambda's Developer
Guide. Events wait in memory: the end of the local AWS ends them too.
"""

from dataclasses import replace
from threading import Event

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaFunction, lambda_backends

from local_aws.lambdas.invocation import Invocation, Outcome
from local_aws.lambdas.runs import run as run_once

PAUSES = (1, 2)  # seconds before the second and the third try, where AWS waits as many minutes

stopping = Event()


def run(function: LambdaFunction, event: str) -> Outcome:
    """Run a function for an event, a JSON text, until it succeeds or is given up.

    Returns the last outcome.
    """
    invocation = Invocation(function, event)
    outcome = run_once(invocation)
    for pause in PAUSES:
        if not outcome.failed or stopping.wait(pause) or not _is_there(function):
            break
        outcome = run_once(replace(invocation))  # the same request; its log is another stream
    return outcome


def _is_there(function: LambdaFunction) -> bool:
    functions = lambda_backends[function.account_id][function.region]
    try:
        return functions.get_function(function.function_arn) is function
    except UnknownFunctionException:
        return False
