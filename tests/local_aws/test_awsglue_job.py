"""What a run reads and what it leaves, for every bookmark option of a job."""

import json
from pathlib import Path

import pytest

from local_aws.runtime.awsglue.bookmark_store import (
    BookmarkStore,
    VersionMismatchException,
)
from local_aws.runtime.awsglue.bookmarks import MAX_BAND, Limits, S3File
from local_aws.runtime.awsglue.job import BOOKMARKS_VARIABLE, Job

ENABLE, PAUSE = "job-bookmark-enable", "job-bookmark-pause"
NAME = "curate"
EVERYTHING = None  # no bookmark is asked: the source reads all that it lists


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Return a job of a process that has initialised none yet."""
    monkeypatch.setattr(Job, "_current", None)
    monkeypatch.setenv(BOOKMARKS_VARIABLE, str(tmp_path))
    return Job(None)


@pytest.fixture
def store(tmp_path: Path) -> BookmarkStore:
    """Return the job's bookmarks."""
    return BookmarkStore(tmp_path, NAME)


def begin(job: Job, run_id: str, option: str | None = ENABLE, **window: str) -> None:
    """Begin a run."""
    job.init(NAME, {"job_bookmark_option": option, "JOB_RUN_ID": run_id, **window})


def read(count: int, context: str = "events") -> str | None:
    """Read in the hour after the last of so many files, one every two hours."""
    if Job.bookmark() is None:
        return EVERYTHING
    hour = 4 * MAX_BAND
    listing = [S3File(2 * hour * at, f"s3://b/{at}", 1) for at in range(1, count + 1)]
    chosen = Job.bookmark().choose(context, listing, (2 * count + 1) * hour, Limits())
    return " ".join(file.uri[-1] for file in chosen)


def test_nothing_is_remembered_before_init(job: Job) -> None:
    """A read before it is no bookmark's, and there is nothing to commit."""
    assert not job.isInitialized()
    assert read(1) is EVERYTHING
    with pytest.raises(RuntimeError, match=r"needs Job\.init"):
        job.commit()
    begin(job, "jr_1")
    assert job.isInitialized()


@pytest.mark.parametrize(
    ("option", "window", "expected"),
    [
        (ENABLE, (), "4"),
        ("job-bookmark-disable", (), EVERYTHING),
        (None, (), EVERYTHING),
        (PAUSE, (), "4"),
        (PAUSE, ("jr_1", "jr_3"), "2 3"),
        (PAUSE, ("jr_1", "jr_2"), "2"),
        (PAUSE, ("jr_2", "jr_2"), ""),
        (PAUSE, ("jr_3", "jr_1"), ""),
    ],
)
def test_what_a_fourth_run_reads_and_saves(
    job: Job,
    store: BookmarkStore,
    option: str | None,
    window: tuple[str, str] | tuple[()],
    expected: str | None,
) -> None:
    """Three runs have read a file each; the option says what a fourth reads, and if it saves."""
    for number in (1, 2, 3):
        begin(job, f"jr_{number}")
        assert read(number) == str(number)
        job.commit()
    before = store.latest()

    named = dict(zip(("job_bookmark_from", "job_bookmark_to"), window, strict=False))
    begin(job, "jr_4", option, **named)
    assert read(4) == expected
    assert store.latest() == before
    job.commit()
    assert (store.latest() != before) is (option == ENABLE)


@pytest.mark.parametrize("window", [("jr_1", "jr_9"), ("jr_9", "jr_1")])
def test_a_replay_names_runs_that_committed(job: Job, window: tuple[str, str]) -> None:
    """Of another run nobody knows what it had read."""
    begin(job, "jr_1")
    job.commit()
    with pytest.raises(RuntimeError, match="jr_9 did not, or its bookmark was reset"):
        begin(job, "jr_4", PAUSE, job_bookmark_from=window[0], job_bookmark_to=window[1])


def test_a_run_that_does_not_commit_is_read_again(job: Job) -> None:
    """By an attempt or by the next run, with what has come since."""
    begin(job, "jr_1")
    assert read(2) == "1 2"
    begin(job, "jr_1_attempt_1")
    assert read(3) == "1 2 3"


def test_a_context_is_the_key_of_what_was_read(job: Job) -> None:
    """Another one begins at the beginning; both are saved by one commit, or neither is."""
    begin(job, "jr_1")
    assert read(2) == "1 2"
    job.commit()
    begin(job, "jr_2")
    assert (read(3), read(3, "renamed")) == ("3", "1 2 3")
    begin(job, "jr_3")  # jr_2 has failed
    assert (read(3), read(3, "renamed")) == ("3", "1 2 3")
    job.commit()
    begin(job, "jr_4")
    assert (read(3), read(3, "renamed")) == ("", "")


def test_what_a_commit_counts(job: Job, store: BookmarkStore) -> None:
    """A version and a run each; the attempt is the committing run's, 0 for a first one."""
    counted = []
    for run_id in ("jr_1", "jr_2_attempt_12", "jr_3"):
        begin(job, run_id)
        job.commit()
        left = store.latest()
        counted.append((left.version, left.run, left.attempt, left.run_id, left.previous_run_id))

    assert counted == [
        (1, 1, 0, "jr_1", ""),
        (2, 2, 12, "jr_2_attempt_12", "jr_1"),
        (3, 3, 0, "jr_3", "jr_2_attempt_12"),
    ]


def test_a_reset_and_a_rewind_decide_what_comes_next(job: Job, store: BookmarkStore) -> None:
    """Everything after a reset, what came after the run after a rewind to it."""
    for number in (1, 2, 3):
        begin(job, f"jr_{number}")
        read(number)
        job.commit()

    store.rewind(store.after_run("jr_1"))
    begin(job, "jr_4")
    assert read(3) == "2 3"
    store.reset()
    with pytest.raises(VersionMismatchException, match="Expected version 4 but found version 5"):
        job.commit()  # what it read is forgotten as well
    begin(job, "jr_5")
    assert read(3) == "1 2 3"


def test_the_bookmark_as_text(job: Job, store: BookmarkStore) -> None:
    """JSON, a member per context: both marks in milliseconds, and the files of the band."""
    begin(job, "jr_1")
    read(0, "nothing")
    Job.bookmark().choose("events", [S3File(7, "s3://b/x", 1)], MAX_BAND, Limits())
    job.commit()

    assert json.loads(store.latest().sources_as_json()) == {
        "nothing": {"low": 3 * MAX_BAND, "high": 4 * MAX_BAND, "seen": []},
        "events": {"low": 0, "high": MAX_BAND, "seen": ["s3://b/x"]},
    }


def test_bookmarks_need_the_local_aws(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that it did not start has nowhere to keep one, and says so."""
    monkeypatch.delenv(BOOKMARKS_VARIABLE)
    with pytest.raises(RuntimeError, match="start the job with start-job-run"):
        begin(job, "jr_1")
    begin(job, "jr_1", "job-bookmark-disable")
