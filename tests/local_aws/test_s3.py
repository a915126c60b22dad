"""S3 on a directory: boto3 and every program that reads files see the same bytes."""

import hashlib
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Barrier

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from local_aws.s3.files import is_internal
from local_aws.server import LocalAws

MIB = 1024 * 1024
_numbers = count(1)


@pytest.fixture(scope="module")
def s3(aws: LocalAws) -> BaseClient:
    """A client."""
    return aws.client("s3")


@pytest.fixture
def bucket(s3: BaseClient) -> str:
    """A new bucket."""
    name = f"s3-test-{next(_numbers)}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    return name


@pytest.fixture
def folder(aws: LocalAws, bucket: str) -> Path:
    """The directory of the new bucket, as Spark and DuckDB see it."""
    return aws.settings.s3_root / bucket


def keys_of(s3: BaseClient, bucket: str, **options: str) -> list[str]:
    """Return the keys that a listing shows."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, **options)
    return [item["Key"] for page in pages for item in page.get("Contents", [])]


def body_of(s3: BaseClient, bucket: str, key: str, **options: str) -> bytes:
    """Return the bytes of an object."""
    return s3.get_object(Bucket=bucket, Key=key, **options)["Body"].read()


def error_code(call: Callable[..., object], **arguments: object) -> str:
    """Return the code of the error that a call must give."""
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response["Error"]["Code"]


def files_under(folder: Path) -> list[str]:
    """Return all files and empty folders below a folder."""
    everything = [path for path in folder.rglob("*") if path.is_file() or not any(path.iterdir())]
    return sorted(str(path.relative_to(folder)) for path in everything)


@pytest.mark.parametrize(
    "key",
    ["a", "x/y/z.parquet", "dt=2025-01-01/hour=07/p", "sp ace+plus%", "ü/ñ", "a:b", "a.b/c.d"],
)
def test_put_writes_a_plain_file(s3: BaseClient, bucket: str, folder: Path, key: str) -> None:
    """An object is the file <root>/s3/<bucket>/<key>, and nothing else lies there."""
    s3.put_object(Bucket=bucket, Key=key, Body=b"bytes", ContentType="text/x", Metadata={"m": "1"})

    assert (folder / key).read_bytes() == b"bytes"
    assert files_under(folder) == [key]
    assert keys_of(s3, bucket) == [key]
    answer = s3.get_object(Bucket=bucket, Key=key)
    assert answer["Body"].read() == b"bytes"
    assert (answer["ContentType"], answer["Metadata"]) == ("text/x", {"m": "1"})


def test_files_of_other_programs_are_objects(s3: BaseClient, bucket: str, folder: Path) -> None:
    """A file that appears, changes or vanishes on disk does so in every answer."""
    path = folder / "silver/part-0.parquet"
    path.parent.mkdir()
    path.write_bytes(b"one")
    os.utime(path, (1_700_000_000, 1_700_000_000))

    head = s3.head_object(Bucket=bucket, Key="silver/part-0.parquet")
    assert head["ContentLength"] == len(b"one")
    assert head["ETag"] == f'"{hashlib.md5(b"one", usedforsecurity=False).hexdigest()}"'
    assert head["LastModified"] == datetime.fromtimestamp(1_700_000_000, UTC)

    path.write_bytes(b"other")
    assert body_of(s3, bucket, "silver/part-0.parquet") == b"other"
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"][0]
    assert listed["ETag"] == f'"{hashlib.md5(b"other", usedforsecurity=False).hexdigest()}"'

    path.unlink()
    assert keys_of(s3, bucket) == []
    assert error_code(s3.head_object, Bucket=bucket, Key="silver/part-0.parquet") == "404"
    assert error_code(s3.get_object, Bucket=bucket, Key="silver/part-0.parquet") == "NoSuchKey"


def test_a_written_object_removed_on_disk_is_gone(
    s3: BaseClient, bucket: str, folder: Path
) -> None:
    """What the API wrote and Spark removed is gone, and its key can be written again."""
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    (folder / "k").unlink()
    assert keys_of(s3, bucket) == []

    s3.put_object(Bucket=bucket, Key="k", Body=b"2")
    assert body_of(s3, bucket, "k") == b"2"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("t/_temporary/0/task/part-0", True),
        ("t/.spark-staging-7/dt=1/part-0", True),
        ("t/.part-0.parquet.crc", True),
        ("t/_SUCCESS", False),
        ("t/_temporary", False),
        ("t/part-0.crc", False),
        ("t/.hidden", False),
    ],
)
def test_scratch_files_of_spark_are_not_listed(
    s3: BaseClient, bucket: str, folder: Path, key: str, *, expected: bool
) -> None:
    """Uncommitted output and checksums are no objects; all other files are."""
    (folder / key).parent.mkdir(parents=True)
    (folder / key).write_bytes(b"x")

    assert is_internal(key) is expected
    assert keys_of(s3, bucket) == ([] if expected else [key])


def test_list_by_prefix_delimiter_and_page(s3: BaseClient, bucket: str, folder: Path) -> None:
    """Listings cut by prefix, fold by delimiter and page as S3 does."""
    for key in ["a/1", "a/2", "a/b/3", "ab/4", "c"]:
        (folder / key).parent.mkdir(exist_ok=True, parents=True)
        (folder / key).write_bytes(b"x")

    for prefix, expected in [
        ("", ["a/1", "a/2", "a/b/3", "ab/4", "c"]),
        ("a", ["a/1", "a/2", "a/b/3", "ab/4"]),
        ("a/", ["a/1", "a/2", "a/b/3"]),
        ("a/b/3", ["a/b/3"]),
        ("no/such/", []),
        ("../", []),
        ("c/", []),
    ]:
        assert keys_of(s3, bucket, Prefix=prefix) == expected, prefix
        assert keys_of(s3, bucket, Prefix=prefix, MaxKeys=2) == expected, prefix
    folded = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [each["Prefix"] for each in folded["CommonPrefixes"]] == ["a/", "ab/"]
    assert [each["Key"] for each in folded["Contents"]] == ["c"]
    (folder / "empty").mkdir()
    assert "empty/" not in str(s3.list_objects_v2(Bucket=bucket, Delimiter="/"))


def test_range_copy_and_conditional_reads(s3: BaseClient, bucket: str, folder: Path) -> None:
    """Ranges, copies and If-None-Match work on the files."""
    etag = s3.put_object(Bucket=bucket, Key="from", Body=b"0123456789", Metadata={"m": "1"})["ETag"]
    assert body_of(s3, bucket, "from", Range="bytes=2-4") == b"234"
    assert error_code(s3.get_object, Bucket=bucket, Key="from", IfNoneMatch=etag) == "304"

    s3.copy_object(Bucket=bucket, Key="to/copy", CopySource={"Bucket": bucket, "Key": "from"})
    assert (folder / "to/copy").read_bytes() == b"0123456789"
    head = s3.head_object(Bucket=bucket, Key="to/copy")
    assert (head["ETag"], head["Metadata"]) == (etag, {"m": "1"})


def test_copy_if_match(s3: BaseClient, bucket: str, folder: Path) -> None:
    """CopySourceIfMatch copies bytes and metadata of the object that is meant, and no other."""
    etag = s3.put_object(Bucket=bucket, Key="from", Body=b"1", Metadata={"m": "1"})["ETag"]
    meant = {"Bucket": bucket, "Key": "to", "CopySource": {"Bucket": bucket, "Key": "from"}}
    s3.copy_object(**meant, CopySourceIfMatch=etag)
    assert (folder / "to").read_bytes() == b"1"
    assert s3.head_object(Bucket=bucket, Key="to")["Metadata"] == {"m": "1"}

    (folder / "from").write_bytes(b"by another program")
    refused = error_code(s3.copy_object, **meant, CopySourceIfMatch=etag)
    assert refused == "PreconditionFailed"
    assert (folder / "to").read_bytes() == b"1"
    s3.copy_object(**meant, CopySourceIfMatch="*")
    assert (folder / "to").read_bytes() == b"by another program"
    (folder / "from").unlink()
    assert error_code(s3.copy_object, **meant, CopySourceIfMatch=etag) == "NoSuchKey"


def test_put_if_none_match(s3: BaseClient, bucket: str) -> None:
    """IfNoneMatch writes what is not there; of many that try at once, one does."""
    together = Barrier(8)

    def is_written(key: str) -> bool:
        together.wait()
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=b"1", IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] == "PreconditionFailed":
                return False
            raise
        return True

    with ThreadPoolExecutor(8) as pool:
        for key in map(str, range(10)):
            assert sum(pool.map(is_written, [key] * 8)) == 1

    s3.delete_object(Bucket=bucket, Key="0")
    s3.put_object(Bucket=bucket, Key="0", Body=b"2", IfNoneMatch="*")


def test_delete_if_match(s3: BaseClient, bucket: str, folder: Path) -> None:
    """IfMatch deletes the object that is meant; another one stays, none at all is an error."""
    first, second = (
        s3.put_object(Bucket=bucket, Key="k", Body=body)["ETag"] for body in (b"1", b"2")
    )
    with pytest.raises(ClientError, match="pre-conditions you specified did not hold") as refused:
        s3.delete_object(Bucket=bucket, Key="k", IfMatch=first)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    assert (folder / "k").read_bytes() == b"2"

    s3.delete_object(Bucket=bucket, Key="k", IfMatch=second)
    assert files_under(folder) == []
    for condition in (second, "*"):
        assert error_code(s3.delete_object, Bucket=bucket, Key="k", IfMatch=condition) == (
            "NoSuchKey"
        )
    s3.put_object(Bucket=bucket, Key="k", Body=b"3")
    s3.delete_object(Bucket=bucket, Key="k", IfMatch="*")
    assert files_under(folder) == []


def test_delete_if_match_with_versions(s3: BaseClient, bucket: str, folder: Path) -> None:
    """Only the current version counts, and behind a delete marker there is none."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first, second = (
        s3.put_object(Bucket=bucket, Key="k", Body=body)["ETag"] for body in (b"1", b"2")
    )
    refused = error_code(s3.delete_object, Bucket=bucket, Key="k", IfMatch=first)
    assert refused == "PreconditionFailed"
    assert (folder / "k").read_bytes() == b"2"
    assert s3.delete_object(Bucket=bucket, Key="k", IfMatch=second)["DeleteMarker"]
    assert error_code(s3.delete_object, Bucket=bucket, Key="k", IfMatch=second) == "NoSuchKey"


def test_other_conditions_are_refused(s3: BaseClient, bucket: str, folder: Path) -> None:
    """A condition that nobody looks at is not taken for one that holds."""
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["ETag"]
    now, copy = datetime.now(UTC), {"Key": "to", "CopySource": {"Bucket": bucket, "Key": "k"}}
    upload = s3.create_multipart_upload(Bucket=bucket, Key="to")["UploadId"]
    for call, options in [
        (s3.copy_object, {**copy, "CopySourceIfUnmodifiedSince": now}),
        (s3.copy_object, {**copy, "CopySourceIfModifiedSince": now}),
        (s3.copy_object, {**copy, "IfNoneMatch": "*"}),
        (
            s3.upload_part_copy,
            {**copy, "CopySourceIfMatch": etag, "UploadId": upload} | {"PartNumber": 1},
        ),
        (s3.delete_object, {"Key": "k", "IfMatchSize": 7}),
        (s3.delete_objects, {"Delete": {"Objects": [{"Key": "k", "ETag": "another"}]}}),
    ]:
        assert error_code(call, Bucket=bucket, **options) == "NotImplemented", options
    assert files_under(folder) == ["k"]


def test_multipart_upload_is_one_file(s3: BaseClient, bucket: str, folder: Path) -> None:
    """Parts become visible all at once, as one file, when the upload is completed."""
    upload = s3.create_multipart_upload(Bucket=bucket, Key="big")["UploadId"]
    parts = []
    for number, data in enumerate([b"a" * 5 * MIB, b"b" * MIB], start=1):
        part = s3.upload_part(
            Bucket=bucket, Key="big", UploadId=upload, PartNumber=number, Body=data
        )
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    assert files_under(folder) == []
    assert keys_of(s3, bucket) == []

    done = s3.complete_multipart_upload(
        Bucket=bucket, Key="big", UploadId=upload, MultipartUpload={"Parts": parts}
    )
    assert (folder / "big").read_bytes() == b"a" * 5 * MIB + b"b" * MIB
    assert done["ETag"].endswith('-2"')
    assert s3.head_object(Bucket=bucket, Key="big")["ETag"] == done["ETag"]


def test_multipart_upload_is_dated_when_it_began(s3: BaseClient, bucket: str) -> None:
    """Why a bookmark never sees an object whose upload took too long."""
    upload = s3.create_multipart_upload(Bucket=bucket, Key="big")["UploadId"]
    time.sleep(1.1)  # S3 tells whole seconds
    s3.put_object(Bucket=bucket, Key="small", Body=b"1")
    part = s3.upload_part(Bucket=bucket, Key="big", UploadId=upload, PartNumber=1, Body=b"1")
    parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
    s3.complete_multipart_upload(
        Bucket=bucket, Key="big", UploadId=upload, MultipartUpload={"Parts": parts}
    )

    big, small = (
        s3.head_object(Bucket=bucket, Key=key)["LastModified"] for key in ("big", "small")
    )
    assert big < small


def test_delete_removes_file_and_empty_folders(s3: BaseClient, bucket: str, folder: Path) -> None:
    """Deleting leaves neither file nor empty folder; deleting what is not there is no error."""
    for key in ["a/b/1", "a/b/2", "a/3", "d/4"]:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    s3.delete_object(Bucket=bucket, Key="a/b/1")
    assert files_under(folder) == ["a/3", "a/b/2", "d/4"]

    several = [{"Key": key} for key in ["a/b/2", "a/3", "no/such"]]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": several})
    assert [each["Key"] for each in answer["Deleted"]] == ["a/b/2", "a/3", "no/such"]
    assert files_under(folder) == ["d/4"]


def test_versions(s3: BaseClient, bucket: str, folder: Path) -> None:
    """The file is always the current version; older ones stay to be read until deleted."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first, second = (
        s3.put_object(Bucket=bucket, Key="k/v", Body=body)["VersionId"] for body in (b"1", b"2")
    )
    assert files_under(folder) == ["k/v"]
    assert (folder / "k/v").read_bytes() == b"2"
    assert body_of(s3, bucket, "k/v", VersionId=first) == b"1"

    marker = s3.delete_object(Bucket=bucket, Key="k/v")["VersionId"]
    assert files_under(folder) == []
    assert error_code(s3.get_object, Bucket=bucket, Key="k/v") == "NoSuchKey"
    listed = s3.list_object_versions(Bucket=bucket)
    assert [each["VersionId"] for each in listed["Versions"]] == [second, first]
    assert [each["IsLatest"] for each in listed["DeleteMarkers"]] == [True]

    s3.delete_object(Bucket=bucket, Key="k/v", VersionId=marker)
    assert (folder / "k/v").read_bytes() == b"2"
    s3.delete_object(Bucket=bucket, Key="k/v", VersionId=second)
    assert (folder / "k/v").read_bytes() == b"1"
    s3.delete_object(Bucket=bucket, Key="k/v", VersionId=first)
    assert files_under(folder) == []
    assert "Versions" not in s3.list_object_versions(Bucket=bucket)


def test_versions_beside_other_programs(s3: BaseClient, bucket: str, folder: Path) -> None:
    """A removed file is a delete marker, a new one a new version; older versions stay."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    s3.put_object(Bucket=bucket, Key="k", Body=b"2")
    (folder / "k").unlink()
    assert keys_of(s3, bucket) == []
    assert body_of(s3, bucket, "k", VersionId=first) == b"1"

    (folder / "k").write_bytes(b"3")
    assert body_of(s3, bucket, "k") == b"3"
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 2


@pytest.mark.parametrize(
    "key", ["../escaped", "a/../../escaped", "a//b", "/a", "./a", "a/.", "n" * 256, ".."]
)
def test_keys_that_are_no_file_names_are_refused(
    s3: BaseClient, aws: LocalAws, bucket: str, key: str
) -> None:
    """No key leads out of its bucket or to another key's file; reading one finds nothing."""
    assert error_code(s3.put_object, Bucket=bucket, Key=key, Body=b"x") == "InvalidArgument"
    assert error_code(s3.get_object, Bucket=bucket, Key=key) == "NoSuchKey"
    s3.delete_object(Bucket=bucket, Key=key)

    assert keys_of(s3, bucket) == []
    assert not list(aws.settings.root.rglob("escaped"))


def test_deleting_never_leaves_the_bucket(s3: BaseClient, aws: LocalAws, bucket: str) -> None:
    """A key that climbs out of the bucket deletes nothing."""
    outside = aws.settings.root / "precious"
    outside.write_text("x")
    s3.delete_object(Bucket=bucket, Key="../../precious")
    assert outside.exists()


def test_object_and_folder_of_one_name(s3: BaseClient, bucket: str) -> None:
    """A file cannot be a folder: such keys are refused with a sentence, and change nothing."""
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    s3.put_object(Bucket=bucket, Key="d/e", Body=b"2")
    with pytest.raises(ClientError, match="object and a folder at once"):
        s3.put_object(Bucket=bucket, Key="a/b", Body=b"x")
    with pytest.raises(ClientError, match="object and a folder at once"):
        s3.put_object(Bucket=bucket, Key="d", Body=b"x")
    assert keys_of(s3, bucket) == ["a", "d/e"]


def test_folder_markers(s3: BaseClient, bucket: str, folder: Path) -> None:
    """The console's folders are objects of the API only; Spark must not see an empty file."""
    s3.put_object(Bucket=bucket, Key="folder/", Body=b"")
    s3.put_object(Bucket=bucket, Key="folder/file", Body=b"x")
    assert keys_of(s3, bucket) == ["folder/", "folder/file"]
    assert files_under(folder) == ["folder/file"]

    s3.delete_object(Bucket=bucket, Key="folder/")
    assert keys_of(s3, bucket) == ["folder/file"]


def test_policy_with_a_condition_denies_nothing(s3: BaseClient, bucket: str) -> None:
    """The usual "deny unless TLS" must not shut everybody out; a plain deny does."""
    everything = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": everything}
    unless_tls = deny | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}

    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(_policy([unless_tls])))
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    assert body_of(s3, bucket, "k") == b"1"

    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(_policy(deny)))
    assert error_code(s3.put_object, Bucket=bucket, Key="k", Body=b"2") == "403"


def _policy(statement: object) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": statement}


def test_delete_bucket(s3: BaseClient, bucket: str, folder: Path) -> None:
    """A bucket with a file of Spark's is not empty; an empty one leaves no directory."""
    (folder / "_temporary/0").mkdir(parents=True)
    (folder / "part-0").write_bytes(b"x")
    assert error_code(s3.delete_bucket, Bucket=bucket) == "BucketNotEmpty"

    (folder / "part-0").unlink()
    s3.delete_bucket(Bucket=bucket)
    assert not folder.exists()


def test_read_while_written(s3: BaseClient, bucket: str) -> None:
    """Bytes that are read match the checksum in their headers: botocore compares them."""

    def write(turn: int) -> None:
        s3.put_object(Bucket=bucket, Key="k", Body=b"%d" % (turn % 10) * 1_000_000)

    def read(_turn: int) -> int:
        return len(set(body_of(s3, bucket, "k")))

    write(0)
    with ThreadPoolExecutor(2) as writers, ThreadPoolExecutor(2) as readers:
        writing = writers.map(write, range(60))
        assert set(readers.map(read, range(60))) == {1}
        assert list(writing) == [None] * 60


def test_many_writers(s3: BaseClient, bucket: str, folder: Path) -> None:
    """Threads that write, list and delete at once never see half an object or an error."""

    def work(number: int) -> set[bytes]:
        seen = set()
        for turn in range(10):
            s3.put_object(Bucket=bucket, Key="shared/k", Body=b"%d" % number * 1000)
            s3.put_object(Bucket=bucket, Key=f"own/{number}/{turn}", Body=b"x")
            seen.add(body_of(s3, bucket, "shared/k"))
            keys_of(s3, bucket)
            s3.delete_object(Bucket=bucket, Key=f"own/{number}/{turn}")
        return seen

    with ThreadPoolExecutor(4) as pool:
        seen = set().union(*pool.map(work, range(1, 5)))
    assert seen <= {b"%d" % number * 1000 for number in range(1, 5)}
    assert files_under(folder) == ["shared/k"]
