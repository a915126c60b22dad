"""What the API's actions read from a request."""

import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import boto3
from botocore.exceptions import ClientError

from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.model import Stack
from local_aws.cloudformation.template import MAXIMUM_BODY_BYTES, MAXIMUM_OBJECT_BYTES
from local_aws.settings import Settings

_STACK_NAME = r"[a-zA-Z][-a-zA-Z0-9]*"
_VIRTUAL_HOST = re.compile(r"(?P<bucket>.+)\.s3[.-].*amazonaws\.com")
# What every caller may send, because it does not change what is made.
_HARMLESS = {"ClientRequestToken", "MaxResults", "NextToken", "TemplateStage"}


def refuse_others(action: str, given: Mapping[str, Any], offered: Collection[str]) -> None:
    """Refuse a parameter that would be ignored; absent, empty and false ones ask for nothing.

    Raises:
        ValidationError: naming the parameter.
    """
    for name, value in given.items():
        if value and name not in offered and name not in _HARMLESS:
            raise ValidationError(f"The local AWS does not offer {name} of {action}")


def check_stack_name(name: str) -> None:
    """Refuse a name that AWS refuses.

    Raises:
        ValidationError: with AWS's words.
    """
    if not re.fullmatch(_STACK_NAME, name):
        raise ValidationError(
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy "
            f"constraint: Member must satisfy regular expression pattern: {_STACK_NAME}"
        )
    if len(name) > 128:  # ruff: ignore[magic-value-comparison] - AWS's limit
        raise ValidationError(
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy "
            f"constraint: Member must have length less than or equal to 128"
        )


def template_body(given: Mapping[str, Any], stack: Stack | None, settings: Settings) -> str:
    """Return the template that a request carries, points to, or keeps.

    Raises:
        ValidationError: there is none, or it is too long.
    """
    if given.get("UsePreviousTemplate"):
        if stack is None or stack.design is None:
            raise ValidationError("This stack has no previous template")
        return stack.design.body
    if given.get("TemplateURL"):
        return _object_at(given["TemplateURL"], settings)
    body = given.get("TemplateBody")
    if not body:
        raise ValidationError("Either Template URL or Template Body must be specified.")
    if len(body.encode()) > MAXIMUM_BODY_BYTES:
        raise ValidationError(
            f"1 validation error detected: Value '{body[:60]}...' at 'templateBody' failed to "
            f"satisfy constraint: Member must have length less than or equal to "
            f"{MAXIMUM_BODY_BYTES}"
        )
    return body


def _object_at(url: str, settings: Settings) -> str:
    """Return the text of an object of this AWS, given its address on AWS or here."""
    parts = urlsplit(url)
    virtual = _VIRTUAL_HOST.fullmatch(parts.netloc)
    path = unquote(parts.path).lstrip("/")
    bucket, key = (virtual["bucket"], path) if virtual else (*path.split("/", 1), "")[:2]
    client = boto3.client(
        "s3",
        endpoint_url=settings.endpoint,
        region_name="us-west-2",
        aws_access_key_id="cloudformation",
        aws_secret_access_key="cloudformation",  # ruff: ignore[hardcoded-password-func-arg] - nothing is checked locally
    )
    try:
        body = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        raise ValidationError(f"S3 error: {error.response['Error']['Message']}") from error
    if len(body) > MAXIMUM_OBJECT_BYTES:
        raise ValidationError(f"Template may not exceed {MAXIMUM_OBJECT_BYTES} bytes in size.")
    return body.decode()
