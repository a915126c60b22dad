"""Customers from an API: all pages or nothing, whatever the API does."""

import json
import logging
import time
import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import boto3
import pytest
import urllib3

from commerce.functions import customers_api, fetch_customers, file_validator
from commerce.functions.customers_api import ApiError
from tests.commerce.functions.customers_server import CustomersServer, Reply, page, reply, served
from tests.commerce.functions.landing_bucket import LandingBucket

PERSON = "Ana Pereira"
TODAY = datetime.now(UTC).date()
ISO = "%Y-%m-%dT%H:%M:%SZ"


pytestmark = pytest.mark.usefixtures("pauses")


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds between tries, which tests do not wait for."""
    made: list[float] = []
    clock = SimpleNamespace(sleep=made.append, time=time.time)
    monkeypatch.setattr(urllib3.util.retry, "time", clock)
    return made


def _fetch(
    bucket: LandingBucket,
    api: CustomersServer,
    patch: pytest.MonkeyPatch,
    most: int = 1 << 20,
    **event: str,
) -> dict:
    patch.setenv("BUCKET", bucket.name)
    patch.setenv("MAX_FILE_BYTES", str(most))
    patch.setenv("CUSTOMERS_API_URL", api.url)
    return fetch_customers.handler(event)


def _landed(bucket: LandingBucket) -> list[dict]:
    return [json.loads(line) for line in bucket.body("landing/").splitlines()]


def test_pages(bucket: LandingBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """All pages become one file of lines, named for when the fetch began."""
    with served(page1=[page("u_1", "u_2", next_page=7)], page7=[page("u_3")]) as api:
        before = datetime.now(UTC).replace(microsecond=0)
        answer = _fetch(bucket, api, monkeypatch, date="2026-03-02")

    (key,) = bucket.objects()
    assert answer == {"key": key, "pages": 2, "customers": 3, "updated_since": None}
    start = key.removeprefix("landing/customers/date=2026-03-02/api-").removesuffix(".json")
    began = datetime.strptime(start, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert before <= began <= datetime.now(UTC)
    assert _landed(bucket) == [{"customer_id": f"u_{number}"} for number in (1, 2, 3)]
    assert api.asked == [{"key": "s3cret", "page": "1"}, {"key": "s3cret", "page": "7"}]
    assert api.tokens == [None, None]


def test_token(bucket: LandingBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token is that of the secret."""
    secret = boto3.client("secretsmanager").create_secret(
        Name=f"token-{uuid.uuid4()}", SecretString="t0ken\n"
    )
    monkeypatch.setenv("SECRET_ARN", secret["ARN"])
    with served(page1=[page("u_1")]) as api:
        _fetch(bucket, api, monkeypatch)

    assert api.tokens == ["Bearer t0ken"]


def test_only_what_is_new(bucket: LandingBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next fetch asks from an hour before the start of the newest accepted one on."""
    names = {"api-20260301T020000Z.json": b"{}\n", "api-20260302T020000Z.json": b"x\n"}
    names |= {"export.json": b"{}\n", "api-20260228T020000Z.json": b"{}\n"}
    for name, content in names.items():
        event = bucket.deliver(f"landing/customers/date={TODAY}/{name}", content)
        file_validator.handler(event)
    with served(page1=[page("u_1")]) as api:
        answer = _fetch(bucket, api, monkeypatch)

    assert answer["updated_since"] == "2026-03-01T01:00:00Z"
    assert api.asked[0]["updated_since"] == "2026-03-01T01:00:00Z"
    file_validator.handler(bucket.named(answer["key"]))
    with served(page1=[page()]) as api:
        answer = _fetch(bucket, api, monkeypatch)
    since = datetime.strptime(answer["updated_since"], ISO).replace(tzinfo=UTC)
    assert timedelta(hours=1) <= datetime.now(UTC) - since < timedelta(hours=1, minutes=1)


def test_nothing_new(bucket: LandingBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without customers there is no file, and the answer says so."""
    with served(page1=[page(next_page=2)], page2=[page()]) as api:
        answer = _fetch(bucket, api, monkeypatch)

    assert answer == {"key": None, "pages": 2, "customers": 0, "updated_since": None}
    assert not bucket.objects()


BUSY = reply(PERSON, status=429, Retry_After="7")
CUT_OFF = reply(f'{{"customers": [{{"name": "{PERSON}"'.encode(), length=1000)


@pytest.mark.parametrize(
    ("failures", "asked_for"),
    [
        ([BUSY], (7,)),
        ([reply(PERSON, status=429, Retry_After="100000")], (customers_api.MAX_PAUSE,)),
        ([reply(PERSON, status=429, Retry_After="soon")], None),
        ([reply(PERSON, status=500)] * 4, None),
        ([reply(PERSON, status=503)], None),
        ([CUT_OFF, reply(PERSON, status=502), CUT_OFF], None),
    ],
    ids=["429", "429 for long", "429 without sense", "500", "503", "cut off"],
)
def test_failures_that_pass(
    bucket: LandingBucket,
    monkeypatch: pytest.MonkeyPatch,
    pauses: list[float],
    failures: list[Reply],
    asked_for: tuple[float] | None,
) -> None:
    """A page is asked for again, after the pause that the API asks for or a growing one."""
    with served(page1=[page("u_1", next_page=2)], page2=[*failures, page("u_2")]) as api:
        assert _fetch(bucket, api, monkeypatch)["customers"] == 2

    assert [query["page"] for query in api.asked] == ["1", *["2"] * (len(failures) + 1)]
    longest = asked_for or [2, 4, 8, 16][: len(failures)]
    assert all(0 < pause <= most for pause, most in zip(pauses, longest, strict=True))
    assert asked_for in {None, tuple(pauses)}


ELSEWHERE = reply(PERSON, status=302, Location="http://127.0.0.1:1/")


@pytest.mark.parametrize(
    ("replies", "found"),
    [
        ([BUSY] * 5, "status 429 for page 2, 5 times"),
        ([reply(PERSON, status=500)] * 5, "status 500 for page 2, 5 times"),
        ([CUT_OFF] * 5, "ProtocolError for page 2, 5 times"),
        ([ELSEWHERE], "status 302 for page 2"),
        ([reply(PERSON, status=401)], "status 401 for page 2"),
        ([reply(PERSON, status=404)], "status 404 for page 2"),
        ([reply(f"<html>{PERSON}".encode())], "17 bytes of something else for page 2"),
        ([reply(b"")], "0 bytes"),
        ([reply(b"\xff\xfe")], "2 bytes"),
        ([reply(b'{"customers": [], "next_page": NaN}')], "35 bytes"),
        ([reply(b'{"customers": [], "next_page": ' + b"9" * 5000 + b"}")], "5032 bytes"),
        ([reply(b"[" * 100_000)], "100000 bytes"),
        ([reply([])], "2 bytes"),
        ([reply({"customers": []})], "17 bytes"),
        ([reply({"next_page": None})], "19 bytes"),
        ([reply({"customers": {}, "next_page": None})], "36 bytes"),
        ([reply({"customers": [PERSON], "next_page": None})], "49 bytes"),
        ([reply({"customers": [], "next_page": "3"})], "35 bytes"),
        ([reply({"customers": [], "next_page": True})], "36 bytes"),
        ([page(next_page=1)], "page 1 after 2 pages"),
        ([page(next_page=2)], "page 2 after 2 pages"),
        ([reply(b"x" * 2000)], "more for page 2"),
    ],
)
def test_failures_that_stay(
    bucket: LandingBucket,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    replies: list[Reply],
    found: str,
) -> None:
    """Nothing is stored, and the error says what was found, but no person and no token."""
    caplog.set_level(logging.DEBUG, "commerce")
    monkeypatch.setattr(customers_api, "MAX_PAGE", 1999 if "more" in found else 200_000)
    with (
        served(page1=[page("u_1", next_page=2)], page2=replies) as api,
        pytest.raises(ApiError, match=found) as error,
    ):
        _fetch(bucket, api, monkeypatch)

    assert not bucket.objects()
    assert len(api.asked) == 1 + (5 if "5 times" in found else 1)
    told = repr(error.getrepr(chain=True)) + caplog.text
    assert str(error.value).startswith("the customers API at 127.0.0.1/customers promised ")
    assert PERSON not in told
    assert "s3cret" not in str(error.value) + caplog.text


def test_endless_pages(bucket: LandingBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without an end are given up, and so are those that make too large a file."""
    pages = {f"page{number}": [page("u_1", next_page=number + 1)] for number in range(1, 9)}
    monkeypatch.setattr(customers_api, "MAX_PAGES", 4)
    with served(**pages) as api, pytest.raises(ApiError, match="page 5 after 4 pages"):
        _fetch(bucket, api, monkeypatch)
    with served(**pages) as api, pytest.raises(ApiError, match="its first 3 pages are more"):
        _fetch(bucket, api, monkeypatch, most=60)

    assert not bucket.objects()


def test_slow(bucket: LandingBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """An API that does not answer in time is asked again."""
    monkeypatch.setattr(customers_api, "TIMEOUT", urllib3.Timeout(connect=5, read=0.3))
    with served(page1=[lambda _: time.sleep(0.6), page("u_1")]) as api:
        assert _fetch(bucket, api, monkeypatch)["customers"] == 1

    assert len(api.asked) == 2


def test_nobody_there(bucket: LandingBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """An API that is not there is named."""
    with served() as api:
        pass
    with pytest.raises(ApiError, match="NewConnectionError for page 1, 5 times"):
        _fetch(bucket, api, monkeypatch)


def test_page_twice(bucket: LandingBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Customers that come twice are stored twice: the load drops equal rows."""
    with served(page1=[page("u_1", next_page=2)], page2=[page("u_1")]) as api:
        assert _fetch(bucket, api, monkeypatch)["customers"] == 2

    assert _landed(bucket) == [{"customer_id": "u_1"}] * 2
