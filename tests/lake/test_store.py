"""Objects of the analytics bucket below one prefix."""

import pytest

from glue_jobs.lake.store import Store
from local_aws.server import LocalAws


@pytest.fixture
def store(aws: LocalAws) -> Store:
    """An empty store below a prefix of a bucket that holds other objects too."""
    s3 = aws.client("s3")
    bucket = f"store-{len(s3.list_buckets()['Buckets'])}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    s3.put_object(Bucket=bucket, Key="elsewhere", Body=b"")
    return Store(s3, f"s3://{bucket}/lake/")


def _keys(store: Store, prefix: str = "") -> list[str]:
    return [found.key for found in store.list(prefix)]


def test_keys_and_uris(store: Store) -> None:
    """A key and its URI name the same object."""
    assert store.key(store.uri("gold/x")) == "gold/x"
    assert store.uri("gold/x").endswith("/lake/gold/x")


def test_write_read_list(store: Store) -> None:
    """What is written is read and listed, below the prefix only."""
    store.write("notes/a.json", b"{}")

    assert store.read("notes/a.json") == b"{}"
    assert _keys(store) == ["notes/a.json"]


def test_folder_markers(store: Store) -> None:
    """The empty objects that the console makes for folders are no objects of anyone's."""
    store.write("notes/", b"")
    store.write("notes/a/", b"")
    store.write("notes/a.json", b"{}")

    assert _keys(store) == ["notes/a.json"]


def test_only_what_is_meant(store: Store) -> None:
    """Made where there is none, found with its ETag, removed if it is still the same."""
    first = store.create("lock", b"12345")
    assert store.create("lock", b"another") is None
    assert store.find("lock", 3) == (b"123", first)
    assert store.etag("lock") == first

    store.remove("lock", '"another"')
    assert store.read("lock") == b"12345"
    store.remove("lock", first)
    store.remove("lock", first)
    assert (store.etag("lock"), store.find("lock", 3)) == (None, None)


def test_delete_more_than_a_call_takes(store: Store) -> None:
    """All are removed, though a call takes a thousand keys; what is gone already is no error."""
    keys = [f"old/{number:04}" for number in range(1001)]
    for key in keys:
        store.write(key, b"")

    store.delete(keys)
    store.delete(keys[:1])

    assert _keys(store) == []
