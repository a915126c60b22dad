"""A file that is no whole gzip, or no UTF-8, fails the read: no part of its lines comes back."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest
from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, SparkSession

from local_aws.runtime.awsglue.bookmarks import S3File
from local_aws.runtime.awsglue.csv_format import CsvFormat

LINES = 2000
GOOD = gzip.compress(b"".join(b'{"n": %d}\n' % number for number in range(LINES)))


def with_byte(data: bytes, at: int) -> bytes:
    """Return the bytes with another one at a place."""
    changed = bytearray(data)
    changed[at] ^= 0xFF
    return bytes(changed)


BROKEN = {
    "cut in the header": GOOD[:5],
    "cut in the lines": GOOD[: len(GOOD) // 2],
    "cut in the trailer": GOOD[:-4],
    "one line, cut": gzip.compress(b"{}\n")[:-8],
    "no gzip": b'{"n": 1}\n',
    "other bytes inside": with_byte(GOOD, len(GOOD) // 2),
    "another checksum": with_byte(GOOD, -6),
    "garbage behind": GOOD + b"garbage!",
    "zeros behind": GOOD + bytes(40),
    "a second member, cut": GOOD + GOOD[:-100],
}
WHOLE = {
    "two members": (GOOD + GOOD, 2 * LINES),
    "an empty member first": (gzip.compress(b"") + GOOD, LINES),
    "gzip of nothing": (gzip.compress(b""), 0),
    "no byte": (b"", 0),
}


def read(
    spark: SparkSession, folder: Path, *contents: bytes, columns: Sequence[str] = ()
) -> DataFrame:
    """Read files of lines as a job does, columns declared or not."""
    paths = [folder / f"{at}.jsonl.gz" for at in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    files = [S3File(0, path.as_uri(), path.stat().st_size) for path in paths]
    return CsvFormat("\x01", "source_file").read(spark, files, columns)


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_fails_the_read(spark: SparkSession, tmp_path: Path, content: bytes) -> None:
    """At once, when the columns are looked for, and whatever whole files are read with it."""
    with pytest.raises(Py4JJavaError, match=r"java\.io\.(EOF|IO)Exception"):
        read(spark, tmp_path, content)
    with pytest.raises(Py4JJavaError, match=r"java\.io\.(EOF|IO)Exception"):
        read(spark, tmp_path, GOOD, content)


@pytest.mark.parametrize(("content", "lines"), WHOLE.values(), ids=WHOLE)
def test_a_whole_file_is_read_to_its_end(
    spark: SparkSession, tmp_path: Path, content: bytes, lines: int
) -> None:
    """All members of it; without any line there are no columns."""
    found = read(spark, tmp_path, content)
    assert (found.count(), bool(found.columns)) == (lines, lines > 0)


MALFORMED = {
    "Latin-1": b'{"name": "caf\xe9"}',
    "an overlong slash": b"\xc0\xaf",
    "half of a pair, as three bytes": b"\xed\xa0\xbd",
    "beyond the last character": b"\xf4\x90\x80\x80",
    "cut by the end of the line": b"caf\xc3",
    "a stray byte beside U+FFFD": "\ufffd".encode() + b"\x80",
}
WELL_FORMED = ["café", "\ufffd", "\U0001f600", "\x00", "\u2028", "\ufeffx", "\U0010ffff"]


@pytest.mark.parametrize("line", MALFORMED.values(), ids=MALFORMED)
def test_a_byte_that_is_not_utf8_fails_the_read(
    spark: SparkSession, tmp_path: Path, line: bytes
) -> None:
    """Whichever columns are asked for, and in whichever field it stands; the file is named."""
    files = gzip.compress(b"good\n"), gzip.compress(b"a\x01" + line + b"\nb\n")
    declared = read(spark, tmp_path, *files, columns=("col0", "source_file"))

    for act in (declared.count, declared.collect, lambda: read(spark, tmp_path, *files)):
        with pytest.raises(Py4JJavaError, match=r"1\.jsonl\.gz.*Invalid UTF-8"):
            act()


def test_text_beyond_ascii_is_read(spark: SparkSession, tmp_path: Path) -> None:
    """Also U+FFFD, where the file itself has it: three bytes that are UTF-8."""
    found = read(spark, tmp_path, gzip.compress("\n".join(WELL_FORMED).encode()))

    assert [row.col0 for row in found.collect()] == WELL_FORMED


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ((), [("x", None, None), ("a", "", "c")]),
        (("col0", "col1", "col2", "col3"), [("x", None, None, None), ("a", "", "c", None)]),
        (("col1", "col0"), [(None, "x"), ("", "a")]),
    ],
)
def test_declared_columns(
    spark: SparkSession, tmp_path: Path, columns: tuple[str, ...], rows: list[tuple[str, ...]]
) -> None:
    """They are what is read: more than the records have are NULL, fewer leave some out."""
    found = read(spark, tmp_path, gzip.compress(b"x\na\x01\x01c\n"), columns=columns)

    assert [tuple(row) for row in found.drop("source_file").collect()] == rows


def test_declared_columns_are_not_looked_for(spark: SparkSession, tmp_path: Path) -> None:
    """A frame whose columns are declared has them without a record, and before any is read."""
    columns = ("col0", "source_file")
    cut = read(spark, tmp_path, GOOD[:-4], columns=columns)

    assert cut.columns == list(columns)
    with pytest.raises(Py4JJavaError, match="EOFException"):
        cut.collect()
    assert read(spark, tmp_path, columns=columns).columns == list(columns)


def test_a_file_that_breaks_later_fails_the_action(spark: SparkSession, tmp_path: Path) -> None:
    """Nor is part of its lines kept for later by an action that failed."""
    found = read(spark, tmp_path, GOOD)
    copied = found.mapInArrow(lambda batches: batches, found.schema).persist()
    (tmp_path / "0.jsonl.gz").write_bytes(GOOD[: len(GOOD) // 2])
    with pytest.raises(Py4JJavaError, match="EOFException"):
        copied.count()

    (tmp_path / "0.jsonl.gz").write_bytes(GOOD)
    assert copied.count() == LINES
    copied.unpersist()
