"""The shop's bucket as tests look at it."""

import json
import uuid
from typing import Any, NamedTuple

import boto3
from botocore.client import BaseClient


class LandingBucket(NamedTuple):
    """A bucket with versions, as the template makes it."""

    s3: BaseClient
    name: str

    def deliver(self, key: str, content: bytes) -> dict[str, Any]:
        """Put a file; return the event of it."""
        version = self.s3.put_object(Bucket=self.name, Key=key, Body=content)["VersionId"]
        stored = {"key": key, "version-id": version}
        return {"detail": {"bucket": {"name": self.name}, "object": stored}}

    def named(self, key: str) -> dict[str, str]:
        """Return what the state machine sends for a key."""
        return {"bucket": self.name, "key": key}

    def objects(self, prefix: str = "") -> dict[str, tuple[bytes, dict[str, str]]]:
        """Return the bytes and metadata of every object."""
        found = {}
        listed = self.s3.list_objects_v2(Bucket=self.name, Prefix=prefix)
        for item in listed.get("Contents", []):
            answer = self.s3.get_object(Bucket=self.name, Key=item["Key"])
            found[item["Key"]] = answer["Body"].read(), answer["Metadata"]
        return found

    def body(self, prefix: str) -> bytes:
        """Return the bytes of the only object below a prefix."""
        ((body, _),) = self.objects(prefix).values()
        return body

    def receipts(self) -> list[dict[str, Any]]:
        """Return the receipts; each is one line of JSON."""
        bodies = [body for body, _ in self.objects("receipts/").values()]
        assert all(body.count(b"\n") == 1 and body.endswith(b"\n") for body in bodies)
        return [json.loads(body) for body in bodies]


def landing_bucket() -> LandingBucket:
    """Make a bucket on the local AWS."""
    s3, name = boto3.client("s3"), f"landing-{uuid.uuid4()}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return LandingBucket(s3, name)
