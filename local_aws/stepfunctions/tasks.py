"""Tasks: a call to a service of this AWS, and for ``.sync`` the wait for what it started."""

import json
import time
from functools import cache
from threading import Lock
from typing import Any
from urllib.parse import unquote

import boto3
from botocore import xform_name
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
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
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service,
    state_task_service_callback,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ResourceCondition,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.eval.program_state import ProgramEnded, ProgramStopped

from local_aws import calls
from local_aws.stepfunctions import values
from local_aws.stepfunctions.integrations import Integration, integration
from local_aws.stepfunctions.jobs import KINDS, SUCCEEDED, Kind
from local_aws.stepfunctions.moments import milliseconds, shown

LOOK_EVERY = 0.2  # seconds
ENDED_WITH_THE_SERVER = (
    "The local AWS ended while the execution was running; start an execution anew"
)
LONGEST_ANSWER = 900  # seconds; a function's limit

endpoint = ""  # set by ``install``
_client_lock = Lock()  # boto3 sessions may not make clients in two threads at once


class LambdaFunctionError(Exception):
    """What a function answered that failed: its error's type, and the whole as JSON."""

    def __init__(self, payload: str) -> None:
        super().__init__(payload)
        found = json.loads(payload)
        self.error_type = found.get("errorType") if isinstance(found, dict) else None


class _TimelyTask(state_task_service.StateTaskService):
    """A task whose success is told only while somebody waits for it."""

    def _after_eval_execution(self, env: Environment, *others: Any, **more: Any) -> None:  # ruff: ignore[any-type] - moto's
        if env.is_running():
            super()._after_eval_execution(env, *others, **more)


class LocalTask(state_task_service_callback.StateTaskServiceCallback, _TimelyTask):
    """A Task state of moto's interpreter that calls this AWS, whichever service it names."""

    def __init__(self) -> None:
        super().__init__(supported_integration_patterns={ResourceCondition.Sync})

    @property
    def _integration(self) -> Integration:
        return integration(self.resource.resource_arn)

    def _validate_service_integration_is_supported(self) -> None:
        """Say nothing: ``definition`` has refused what is not."""

    def _get_sfn_resource_type(self) -> str:
        name = self.resource.service_name
        return f"{name}:{self.resource.api_name}" if self._integration.is_sdk else name

    def _eval_service_task(
        self,
        env: Environment,
        resource_runtime_part: Any,  # ruff: ignore[any-type] - moto's
        normalised_parameters: dict[str, Any],
        state_credentials: Any,  # ruff: ignore[any-type] - moto's
    ) -> None:
        del resource_runtime_part, state_credentials
        made = self._integration
        arguments = values.inward(_told(made, normalised_parameters), made.model.input_shape)
        client = _client(made.service, env)
        call = getattr(client, xform_name(made.model.name))
        env.stack.append(values.bounded(self._result(call(**arguments), arguments)))

    def _result(self, answer: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
        made = self._integration
        if not made.model.output_shape:
            return {}
        moment = shown if made.is_sdk else milliseconds
        result = values.outward(answer, made.model.output_shape, moment)
        if made.is_sdk:
            if "EncodingType" not in arguments:  # asked for, and undone, by botocore alone
                result.pop("EncodingType", None)
            return result
        if made.model.name == "Invoke":
            return _invoked(result)
        if made.model.name == "StartJobRun":
            return {**result, "JobName": arguments["JobName"]}
        return result

    def _eval_integration_pattern(
        self,
        env: Environment,
        resource_runtime_part: Any,  # ruff: ignore[any-type] - moto's
        normalised_parameters: dict[str, Any],
        state_credentials: Any,  # ruff: ignore[any-type] - moto's
    ) -> None:
        """Wait for what was started; its end is the task's.

        Of a task that is aborted, it is stopped, as Step Functions tries; AWS's documentation
        names no such thing for a task whose own time is over.
        """
        del resource_runtime_part, normalised_parameters, state_credentials
        started = env.stack.pop()
        kind = KINDS[self._integration.model.name]
        client = _client(self._integration.service, env)
        while env.is_running():
            state, answer = kind.look(client, started)
            if state == SUCCEEDED or state in kind.failed:
                env.stack.append(self._ended(env, kind, state, answer))
                return
            time.sleep(LOOK_EVERY)
        if _is_aborted(env):
            kind.stop(client, started)
        env.stack.append(None)  # nobody looks at it any more

    def _ended(
        self, env: Environment, kind: Kind, state: str, answer: dict[str, Any]
    ) -> dict[str, Any]:
        shape = self._integration.model.service_model.operation_model(kind.reading).output_shape
        output = kind.output(values.outward(answer, shape, milliseconds))
        if state == SUCCEEDED:
            return output
        name = StatesErrorName(typ=StatesErrorNameType.StatesTaskFailed)
        cause = json.dumps(output, separators=(",", ":"))
        raise FailureEventException(self._failure(env, name, cause))

    def _from_error(self, env: Environment, ex: Exception) -> FailureEvent:
        made = self._integration
        if isinstance(ex, LambdaFunctionError):
            return self._failure(env, ErrorName(ex.error_type or "Exception"), str(ex))
        if isinstance(ex, ClientError):
            return self._failure(env, ErrorName(_error_name(made, ex)), _cause(made, ex))
        if isinstance(ex, (BotoCoreError, values.ArgumentError)):  # the call could not be made
            name = StatesErrorName(typ=StatesErrorNameType.StatesRuntime)
            return self._failure(env, name, str(ex))
        if isinstance(ex, values.TooLongError):
            name = StatesErrorName(typ=StatesErrorNameType.StatesStatesDataLimitExceeded)
            return self._failure(env, name, str(ex))
        return super()._from_error(env=env, ex=ex)

    def _failure(self, env: Environment, name: ErrorName, cause: str) -> FailureEvent:
        details = TaskFailedEventDetails(
            resource=self._get_sfn_resource(),
            resourceType=self._get_sfn_resource_type(),
            error=name.error_name,
            cause=cause,
        )
        event = EventDetails(taskFailedEventDetails=details)
        return FailureEvent(env, name, HistoryEventType.TaskFailed, event)


def task_for(service_name: str) -> LocalTask:
    """Return a new task; takes the place of moto's ``state_task_service_for``."""
    del service_name
    return LocalTask()


def _is_aborted(env: Environment) -> bool:
    """Tell whether a task ends before its end, not by its own time, nor with all that runs here."""
    how = env.program_state()
    with_all = isinstance(how, ProgramStopped) and how.cause == ENDED_WITH_THE_SERVER
    return not (with_all or isinstance(how, ProgramEnded))


def _client(service: str, env: Environment) -> BaseClient:
    """Return a client that signs as this state machine."""
    context = env.states.context_object.context_object_data
    key = calls.access_key("states", context["StateMachine"]["Name"])
    with _client_lock:
        return _client_of(service, env.aws_execution_details.region, key, endpoint)


@cache
def _client_of(service: str, region: str, key: str, url: str) -> BaseClient:
    return boto3.session.Session().client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=key,
        config=Config(
            retries={"total_max_attempts": 1},  # the state machine's own Retry is what counts
            read_timeout=LONGEST_ANSWER,
            s3={"addressing_style": "path"},
        ),
    )


def _told(made: Integration, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments as botocore wants them, where Step Functions wants them otherwise."""
    told = dict(arguments)
    if made.is_sdk and isinstance(told.get("CopySource"), str):  # botocore encodes it itself
        told["CopySource"] = unquote(told["CopySource"])
    if not made.is_sdk and made.model.name == "Publish":
        message = told.get("Message", "")
        told["Message"] = message if isinstance(message, str) else json.dumps(message)
    return told


def _invoked(result: dict[str, Any]) -> dict[str, Any]:
    """Return an invocation's result with its payload read.

    Raises:
        LambdaFunctionError: the function failed.
    """
    if "FunctionError" in result:
        raise LambdaFunctionError(result["Payload"])
    names: tuple[str, ...] = ("ExecutedVersion", "StatusCode")
    kept = {name: result[name] for name in names if name in result}
    return {**kept, "Payload": json.loads(result["Payload"] or "null")}


def _error_name(made: Integration, error: ClientError) -> str:
    """Return the name that Step Functions gives to a service's error."""
    code, modeled = error.response["Error"]["Code"], type(error).__name__
    if made.is_sdk:  # named as by the SDK for Java: what the model does not know has no name there
        code = made.errors if modeled == "ClientError" else modeled
    return f"{made.errors}.{code.removesuffix('Exception')}Exception"


def _cause(made: Integration, error: ClientError) -> str:
    answer = error.response["ResponseMetadata"]
    told = (
        f"Service: {made.errors}",
        f"Status Code: {answer['HTTPStatusCode']}",
        f"Request ID: {answer.get('RequestId', '')}",
    )
    return f"{error.response['Error']['Message']} ({', '.join(told)})"
