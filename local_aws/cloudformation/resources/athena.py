"""Workgroups and saved queries."""

from typing import Any

from local_aws.cloudformation.errors import ResourceError
from local_aws.cloudformation.resources.base import (
    Context,
    Properties,
    ResourceType,
    only,
    without,
)
from local_aws.cloudformation.resources.tags import retag

_CONFIGURATION = "WorkGroupConfiguration"
# What the configuration may hold, and how the API says that it holds it no longer.
_REMOVALS = {
    "BytesScannedCutoffPerQuery": "RemoveBytesScannedCutoffPerQuery",
    "CustomerContentEncryptionConfiguration": "RemoveCustomerContentEncryptionConfiguration",
}
_RESULT_REMOVALS = {
    "AclConfiguration": "RemoveAclConfiguration",
    "EncryptionConfiguration": "RemoveEncryptionConfiguration",
    "ExpectedBucketOwner": "RemoveExpectedBucketOwner",
    "OutputLocation": "RemoveOutputLocation",
}


class WorkGroup(ResourceType):
    """AWS::Athena::WorkGroup."""

    type_name = "AWS::Athena::WorkGroup"
    name_property = "Name"
    tag_style = list
    supported = (
        "Description",
        "Name",
        "RecursiveDeleteOption",
        "State",
        "Tags.Key",
        "Tags.Value",
        f"{_CONFIGURATION}.BytesScannedCutoffPerQuery",
        f"{_CONFIGURATION}.EnforceWorkGroupConfiguration",
        f"{_CONFIGURATION}.EngineVersion.SelectedEngineVersion",
        f"{_CONFIGURATION}.PublishCloudWatchMetricsEnabled",
        f"{_CONFIGURATION}.RequesterPaysEnabled",
        f"{_CONFIGURATION}.ResultConfiguration.EncryptionConfiguration.EncryptionOption",
        f"{_CONFIGURATION}.ResultConfiguration.EncryptionConfiguration.KmsKey",
        f"{_CONFIGURATION}.ResultConfiguration.ExpectedBucketOwner",
        f"{_CONFIGURATION}.ResultConfiguration.OutputLocation",
    )

    def create(self, properties: Properties, context: Context) -> str:
        """Make the workgroup."""
        name = properties["Name"]
        context.call(
            "athena",
            "create_work_group",
            **only(properties, "Description", "Name", "Tags"),
            Configuration=properties.get(_CONFIGURATION, {}),
        )
        return name

    def complete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Switch it off if it is to start so."""
        if properties.get("State", "ENABLED") != "ENABLED":
            context.call("athena", "update_work_group", WorkGroup=physical_id, State="DISABLED")

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Change description, state and configuration; what is no longer given is removed."""
        context.call(
            "athena",
            "update_work_group",
            WorkGroup=physical_id,
            Description=new.get("Description", ""),
            State=new.get("State", "ENABLED"),
            ConfigurationUpdates=_updates(old.get(_CONFIGURATION, {}), new.get(_CONFIGURATION, {})),
        )
        retag("athena", context.arn("athena", f"workgroup/{physical_id}"), old, new, context)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the workgroup; with what it holds only if RecursiveDeleteOption says so."""
        recursive = str(properties.get("RecursiveDeleteOption", False)).lower() == "true"
        context.call(
            "athena", "delete_work_group", WorkGroup=physical_id, RecursiveDeleteOption=recursive
        )

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return when it was made and the engine version that is in force."""
        del properties
        group = context.call("athena", "get_work_group", WorkGroup=physical_id)["WorkGroup"]
        engine = group.get("Configuration", {}).get("EngineVersion", {})
        version = engine.get("EffectiveEngineVersion", "Athena engine version 3")
        return {
            "CreationTime": str(group.get("CreationTime", "")),
            f"{_CONFIGURATION}.EngineVersion.EffectiveEngineVersion": version,
        }


def _updates(old: Properties, new: Properties) -> dict[str, Any]:
    updates = without(new, "ResultConfiguration")
    updates |= {flag: True for name, flag in _REMOVALS.items() if name in old and name not in new}
    before, after = old.get("ResultConfiguration", {}), new.get("ResultConfiguration", {})
    removed = {
        flag: True
        for name, flag in _RESULT_REMOVALS.items()
        if name in before and name not in after
    }
    if after or removed:
        updates["ResultConfigurationUpdates"] = {**after, **removed}
    return updates


class NamedQuery(ResourceType):
    """AWS::Athena::NamedQuery: every change replaces it."""

    type_name = "AWS::Athena::NamedQuery"
    supported = ("Database", "Description", "Name", "QueryString", "WorkGroup")

    def create(self, properties: Properties, context: Context) -> str:
        """Save the query."""
        name = properties.get("Name") or context.generated_name(128)
        made = context.call("athena", "create_named_query", **{**properties, "Name": name})
        return made["NamedQueryId"]

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Never: every property is create-only."""
        del old, new, context
        raise ResourceError(f"Saved query {physical_id} cannot change, only be replaced")

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the saved query."""
        del properties
        context.call("athena", "delete_named_query", NamedQueryId=physical_id)

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the id."""
        del properties, context
        return {"NamedQueryId": physical_id}
