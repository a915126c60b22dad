"""moto's Step Functions backend with what it does otherwise than AWS put right, or refused."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from uuid import uuid4

from moto.stepfunctions import urls
from moto.stepfunctions.exceptions import InvalidExecutionInput, StateMachineDoesNotExist
from moto.stepfunctions.models import StateMachine, stepfunctions_backends
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from local_aws.stepfunctions import definition as definitions
from local_aws.stepfunctions.errors import (
    InvalidDefinition,
    StateMachineAlreadyExists,
    StateMachineDeleting,
    StateMachineTypeNotSupported,
)
from local_aws.stepfunctions.executions import LocalExecution
from local_aws.stepfunctions.tasks import ENDED_WITH_THE_SERVER


class LocalStepFunctionsBackend(StepFunctionsParserBackend):
    """Step Functions whose executions run against this AWS."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.deleting: set[str] = set()  # ARNs

    @property
    def _url_module(self) -> ModuleType:  # moto derives it from the module's name: not ours
        return urls

    def create_state_machine(
        self,
        name: str,
        definition: str,
        roleArn: str,  # ruff: ignore[invalid-argument-name] - moto's
        *others: Any,  # ruff: ignore[any-type] - moto's
        sm_type: str | None = None,
        **more: Any,  # ruff: ignore[any-type] - moto's
    ) -> StateMachine:
        """Create a state machine; the same once more is no error, another of its name is one."""
        if sm_type == "EXPRESS":
            raise StateMachineTypeNotSupported(
                "The local AWS has standard state machines only; leave the type out"
            )
        with _checked(definition):
            made = super().create_state_machine(
                name, definition, roleArn, *others, sm_type=sm_type, **more
            )
        self._refuse_deleting(made.arn)
        if (made.definition, made.roleArn) != (definition, roleArn):
            raise StateMachineAlreadyExists(f"State Machine Already Exists: '{made.arn}'")
        return made

    def update_state_machine(
        self,
        arn: str,
        definition: str | None = None,
        *others: Any,  # ruff: ignore[any-type] - moto's
        **more: Any,  # ruff: ignore[any-type] - moto's
    ) -> StateMachine:
        """Change a state machine; executions under way go by what it was."""
        self._refuse_deleting(arn)
        with _checked(definition):
            return super().update_state_machine(arn, definition, *others, **more)

    def delete_state_machine(self, arn: str) -> None:
        """Delete a state machine; its executions end before their next state, then it is gone.

        The next state is the machine's own: what is within a Parallel or Map state ends with that.
        """
        self._validate_machine_arn(arn)
        self.deleting.add(arn)
        self.forget_deleted(arn)

    def forget_deleted(self, arn: str) -> None:
        """Remove a state machine that is to be deleted, once none of its executions runs."""
        try:
            machine = self.describe_state_machine(arn)
        except StateMachineDoesNotExist:
            self.deleting.discard(arn)
            return
        if arn in self.deleting and not any(one.is_running for one in machine.executions):
            super().delete_state_machine(arn)
            self.deleting.discard(arn)

    def _refuse_deleting(self, arn: str) -> None:
        if arn in self.deleting:
            raise StateMachineDeleting(f"State Machine is being deleted: '{arn}'")

    def start_execution(
        self,
        state_machine_arn: str,
        name: str | None = None,
        execution_input: str | None = None,
        trace_header: str | None = None,
    ) -> LocalExecution:
        """Start an execution; of the same name and input as one that runs, it is that one."""
        self._refuse_deleting(state_machine_arn)
        name = name or str(uuid4())
        self._validate_name(name)
        execution_input = execution_input or "{}"
        try:
            json.loads(execution_input)
        except ValueError as error:
            raise InvalidExecutionInput(
                f"Invalid State Machine Execution Input: '{error}'"
            ) from error
        return super().start_execution(state_machine_arn, name, execution_input, trace_header)

    def stop_execution(
        self, execution_arn: str, error: str | None = None, cause: str | None = None
    ) -> LocalExecution:
        """Abort an execution; a job run or query that it waits for is stopped too."""
        execution = self.describe_execution(execution_arn)
        execution.end(ExecutionStatus.ABORTED, error, cause)
        return execution


@contextmanager
def _checked(definition: str | None) -> Generator[None]:
    """Check a definition, then let moto's interpreter read it.

    Raises:
        InvalidDefinition: either says no.
    """
    if definition is not None:
        definitions.check(definition)
    try:
        yield
    except api.InvalidDefinition as error:
        raise InvalidDefinition(f"SCHEMA_VALIDATION_FAILED: {error.message}") from error


def abort_all() -> None:
    """Abort all executions: their interpreters end with this process, or did with the last."""
    for _, _, backend in list(stepfunctions_backends.iter_backends()):
        for machine in list(backend.state_machines):
            for execution in list(machine.executions):
                execution.end(ExecutionStatus.ABORTED, None, ENDED_WITH_THE_SERVER)
            backend.forget_deleted(machine.arn)  # nobody else will, after a kill
