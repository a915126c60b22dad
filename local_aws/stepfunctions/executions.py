"""An execution: moto's interpreter at work, and how it ends."""

from datetime import UTC, datetime
from threading import RLock, Timer
from typing import Any

from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.program_state import ProgramEnded, ProgramError
from moto.stepfunctions.parser.backend.execution import (
    BaseExecutionWorkerCommunication,
    Execution,
)
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from local_aws import state
from local_aws.stepfunctions.moments import shown
from local_aws.stepfunctions.status import tell

Event = dict[str, Any]


class ExecutionEndedError(Exception):
    """The interpreter was about to enter a state of an execution that has ended."""


class LocalExecution(Execution):
    """An execution whose end is told once, at once, and survives a restart."""

    def __init__(self, *args: Any, **properties: Any) -> None:  # ruff: ignore[any-type] - moto's
        super().__init__(*args, **properties)
        self.exec_status = ExecutionStatus.RUNNING
        self._lock = RLock()
        self._history: list[Event] | None = None  # of an execution that has ended
        self._timer: Timer | None = None

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.exec_status == ExecutionStatus.RUNNING

    @property
    def history(self) -> list[Event]:
        """Its events, the oldest first."""
        if self._history is not None:
            return self._history
        env = self.exec_worker.env if self.exec_worker else None
        return list(env.event_manager.get_event_history()) if env else []

    def start(self) -> None:
        """Let the interpreter begin, unless it is to end before."""
        with self._lock:
            if self.is_running:
                tell(self)
                super().start()

    def end(
        self, status: ExecutionStatus, error: str | None = None, cause: str | None = None
    ) -> None:
        """Let it be aborted or timed out; an execution that has ended stays as it is."""
        with self._lock:
            if not self.is_running:
                return
            self.error, self.cause = error, cause
            self._close(status, self._last_event(status))
        env = self.exec_worker.env if self.exec_worker else None
        if env:
            env.set_stop(self.stop_date, cause, error)  # ends what waits

    def take_result(self) -> None:
        """Take over how the interpreter has ended, unless the end was told before."""
        with self._lock:
            if self.is_running:
                self._take(self.exec_worker.env)
        self.state_machine.backend.forget_deleted(self.state_machine_arn)
        state.touch()

    def _take(self, env: Environment) -> None:
        how = env.program_state()
        if isinstance(how, ProgramEnded):
            self.output = env.states.get_input()
            self._close(ExecutionStatus.SUCCEEDED)
            return
        told = (isinstance(how, ProgramError) and how.error) or {}
        self.error, self.cause = told.get("error"), told.get("cause")
        self._close(ExecutionStatus.FAILED)

    def end_after(self, seconds: float) -> None:
        """Let its time be over after so many seconds."""
        self._timer = Timer(seconds, self.end, (ExecutionStatus.TIMED_OUT,))
        self._timer.daemon = True
        self._timer.start()

    def _close(self, status: ExecutionStatus, *last: Event) -> None:
        """Note all that there is to tell, the status last: who sees it finds the rest."""
        self._history = [*self.history, *last]
        self.stop_date = datetime.now(UTC)
        self.exec_status = status
        if self._timer:
            self._timer.cancel()
        tell(self)

    def _last_event(self, status: ExecutionStatus) -> Event:
        kind = {ExecutionStatus.ABORTED: "Aborted", ExecutionStatus.TIMED_OUT: "TimedOut"}[status]
        told = {"error": self.error, "cause": self.cause}
        return {
            "timestamp": shown(datetime.now(UTC)),
            "type": f"Execution{kind}",
            "id": len(self.history) + 1,
            "previousEventId": 0,
            f"execution{kind}EventDetails": {name: said for name, said in told.items() if said},
        }

    def _get_start_execution_worker_comm(self) -> "_End":
        return _End(self)

    def _get_start_execution_worker(self) -> "_Worker":
        made = super()._get_start_execution_worker()
        return _Worker(made._evaluation_details, made._execution_communication, None, {})  # ruff: ignore[private-member-access] - moto's

    def __getstate__(self) -> dict[str, Any]:
        """Return what survives: not the interpreter at work."""
        with self._lock:  # all of its end, or nothing
            gone = {"exec_worker": None, "_timer": None, "_history": self.history}
            return {**vars(self), **gone}


class _End(BaseExecutionWorkerCommunication):
    """Told by the interpreter when it has ended."""

    def terminated(self) -> None:
        self.execution.take_result()


class _Worker(ExecutionWorker):
    """The interpreter of an execution, asked before each of its states whether it goes on.

    Not before those within a Parallel or Map state, which end with it.
    """

    def _get_evaluation_entrypoint(self) -> Program:
        program = super()._get_evaluation_entrypoint()
        state_named = program._get_state  # ruff: ignore[private-member-access] - asked at each transition
        execution = self._execution_communication.execution

        def next_state(name: str) -> CommonStateField:
            if execution.state_machine_arn in execution.state_machine.backend.deleting:
                execution.end(ExecutionStatus.ABORTED)
            if not execution.is_running:
                raise ExecutionEndedError(name)
            return state_named(name)

        program._get_state = next_state  # ruff: ignore[private-member-access] - same
        if program.timeout_seconds:
            execution.end_after(program.timeout_seconds.timeout_seconds)
            program.timeout_seconds = None  # moto's own would race with what it interrupts
        return program

    def _get_evaluation_environment(self) -> Environment:
        env = super()._get_evaluation_environment()
        told = env.states.context_object.context_object_data["Execution"]
        told.update(StartTime=shown(told["StartTime"]), RedriveCount=0)
        return env
