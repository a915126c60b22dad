"""The Data Catalog's databases and tables, jobs and triggers."""

from typing import Any, ClassVar

from local_aws.cloudformation.errors import ResourceError
from local_aws.cloudformation.resources.base import (
    Context,
    Properties,
    ResourceType,
    only,
    without,
)
from local_aws.cloudformation.resources.tags import retag
from local_aws.settings import ACCOUNT_ID

_PLACE = ("CatalogId", "DatabaseName")  # in which catalog, and a table in which database


class _CatalogEntry(ResourceType):
    """A database or a table: both are an input with a name, in a catalog, perhaps in a database."""

    kind: ClassVar[str]  # as the API's operations and arguments write it

    def create(self, properties: Properties, context: Context) -> str:
        """Make the entry, in the account's own catalog.

        Raises:
            ResourceError: it is to be in another account's.
        """
        catalog = str(properties.get("CatalogId", ACCOUNT_ID))
        if catalog != ACCOUNT_ID:
            raise ResourceError(
                f"The local AWS has the Data Catalog of account {ACCOUNT_ID} only, "
                f"CatalogId is {catalog}"
            )
        given = properties[f"{self.kind}Input"].get("Name")
        name = given or context.generated_name(255).lower()
        self._put("create", name, properties, context)
        return name

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Change everything but the name; tables and partitions stay."""
        del old
        self._put("update", physical_id, new, context, Name=physical_id)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the entry with what it holds in the catalog; the data stays."""
        operation = f"delete_{self.kind.lower()}"
        context.call("glue", operation, **only(properties, *_PLACE), Name=physical_id)

    def _put(
        self, verb: str, name: str, properties: Properties, context: Context, **more: str
    ) -> None:
        field = f"{self.kind}Input"
        given = {**properties[field], "Name": name}
        operation = f"{verb}_{self.kind.lower()}"
        context.call("glue", operation, **only(properties, *_PLACE), **{field: given}, **more)


class Database(_CatalogEntry):
    """AWS::Glue::Database."""

    kind = "Database"
    type_name = "AWS::Glue::Database"
    name_property = "DatabaseInput.Name"
    also_create_only = ("CatalogId", "DatabaseInput/Name")
    supported = (
        "CatalogId",
        "DatabaseInput.Description",
        "DatabaseInput.LocationUri",
        "DatabaseInput.Name",
        "DatabaseInput.Parameters.*",
    )


class Table(_CatalogEntry):
    """AWS::Glue::Table."""

    kind = "Table"
    type_name = "AWS::Glue::Table"
    name_property = "TableInput.Name"
    name_scope = ("DatabaseName",)
    supported = (
        "CatalogId",
        "DatabaseName",
        "TableInput.Description",
        "TableInput.Name",
        "TableInput.Owner",
        "TableInput.Parameters.*",
        "TableInput.PartitionKeys.Comment",
        "TableInput.PartitionKeys.Name",
        "TableInput.PartitionKeys.Type",
        "TableInput.Retention",
        "TableInput.StorageDescriptor.**",
        "TableInput.TableType",
    )


class Job(ResourceType):
    """AWS::Glue::Job."""

    type_name = "AWS::Glue::Job"
    name_property = "Name"
    tag_style = dict
    supported = (
        "Command.Name",
        "Command.PythonVersion",
        "Command.ScriptLocation",
        "Connections.Connections",
        "DefaultArguments.*",
        "Description",
        "ExecutionClass",
        "ExecutionProperty.MaxConcurrentRuns",
        "GlueVersion",
        "JobMode",
        "LogUri",
        "MaxCapacity",
        "MaxRetries",
        "Name",
        "NonOverridableArguments.*",
        "NotificationProperty.NotifyDelayAfter",
        "NumberOfWorkers",
        "Role",
        "SecurityConfiguration",
        "Tags.*",
        "Timeout",
        "WorkerType",
    )

    def create(self, properties: Properties, context: Context) -> str:
        """Make the job."""
        name = properties.get("Name") or context.generated_name(255)
        context.call("glue", "create_job", **{**properties, "Name": name})
        return name

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Change the job in place: its runs and its bookmark stay."""
        if without(new, "Tags") != without(old, "Tags"):
            job = without(new, "Name", "Tags")
            context.call("glue", "update_job", JobName=physical_id, JobUpdate=job)
        retag("glue", context.arn("glue", f"job/{physical_id}"), old, new, context)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the job, its history and its bookmark."""
        del properties
        context.call("glue", "delete_job", JobName=physical_id)


class Trigger(ResourceType):
    """AWS::Glue::Trigger."""

    type_name = "AWS::Glue::Trigger"
    name_property = "Name"
    tag_style = dict
    supported = (
        "Actions.Arguments.*",
        "Actions.JobName",
        "Actions.NotificationProperty.NotifyDelayAfter",
        "Actions.Timeout",
        "Description",
        "Name",
        "Predicate.Conditions.JobName",
        "Predicate.Conditions.LogicalOperator",
        "Predicate.Conditions.State",
        "Predicate.Logical",
        "Schedule",
        "StartOnCreation",
        "Tags.*",
        "Type",
    )

    def create(self, properties: Properties, context: Context) -> str:
        """Make the trigger; it waits unless StartOnCreation."""
        name = properties.get("Name") or context.generated_name(255)
        context.call("glue", "create_trigger", **{**properties, "Name": name})
        return name

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Change the trigger; whether it is switched on stays as it is."""
        if _definition(new) != _definition(old):
            definition: dict[str, Any] = _definition(new)
            context.call("glue", "update_trigger", Name=physical_id, TriggerUpdate=definition)
        retag("glue", context.arn("glue", f"trigger/{physical_id}"), old, new, context)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the trigger."""
        del properties
        context.call("glue", "delete_trigger", Name=physical_id)


def _definition(properties: Properties) -> dict[str, Any]:
    return only(properties, "Description", "Schedule", "Actions", "Predicate")
