"""The lock of a domain: one run gets it, one that has ended loses it, a refusal says what to do."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from glue_jobs.lake.lock import Lock, LockError
from glue_jobs.lake.store import Store
from local_aws.server import LocalAws

KEY = "locks/events"


@pytest.fixture
def store(aws: LocalAws) -> Store:
    """An empty bucket."""
    s3, bucket = aws.client("s3"), f"lock-{uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    return Store(s3, f"s3://{bucket}/")


def _over(_job: str, _run_id: str) -> bool:
    return True


def _at_work(_job: str, _run_id: str) -> bool:
    return False


def _lock(
    store: Store,
    run_id: str = "jr_2",
    is_over: Callable[[str, str], bool] = _at_work,
    *,
    job: str = "job",
) -> Lock:
    return Lock(store, "events", job, run_id, is_over)


def _take(lock: Lock) -> Lock:
    """Take a lock and keep it."""
    return ExitStack().enter_context(lock)


def _leave(store: Store, run_id: str = "jr_1", job: str = "job") -> Lock:
    """Take the lock as a run does that is killed."""
    return _take(_lock(store, run_id, job=job))


def test_held_and_released(store: Store) -> None:
    """The lock is there as long as its run is at work, and goes though that fails."""

    def fail() -> None:
        with _lock(store, "jr_1") as lock:
            lock.check()
            assert store.etag(KEY)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert store.etag(KEY) is None


def test_another_run_at_work(store: Store) -> None:
    """A second run, be it of a copy of the job, is told who the first is and since when."""
    asked = []
    with _lock(store, "jr_1", job="copy of job") as first:
        told = rf"{KEY} is held by run jr_1 of job 'copy of job' since 20\d\d-.*\+00:00 and has not"
        with pytest.raises(LockError, match=told):
            _take(_lock(store, "jr_2", lambda *run: asked.append(run)))
        first.check()

    assert asked == [("copy of job", "jr_1")]


def test_domains_apart(store: Store) -> None:
    """Another domain has another lock."""
    with _lock(store), Lock(store, "commerce", "job", "jr_1", _at_work) as other:
        other.check()


def test_holder_has_ended(store: Store) -> None:
    """The lock of a run that was killed is the next run's, and the dead does not get it back."""
    dead = _leave(store)

    with _lock(store, "jr_2", _over) as lock:
        lock.check()
        with pytest.raises(LockError, match=r"run jr_1 of job 'job' .* another run has taken it"):
            dead.check()
        dead.__exit__()
        lock.check()


@pytest.mark.parametrize(
    ("before", "retry"),
    [("jr_1", "jr_1"), ("jr_1", "jr_1_attempt_1"), ("jr_1_attempt_1", "jr_1_attempt_2")],
)
def test_retry(store: Store, before: str, retry: str) -> None:
    """A retry is not kept out by the attempt before, even if Glue has not noticed its end."""
    _leave(store, before)

    with _lock(store, retry) as lock:
        lock.check()


def test_two_break_it_at_once(store: Store) -> None:
    """Who finds a dead run's lock, but is overtaken, does not break the lock of the faster."""
    _leave(store)
    others = []

    def overtaken(_job: str, run_id: str) -> bool:
        if run_id == "jr_1":
            others.append(_take(_lock(store, "jr_3", _over)))
        return run_id == "jr_1"

    with pytest.raises(LockError, match="held by run jr_3"):
        _take(_lock(store, "jr_2", overtaken))

    others[0].check()


def test_many_at_once(store: Store) -> None:
    """Of many runs that find a dead run's lock at the same time, one gets it."""
    _leave(store)

    def gets_it(number: int) -> bool:
        try:
            _take(_lock(store, f"jr_{number}", lambda _, run_id: run_id == "jr_1"))
        except LockError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(gets_it, range(2, 18))) == 1


def test_glue_may_not_be_asked(store: Store) -> None:
    """Where the role may not ask after the holder, the command that frees the lock is named."""

    def denied(_job: str, _run_id: str) -> bool:
        answer = {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}
        raise ClientError(answer, "GetJobRun")

    _leave(store, "jr_1", "copy")

    told = r"run jr_1 of job 'copy' .*AccessDenied.* glue:GetJobRun .* free it: aws s3 rm s3://"
    with pytest.raises(LockError, match=told):
        _take(_lock(store, "jr_2", denied))

    assert store.etag(KEY)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no JSON",
        b"\xff",
        b"[]",
        b"[" * 5000,
        b" " * 5000 + b"{}",
        b'{"job": "job"}',
        b'{"job": "job", "run_id": 1, "since": "today"}',
    ],
)
def test_no_lock_of_a_run(store: Store, body: bytes) -> None:
    """What somebody put there by hand is shown in part, with the command that removes it."""
    store.write(KEY, body)

    told = f"{KEY} is to name the run .* free it: aws s3 rm {re.escape(store.uri(KEY))}$"
    with pytest.raises(LockError, match=told) as refused:
        _take(_lock(store, "jr_2", _over))

    assert len(str(refused.value)) < 700
    assert store.read(KEY) == body


def test_removed_by_hand(store: Store) -> None:
    """A run whose lock is gone stops, and says so."""
    with _lock(store) as lock:
        store.delete([KEY])

        with pytest.raises(LockError, match="but it is gone; this run stops here"):
            lock.check()
