"""Tags: one behaviour over many services' spellings of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.cloudformation.resources.base import Context, Properties


@dataclass(frozen=True)
class _Api:
    """How a service names the arguments of its two tagging operations."""

    resource: str
    tags: str
    keys: str
    as_map: bool
    tag: str = "tag_resource"
    untag: str = "untag_resource"
    key_name: str = "Key"


_APIS = {
    "athena": _Api("ResourceARN", "Tags", "TagKeys", as_map=False),
    "cloudwatch": _Api("ResourceARN", "Tags", "TagKeys", as_map=False),
    "events": _Api("ResourceARN", "Tags", "TagKeys", as_map=False),
    "glue": _Api("ResourceArn", "TagsToAdd", "TagsToRemove", as_map=True),
    "iam": _Api("RoleName", "Tags", "TagKeys", as_map=False, tag="tag_role", untag="untag_role"),
    "lambda": _Api("Resource", "Tags", "TagKeys", as_map=True),
    "logs": _Api("resourceArn", "tags", "tagKeys", as_map=True),
    "secretsmanager": _Api("SecretId", "Tags", "TagKeys", as_map=False),
    "sns": _Api("ResourceArn", "Tags", "TagKeys", as_map=False),
    "sqs": _Api("QueueUrl", "Tags", "TagKeys", as_map=True, tag="tag_queue", untag="untag_queue"),
    "stepfunctions": _Api("resourceArn", "tags", "tagKeys", as_map=False),
}


def tag_map(properties: Properties) -> dict[str, str]:
    """Return the tags of a resource by key, however the type writes them."""
    tags = properties.get("Tags") or {}
    if isinstance(tags, Mapping):
        return dict(tags)
    return {tag["Key"]: tag["Value"] for tag in tags}


def with_stack_tags(
    properties: Mapping[str, Any], stack_tags: list[dict[str, str]], style: type | None
) -> dict[str, Any]:
    """Add a stack's tags, as AWS does; the resource's own win over them."""
    if style is None or not stack_tags:
        return dict(properties)
    merged = {tag["Key"]: tag["Value"] for tag in stack_tags} | tag_map(properties)
    return {**properties, "Tags": merged if style is dict else as_list(merged)}


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags as a list of Key and Value."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def retag(service: str, resource: str, old: Properties, new: Properties, context: Context) -> None:
    """Bring a resource's tags from the old properties to the new ones."""
    api, before, after = _APIS[service], tag_map(old), tag_map(new)
    gone = [key for key in before if key not in after]
    if gone:
        context.call(service, api.untag, **{api.resource: resource, api.keys: gone})
    if after and after != before:
        tags = after if api.as_map else as_list(after)
        context.call(service, api.tag, **{api.resource: resource, api.tags: tags})
