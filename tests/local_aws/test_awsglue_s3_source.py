"""An S3 source finds the objects that Glue would read, and names the options it does not have."""

from typing import Any
from uuid import uuid4

import pytest

from local_aws.runtime.awsglue.csv_format import CsvFormat
from local_aws.runtime.awsglue.errors import NotOfferedLocallyError
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
def environment_of_a_job(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let boto3 speak to the local AWS without being told, as in a job."""
    for name, value in aws.settings.environment.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("environment_of_a_job")
@pytest.mark.parametrize(
    ("path", "options", "expected"),
    [
        ("raw/", {"recurse": True}, BELOW),
        ("raw", {"recurse": "true"}, BELOW),  # not rawest
        ("raw/", {}, ["a.csv", "b.pdf"]),
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


@pytest.mark.usefixtures("environment_of_a_job")
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"groupFiles": "inPartition"}, NotOfferedLocallyError, "groupFiles"),
        ({"compressionType": "gzip"}, NotOfferedLocallyError, "compressionType"),
        ({"paths": ["s3://b/*/x"]}, NotOfferedLocallyError, "no patterns"),
        ({"paths": ["/home/x"]}, ValueError, "s3://bucket/prefix"),
        ({"paths": "s3://b/x"}, TypeError, "a list"),
        ({"boundedFiles": "1", "boundedSize": "1"}, ValueError, "not both"),
        ({"boundedFiles": "1"}, NotOfferedLocallyError, "need a bookmark"),
    ],
)
def test_what_a_source_refuses(
    bucket: str, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """What would silently read something else is named."""
    with pytest.raises(error, match=message):
        S3Source.of({"paths": [f"s3://{bucket}/raw/"], **options}).files("context")


def test_options_must_be_a_dict() -> None:
    """A string, which some examples on the web use, is an error in Glue too."""
    with pytest.raises(TypeError, match="must be a dict"):
        S3Source.of('{"paths": []}')


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "quoteChar"),
        ({"quoteChar": '"'}, "quoteChar"),
        ({"quoteChar": -1, "withHeader": True}, "header"),
        ({"quoteChar": -1, "multiLine": True}, "multiLine"),
    ],
)
def test_what_the_csv_format_refuses(options: dict[str, Any], message: str) -> None:
    """Quotes and headers would change the rows."""
    with pytest.raises(NotOfferedLocallyError, match=message):
        CsvFormat.of(options)
