"""What the function that empties buckets takes away, and what it leaves."""

import sys
from types import ModuleType
from uuid import uuid4

import boto3
import pytest

from glue_jobs.commerce import schemas as commerce
from glue_jobs.events import schemas as events
from glue_jobs.marts import schemas as marts
from local_aws.cloudformation.resources import cfnresponse
from tests.template import COMMERCE, inline_module, resources

OF_COMMERCE = (
    "commerce/functions-0123456789abcdef.zip",
    "commerce/write_report.py",
    "commerce/versions/a/gold/x/dt=2026-03-02/a.parquet",
    "glue_jobs/build_marts.py",
    "glue_jobs/load_commerce.py",
    "glue_jobs/load_commerce.zip",
    "lineage/commerce/dt=2026-03-02/jr_1.json",
    "lineage/marts/dt=2026-03-02/jr_1.json",
    "locks/commerce",
    "locks/marts",
    "manifests-commerce/jr_1-a.json",
    "manifests-marts/jr_1-a.json",
    "reports/commerce/dt=2026-03-02/index.html",
)
OF_EVENTS = (
    "glue_jobs/curate_events.py",
    "glue_jobs/glue_jobs.zip",
    "gold/daily_sales_summary_of_mine/a.parquet",
    "lineage/events/dt=2026-03-02/jr_1.json",
    "locks/events",
    "manifests/jr_1-a.json",
    "queries/queries.sql",
    "reports/daily/dt=2026-03-02/index.html",
)


@pytest.fixture
def emptier(aws_environment: None, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The function's code, beside a local AWS."""
    del aws_environment
    monkeypatch.setitem(sys.modules, "cfnresponse", cfnresponse)  # inline code has it at hand
    return inline_module("EmptierFunction")


@pytest.fixture
def bucket(emptier: ModuleType) -> str:
    """A versioned bucket."""
    del emptier
    s3, name = boto3.client("s3"), f"emptied-{uuid4().hex[:8]}"
    where = {"LocationConstraint": s3.meta.region_name}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def _put(bucket: str, *keys: str) -> None:
    """Store objects twice, delete each, and begin an upload under its key."""
    s3 = boto3.client("s3")
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"1")
        s3.put_object(Bucket=bucket, Key=key, Body=b"2")
        s3.delete_object(Bucket=bucket, Key=key)
        s3.create_multipart_upload(Bucket=bucket, Key=key)


def _left(bucket: str) -> tuple[set[str], set[str]]:
    """Return the keys of versions and markers, and those of uploads."""
    s3 = boto3.client("s3")
    found = s3.list_object_versions(Bucket=bucket)
    versions = [*found.get("Versions", []), *found.get("DeleteMarkers", [])]
    uploads = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    return {each["Key"] for each in versions}, {each["Key"] for each in uploads}


def test_bucket(emptier: ModuleType, bucket: str) -> None:
    """Of a bucket everything goes: the answer is whether there was something."""
    _put(bucket, "events/a", "unreadable/b")

    assert emptier.empty(bucket)
    assert _left(bucket) == (set(), set())
    assert not emptier.empty(bucket)


def test_pattern(emptier: ModuleType, bucket: str) -> None:
    """Of a bucket with a pattern go the keys that start like it, and no other."""
    _put(bucket, "a1/x", "a22/x", "b/a1/x")

    assert emptier.empty(rf"{bucket}/a\d/")
    assert _left(bucket) == ({"a22/x", "b/a1/x"}, {"a22/x", "b/a1/x"})
    assert not emptier.empty(rf"{bucket}/a\d/")


def test_commerce(emptier: ModuleType, bucket: str) -> None:
    """The order book's stack takes all that is its own, wherever it lies, and nothing else."""
    own, others = [*OF_COMMERCE], [*OF_EVENTS]
    for tables, keys in (((*commerce.TABLES, *marts.MARTS), own), (events.TABLES, others)):
        for table in tables:
            file = f"{table.path}dt=2026-03-02/a.parquet"
            keys += [file, f"versions/jr_1-0a-1/{file}"]
    keys = {key for key in own if "file_receipts" not in key}  # these lie in its own bucket
    _put(bucket, *keys, *others)
    [emptied] = resources("Custom::EmptiedBuckets", COMMERCE).values()
    [place] = (each["Fn::Sub"] for each in emptied["BucketNames"] if "Fn::Sub" in each)

    emptier.empty(place.replace("capstone-analytics-${StudentId}-${AWS::AccountId}", bucket))

    assert _left(bucket) == (set(others), set(others))
