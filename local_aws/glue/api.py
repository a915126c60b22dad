"""Glue API calls that moto lacks, and the limits and pages that it does not keep."""

from functools import cache
from typing import Any

from botocore.model import ListShape, StructureShape
from botocore.session import get_session
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.glue.exceptions import InvalidInputException
from moto.glue.responses import GlueResponse
from moto.glue.utils import Action, Predicate

from local_aws.glue.backend import LocalGlueBackend
from local_aws.runtime.awsglue.bookmark_store import Bookmark

_MOST_SEGMENTS = 10
_PAGE = {"DatabaseList": 100, "TableList": 100, "Partitions": 1000}


class LocalGlueResponse(GlueResponse):
    """The Glue API of the local AWS."""

    glue_backend: LocalGlueBackend

    def create_job(self) -> ActionResult:
        """Create a job, with the properties that moto leaves out."""
        answer = super().create_job()
        job = self.glue_backend.get_job(self.parameters["Name"])
        job.job_mode = self.parameters.get("JobMode")
        job.job_run_queuing_enabled = self.parameters.get("JobRunQueuingEnabled")
        job.maintenance_window = self.parameters.get("MaintenanceWindow")
        return answer

    def update_job(self) -> ActionResult:
        """Overwrite a job's definition; its runs and its bookmark stay."""
        name = self.parameters["JobName"]
        self.glue_backend.get_job(name).update(self.parameters["JobUpdate"])
        return ActionResult({"JobName": name})

    def batch_stop_job_run(self) -> ActionResult:
        """Stop runs, each by itself."""
        name, run_ids = self.parameters["JobName"], self.parameters["JobRunIds"]
        errors = self.glue_backend.stop_job_runs(name, run_ids)
        failed = {error["JobRunId"] for error in errors}
        stopped = [{"JobName": name, "JobRunId": run} for run in run_ids if run not in failed]
        return ActionResult({"SuccessfulSubmissions": stopped, "Errors": errors})

    def get_job_bookmark(self) -> ActionResult:
        """Return a job's bookmark, or the one that a run left."""
        name, run_id = self.parameters["JobName"], self.parameters.get("RunId")
        found = self.glue_backend.bookmark(name, run_id)
        return ActionResult({"JobBookmarkEntry": _bookmark_entry(name, found)})

    def reset_job_bookmark(self) -> ActionResult:
        """Forget what a job has read, or what it read after the named run."""
        name, run_id = self.parameters["JobName"], self.parameters.get("RunId")
        found = self.glue_backend.bookmark(name, run_id)
        store = self.glue_backend.bookmarks(name)
        reset = store.rewind(found) if run_id else store.reset()
        return ActionResult({"JobBookmarkEntry": _bookmark_entry(name, reset)})

    def update_trigger(self) -> ActionResult:
        """Change what is given of a trigger."""
        trigger = self.glue_backend.get_trigger(self.parameters["Name"])
        update = self.parameters["TriggerUpdate"]
        if "Actions" in update:
            trigger.actions = [Action(action) for action in update["Actions"]]
        if "Predicate" in update:
            trigger.predicate = Predicate(update["Predicate"])
        trigger.description = update.get("Description", trigger.description)
        trigger.schedule = update.get("Schedule", trigger.schedule)
        trigger.event_batching_condition = update.get(
            "EventBatchingCondition", trigger.event_batching_condition
        )
        return ActionResult({"Trigger": trigger.as_dict()})

    def get_databases(self) -> ActionResult:
        """Return a page of databases."""
        return self._page(super().get_databases(), "DatabaseList")

    def get_tables(self) -> ActionResult:
        """Return a page of tables."""
        return self._page(super().get_tables(), "TableList")

    def get_partitions(self) -> ActionResult:
        """Return a page of partitions, or of a segment's, perhaps without their columns."""
        answer = super().get_partitions()
        segment = self.parameters.get("Segment") or {"SegmentNumber": 0, "TotalSegments": 1}
        number, total = segment["SegmentNumber"], segment["TotalSegments"]
        if not 0 <= number < total <= _MOST_SEGMENTS:
            raise InvalidInputException(
                "GetPartitions", f"There is no segment {number} of {total} segments."
            )
        found = answer.result["Partitions"][number::total]
        if self.parameters.get("ExcludeColumnSchema"):
            found = [_without_columns(partition) for partition in found]
        answer.result["Partitions"] = found
        return self._page(answer, "Partitions")

    def batch_get_partition(self) -> ActionResult:
        """Return partitions by their values."""
        self._check_lengths("BatchGetPartition")
        return super().batch_get_partition()

    def batch_create_partition(self) -> ActionResult:
        """Create partitions."""
        self._check_lengths("BatchCreatePartition")
        return super().batch_create_partition()

    def batch_update_partition(self) -> ActionResult:
        """Update partitions."""
        self._check_lengths("BatchUpdatePartition")
        return super().batch_update_partition()

    def batch_delete_partition(self) -> ActionResult:
        """Delete partitions."""
        self._check_lengths("BatchDeletePartition")
        return super().batch_delete_partition()

    def batch_delete_table(self) -> ActionResult:
        """Delete tables."""
        self._check_lengths("BatchDeleteTable")
        return super().batch_delete_table()

    def _page(self, answer: ActionResult, name: str) -> ActionResult:
        """Cut moto's whole answer to the page that was asked for."""
        everything: list[Any] = answer.result[name]
        token = self.parameters.get("NextToken") or "0"
        if not token.isdecimal():
            raise InvalidInputException(self._get_action(), "Invalid NextToken")
        begin = int(token)
        end = begin + min(self.parameters.get("MaxResults") or _PAGE[name], _PAGE[name])
        more = {"NextToken": str(end)} if end < len(everything) else {}
        return ActionResult({name: everything[begin:end], **more})

    def _check_lengths(self, operation: str) -> None:
        """Refuse lists that are longer than the service takes."""
        for name, longest in _longest_lists(operation).items():
            if len(self.parameters.get(name) or []) > longest:
                member = name[0].lower() + name[1:]
                raise JsonRESTError(
                    "ValidationException",
                    f"1 validation error detected: Value at '{member}' failed to satisfy "
                    f"constraint: Member must have length less than or equal to {longest}",
                )


def _bookmark_entry(job_name: str, bookmark: Bookmark) -> dict[str, Any]:
    runs = {"PreviousRunId": bookmark.previous_run_id, "RunId": bookmark.run_id}
    return {
        "JobName": job_name,
        "Version": bookmark.version,
        "Run": bookmark.run,
        "Attempt": bookmark.attempt,
        **{name: run_id for name, run_id in runs.items() if run_id},  # an id is not empty
        "JobBookmark": bookmark.sources_as_json(),
    }


def _without_columns(partition: dict[str, Any]) -> dict[str, Any]:
    storage = partition.get("StorageDescriptor", {})
    kept = {name: value for name, value in storage.items() if name != "Columns"}
    return {**partition, "StorageDescriptor": kept}


@cache
def _longest_lists(operation: str) -> dict[str, int]:
    """Return the longest that each list of a request may be, from the service's own model."""
    model = get_session().get_service_model("glue").operation_model(operation)
    request: StructureShape = model.input_shape
    return {
        name: shape.metadata["max"]
        for name, shape in request.members.items()
        if isinstance(shape, ListShape) and "max" in shape.metadata
    }
