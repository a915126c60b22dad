"""How a resource type is made, changed and removed: by ordinary calls to this AWS's own API."""

import random
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any, ClassVar

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError

from local_aws.cloudformation.errors import ResourceError, is_gone
from local_aws.cloudformation.resources.shapes import conform
from local_aws.settings import ACCOUNT_ID, Settings

Properties = Mapping[str, Any]

_CLIENT_LOCK = Lock()  # boto3 sessions may not make clients in two threads at once
_LETTERS = string.ascii_uppercase + string.digits


@lru_cache(maxsize=64)
def _client(endpoint: str, service: str, region: str, patience: int) -> BaseClient:
    with _CLIENT_LOCK:
        return boto3.session.Session().client(
            service,
            endpoint_url=endpoint,
            region_name=region,
            aws_access_key_id="cloudformation",
            aws_secret_access_key="cloudformation",  # ruff: ignore[hardcoded-password-func-arg] - nothing is checked locally
            # One attempt: a resource that cannot be made is reported, not tried five times.
            config=Config(
                retries={"total_max_attempts": 1},
                read_timeout=patience,
                s3={"addressing_style": "path"},
            ),
        )


@dataclass(frozen=True)
class Context:
    """For which resource of which stack a handler works."""

    settings: Settings
    region: str
    stack_name: str
    stack_id: str
    logical_id: str
    type_name: str

    def client(self, service: str, patience: int = 60) -> BaseClient:
        """Return a client of this AWS that waits so many seconds for an answer."""
        return _client(self.settings.endpoint, service, self.region, patience)

    def finds(self, service: str, operation: str, **arguments: object) -> bool:
        """Tell whether what an operation asks for is there."""
        try:
            self.call(service, operation, **arguments)
        except ClientError as error:
            if is_gone(error):
                return False
            raise
        return True

    def call(self, service: str, operation: str, **arguments: object) -> dict[str, Any]:
        """Call an operation, its arguments brought into the types that its API declares.

        Raises:
            ResourceError: an argument has a member that the API does not know.
        """
        client = self.client(service)
        model = client.meta.service_model.operation_model(
            client.meta.method_to_api_mapping[operation]
        )
        return getattr(client, operation)(**conform(arguments, model.input_shape))

    def discard(self, service: str, operation: str, **arguments: object) -> None:
        """Call an operation that takes something away; what is not there is no error."""
        try:
            self.call(service, operation, **arguments)
        except ClientError as error:
            if not is_gone(error):
                raise

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource of this account and region."""
        return f"arn:aws:{service}:{self.region}:{ACCOUNT_ID}:{resource}"

    def generated_name(self, maximum: int = 64) -> str:
        """Return a name as AWS makes them: stack, logical id, twelve random characters."""
        suffix = "".join(random.choices(_LETTERS, k=12))  # ruff: ignore[suspicious-non-cryptographic-random-usage] - a name, not a secret
        return f"{self.stack_name}-{self.logical_id}"[: maximum - 13] + f"-{suffix}"


class ResourceType:
    """One supported resource type.

    ``create`` makes the bare thing and returns its physical id, what ``Ref`` gives; ``complete``
    does what is left. Between the two the engine notes the id, so that whatever fails later, what
    was made can be removed.
    """

    type_name: ClassVar[str]
    # The paths of the properties that are honoured: ``*`` is any key, ``**`` anything below.
    supported: ClassVar[tuple[str, ...]]
    # The property in which the user may choose the name.
    name_property: ClassVar[str | None] = None
    # The properties within whose values the name is unique.
    name_scope: ClassVar[tuple[str, ...]] = ()
    # Create-only properties beyond those in AWS's published schema.
    also_create_only: ClassVar[tuple[str, ...]] = ()
    # How the type writes tags: as a list of Key and Value, as a map, or not at all.
    tag_style: ClassVar[type[list[Any]] | type[dict[Any, Any]] | None] = None

    def create(self, properties: Properties, context: Context) -> str:
        """Make the resource and return its physical id."""
        raise NotImplementedError

    def complete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Set what ``create`` could not."""

    def update(
        self, physical_id: str, old: Properties, new: Properties, context: Context
    ) -> str | None:
        """Bring the resource from its old properties to the new ones.

        Returns: the new physical id if the change made another thing of it; None in place.
        """
        raise NotImplementedError

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the resource."""
        raise NotImplementedError

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return what ``Fn::GetAtt`` gives."""
        del physical_id, properties, context
        return {}


def without(properties: Properties, *names: str) -> dict[str, Any]:
    """Return the properties but for some."""
    return {name: value for name, value in properties.items() if name not in names}


def only(properties: Properties, *names: str) -> dict[str, Any]:
    """Return some of the properties, those that are given."""
    return {name: properties[name] for name in names if name in properties}


def refuse_existing(what: str, name: str, *, exists: bool) -> None:
    """Fail as AWS does before a call that would overwrite somebody else's resource.

    Raises:
        ResourceError: it exists already.
    """
    if exists:
        raise ResourceError(
            f'Resource handler returned message: "{what} {name} already exists" '
            f"(HandlerErrorCode: AlreadyExists)"
        )
