"""GetJobBookmark and ResetJobBookmark: what runs have saved, shown and set back."""

from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from local_aws.glue.workspace import bookmarks_directory
from local_aws.runtime.awsglue.bookmark_store import Bookmark, BookmarkStore
from local_aws.runtime.awsglue.bookmarks import SourceState
from local_aws.server import LocalAws


def bookmarks(aws: LocalAws, job: str) -> BookmarkStore:
    """Return where the job's runs keep its bookmark."""
    return BookmarkStore(bookmarks_directory(aws.settings), job)


@pytest.mark.parametrize("call", ["get_job_bookmark", "reset_job_bookmark"])
def test_bookmarks_that_are_not_there(aws: LocalAws, glue: BaseClient, job: str, call: str) -> None:
    """A job that never committed has none, nor has an unknown job or run."""
    ask = getattr(glue, call)
    with pytest.raises(ClientError, match=rf"EntityNotFound.* job {job} not found"):
        ask(JobName=job)
    with pytest.raises(ClientError, match=r"EntityNotFound.*: Job nobody not found"):
        ask(JobName="nobody")
    bookmarks(aws, job).save(Bookmark().after("jr_1", 0, {}))
    with pytest.raises(ClientError, match=r"EntityNotFound.* and run jr_2 not found"):
        ask(JobName=job, RunId="jr_2")


def test_bookmark_entries(aws: LocalAws, glue: BaseClient, job: str) -> None:
    """What was saved, the bookmark itself as JSON text; a reset and a rewind are saved as well."""
    store = bookmarks(aws, job)
    store.save(Bookmark().after("jr_1", 0, {"events": SourceState(1, 2, ("s3://b/x",))}))
    store.save(store.latest().after("jr_2_attempt_1", 1, {"events": SourceState(3, 4)}))
    first = {
        "JobName": job,
        "Version": 1,
        "Run": 1,
        "Attempt": 0,
        "RunId": "jr_1",
        "JobBookmark": '{"events": {"low": 1, "high": 2, "seen": ["s3://b/x"]}}',
    }
    second = {
        "JobName": job,
        "Version": 2,
        "Run": 2,
        "Attempt": 1,
        "PreviousRunId": "jr_1",
        "RunId": "jr_2_attempt_1",
        "JobBookmark": '{"events": {"low": 3, "high": 4, "seen": []}}',
    }
    forgotten = {"JobName": job, "Version": 5, "Run": 0, "Attempt": 0, "JobBookmark": "{}"}

    def shown(**run: str) -> dict[str, Any]:
        return glue.get_job_bookmark(JobName=job, **run)["JobBookmarkEntry"]

    assert [shown(), shown(RunId="jr_1"), shown(RunId="jr_2_attempt_1")] == [second, first, second]
    rewound = glue.reset_job_bookmark(JobName=job, RunId="jr_1")["JobBookmarkEntry"]
    assert rewound == shown() == {**first, "Version": 3}
    forward = glue.reset_job_bookmark(JobName=job, RunId="jr_2_attempt_1")["JobBookmarkEntry"]
    assert forward == shown() == {**second, "Version": 4}
    assert glue.reset_job_bookmark(JobName=job)["JobBookmarkEntry"] == shown() == forgotten
    assert not glue.get_job_runs(JobName=job)["JobRuns"]  # nothing ran for it
    glue.delete_job(JobName=job)
    assert not store.latest().version
