"""One writer at a time: a run holds the lock of its domain, an object, as long as it is at work.

S3 makes the object for one of those who ask for it. It names its holder, and only when Glue says
that this run has ended is it broken by the next.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from botocore.exceptions import BotoCoreError, ClientError

from glue_jobs.lake.store import Store, parse_json

LOCKS = "locks/"
ATTEMPTS = 5  # a lock that changes hands more often while it is looked at is in use
MOST_BYTES = 4096  # of a lock; ours have some 200


class Holder(NamedTuple):
    """The run that a lock names; ``since``: when it took it."""

    job: str
    run_id: str
    since: str


class Lock:
    """The lock of a domain, ``locks/<domain>``, as one run takes it: ``with lock``.

    ``is_over`` tells of a job's name and a run's id whether the run has ended.
    """

    def __init__(
        self, store: Store, domain: str, job: str, run_id: str, is_over: Callable[[str, str], bool]
    ) -> None:
        self.run_id = run_id
        self.domain = domain
        self._job = job
        self._store = store
        self._key = LOCKS + domain
        self._is_over = is_over
        self._etag = ""

    def __enter__(self) -> Self:
        """Take the lock, if need be from a run that has ended.

        Raises:
            LockError: another run holds it, or nobody can say whether its holder has ended.
        """
        holder = Holder(self._job, self.run_id, datetime.now(UTC).isoformat())
        for _ in range(ATTEMPTS):
            if etag := self._store.create(self._key, json.dumps(holder._asdict()).encode()):
                self._etag = etag
                return self
            self._break()
        raise LockError(
            f"{self._uri} was to be taken, but others took it {ATTEMPTS} times meanwhile; "
            f"start the job again when they have ended"
        )

    def __exit__(self, *_: object) -> None:
        """Release the lock; one that is another's by now stays."""
        self._store.remove(self._key, self._etag)

    def check(self) -> None:
        """Look whether the lock is still this run's: before every step that needs it.

        Raises:
            LockError: somebody removed it.
        """
        found = self._store.etag(self._key)
        if found != self._etag:
            raise LockError(
                f"{self._uri} was taken by run {self.run_id} of job {self._job!r} and is to stay "
                f"until that ends, but {'another run has taken it' if found else 'it is gone'}; "
                f"this run stops here: start the job again, it completes what is missing"
            )

    def _break(self) -> None:
        """Remove the lock of a run that has ended, but no other that came in its place.

        Raises:
            LockError: the run has not ended, or nobody can say so.
        """
        if found := self._store.find(self._key, MOST_BYTES):
            body, etag = found
            holder = parse_json(body, _holder)
            if not holder:
                raise LockError(
                    f"{self._uri} is to name the run that holds it, but reads {body[:100]!r}; "
                    f"when neither this job nor a copy of it is at work, free it: {self._cure}"
                )
            self._refuse_if_at_work(holder)
            self._store.remove(self._key, etag)

    def _refuse_if_at_work(self, holder: Holder) -> None:
        job, run_id, since = holder
        held = f"{self._uri} is held by run {run_id} of job {job!r} since {since}"
        try:
            # Glue starts a retry when the attempt before has ended.
            is_over = _first_attempt(run_id) == _first_attempt(self.run_id) or self._is_over(
                job, run_id
            )
        except (ClientError, BotoCoreError) as error:
            raise LockError(
                f"{held}, and Glue was to say whether that has ended, but: {error}; allow this "
                f"job's role glue:GetJobRun on that job, or when its console shows that the run "
                f"has ended, free it: {self._cure}"
            ) from error
        if not is_over:
            raise LockError(
                f"{held} and has not ended; one run at a time changes these tables: start the "
                f"job again when it has"
            )

    @property
    def _uri(self) -> str:
        return self._store.uri(self._key)

    @property
    def _cure(self) -> str:
        return f"aws s3 rm {self._uri}"


class LockError(Exception):
    """The lock is another's, or nobody can say whose."""


def _holder(note: Any) -> Holder:  # ruff: ignore[any-type] - JSON
    holder = Holder(note["job"], note["run_id"], note["since"])
    if not all(isinstance(value, str) and value for value in holder):
        raise TypeError
    return holder


def _first_attempt(run_id: str) -> str:
    return re.sub(r"_attempt_\d+$", "", run_id)
