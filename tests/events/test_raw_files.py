"""Raw files as objects: what can be unpacked, what has lines, where the rest goes."""

import gzip
import hashlib
from uuid import uuid4

import pytest

from glue_jobs.events.raw_files import Delivered, Inspection, RawFiles, hour_folders, hour_of
from local_aws.server import LocalAws
from tests.dataset import key

LINES = b"".join(b'{"line": %d}\n' % number for number in range(10_000))
PACKED = gzip.compress(LINES)
NO_GZIP = "incorrect header check"
CUT = "the file ends before its gzip stream"


class RawBucket:
    """A bucket of raw files."""

    def __init__(self, aws: LocalAws) -> None:
        self.name, self.s3 = f"raw-{uuid4().hex[:8]}", aws.client("s3")
        place = {"LocationConstraint": self.s3.meta.region_name}
        self.s3.create_bucket(Bucket=self.name, CreateBucketConfiguration=place)
        self.files = RawFiles(self.s3, f"s3://{self.name}/events/")

    def put(self, name: str, content: bytes) -> str:
        """Write a raw file; return its URI."""
        self.s3.put_object(Bucket=self.name, Key=f"events/{name}", Body=content)
        return f"s3://{self.name}/events/{name}"

    def inspect(self, uri: str) -> list[Inspection]:
        """Look at the files whose URIs begin so."""
        return self.files.inspect(self.files.find([uri]))

    def sizes(self, prefixes: list[str]) -> dict[str, int]:
        """Return the bytes of the files below the prefixes."""
        return {uri: found.size for uri, found in self.files.find(prefixes).items()}

    def contents(self) -> dict[str, bytes]:
        """Return every object by its key."""
        listing = self.s3.list_objects_v2(Bucket=self.name)
        keys = [found["Key"] for found in listing.get("Contents", [])]
        get = self.s3.get_object
        return {key: get(Bucket=self.name, Key=key)["Body"].read() for key in keys}


@pytest.fixture
def bucket(aws: LocalAws) -> RawBucket:
    """A bucket without files."""
    return RawBucket(aws)


@pytest.mark.parametrize(
    ("name", "content", "has_lines"),
    [
        pytest.param("a.gz", PACKED, True, id="good"),
        pytest.param("a.gz", PACKED + PACKED, True, id="two members"),
        pytest.param("a.gz", gzip.compress(b"") + PACKED, True, id="an empty member first"),
        pytest.param("a.gz", gzip.compress(b""), False, id="gzip of nothing"),
        pytest.param("a.gz", gzip.compress(b"\n \r\n\t\n"), False, id="blank lines"),
        pytest.param("a.gz", gzip.compress(b"x" + b"\n" * 200_000), True, id="an early line"),
        pytest.param("a.jsonl", b"x" + b"\n" * 200_000, True, id="a line in the first piece"),
        pytest.param("a.jsonl", b"\n" * 200_000 + b"x", True, id="a line in the last piece"),
        pytest.param("a.jsonl", LINES, True, id="plain text"),
        pytest.param("a.jsonl", b"\n", False, id="plain blank line"),
        pytest.param("a.jsonl", b"", False, id="plain nothing"),
    ],
)
def test_whole_file(bucket: RawBucket, name: str, content: bytes, *, has_lines: bool) -> None:
    """A file that can be unpacked has no error; a line is what is more than white space."""
    [found] = bucket.inspect(bucket.put(name, content))

    assert (found.state, found.error, found.has_lines) == ("loaded", None, has_lines)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        pytest.param(b"", "the file is empty", id="0 bytes"),
        pytest.param(LINES, NO_GZIP, id="text named gz"),
        pytest.param(PACKED[:1], CUT, id="cut in the header"),
        pytest.param(PACKED[: len(PACKED) // 2], CUT, id="cut in the data"),
        pytest.param(PACKED[:-4], CUT, id="cut in the trailer"),
        pytest.param(PACKED + PACKED[:-1], CUT, id="cut in the second member"),
        pytest.param(PACKED + b"garbage!", NO_GZIP, id="trailing garbage"),
        pytest.param(PACKED + b"\0" * 8, NO_GZIP, id="trailing zeros"),
        pytest.param(PACKED[:-8] + b"\0" * 8, "incorrect data check", id="wrong checksum"),
    ],
)
def test_broken_file(bucket: RawBucket, content: bytes, error: str) -> None:
    """A file that cannot be unpacked to its end says why; its ETag tells what was looked at."""
    uri = bucket.put("a.gz", content)

    [found] = bucket.inspect(uri)

    assert (found.uri, found.state) == (uri, "unreadable")
    assert found.found.etag == f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
    assert error in (found.error or "")


def test_inspect_a_file_that_vanished(bucket: RawBucket) -> None:
    """A file that somebody removed is no file, and no error."""
    found = bucket.files.find([bucket.put("gone.gz", PACKED)])
    bucket.s3.delete_object(Bucket=bucket.name, Key="events/gone.gz")

    assert bucket.files.inspect(found) == []


def test_set_aside(bucket: RawBucket) -> None:
    """A broken file moves to a folder of its own, under its whole key, unchanged."""
    broken = bucket.put(key("2026-03-01T10:00", "broken.gz"), b"no gzip")
    bucket.put(key("2026-03-01T10:00", "broken.gz.2"), b"another")

    bucket.files.set_aside(*[each for each in bucket.inspect(broken) if each.uri == broken])

    assert bucket.contents() == {
        f"unreadable/events/{key('2026-03-01T10:00', 'broken.gz')}": b"no gzip",
        f"events/{key('2026-03-01T10:00', 'broken.gz.2')}": b"another",
    }


def test_set_aside_what_was_written_again(bucket: RawBucket) -> None:
    """A file that its producer wrote again since it was looked at stays where it is."""
    [broken] = bucket.inspect(bucket.put("a.gz", PACKED[:-1]))
    bucket.put("a.gz", PACKED)

    bucket.files.set_aside(broken)

    assert bucket.contents() == {"events/a.gz": PACKED}


def test_set_aside_what_vanished(bucket: RawBucket) -> None:
    """A file that is gone by then leaves nothing to do."""
    [broken] = bucket.inspect(bucket.put("a.gz", b""))
    bucket.s3.delete_object(Bucket=bucket.name, Key="events/a.gz")

    bucket.files.set_aside(broken)

    assert bucket.contents() == {}


@pytest.mark.parametrize("name", ["notes.txt", "_temporary/a.jsonl.gz", "a.jsonl.zst"])
def test_no_raw_file(bucket: RawBucket, name: str) -> None:
    """What is no raw file is ignored, with the reason, and not even opened."""
    [found] = bucket.inspect(bucket.put(name, PACKED[:-1]))

    assert (found.state, found.has_lines) == ("ignored", False)
    assert "ends in one of ('.gz', " in found.error


@pytest.mark.parametrize(
    ("limit", "content", "error"),
    [
        ("raw_lines.MOST_TEXT", LINES, "the file unpacks to more than 100 bytes"),
        ("raw_lines.MOST_LINE", b"x\n" + b"x" * 101, "a line has more than 100 bytes"),
        ("raw_files.MOST_PACKED", LINES, "the file has more than 1,073,741,824 bytes"),
    ],
)
def test_too_large(
    bucket: RawBucket, monkeypatch: pytest.MonkeyPatch, limit: str, content: bytes, error: str
) -> None:
    """A file that would fill a worker's memory or time is set aside; whoever sends it is told."""
    monkeypatch.setattr(f"glue_jobs.events.{limit}", 100)

    [found] = bucket.inspect(bucket.put("a.jsonl", content))

    assert found.state == "unreadable"
    assert error in found.error


def test_are_whole(bucket: RawBucket) -> None:
    """The end of a gzip file says how much it holds: less that was delivered shows."""
    whole = Delivered(bucket.put("a.gz", PACKED), lines=10_000, bytes=len(LINES) - 10_000)
    windows = LINES.replace(b"\n", b"\r\n")
    of_windows = whole._replace(uri=bucket.put("b.gz", gzip.compress(windows)))
    open_end = whole._replace(uri=bucket.put("c.gz", gzip.compress(LINES[:-1])))
    plain = whole._replace(uri=bucket.put("d.json", LINES), lines=1)
    gone = whole._replace(uri=f"s3://{bucket.name}/events/gone.gz")

    blanks = whole._replace(uri=bucket.put("f.gz", gzip.compress(LINES + b"\n" * 30_000)))
    members = whole._replace(
        uri=bucket.put("g.gz", gzip.compress(LINES[:90]) + gzip.compress(LINES[90:]))
    )
    cut_off = whole._replace(uri=bucket.put("e.gz", PACKED[: len(PACKED) // 2]))

    assert bucket.files.are_whole([whole, of_windows, open_end, plain, gone, blanks, members])
    assert not bucket.files.are_whole([whole, cut_off])
    assert not bucket.files.are_whole([whole._replace(lines=4_999, bytes=whole.bytes // 2)])


def test_archived_file(bucket: RawBucket) -> None:
    """What S3 does not hand out stops no run: it is unreadable, and stays where it is."""
    name = bucket.put("a.gz", PACKED)
    bucket.s3.put_object(Bucket=bucket.name, Key="events/a.gz", Body=PACKED, StorageClass="GLACIER")

    [found] = bucket.inspect(name)
    bucket.files.set_aside(found)

    assert found.state == "unreadable"
    assert "InvalidObjectState" in found.error
    listed = bucket.s3.list_objects_v2(Bucket=bucket.name)["Contents"]
    assert [each["Key"] for each in listed] == ["events/a.gz"]


def test_find(bucket: RawBucket) -> None:
    """Objects below the prefixes are found, by URI; folders of the console are none."""
    uris = [bucket.put(key(f"2026-03-01T{hour}:00"), b"x" * int(hour)) for hour in (10, 11, 12)]
    bucket.put("year=2026/", b"")
    prefixes = [f"s3://{bucket.name}/events/year=2026/month=03/day=01/hour={n}/" for n in (10, 12)]

    assert bucket.sizes(prefixes) == {uris[0]: 10, uris[2]: 12}
    assert bucket.sizes([]) == {}
    assert bucket.sizes([bucket.files.path]) == dict(zip(uris, (10, 11, 12), strict=True))


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        (key("2026-03-01T10:55"), ["day=01/hour=10/", "day=01/hour=09/"]),
        (key("2026-03-01T00:00"), ["day=01/hour=00/", "month=02/day=28/hour=23/"]),
        (
            key("2026-01-01T00:05"),
            ["year=2026/month=01/day=01/hour=00/", "year=2025/month=12/day=31/hour=23/"],
        ),
        ("by-hand/a.jsonl.gz", ["by-hand/a.jsonl.gz"]),
        ("year=2026/month=13/day=01/hour=00/minute=00/a.gz", ["minute=00/a.gz"]),
    ],
)
def test_hour_folders(name: str, hours: list[str]) -> None:
    """A file's neighbours lie in its hour and the hour before; a stray one has none but itself."""
    folders = hour_folders(f"s3://raw/events/{name}")

    assert len(folders) == len(hours)
    for folder, end in zip(folders, hours, strict=True):
        assert folder.startswith("s3://raw/events/")
        assert folder.endswith(end)


def test_hour_of() -> None:
    """The hour of a file is that of its slot, unknown for a stray one."""
    assert hour_of(f"s3://raw/events/{key('2026-03-01T10:55')}") == ("2026-03-01", "10")
    assert hour_of("s3://raw/events/by-hand/a.jsonl.gz") == ("unknown", "unknown")
