"""The places of moto's interpreter of the Amazon States Language that are replaced."""

import logging
import time
from typing import Any

from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.assign.assign_decl import AssignDecl
from moto.stepfunctions.parser.asl.component.common.error_name import custom_error_name
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import (
    ErrorEqualsDecl,
)
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.common.outputdecl import Output
from moto.stepfunctions.parser.asl.component.common.retry.max_attempts_decl import (
    MaxAttemptsOutcome,
)
from moto.stepfunctions.parser.asl.component.common.retry.retrier_decl import RetrierDecl
from moto.stepfunctions.parser.asl.component.common.retry.retrier_outcome import RetrierOutcome
from moto.stepfunctions.parser.asl.component.common.string.string_expression import (
    StringJSONata,
    StringVariableSample,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task import state_task_factory
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.parse import preprocessor
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.asl.utils import json_path

from local_aws.stepfunctions import expressions
from local_aws.stepfunctions.tasks import task_for
from local_aws.stepfunctions.texts import Path, text_of

LOOK_EVERY = 0.1  # seconds
_ALL, _FAILED = "States.ALL", "States.TaskFailed"
# What no wildcard catches, and what States.TaskFailed does not either.
_NEVER_ALL = {"States.DataLimitExceeded", "States.Runtime"}
_NO_TASK_FAILED = {*_NEVER_ALL, "States.Timeout"}
# Keys of a state's notes: the variables before its Assign, and those that its Output sees.
_BEFORE, _OF_OUTPUT = "local-aws: before", "local-aws: of output"

_motos_assign = AssignDecl._eval_body  # ruff: ignore[private-member-access] - called by ours
_motos_output = Output._eval_body  # ruff: ignore[private-member-access] - same


def install() -> None:
    """Replace them."""
    StringJSONata._eval_body = evaluate  # ruff: ignore[private-member-access] - the only place
    StringVariableSample._eval_body = evaluate  # ruff: ignore[private-member-access] - same
    AssignDecl._eval_body = assign  # ruff: ignore[private-member-access] - same
    Output._eval_body = output  # ruff: ignore[private-member-access] - same
    ErrorEqualsDecl._eval_body = match  # ruff: ignore[private-member-access] - same
    RetrierDecl._eval_body = retry  # ruff: ignore[private-member-access] - same
    Preprocessor._inner_string_of = staticmethod(text_of)  # ruff: ignore[private-member-access] - same
    preprocessor.from_string_literal = text_of
    json_path.parse = Path
    # A branch or a Fail state passes on errors of Step Functions' own; no name begins with this.
    custom_error_name.ILLEGAL_CUSTOM_ERROR_PREFIX = "\0"
    state_task_factory.state_task_service_for = task_for
    # The history says what fails; moto logs it once for every component on the way up.
    logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)


def evaluate(self: StringJSONata | StringVariableSample, env: Environment) -> None:
    """Put the value of an expression on the stack.

    Raises:
        FailureEventException: it has none, States.QueryEvaluationError.
    """
    try:
        env.stack.append(expressions.evaluate(self.expression, _variables(env)))
    except expressions.QueryError as error:
        kind = StatesErrorNameType.StatesQueryEvaluationError
        details = EvaluationFailedEventDetails(
            error=kind.to_name(),
            cause=f"The JSONata expression '{self.expression}' {error}.",
            state=env.next_state_name,
        )
        event = EventDetails(evaluationFailedEventDetails=details)
        raise FailureEventException(
            FailureEvent(env, StatesErrorName(kind), HistoryEventType.EvaluationFailed, event)
        ) from error


def _variables(env: Environment) -> dict[str, Any]:
    """Return what expressions name: ``$states``, and the variables of this scope and outer ones."""
    states = dict(env.states._states_data)  # ruff: ignore[private-member-access] - the only place
    for name in ("result", "errorOutput"):  # reserved where a result or an error is there
        if states.get(name) is None:
            states.pop(name, None)
    return {**env.heap.get(_OF_OUTPUT, _assigned(env)), "states": states}


def _assigned(env: Environment) -> dict[str, Any]:
    store = env.variable_store
    return {**store._outer_scope, **store._inner_scope}  # ruff: ignore[private-member-access] - the only place


def assign(self: AssignDecl, env: Environment) -> None:
    """Set variables: those that the state's Output sees are still the ones before, as on AWS."""
    env.heap[_BEFORE] = _assigned(env)
    _motos_assign(self, env)


def output(self: Output, env: Environment) -> None:
    """Make the state's output."""
    env.heap[_OF_OUTPUT] = env.heap.pop(_BEFORE, _assigned(env))
    _motos_output(self, env)
    env.heap.pop(_OF_OUTPUT)


def match(self: ErrorEqualsDecl, env: Environment) -> None:
    """Put on the stack whether ErrorEquals names the error that is there, as AWS's wildcards do."""
    error = env.stack.pop()
    name = error.error_name if error else None
    named = {known.error_name for known in self.error_names}
    by_wildcard = (_ALL in named and name not in _NEVER_ALL) or (
        _FAILED in named and name not in _NO_TASK_FAILED
    )
    env.stack.append(name in named or by_wildcard)


def retry(self: RetrierDecl, env: Environment) -> None:
    """Wait as a retrier says and put on the stack what comes of it; an execution's end ends it."""
    self.error_equals.eval(env)
    if not env.stack.pop():
        env.stack.append(RetrierOutcome.Skipped)
        return
    self.max_attempts.eval(env)
    if env.stack.pop() == MaxAttemptsOutcome.EXHAUSTED:
        env.stack.append(RetrierOutcome.Failed)
        return
    for delay in (self.interval_seconds, self.backoff_rate, self.max_delay_seconds):
        delay.eval(env)
    self.jitter_strategy.eval(env)
    until = time.monotonic() + env.stack.pop()
    while env.is_running() and time.monotonic() < until:
        time.sleep(min(LOOK_EVERY, max(until - time.monotonic(), 0)))
    env.stack.append(RetrierOutcome.Executed)
