"""Buckets and their policies."""

import json
from collections.abc import Mapping
from itertools import starmap
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from local_aws.cloudformation.errors import ResourceError
from local_aws.cloudformation.resources.base import (
    Context,
    Properties,
    ResourceType,
    refuse_existing,
)

_RULE = "LifecycleConfiguration.Rules"
_ENCRYPTION = "BucketEncryption.ServerSideEncryptionConfiguration"


class Bucket(ResourceType):
    """AWS::S3::Bucket."""

    type_name = "AWS::S3::Bucket"
    name_property = "BucketName"
    tag_style = list
    supported = (
        "BucketName",
        f"{_ENCRYPTION}.BucketKeyEnabled",
        f"{_ENCRYPTION}.ServerSideEncryptionByDefault.KMSMasterKeyID",
        f"{_ENCRYPTION}.ServerSideEncryptionByDefault.SSEAlgorithm",
        f"{_RULE}.AbortIncompleteMultipartUpload.DaysAfterInitiation",
        f"{_RULE}.ExpirationInDays",
        f"{_RULE}.ExpiredObjectDeleteMarker",
        f"{_RULE}.Id",
        f"{_RULE}.NoncurrentVersionExpiration.NoncurrentDays",
        f"{_RULE}.Prefix",
        f"{_RULE}.Status",
        f"{_RULE}.TagFilters.Key",
        f"{_RULE}.TagFilters.Value",
        f"{_RULE}.Transitions.StorageClass",
        f"{_RULE}.Transitions.TransitionInDays",
        "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled",
        "OwnershipControls.Rules.ObjectOwnership",
        "PublicAccessBlockConfiguration.BlockPublicAcls",
        "PublicAccessBlockConfiguration.BlockPublicPolicy",
        "PublicAccessBlockConfiguration.IgnorePublicAcls",
        "PublicAccessBlockConfiguration.RestrictPublicBuckets",
        "Tags.Key",
        "Tags.Value",
        "VersioningConfiguration.Status",
    )

    def create(self, properties: Properties, context: Context) -> str:
        """Make the bucket, still without its configuration."""
        name = properties.get("BucketName") or context.generated_name(63).lower()
        where = {"LocationConstraint": context.region}
        context.call("s3", "create_bucket", Bucket=name, CreateBucketConfiguration=where)
        return name

    def complete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Configure the new bucket."""
        self.update(physical_id, {}, properties, context)

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Put every configuration that differs; delete those that are no longer given."""
        for name, (put, arguments, delete, nothing) in _CONFIGURATIONS.items():
            if name in new and new[name] != old.get(name):
                context.call("s3", put, Bucket=physical_id, **arguments(new[name]))
            elif name in old and name not in new:
                context.call("s3", delete, Bucket=physical_id, **nothing)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the bucket; one that holds objects stays, and is named."""
        del properties
        try:
            context.call("s3", "delete_bucket", Bucket=physical_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "BucketNotEmpty":
                raise
            raise ResourceError(
                f'Resource handler returned message: "The bucket you tried to delete is not empty" '
                f"(Bucket: {physical_id}, Service: S3, Status Code: 409): empty it, then delete "
                f"the stack again"
            ) from error

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the ARN and the addresses AWS would give."""
        del properties
        regional = f"{physical_id}.s3.{context.region}.amazonaws.com"
        return {
            "Arn": f"arn:aws:s3:::{physical_id}",
            "DomainName": f"{physical_id}.s3.amazonaws.com",
            "DualStackDomainName": f"{physical_id}.s3.dualstack.{context.region}.amazonaws.com",
            "RegionalDomainName": regional,
            "WebsiteURL": f"http://{physical_id}.s3-website-{context.region}.amazonaws.com",
        }


def _encryption(configuration: Properties) -> dict[str, Any]:
    rules = []
    for given in configuration["ServerSideEncryptionConfiguration"]:
        rule = dict(given)
        if "ServerSideEncryptionByDefault" in rule:
            default = rule.pop("ServerSideEncryptionByDefault")
            rule["ApplyServerSideEncryptionByDefault"] = default
        rules.append(rule)
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


def _lifecycle(configuration: Properties) -> dict[str, Any]:
    rules = list(starmap(_lifecycle_rule, enumerate(configuration["Rules"], start=1)))
    return {"LifecycleConfiguration": {"Rules": rules}}


def _lifecycle_rule(number: int, given: Mapping[str, Any]) -> dict[str, Any]:
    rule = {
        "ID": given.get("Id", f"rule-{number}"),
        "Status": given["Status"],
        "Filter": _lifecycle_filter(given),
    }
    if "ExpirationInDays" in given:
        rule["Expiration"] = {"Days": given["ExpirationInDays"]}
    if "ExpiredObjectDeleteMarker" in given:
        marker = given["ExpiredObjectDeleteMarker"]
        rule.setdefault("Expiration", {})["ExpiredObjectDeleteMarker"] = marker
    if "Transitions" in given:
        rule["Transitions"] = [
            {"StorageClass": step["StorageClass"], "Days": step["TransitionInDays"]}
            for step in given["Transitions"]
        ]
    for name in ("AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration"):
        if name in given:
            rule[name] = given[name]
    return rule


def _lifecycle_filter(given: Mapping[str, Any]) -> dict[str, Any]:
    prefix, tags = given.get("Prefix"), list(given.get("TagFilters", []))
    if not tags:
        return {"Prefix": prefix or ""}
    if len(tags) == 1 and not prefix:
        return {"Tag": tags[0]}
    return {"And": {**({"Prefix": prefix} if prefix else {}), "Tags": tags}}


def _notification(configuration: Properties) -> dict[str, Any]:
    enabled = configuration["EventBridgeConfiguration"].get("EventBridgeEnabled", True)
    is_on = str(enabled).lower() == "true"
    return {"NotificationConfiguration": {"EventBridgeConfiguration": {}} if is_on else {}}


# property: how it is put, the arguments in the API's words; how it is taken back
_CONFIGURATIONS: dict[str, tuple[str, Any, str, dict[str, Any]]] = {
    "BucketEncryption": ("put_bucket_encryption", _encryption, "delete_bucket_encryption", {}),
    "LifecycleConfiguration": (
        "put_bucket_lifecycle_configuration",
        _lifecycle,
        "delete_bucket_lifecycle",
        {},
    ),
    "NotificationConfiguration": (
        "put_bucket_notification_configuration",
        _notification,
        "put_bucket_notification_configuration",
        {"NotificationConfiguration": {}},
    ),
    "OwnershipControls": (
        "put_bucket_ownership_controls",
        lambda controls: {"OwnershipControls": controls},
        "delete_bucket_ownership_controls",
        {},
    ),
    "PublicAccessBlockConfiguration": (
        "put_public_access_block",
        lambda block: {"PublicAccessBlockConfiguration": block},
        "delete_public_access_block",
        {},
    ),
    "Tags": (
        "put_bucket_tagging",
        lambda tags: {"Tagging": {"TagSet": tags}},
        "delete_bucket_tagging",
        {},
    ),
    "VersioningConfiguration": (
        "put_bucket_versioning",
        lambda versioning: {"VersioningConfiguration": versioning},
        "put_bucket_versioning",  # it cannot be taken back, only suspended
        {"VersioningConfiguration": {"Status": "Suspended"}},
    ),
}


class BucketPolicy(ResourceType):
    """AWS::S3::BucketPolicy."""

    type_name = "AWS::S3::BucketPolicy"
    supported: ClassVar[tuple[str, ...]] = ("Bucket", "PolicyDocument.**")

    def create(self, properties: Properties, context: Context) -> str:
        """Give the bucket its policy; it must have none yet."""
        bucket = properties["Bucket"]
        refuse_existing("The bucket policy of", bucket, exists=_has_policy(bucket, context))
        self.update(bucket, {}, properties, context)
        return bucket

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Put the policy."""
        del old
        policy = json.dumps(new["PolicyDocument"])
        context.call("s3", "put_bucket_policy", Bucket=physical_id, Policy=policy)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Take the policy away."""
        del properties
        context.call("s3", "delete_bucket_policy", Bucket=physical_id)


def _has_policy(bucket: str, context: Context) -> bool:
    return context.finds("s3", "get_bucket_policy", Bucket=bucket)
