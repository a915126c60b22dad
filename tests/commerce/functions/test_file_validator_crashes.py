"""The validator killed at every write: the next call completes what it began."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from commerce.functions import file_validator
from tests.commerce.functions.landing_bucket import LandingBucket

KEY = "landing/sales/date=2026-03-02/a b.csv"
SALES = (
    b"transaction_id,customer_id,product_id,quantity,amount,transaction_date\n"
    b"t_1,u_1,p_1,1,9.99,2026-03-02\n"
)
FILES = {"accepted": (SALES, 5), "refused": (b"", 3)}  # what is delivered, and its writes
WRITES = ("PutObject", "CopyObject", "DeleteObject")


class _KilledError(Exception):
    """The function was killed."""


@contextmanager
def _killed_at(fatal: int, moment: str) -> Generator[list[str]]:
    """Kill the function right before or after one of its writes; yield the list of them."""
    made: list[str] = []

    def count(event_name: str, **_: object) -> None:
        made.append(event_name)
        if len(made) == fatal:
            raise _KilledError

    events = file_validator.s3().meta.events
    for write in WRITES:
        events.register(f"{moment}.s3.{write}", count)
    try:
        yield made
    finally:
        for write in WRITES:
            events.unregister(f"{moment}.s3.{write}", count)


def _state(bucket: LandingBucket) -> dict[str, Any]:
    """Return all objects; of receipts what does not depend on the version."""
    found: dict[str, Any] = bucket.objects()
    (receipt,) = (key for key in found if key.startswith("receipts/"))
    found[receipt] = json.loads(found[receipt][0]) | {"version_id": None, "received_at": None}
    return found


def _heal(bucket: LandingBucket, event: dict[str, Any], content: bytes, healed_by: str) -> None:
    if healed_by == "its event":
        file_validator.handler(event)
    elif healed_by == "the next delivery":
        file_validator.handler(bucket.deliver(KEY, content))
    file_validator.handler(bucket.named(KEY))  # what the day's run does


@pytest.mark.parametrize("verdict", FILES)
@pytest.mark.parametrize("moment", ["before-call", "after-call"])
@pytest.mark.parametrize("healed_by", ["its event", "the next delivery", "the day's run"])
def test_killed_at_every_write(
    bucket: LandingBucket, verdict: str, moment: str, healed_by: str
) -> None:
    """Whatever completes it, the state is that of an undisturbed call."""
    content, writes = FILES[verdict]
    assert file_validator.handler(bucket.deliver(KEY, content))["verdict"] == verdict
    expected = _state(bucket)

    for fatal in range(1, writes + 1):
        for key in bucket.objects():
            bucket.s3.delete_object(Bucket=bucket.name, Key=key)
        event = bucket.deliver(KEY, content)
        with _killed_at(fatal, moment) as made, pytest.raises(_KilledError):
            file_validator.handler(event)
        assert len(made) == fatal
        _heal(bucket, event, content, healed_by)
        assert _state(bucket) == expected


def test_all_writes_are_killed(bucket: LandingBucket) -> None:
    """The delivered version is deleted last, and no write is forgotten above."""
    for content, writes in FILES.values():
        with _killed_at(0, "before-call") as made:
            file_validator.handler(bucket.deliver(KEY, content))
        assert len(made) == writes
        assert made[-1].endswith("DeleteObject")


def test_handled_twice_at_once(bucket: LandingBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that finds its version gone amid its work leaves what the other one wrote."""
    event = bucket.deliver(KEY, SALES)
    put_raw = file_validator._put_raw  # ruff: ignore[private-member-access] - between two writes

    def overtaken(*arguments: object) -> None:
        put_raw(*arguments)
        with monkeypatch.context() as patch:
            patch.setattr(file_validator, "_put_raw", put_raw)
            assert file_validator.handler(event)["verdict"] == "accepted"

    monkeypatch.setattr(file_validator, "_put_raw", overtaken)

    assert file_validator.handler(event) == {"verdict": "gone"}
    assert [receipt["verdict"] for receipt in bucket.receipts()] == ["accepted"]
