"""Jobs and job runs as the Glue API shows them; plain data, so that they can be saved."""

from threading import Lock
from typing import TYPE_CHECKING, Any

from moto.core.utils import utcnow
from moto.glue.exceptions import ConcurrentRunsExceededException
from moto.glue.models import FakeJob, FakeJobRun

from local_aws.glue.arguments import RunArguments

if TYPE_CHECKING:
    from datetime import datetime

UNFINISHED = ("STARTING", "RUNNING", "STOPPING")
DEFAULT_DPUS = 10  # of a Spark job, says CreateJob
_DPU_PER_WORKER = {
    "G.025X": 0.25,
    "G.1X": 1,
    "G.2X": 2,
    "G.4X": 4,
    "G.8X": 8,
    "G.12X": 12,
    "G.16X": 16,
    "R.1X": 1,
    "R.2X": 2,
    "R.4X": 4,
    "R.8X": 8,
}
_DEFAULT_TIMEOUT_MINUTES = 480  # of Glue 5.0 and later
_lock = Lock()  # between asking how many runs there are and adding one


class LocalJobRun(FakeJobRun):
    """One attempt to run a job; its state is what its process does."""

    def __init__(self, job_name: str, **properties: Any) -> None:  # ruff: ignore[any-type] - moto's
        super().__init__(job_name, **properties)
        self.attempt = 0
        self.own_arguments: dict[str, str] = {}  # that whoever started it gave
        self.glue_version: str | None = None
        self.execution_class: str | None = None
        self.trigger_name: str | None = None
        self.error_message: str | None = None
        self.running_since: datetime | None = None
        self.completed_on: datetime | None = None

    @property
    def status(self) -> str:
        """The run's state; unlike moto's it does not advance by being looked at."""
        return self._status

    @status.setter
    def status(self, value: str) -> None:
        self._status = value
        self.modified_on = utcnow()
        if value == "RUNNING":
            self.running_since = self.modified_on
        if value not in UNFINISHED:
            self.completed_on = self.modified_on

    @property
    def finished(self) -> bool:
        """Tell whether the run will not change any more."""
        return self.status not in UNFINISHED

    @property
    def execution_seconds(self) -> int:
        """Seconds that the script has run."""
        if self.running_since is None:
            return 0
        return int(((self.completed_on or utcnow()) - self.running_since).total_seconds())

    @property
    def dpus(self) -> float:
        """The capacity asked for, in data processing units; ten where the job says nothing."""
        if self.worker_type in _DPU_PER_WORKER and self.number_of_workers:
            return float(_DPU_PER_WORKER[self.worker_type] * self.number_of_workers)
        return float(self.max_capacity or DEFAULT_DPUS)

    def as_dict(self) -> dict[str, Any]:
        """Return the run as ``GetJobRun`` shows it: with its own arguments, not the job's."""
        shown = {
            **super().as_dict(),
            "Arguments": self.own_arguments or None,
            "Attempt": self.attempt,
            "CompletedOn": self.completed_on,
            "ExecutionTime": self.execution_seconds,
            "LogGroupName": RunArguments(self.arguments or {}).log_group_prefix,
            "GlueVersion": self.glue_version,
            "MaxCapacity": self.dpus,
            "AllocatedCapacity": int(self.dpus),
            "TriggerName": self.trigger_name,
            "ErrorMessage": self.error_message,
            "ExecutionClass": self.execution_class,
            "DPUSeconds": self._dpu_seconds(),
        }
        return {name: value for name, value in shown.items() if value is not None}

    def _dpu_seconds(self) -> float | None:
        """Return the DPU seconds where Glue tells them: flexible or auto-scaled, all workers."""
        scaled = (self.arguments or {}).get("--enable-auto-scaling") == "true"
        if self.dpus is None or not (scaled or self.execution_class == "FLEX"):
            return None
        return self.dpus * self.execution_seconds


class LocalJob(FakeJob):
    """A job with Glue's defaults, which can be updated and run again after a failure."""

    def __init__(self, *args: Any, **properties: Any) -> None:  # ruff: ignore[any-type] - moto's
        super().__init__(*args, **properties)
        self.job_mode: str | None = None
        self.job_run_queuing_enabled: bool | None = None
        self.maintenance_window: str | None = None
        self._fill_defaults()

    def update(self, definition: dict[str, Any]) -> None:
        """Replace the definition: what is not given falls back to Glue's default."""
        for name, attribute in _ATTRIBUTES.items():
            setattr(self, attribute, definition.get(name))
        self.last_modified_on = utcnow()
        self._fill_defaults()

    def as_dict(self) -> dict[str, Any]:
        """Return the job as ``GetJob`` shows it."""
        shown = {
            **super().as_dict(),
            "JobMode": self.job_mode,
            "JobRunQueuingEnabled": self.job_run_queuing_enabled,
            "MaintenanceWindow": self.maintenance_window,
        }
        return {name: value for name, value in shown.items() if value is not None}

    def start_job_run(self, **properties: Any) -> str:  # ruff: ignore[any-type] - moto's
        """Add a run in state STARTING and return its id.

        Raises:
            ConcurrentRunsExceededException: As many runs as allowed are under way.
        """
        with _lock:
            under_way = sum(not run.finished for run in self.job_runs)
            if under_way >= self.execution_property["MaxConcurrentRuns"]:
                message = f"Concurrent runs exceeded for {self.name}"
                raise ConcurrentRunsExceededException(message)
            run_id = super().start_job_run(**properties)
            run = self.job_runs[-1]
            run.own_arguments = properties["arguments"] or {}
            self._complete(run)
            return run_id

    def end(
        self, run: LocalJobRun, status: str, message: str | None, retries: int
    ) -> LocalJobRun | None:
        """Give the run its final state; return the next attempt, if it has one left.

        Both happen at once, so that no other run starts in between.
        """
        with _lock:
            retry = self._next_attempt(run) if run.attempt < retries else None
            run.error_message = message
            run.status = status
            return retry

    def _next_attempt(self, run: LocalJobRun) -> LocalJobRun:
        retry = LocalJobRun(
            self.name,
            job_run_id=run.job_run_id,  # moto's name for the run before
            arguments=run.arguments,
            allocated_capacity=run.allocated_capacity,
            max_capacity=run.max_capacity,
            timeout=run.timeout,
            worker_type=run.worker_type,
            notification_property=run.notification_property,
            security_configuration=run.security_configuration,
            number_of_workers=run.number_of_workers,
        )
        retry.attempt = run.attempt + 1
        retry.own_arguments = run.own_arguments
        first = run.job_run_id.partition("_attempt_")[0]
        retry.job_run_id = f"{first}_attempt_{retry.attempt}"
        retry.trigger_name = run.trigger_name
        self._complete(retry)
        self.job_runs.append(retry)
        return retry

    def _complete(self, run: LocalJobRun) -> None:
        run.glue_version = self.glue_version
        run.execution_class = self.execution_class

    def _fill_defaults(self) -> None:
        self.execution_property: dict[str, int] = {
            "MaxConcurrentRuns": 1,
            **(self.execution_property or {}),
        }
        self.default_arguments: dict[str, str] = self.default_arguments or {}
        self.max_retries: int = self.max_retries or 0
        self.timeout: int = self.timeout or _DEFAULT_TIMEOUT_MINUTES
        self.glue_version: str = self.glue_version or "5.1"
        self.execution_class: str = self.execution_class or "STANDARD"


_ATTRIBUTES = {
    "Description": "description",
    "LogUri": "log_uri",
    "Role": "role",
    "ExecutionProperty": "execution_property",
    "Command": "command",
    "DefaultArguments": "default_arguments",
    "NonOverridableArguments": "non_overridable_arguments",
    "Connections": "connections",
    "MaxRetries": "max_retries",
    "AllocatedCapacity": "allocated_capacity",
    "Timeout": "timeout",
    "MaxCapacity": "max_capacity",
    "WorkerType": "worker_type",
    "NumberOfWorkers": "number_of_workers",
    "SecurityConfiguration": "security_configuration",
    "NotificationProperty": "notification_property",
    "GlueVersion": "glue_version",
    "CodeGenConfigurationNodes": "code_gen_configuration_nodes",
    "ExecutionClass": "execution_class",
    "SourceControlDetails": "source_control_details",
    "JobMode": "job_mode",
    "JobRunQueuingEnabled": "job_run_queuing_enabled",
    "MaintenanceWindow": "maintenance_window",
}
