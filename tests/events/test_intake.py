"""Whatever a sender delivers, the good beside it is loaded, in this run, and the next is green."""

import gzip
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.events import raw_lines
from glue_jobs.events.raw_files import RawFiles
from glue_jobs.events.run import Intake, load_new_files
from glue_jobs.events.schemas import EVENTS, LOAD_LEDGER, REJECTED_EVENTS
from local_aws.server import LocalAws
from tests.dataset import Dataset, key, line

GOOD, ODD = key("2026-03-01T10:00", "good.jsonl.gz"), key("2026-03-01T10:05", "odd.jsonl.gz")


@pytest.fixture
def dataset(aws: LocalAws, spark: SparkSession) -> Dataset:
    """An empty dataset with a good raw file."""
    dataset = Dataset(aws, spark)
    dataset.deliver(GOOD, [line()])
    return dataset


def _load(
    dataset: Dataset, read_new: Callable[[], DataFrame], *, has_dead_reader: bool = False
) -> Intake:
    lake, raw = dataset.open(), RawFiles(dataset.s3, dataset.raw_path)
    with lake.lock:
        return load_new_files(read_new, lake, raw, has_dead_reader=has_dead_reader)


def _failing(dataset: Dataset) -> DataFrame:
    """Lines as of a reader that fails amid them."""
    failure = F.raise_error(F.lit("CharConversionException: Invalid UTF-8"))
    return dataset.read([]).union(
        dataset.read([dataset.raw_path + GOOD]).withColumn("col0", failure)
    )


def _no_lines(dataset: Dataset) -> DataFrame:
    return dataset.read([])


def _ledger(dataset: Dataset) -> dict[str, tuple[object, ...]]:
    names = ("state", "lines", "accepted", "duplicates", "rejected")
    return {
        row["source_file"].rsplit("/", 1)[-1]: tuple(row[name] for name in names)
        for row in dataset.rows(LOAD_LEDGER)
    }


def test_read_fails(dataset: Dataset) -> None:
    """A byte that Glue's reader does not take: its line is rejected with its text, alone."""
    lines = [line(user_id="u_2"), b'{"user_id": "\xff"}', b"x\x01y", b" ", line(user_id="u_3")]
    dataset.deliver(ODD, lines)

    intake = _load(dataset, lambda: _failing(dataset))

    assert "Invalid UTF-8" in intake.one_by_one
    assert _ledger(dataset) == {
        "good.jsonl.gz": ("loaded", 1, 1, 0, 0),
        "odd.jsonl.gz": ("loaded", 4, 2, 0, 2),
    }
    assert sorted((row["reason"], row["raw_line"]) for row in dataset.rows(REJECTED_EVENTS)) == [
        ("not_json", "x\x01y"),
        ("not_utf8", '{"user_id": "\\xff"}'),
    ]
    again = _load(dataset, lambda: _failing(dataset))
    assert (again.loaded.source_files, again.silent) == ([], [])


def test_another_version(dataset: Dataset) -> None:
    """A file that was written again is read again, even if it has as many bytes as before."""
    put = partial(dataset.s3.put_object, Bucket=dataset.raw_folder.name, Key="events/a.jsonl")
    put(Body=line())
    _load(dataset, lambda: _no_lines(dataset), has_dead_reader=True)
    put(Body=line(user_id="u_2"))

    intake = _load(dataset, lambda: _failing(dataset))

    assert intake.loaded.source_files == [dataset.raw_path + "a.jsonl"]
    assert len(dataset.rows(EVENTS)) == 2
    [row] = [row for row in dataset.rows(LOAD_LEDGER) if row["dt"] == "unknown"]
    head = dataset.s3.head_object(Bucket=dataset.raw_folder.name, Key="events/a.jsonl")
    assert (row["etag"], row["modified_time"]) == (head["ETag"], head["LastModified"])


def test_dead_reader(dataset: Dataset) -> None:
    """Where the run before died while it was reading, nothing is read through Glue."""
    intake = _load(dataset, lambda: _failing(dataset), has_dead_reader=True)

    assert intake.one_by_one == "the run before died while it was reading"
    assert _ledger(dataset) == {"good.jsonl.gz": ("loaded", 1, 1, 0, 0)}


def test_line_that_no_reader_holds(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with a line that would end a JVM is set aside by name; the others are loaded."""
    monkeypatch.setattr(raw_lines, "MOST_LINE", 100_000)
    dataset.deliver(ODD, [b"x" * 100_001])

    intake = _load(dataset, lambda: _no_lines(dataset), has_dead_reader=True)

    assert [found.error for found in intake.silent] == [
        "a line has more than 100,000 bytes; an event is an object on a line"
    ]
    assert _ledger(dataset)["odd.jsonl.gz"] == ("unreadable", 0, 0, 0, 0)
    assert _ledger(dataset)["good.jsonl.gz"] == ("loaded", 1, 1, 0, 0)
    assert dataset.raw_keys() == {f"events/{GOOD}", f"unreadable/events/{ODD}"}


def test_quiet_end(dataset: Dataset) -> None:
    """A reader that takes a file which is cut off for whole loses no line, and invents none."""
    whole = gzip.compress(b"\n".join(line(user_id=f"u_{n}") for n in range(1000)))
    dataset.s3.put_object(
        Bucket=dataset.raw_folder.name, Key=f"events/{ODD}", Body=whole[: len(whole) // 2]
    )
    columns = "col0 string, col1 string, source_file string"
    some = [(line(user_id="u_1").decode(), None, dataset.raw_path + ODD)]
    spark = dataset.open().spark

    intake = _load(dataset, lambda: spark.createDataFrame(some, columns))

    assert intake.one_by_one == "a gzip file was not read to its end"
    assert _ledger(dataset) == {
        "good.jsonl.gz": ("loaded", 1, 1, 0, 0),
        "odd.jsonl.gz": ("unreadable", 0, 0, 0, 0),
    }


def test_no_raw_file(dataset: Dataset) -> None:
    """What is no raw file is named once, wherever it lies, and nothing of it is loaded."""
    notes = [key("2026-03-01T10:05", "notes.txt"), "read-me.txt", key("2026-03-01T10:10", "_a.gz")]
    uris = [dataset.deliver(name, [line(user_id="u_2")]) for name in notes]

    outcome = dataset.run(dataset.raw_path + GOOD, *uris[:2])
    again = dataset.run(dataset.raw_path + GOOD)

    assert (outcome.counts["ignored"], again.counts["ignored"]) == (3, 0)
    assert _ledger(dataset) == {
        "good.jsonl.gz": ("loaded", 1, 1, 0, 0),
        "notes.txt": ("ignored", 0, 0, 0, 0),
        "read-me.txt": ("ignored", 0, 0, 0, 0),
        "_a.gz": ("ignored", 0, 0, 0, 0),
    }
    assert len(dataset.rows(EVENTS)) == 1


def test_overwritten_by_a_broken_file(dataset: Dataset) -> None:
    """The rejects of a file are those of the version that the ledger tells of."""
    uri = dataset.deliver(ODD, [line(user_id="u_2"), b"bad"])
    dataset.run(uri)
    assert len(dataset.rows(REJECTED_EVENTS)) == 1
    dataset.s3.put_object(Bucket=dataset.raw_folder.name, Key=f"events/{ODD}", Body=b"")

    dataset.run(dataset.raw_path + GOOD)

    assert _ledger(dataset)["odd.jsonl.gz"] == ("unreadable", 0, 0, 0, 0)
    assert dataset.rows(REJECTED_EVENTS) == []


def test_objects_without_newlines(dataset: Dataset) -> None:
    """A file that gives no event is loud: one long line of objects has a reason of its own."""
    dataset.deliver(ODD, [b"".join(line(user_id=f"u_{number}") for number in range(20_000))])

    intake = _load(dataset, lambda: dataset.read([dataset.raw_path + ODD]))

    assert "longer than 8192 bytes" in intake.one_by_one
    assert _ledger(dataset)["odd.jsonl.gz"] == ("loaded", 1, 0, 0, 1)
    [rejected] = dataset.rows(REJECTED_EVENTS)
    assert rejected["reason"] == "several_objects"
    assert len(rejected["raw_line"]) < 70_000
    assert intake.loaded.barren == 1


def test_many_hours(dataset: Dataset) -> None:
    """The hours that a sender chooses make no plan grow, and a replay of them adds nothing."""
    first = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    times = [(first + timedelta(hours=number)).isoformat() for number in range(110)]
    uri = dataset.deliver(ODD, map(line, times))

    dataset.run(uri)
    dataset.run(uri)

    assert _ledger(dataset)["odd.jsonl.gz"] == ("loaded", 110, 110, 0, 0)
    assert len(dataset.rows(EVENTS)) == 110


def test_bounded_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are told apart however the pieces fall; a long one is held as a piece at the most."""
    monkeypatch.setattr(raw_lines, "MAX_LINE", 10)
    texts = [b"a\nbb\r", b"\nc", b"cc", b"", b"\r" + b"x" * 20, b"x" * 20, b"y\nlast"]

    lines = [each for piece in raw_lines.split_lines(texts) for each in piece if each]

    assert lines == [b"a", b"bb", b"ccc", b"x" * 11 + b"y", b"last"]


@pytest.mark.parametrize("text", [b" " * 50 + b"x\n", b" " * 11 + b"x" + b" " * 30])
def test_long_line_that_begins_blank(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    """A line whose beginning is blank is one all the same, and is counted."""
    monkeypatch.setattr(raw_lines, "MAX_LINE", 10)

    lines = [each for piece in raw_lines.split_lines([text[:30], text[30:]]) for each in piece]

    assert len([each for each in lines if each.strip()]) == 1


@pytest.mark.parametrize("cut", [1, 2, 3, 5])
def test_byte_order_mark(cut: int) -> None:
    """What Windows puts before a text is no part of its first line, wherever pieces end."""
    text = b"\xef\xbb\xbf{}\n\xef\xbb\xbf"

    pieces = raw_lines._without_mark([text[:cut], text[cut:]])  # ruff: ignore[private-member-access] - its bound

    assert b"".join(pieces) == b"{}\n\xef\xbb\xbf"


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, 5_000_000])
def test_gunzip_in_bounded_pieces(size: int) -> None:
    """However well a file packs, it is unpacked by the megabyte, all of it."""
    packed = gzip.compress(b"\n" * size) + gzip.compress(b"x")
    pieces = [packed[at : at + 1000] for at in range(0, len(packed), 1000)]

    texts = list(raw_lines._gunzip(pieces))  # ruff: ignore[private-member-access] - its bound

    assert b"".join(texts) == b"\n" * size + b"x"
    assert max(map(len, texts)) <= raw_lines.TEXT


def test_odd_names(dataset: Dataset) -> None:
    """Names with quotes, blanks, percent signs and pluses are files like others."""
    names = [key("2026-03-01T10:05", name) for name in ('q"uote.gz', "a b.gz", "50%25+.gz", "é.gz")]
    for number, name in enumerate(names):
        dataset.deliver(name, [line(user_id=f"u_{number}")])

    _load(dataset, lambda: _no_lines(dataset), has_dead_reader=True)

    found = {row["source_file"] for row in dataset.rows(LOAD_LEDGER)}
    assert found == {dataset.raw_path + name for name in (GOOD, *names)}
