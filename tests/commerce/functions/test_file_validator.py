"""What becomes of a delivered file, on a real S3: raw, archive, quarantine, receipts."""

import bz2
import gzip
import hashlib
import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from commerce.functions import file_validator, landing
from tests.commerce.functions.landing_bucket import LandingBucket

HEADER = "transaction_id,customer_id,product_id,quantity,amount,transaction_date\n"
SALES = (HEADER + "t_1,u_1,p_1,1,9.99,2026-03-02\n").encode()
RECORD = dict(zip(*(line.split(",") for line in SALES.decode().splitlines()), strict=True))
TODAY = datetime.now(UTC).date()


def test_accepted(bucket: LandingBucket) -> None:
    """A good file becomes raw; its original is archived, and its receipt tells everything."""
    event = bucket.deliver("landing/sales/date=2026-03-02/day.csv", SALES)

    answer = file_validator.handler(event)

    sha256 = hashlib.sha256(SALES).hexdigest()
    name = f"sales/date=2026-03-02/day.csv-{sha256[:12]}"
    receipt = f"receipts/source={name}.json"
    assert answer == {"verdict": "accepted", "reasons": (), "receipt": receipt, "records": 1}
    objects = bucket.objects()
    assert objects.keys() == {
        f"raw/{name}.jsonl.gz",
        f"archive/{name}",
        receipt,
        f"content/sales/{sha256}",
    }
    raw, metadata = objects[f"raw/{name}.jsonl.gz"]
    assert metadata == {"records": "1", "sha256": sha256}
    assert json.loads(gzip.decompress(raw)) == RECORD
    assert objects[f"archive/{name}"][0] == SALES
    (told,) = bucket.receipts()
    received = datetime.fromisoformat(told.pop("received_at"))
    assert timedelta(minutes=-1) < datetime.now(UTC) - received < timedelta(minutes=1)
    assert told == {
        "landing_key": "landing/sales/date=2026-03-02/day.csv",
        "raw_key": f"raw/{name}.jsonl.gz",
        "sha256": sha256,
        "duplicate_of": None,
        "bytes": len(SALES),
        "records": 1,
        "columns": HEADER.strip().split(","),
        "unknown_fields": [],
        "verdict": "accepted",
        "reasons": [],
        "version_id": event["detail"]["object"]["version-id"],
    }


def test_json(bucket: LandingBucket) -> None:
    """JSON becomes raw as it is; fields that no contract has are told."""
    record = b'{"product_id":"p_1","price":1.50,"colour":"red"}'
    bucket.deliver("landing/products/date=2026-03-02/p.json", b"[" + record + b"]")

    file_validator.handler(bucket.named("landing/products/date=2026-03-02/p.json"))

    assert gzip.decompress(bucket.body("raw/")) == record + b"\n"
    (receipt,) = bucket.receipts()
    assert receipt["columns"] == ["product_id", "price", "colour"]
    assert receipt["unknown_fields"] == ["colour"]


def _zip(name: str) -> bytes:
    with zipfile.ZipFile(packed := io.BytesIO(), "w") as archive:
        archive.writestr(name, SALES)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("key", "content", "reasons"),
    [
        ("sales/date=2026-03-02/a.csv", b"", ["empty_file"]),
        ("sales/date=2026-03-02/a.csv", b"\r\n", ["empty_file"]),
        ("products/date=2026-03-02/a.json", b"", ["empty_file"]),
        ("sales/date=2026-03-02/a.csv", _zip("day.csv"), ["binary"]),
        ("sales/date=2026-03-02/a.xlsx", _zip("[Content_Types].xml"), ["binary"]),
        ("products/date=2026-03-02/a.json", _zip("a.json"), ["binary"]),
        ("sales/date=2026-03-02/a.csv", gzip.compress(SALES), ["binary"]),
        ("sales/date=2026-03-02/a.csv.gz", gzip.compress(SALES), ["binary"]),
        ("sales/date=2026-03-02/a.csv", bz2.compress(SALES), ["binary"]),
        ("sales/date=2026-03-02/a.csv", b"PAR1\x15\x04\x15\x10PAR1", ["binary"]),
        ("sales/date=2026-03-02/a.csv", HEADER.encode("utf-16"), ["binary"]),
        ("products/date=2026-03-02/a.json", b'{"a": "\x00"}', ["binary"]),
        ("sales/date=2026-03-02/a.csv", SALES.replace(b",", b";"), ["wrong_delimiter"]),
        ("sales/date=2026-03-02/a.csv", b'{"amount": 1}', ["not_csv"]),
        ("sales/date=2026-03-02/a.csv", SALES.replace(b"am", b""), ["missing_column_amount"]),
        ("products/date=2026-03-02/a.json", SALES, ["not_json"]),
        ("sales/date=2026-03-02/a.csv", b"x" * 1001, ["too_large"]),
        ("sales/date=2026-02-30/a.csv", SALES, ["wrong_key"]),
        ("sales/date=1999-12-31/a.csv", SALES, ["wrong_key"]),
        (f"sales/date={TODAY + timedelta(days=3)}/a.csv", SALES, ["wrong_key"]),
        ("sales/a.csv", SALES, ["wrong_key"]),
        ("sales/2026/date=2026-03-02/a.csv", SALES, ["wrong_key"]),
        ("Sales/date=2026-03-02/a.csv", SALES, ["unknown_source"]),
        ("a.csv", SALES, ["unknown_source", "wrong_key"]),
        ("x/date=tomorrow/a.csv", b"x" * 1001, ["unknown_source", "wrong_key", "too_large"]),
    ],
)
def test_refused(
    bucket: LandingBucket,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    content: bytes,
    reasons: list[str],
) -> None:
    """A refused file lies in quarantine as it came, and its receipt says why."""
    monkeypatch.setenv("MAX_FILE_BYTES", "1000")
    answer = file_validator.handler(bucket.deliver(f"landing/{key}", content))

    assert (answer["verdict"], list(answer["reasons"])) == ("refused", reasons)
    assert bucket.body("quarantine/") == content
    (receipt,) = bucket.receipts()
    assert (receipt["verdict"], receipt["reasons"]) == ("refused", reasons)
    assert (receipt["raw_key"], receipt["records"]) == (None, None)
    assert len(bucket.objects()) == 2
    source = "unknown" if "unknown_source" in reasons else key.partition("/")[0]
    day = TODAY if "wrong_key" in reasons else "2026-03-02"
    assert answer["receipt"].startswith(f"receipts/source={source}/date={day}/")


@pytest.mark.parametrize(
    "key",
    [
        "landing/_complete/date=2026-03-02",
        "landing/sales/date=2026-03-02/",
        "landing/",
        "raw/sales/date=2026-03-02/a.jsonl.gz",
        "landing",
    ],
)
def test_ignored(key: str) -> None:
    """What is no delivery by its key is not looked at."""
    assert file_validator.handler({"bucket": "none", "key": key}) == {"verdict": "ignored"}


NAMES = [
    "a.csv",
    "a b.csv",
    "a_b.csv",
    "a/b.csv",
    "a/../b.csv",
    "a+b%20.csv",
    "_a.csv",
    ".a.csv",
    "ä.csv",
    "a\u0308.csv",
    "日本語.csv",
    "date=2026-03-01/a.csv",
    "a--b.csv",
    "a=b&c?d#e.csv",
    'a"\t\\b.csv',
    "a\nb.csv",
    "x" * 900 + ".csv",
]
NO_LOCAL_NAMES = ("a/../b.csv", "a\nb.csv", "x" * 900 + ".csv")  # the local S3 keeps files


def test_names(bucket: LandingBucket) -> None:
    """Whatever a file's name: it is handled, and its keys are its own, plain and visible."""
    names = [name for name in NAMES if name not in NO_LOCAL_NAMES]
    for name in names:
        event = bucket.deliver(f"landing/sales/date=2026-03-02/{name}", SALES)
        assert file_validator.handler(event)["verdict"] == "accepted"

    raw = bucket.objects("raw/sales/date=2026-03-02/")
    assert len(raw) == len(names)
    made = [key.removeprefix("raw/sales/date=2026-03-02/") for key in raw]
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{,140}", name) for name in made)
    assert made[0].startswith("a.csv--")
    receipts = bucket.receipts()
    assert {receipt["landing_key"].split("/", 3)[3] for receipt in receipts} == set(names)
    assert not bucket.objects("landing/")


def test_names_that_imitate() -> None:
    """No name is another's key, not even one that was made to be, or lies elsewhere."""
    now = datetime.now(UTC)
    keys = [f"landing/sales/date={TODAY}/{name}" for name in NAMES]
    made = [landing.address(key, now).name for key in keys]
    keys += [f"landing/sales/date={TODAY}/{name}" for name in made if name not in NAMES]
    keys += [f"landing/sales/{name}" for name in NAMES] + [f"landing/{name}" for name in NAMES]

    places = [landing.address(key, now) for key in keys]

    assert len({(place.source, place.day, place.name) for place in places}) == len(keys)


def test_same_content_under_two_dates(bucket: LandingBucket) -> None:
    """Content that came before is named, and loaded all the same."""
    first, second = (f"landing/sales/date=2026-03-0{day}/a.csv" for day in (2, 3))
    for key in (first, second, first):
        file_validator.handler(bucket.deliver(key, SALES))

    receipts = {receipt["landing_key"]: receipt for receipt in bucket.receipts()}
    assert {key: receipt["duplicate_of"] for key, receipt in receipts.items()} == {
        first: None,
        second: first,
    }
    assert len(bucket.objects("raw/")) == 2


@pytest.mark.parametrize(
    ("key", "content", "records"),
    [
        ("sales/date=2026-03-02/a.csv", HEADER.encode(), []),
        ("products/date=2026-03-02/a.json", b"[]", []),
        (
            "sales/date=2026-03-02/a.csv",
            HEADER.encode() + SALES,
            [{name: name for name in HEADER.strip().split(",")}, RECORD],
        ),
    ],
    ids=["header only", "empty array", "two headers"],
)
def test_odd_files(bucket: LandingBucket, key: str, content: bytes, records: list[dict]) -> None:
    """A file without a record is accepted, and what no record is loses none of the others."""
    answer = file_validator.handler(bucket.deliver(f"landing/{key}", content))

    assert (answer["verdict"], answer["records"]) == ("accepted", len(records))
    lines = gzip.decompress(bucket.body("raw/")).splitlines()
    assert [json.loads(line) for line in lines] == records


def test_one_row_changed(bucket: LandingBucket) -> None:
    """A file that comes again with other content is another file."""
    key = "landing/sales/date=2026-03-02/a.csv"
    for content in (SALES, SALES.replace(b"9.99", b"8.99")):
        file_validator.handler(bucket.deliver(key, content))

    assert len(bucket.objects("raw/")) == 2
    assert [receipt["duplicate_of"] for receipt in bucket.receipts()] == [None, None]


def test_each_version_is_handled(bucket: LandingBucket) -> None:
    """Events that come late, unordered and twice handle exactly their own version."""
    key = "landing/sales/date=2026-03-02/a.csv"
    versions = [SALES, SALES.replace(b"9.99", b"8.99"), SALES.replace(b"9.99", b"7.99")]
    first, second, _ = (bucket.deliver(key, content) for content in versions)

    assert file_validator.handler(second)["verdict"] == "accepted"
    assert bucket.objects("landing/")[key][0] == versions[2]
    assert file_validator.handler(bucket.named(key))["verdict"] == "accepted"
    assert bucket.objects("landing/")[key][0] == versions[0]
    assert file_validator.handler(first)["verdict"] == "accepted"
    assert file_validator.handler(first) == {"verdict": "gone"}
    assert file_validator.handler(bucket.named(key)) == {"verdict": "gone"}
    archived = {body for body, _ in bucket.objects("archive/").values()}
    assert archived == set(versions)


def test_removed_by_its_sender(bucket: LandingBucket) -> None:
    """A delete marker hides a delivery from the day's run, not from its own event."""
    key = "landing/sales/date=2026-03-02/a.csv"
    event = bucket.deliver(key, SALES)
    bucket.s3.delete_object(Bucket=bucket.name, Key=key)

    assert file_validator.handler(bucket.named(key)) == {"verdict": "gone"}
    assert file_validator.handler(event)["verdict"] == "accepted"


def test_raw_is_written_once(bucket: LandingBucket) -> None:
    """The same content adds no version of its raw file, so no run reads it again; damage does."""
    key = "landing/sales/date=2026-03-02/a.csv"
    for _ in range(2):
        file_validator.handler(bucket.deliver(key, SALES))
    (raw,) = bucket.objects("raw/")
    assert len(bucket.s3.list_object_versions(Bucket=bucket.name, Prefix=raw)["Versions"]) == 1
    body = bucket.body(raw)

    bucket.s3.put_object(Bucket=bucket.name, Key=raw, Body=b"damaged")
    file_validator.handler(bucket.deliver(key, SALES))

    assert bucket.body(raw) == body


def test_refused_file_is_cured(bucket: LandingBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was refused may come again: its receipt then says so."""
    key = "landing/sales/date=2026-03-02/a.csv"
    monkeypatch.setenv("MAX_FILE_BYTES", "10")
    file_validator.handler(bucket.deliver(key, SALES))
    monkeypatch.delenv("MAX_FILE_BYTES")
    file_validator.handler(bucket.deliver(key, SALES))

    assert sorted(receipt["verdict"] for receipt in bucket.receipts()) == [
        "accepted",
        "refused",
    ]
