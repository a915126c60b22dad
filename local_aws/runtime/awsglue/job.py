# ruff: file-ignore[invalid-function-name, mutable-argument-default] - names and defaults are AWS's
"""``Job``: what makes a run's reading count. Nothing is remembered before ``commit``."""

import os
import re
from pathlib import Path
from typing import Any, ClassVar

from .bookmark_store import Bookmark, BookmarkStore
from .bookmarks import Limits, S3File, SourceState, files_between, new_files
from .errors import PartlyOffered, refuse_other_names
from .utils import BOOKMARK_DISABLE, BOOKMARK_PAUSE

BOOKMARKS_VARIABLE = "LOCAL_AWS_GLUE_BOOKMARKS"
__getattr__ = refuse_other_names("job.", "it has Job")


class Job(PartlyOffered):
    """The run of a job; a process has one, as in Glue."""

    _called = "Job"
    _instead = "it has init, isInitialized and commit"
    _current: ClassVar["JobBookmark | None"] = None

    def __init__(self, glue_context_or_spark_session: object) -> None:
        if glue_context_or_spark_session is not None:  # a script without Spark; Glue refuses None
            _refuse_other_contexts(glue_context_or_spark_session)

    def init(self, job_name: str, args: dict[str, Any] = {}) -> None:
        """Load the job's bookmark, if ``args`` (of ``getResolvedOptions``) switch it on."""
        Job._current = JobBookmark(job_name, args)

    def isInitialized(self) -> bool:
        """Tell whether ``init`` has been called."""
        return self._current is not None

    def commit(self) -> None:
        """Save what the run has read, all sources at once.

        Raises:
            RuntimeError: ``init`` has not been called.
            VersionMismatchException: Another run of the job saved its bookmark meanwhile.
        """
        if self._current is None:
            raise RuntimeError("Job.commit() needs Job.init() first: there is nothing to commit")
        self._current.commit()

    @classmethod
    def bookmark(cls) -> "JobBookmark | None":
        """Return the bookmark in force, or None: before ``init`` and when it is switched off."""
        current = cls._current
        return current if current is not None and current.enabled else None


class JobBookmark:
    """The bookmark of one run: as the run found it, and what it has read since."""

    def __init__(self, job_name: str, args: dict[str, Any]) -> None:
        self._option = args.get("job_bookmark_option") or BOOKMARK_DISABLE
        self._run_id = args.get("JOB_RUN_ID") or ""
        self._read: dict[str, SourceState] = {}
        if self.enabled:
            self._store = BookmarkStore(_bookmarks_root(), job_name)
            self._found = self._store.latest()
            self._window = self._replayed_window(
                args.get("job_bookmark_from"), args.get("job_bookmark_to")
            )

    @property
    def enabled(self) -> bool:
        """Tell whether reads are incremental (enabled or paused)."""
        return self._option != BOOKMARK_DISABLE

    def choose(self, context: str, listing: list[S3File], now: int, limits: Limits) -> list[S3File]:
        """Return the files of the listing that this run is to read under the context."""
        if self._window:
            ignored, processed = (
                bookmark.sources.get(context, SourceState()) for bookmark in self._window
            )
            return files_between(listing, ignored, processed)
        found = self._found.sources.get(context, SourceState())
        chosen, self._read[context] = new_files(listing, found, now, limits)
        return chosen

    def commit(self) -> None:
        """Save the state of every source that was read, unless paused or switched off."""
        if not self.enabled or self._option == BOOKMARK_PAUSE:
            return
        attempt = re.search(r"_attempt_(\d+)$", self._run_id)
        number = int(attempt[1]) if attempt else 0
        left = self._found.after(self._run_id, number, self._read)
        self._store.save(left)
        self._found, self._read = left, {}

    def _replayed_window(
        self, ignored_run: str | None, processed_run: str | None
    ) -> tuple[Bookmark, Bookmark] | None:
        if not (ignored_run and processed_run):
            return None
        return self._bookmark_of(ignored_run), self._bookmark_of(processed_run)

    def _bookmark_of(self, run_id: str) -> Bookmark:
        bookmark = self._store.after_run(run_id)
        if bookmark is None:
            raise RuntimeError(
                f"--job-bookmark-from/-to name a run that committed; {run_id} did not, or its "
                f"bookmark was reset. get-job-runs lists the runs of the job."
            )
        return bookmark


def _refuse_other_contexts(given: object) -> None:
    from pyspark.sql import SparkSession

    from .context import GlueContext

    if not isinstance(given, GlueContext | SparkSession):
        raise Exception(  # ruff: ignore[raise-vanilla-class, type-check-without-type-error] - Glue's
            f"Job takes a GlueContext or a SparkSession, not {type(given).__name__}"
        )


def _bookmarks_root() -> Path:
    root = os.environ.get(BOOKMARKS_VARIABLE)
    if root is None:
        raise RuntimeError(
            "job bookmarks are kept by the local AWS, and this process was not started by it: "
            "start the job with start-job-run, or leave bookmarks disabled"
        )
    return Path(root)
