"""moto's Glue backend with its pretending parts replaced."""

from types import ModuleType
from typing import Any, ClassVar

from moto.core.exceptions import JsonRESTError
from moto.glue import urls
from moto.glue.exceptions import AlreadyExistsException, EntityNotFoundException
from moto.glue.models import FakeTrigger, GlueBackend
from moto.utilities.paginator import paginate

from local_aws.glue import processes
from local_aws.glue.runs import LocalJob, LocalJobRun
from local_aws.glue.workspace import bookmarks_directory
from local_aws.runtime.awsglue.bookmark_store import Bookmark, BookmarkStore
from local_aws.settings import Settings

_Failure = dict[str, Any]


class LocalGlueBackend(GlueBackend):
    """Glue whose jobs run and whose bookmarks are kept."""

    settings: ClassVar[Settings]

    @property
    def _url_module(self) -> ModuleType:  # moto derives it from the module's name: not ours
        return urls

    def create_job(self, name: str, **properties: Any) -> None:  # ruff: ignore[any-type] - moto's
        """Create a job; unlike moto, never over another one."""
        if name in self.jobs:
            raise AlreadyExistsException(f"Job {name}")
        super().create_job(name=name, **properties)

    def delete_job(self, name: str) -> None:
        """Delete a job and with it its bookmark."""
        super().delete_job(name)
        self.bookmarks(name).delete()

    def start_job_run(self, name: str, *properties: Any) -> str:  # ruff: ignore[any-type] - moto's
        """Start a run of the uploaded script in a process of its own."""
        run_id = super().start_job_run(name, *properties)
        self._launch(self.get_job(name), run_id)
        return run_id

    def stop_job_runs(self, name: str, run_ids: list[str]) -> list[_Failure]:
        """Stop runs; return the ones that cannot be stopped, as the API's errors."""
        runs: dict[str, LocalJobRun] = {r.job_run_id: r for r in self.get_job(name).job_runs}
        failures = []
        for run_id in run_ids:
            if run_id not in runs:
                why = ("EntityNotFoundException", f"Job run {run_id} not found.")
            elif not processes.stop(runs[run_id]):
                status = runs[run_id].status
                why = ("InvalidInputException", f"Job run {run_id} is {status}, not running.")
            else:
                continue
            detail = dict(zip(("ErrorCode", "ErrorMessage"), why, strict=True))
            failures.append({"JobName": name, "JobRunId": run_id, "ErrorDetail": detail})
        return failures

    @paginate(pagination_model=GlueBackend.PAGINATION_MODEL)
    def get_job_runs(self, job_name: str) -> list[LocalJobRun]:
        """Return the runs of a job, the newest first."""
        return self.get_job(job_name).job_runs[::-1]

    def create_trigger(self, name: str, **properties: Any) -> None:  # ruff: ignore[any-type] - moto's
        """Create a trigger; unlike moto, never over another one."""
        if name in self.triggers:
            raise AlreadyExistsException(f"Trigger {name}")
        super().create_trigger(name=name, **properties)

    def start_trigger(self, name: str) -> None:
        """Activate a trigger; one that works on demand starts its jobs now."""
        trigger = self.get_trigger(name)
        if trigger.trigger_type == "ON_DEMAND":
            self.fire(trigger)
        else:
            trigger.start_trigger()

    def fire(self, trigger: FakeTrigger) -> list[str]:
        """Start the jobs of a trigger as its time had come; return the run ids."""
        run_ids = []
        for action in trigger.actions:
            job: LocalJob = self.get_job(action.job_name)
            run_id = job.start_job_run(
                arguments=action.arguments,
                allocated_capacity=None,
                max_capacity=None,
                timeout=action.timeout,
                worker_type=None,
                security_configuration=action.security_configuration,
                number_of_workers=None,
                notification_property=action.notification_property,
                previous_run_id=None,
            )
            job.get_job_run(run_id).trigger_name = trigger.name
            self._launch(job, run_id)
            run_ids.append(run_id)
        return run_ids

    def batch_create_partition(
        self, database_name: str, table_name: str, partition_input: list[dict[str, Any]]
    ) -> list[_Failure]:
        """Create partitions; return the ones that could not be, as the API's errors."""
        table = self.get_table(database_name, table_name)
        return [
            {"PartitionValues": partition.get("Values", []), "ErrorDetail": error}
            for partition in partition_input
            if (error := _error_of(table.create_partition, partition))
        ]

    def batch_update_partition(
        self, database_name: str, table_name: str, entries: list[dict[str, Any]]
    ) -> list[_Failure]:
        """Update partitions; return the ones that could not be, as the API's errors."""
        table = self.get_table(database_name, table_name)
        return [
            {"PartitionValueList": entry["PartitionValueList"], "ErrorDetail": error}
            for entry in entries
            if (
                error := _error_of(
                    table.update_partition, entry["PartitionValueList"], entry["PartitionInput"]
                )
            )
        ]

    def bookmarks(self, job_name: str) -> BookmarkStore:
        """Return where the job's bookmark is kept."""
        return BookmarkStore(bookmarks_directory(self.settings), job_name)

    def bookmark(self, job_name: str, run_id: str | None) -> Bookmark:
        """Return the job's bookmark, or the one that a run left.

        Raises:
            EntityNotFoundException: There is none.
        """
        self.get_job(job_name)
        store = self.bookmarks(job_name)
        found = store.after_run(run_id) if run_id else store.latest()
        if found is None or not found.version:
            of_run = f" and run {run_id}" if run_id else ""
            raise EntityNotFoundException(f"Continuation for job {job_name}{of_run} not found")
        return found

    def _launch(self, job: LocalJob, run_id: str) -> None:
        processes.launch(self.settings, job, job.get_job_run(run_id))


def _error_of(change: Any, *arguments: Any) -> dict[str, str] | None:  # ruff: ignore[any-type] - any change
    """Make a change; return the error that Glue reports for it, None when it went well."""
    try:
        change(*arguments)
    except JsonRESTError as error:
        return {"ErrorCode": error.error_type, "ErrorMessage": error.message}
    return None
