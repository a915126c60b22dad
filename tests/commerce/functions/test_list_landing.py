"""The function that lists what nobody has checked, and says whether a day is done."""

import uuid
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from commerce.functions import list_landing
from tests.commerce.functions.landing_bucket import LandingBucket, landing_bucket

DAY = "2026-03-02"
NOTHING = {"keys": [], "after": "", "is_done": False}
FILE = "landing/sales/date=2026-03-01/till.csv"


@pytest.fixture
def analytics(bucket: LandingBucket, monkeypatch: pytest.MonkeyPatch) -> LandingBucket:
    """Where summaries lie."""
    found = landing_bucket()
    monkeypatch.setenv("LANDING_BUCKET", bucket.name)
    monkeypatch.setenv("ANALYTICS_BUCKET", found.name)
    return found


def _leave_summary(analytics: LandingBucket, begun: datetime, day: str = DAY) -> None:
    key = f"reports/commerce/dt={day}/summary.csv"
    metadata = {"begun": begun.isoformat().replace("+00:00", "Z")}
    boto3.client("s3").put_object(Bucket=analytics.name, Key=key, Metadata=metadata)


@pytest.mark.usefixtures("analytics")
def test_waiting_files(bucket: LandingBucket) -> None:
    """Files of any day, forty at a time; no folder and no note that a day is complete."""
    keys = [f"landing/sales/date={DAY}/{number:02}-ü.csv" for number in range(42)]
    for key in (*keys, "landing/", "landing/sales/", f"landing/_complete/date={DAY}", "raw/x"):
        bucket.deliver(key, b"")

    first = list_landing.handler({"date": DAY, "after": ""})
    assert first == {"keys": keys[:40], "after": keys[39], "is_done": False}
    second = list_landing.handler({"date": DAY, "after": first["after"]})
    assert second == {"keys": keys[40:], "after": "", "is_done": False}
    whole = list_landing.handler({"date": DAY, "after": keys[1]})
    assert whole == {"keys": keys[2:], "after": "", "is_done": False}, "a full page, and no more"


def test_done(bucket: LandingBucket, analytics: LandingBucket) -> None:
    """A day is done once its summary is there, until a file comes, checked or not."""
    asked = {"date": DAY, "after": ""}
    bucket.deliver(f"receipts/source=sales/date=2026-03-01/{uuid.uuid4()}.json", b"{}")
    now = datetime.now(UTC)
    assert list_landing.handler(asked) == NOTHING

    _leave_summary(analytics, now + timedelta(seconds=2), "2026-03-01")
    assert list_landing.handler(asked) == NOTHING
    _leave_summary(analytics, now)
    assert list_landing.handler(asked) == NOTHING, "the receipt may be younger than the run"
    _leave_summary(analytics, now + timedelta(seconds=2))
    assert list_landing.handler(asked) == NOTHING | {"is_done": True}

    bucket.deliver(FILE, b"x")
    assert list_landing.handler(asked) == NOTHING | {"keys": [FILE]}
