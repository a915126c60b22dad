"""Secrets."""

import json
from typing import Any

from local_aws.cloudformation.errors import ResourceError
from local_aws.cloudformation.resources.base import Context, Properties, ResourceType, only, without
from local_aws.cloudformation.resources.tags import retag

_GENERATED = "GenerateSecretString"
# What it holds beyond what a password is asked for with: the JSON around the password.
_AROUND = ("GenerateStringKey", "SecretStringTemplate")


class Secret(ResourceType):
    """AWS::SecretsManager::Secret."""

    type_name = "AWS::SecretsManager::Secret"
    name_property = "Name"
    tag_style = list
    supported = (
        "Description",
        f"{_GENERATED}.ExcludeCharacters",
        f"{_GENERATED}.ExcludeLowercase",
        f"{_GENERATED}.ExcludeNumbers",
        f"{_GENERATED}.ExcludePunctuation",
        f"{_GENERATED}.ExcludeUppercase",
        f"{_GENERATED}.GenerateStringKey",
        f"{_GENERATED}.IncludeSpace",
        f"{_GENERATED}.PasswordLength",
        f"{_GENERATED}.RequireEachIncludedType",
        f"{_GENERATED}.SecretStringTemplate",
        "KmsKeyId",
        "Name",
        "SecretString",
        "Tags.Key",
        "Tags.Value",
    )

    def create(self, properties: Properties, context: Context) -> str:
        """Make the secret; its ARN is its id."""
        made = context.call(
            "secretsmanager",
            "create_secret",
            **only(properties, "Description", "KmsKeyId", "Tags"),
            Name=properties.get("Name") or context.generated_name(),
            **_value({}, properties, context),
        )
        return made["ARN"]

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Change description, key and tags; the value only if what makes it has changed."""
        gone = [name for name in ("Description", "KmsKeyId") if name in old and name not in new]
        if gone:
            raise ResourceError(f"The local AWS cannot take {gone[0]} from a secret")
        context.call(
            "secretsmanager",
            "update_secret",
            SecretId=physical_id,
            **only(new, "Description", "KmsKeyId"),
            **_value(old, new, context),
        )
        retag("secretsmanager", physical_id, old, new, context)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the secret at once: a stack's secrets have no time to recover."""
        del properties
        context.call(
            "secretsmanager",
            "delete_secret",
            SecretId=physical_id,
            ForceDeleteWithoutRecovery=True,
        )

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the ARN."""
        del properties, context
        return {"Id": physical_id}


def _value(old: Properties, new: Properties, context: Context) -> dict[str, str]:
    """Return the value as an argument; none if it stays, or if there is to be none.

    Raises:
        ResourceError: the template gives a value and asks for a generated one.
    """
    if _GENERATED in new and "SecretString" in new:
        raise ResourceError(f"A secret has SecretString or {_GENERATED}, not both")
    if only(new, _GENERATED, "SecretString") == only(old, _GENERATED, "SecretString"):
        return {}
    if _GENERATED not in new:
        return only(new, "SecretString")
    asked = new[_GENERATED]
    password = context.call("secretsmanager", "get_random_password", **without(asked, *_AROUND))
    if not any(name in asked for name in _AROUND):
        return {"SecretString": password["RandomPassword"]}
    if not all(name in asked for name in _AROUND):
        raise ResourceError(f"{_GENERATED} has {' and '.join(_AROUND)}, or neither")
    around = json.loads(asked["SecretStringTemplate"])
    value = {**around, asked["GenerateStringKey"]: password["RandomPassword"]}
    return {"SecretString": json.dumps(value)}
