"""An S3 source finds the objects that Glue would read, and names the options it does not have."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from local_aws.runtime.awsglue.bookmarks import Limits
from local_aws.runtime.awsglue.csv_format import CsvFormat
from local_aws.runtime.awsglue.errors import NotOfferedLocallyError
from local_aws.runtime.awsglue.job import BOOKMARKS_VARIABLE, Job
from local_aws.runtime.awsglue.s3_source import S3Source
from local_aws.server import LocalAws

KEYS = [
    "raw/a.csv",
    "raw/b.pdf",
    "raw/day=1/c.csv",
    "raw/day=1/hour=2/d.csv",
    "raw/_temporary/e.csv",
    "raw/day=1/.hidden.csv",
    "raw/empty-folder/",
    "rawest/f.csv",
]
BELOW = ["a.csv", "b.pdf", "day=1/c.csv", "day=1/hour=2/d.csv"]


@pytest.fixture(scope="module")
def bucket(aws: LocalAws) -> str:
    """Return a bucket with the keys."""
    s3, name = aws.client("s3"), f"sources-{uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    for key in KEYS:
        s3.put_object(Bucket=name, Key=key, Body=b"x" * (0 if key.endswith("/") else 7))
    return name


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Return a job of a process that has initialised none yet."""
    monkeypatch.setattr(Job, "_current", None)
    monkeypatch.setenv(BOOKMARKS_VARIABLE, str(tmp_path))
    return Job(None)


ENABLED = {"job_bookmark_option": "job-bookmark-enable"}


@pytest.mark.usefixtures("aws_environment")
@pytest.mark.parametrize(
    ("path", "options", "expected"),
    [
        ("raw/", {"recurse": True}, BELOW),
        ("raw", {"recurse": "true"}, BELOW),  # not rawest
        ("raw/", {}, ["a.csv", "b.pdf"]),
        ("raw/", {"recurse": "False"}, ["a.csv", "b.pdf"]),
        ("raw/", {"groupFiles": "none", "isFailFast": True}, ["a.csv", "b.pdf"]),
        ("raw/", {"useS3ListImplementation": True}, ["a.csv", "b.pdf"]),
        ("raw/day=1", {}, ["day=1/c.csv"]),
        ("raw/a.csv", {}, ["a.csv"]),
        ("nothing/", {"recurse": True}, []),
        ("raw/", {"recurse": True, "exclusions": '["**.pdf"]'}, [BELOW[0], *BELOW[2:]]),
        ("raw/", {"recurse": True, "exclusions": '["*.csv"]'}, BELOW[1:]),
        ("raw/", {"recurse": True, "exclusions": '["**.csv"]'}, ["b.pdf"]),
        ("raw/", {"recurse": True, "exclusions": '["day=[0-1]/{c,d}.*"]'}, [*BELOW[:2], BELOW[3]]),
        ("raw/", {"recurse": True, "exclusions": '["s3://*/raw/day=?/**"]'}, BELOW[:2]),
    ],
)
def test_which_objects_are_files(
    bucket: str, path: str, options: dict[str, Any], expected: list[str]
) -> None:
    """Whole folders, deeper ones with ``recurse``; nothing hidden, no folder markers."""
    for scheme in ("s3", "s3a"):
        source = S3Source.of({"paths": [f"{scheme}://{bucket}/{path}"], **options})
        files = source.files("")
        assert sorted(file.uri.removeprefix(f"s3://{bucket}/raw/") for file in files) == expected
        assert {file.size for file in files} <= {7}


@pytest.mark.usefixtures("aws_environment")
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"groupFiles": "inPartition"}, NotOfferedLocallyError, "groupFiles"),
        ({"compressionType": "gzip"}, NotOfferedLocallyError, "compressionType"),
        ({"paths": ["s3://b/*/x"]}, NotOfferedLocallyError, "no patterns"),
        ({"paths": ["/home/x"]}, ValueError, "s3://bucket/prefix"),
        ({"paths": "s3://b/x"}, TypeError, "a list"),
        ({"recurse": "yes"}, ValueError, "recurse is True or False, not 'yes'"),
        ({"exclusions": ["**.pdf"]}, TypeError, "a string that holds a JSON list"),
        ({"exclusions": "**.pdf"}, TypeError, "a string that holds a JSON list"),
        ({"exclusions": '"**.pdf"'}, TypeError, "a string that holds a JSON list"),
        ({"maxBand": "-1"}, ValueError, "maxBand is a whole number from 0, not '-1'"),
        ({"maxFilesInBand": 0}, ValueError, "maxFilesInBand is a whole number from 1, not 0"),
        ({"boundedFiles": "1", "boundedSize": "1"}, ValueError, "not both"),
        ({"boundedFiles": 1}, TypeError, 'boundedFiles is a string, such as "500", not 1'),
        ({"boundedSize": 1}, TypeError, "boundedSize is a string"),
        ({"boundedFiles": "0"}, ValueError, "boundedFiles is a whole number from 1, not '0'"),
        ({"boundedSize": "1 GB"}, ValueError, "boundedSize is a whole number from 1, not '1 GB'"),
        ({"boundedFiles": "1"}, NotOfferedLocallyError, "need a bookmark"),
        ({"boundedSize": "1"}, NotOfferedLocallyError, "need a bookmark"),
    ],
)
def test_what_a_source_refuses(
    bucket: str, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """What would silently read something else is named."""
    with pytest.raises(error, match=message):
        S3Source.of({"paths": [f"s3://{bucket}/raw/"], **options}).files("context")


@pytest.mark.parametrize("of", [S3Source.of, CsvFormat.of])
def test_options_must_be_a_dict(of: Callable[[object], object]) -> None:
    """A string, which some examples on the web use, is an error in Glue too."""
    with pytest.raises(TypeError, match="must be a dict, not str"):
        of('{"paths": []}')


def test_what_the_limits_are() -> None:
    """The band is 15 minutes and the rest unlimited, unless numbers say otherwise."""
    cases = [
        ({}, Limits(900_000, None, None, None)),
        ({"maxBand": 0, "maxFilesInBand": "7"}, Limits(0, 7, None, None)),
        ({"maxBand": "60000", "boundedFiles": "500"}, Limits(60_000, None, 500, None)),
        ({"boundedSize": "1073741824"}, Limits(900_000, None, None, 2**30)),
    ]
    for options, expected in cases:
        assert S3Source.of({"paths": ["s3://b/"], **options}).limits == expected, options


@pytest.mark.usefixtures("aws_environment")
def test_bookmarked_reads(aws: LocalAws, job: Job) -> None:
    """By modification time: an object that is written anew, or copied onto itself, is new."""
    s3, bucket = aws.client("s3"), f"bookmarked-{uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    for key in "abcd":
        s3.put_object(Bucket=bucket, Key=key, Body=b"1")

    def read(context: str = "lines", **options: str) -> str:
        source = S3Source.of({"paths": [f"s3://{bucket}/"], **options})
        return " ".join(file.uri[-1] for file in source.files(context))

    assert read() == "a b c d"  # no job has begun
    job.init("job", {})
    assert read() == "a b c d"  # bookmarks are disabled unless enabled
    job.init("job", ENABLED)
    assert (read(boundedFiles="1"), read(boundedSize="2")) == ("a", "a b")
    job.commit()
    assert (read(), read("")) == ("c d", "a b c d")  # without context nobody remembers
    with pytest.raises(NotOfferedLocallyError, match="give the read a transformation_ctx"):
        read("", boundedFiles="1")
    job.commit()
    time.sleep(1.1)  # S3's times are whole seconds
    s3.put_object(Bucket=bucket, Key="b", Body=b"1")
    s3.copy_object(
        Bucket=bucket,
        Key="c",
        CopySource={"Bucket": bucket, "Key": "c"},
        MetadataDirective="REPLACE",
    )
    assert read() == "b c"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "quoteChar"),
        ({"quoteChar": '"'}, "quoteChar"),
        ({"quoteChar": -1, "withHeader": True}, "withHeader"),
        ({"quoteChar": -1, "multiLine": True}, "multiLine"),
    ],
)
def test_what_the_csv_format_refuses(options: dict[str, Any], message: str) -> None:
    """Quotes and headers would change the rows."""
    with pytest.raises(NotOfferedLocallyError, match=message):
        CsvFormat.of(options)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"separator": ""}, ValueError, "one character, not ''"),
        ({"separator": "||"}, ValueError, "one character"),
        ({"separator": 1}, ValueError, "one character"),
        ({"attachFilename": True}, TypeError, "the name of a column, not True"),
    ],
)
def test_values_that_mean_nothing(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """They are refused before a file is read."""
    with pytest.raises(error, match=message):
        CsvFormat.of({"quoteChar": -1, **options})
