"""The Data Catalog's databases and tables, jobs and triggers."""

from typing import Any

from local_aws.cloudformation.resources.base import (
    Context,
    Properties,
    ResourceType,
    only,
    without,
)
from local_aws.cloudformation.resources.tags import retag


class Database(ResourceType):
    """AWS::Glue::Database."""

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

    def create(self, properties: Properties, context: Context) -> str:
        """Make the database."""
        given = properties["DatabaseInput"]
        name = given.get("Name") or context.generated_name(255).lower()
        context.call(
            "glue",
            "create_database",
            **only(properties, "CatalogId"),
            DatabaseInput={**given, "Name": name},
        )
        return name

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Change description, location and parameters."""
        del old
        given = {**new["DatabaseInput"], "Name": physical_id}
        context.call("glue", "update_database", Name=physical_id, DatabaseInput=given)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the database with its tables."""
        del properties
        context.call("glue", "delete_database", Name=physical_id)


class Table(ResourceType):
    """AWS::Glue::Table."""

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

    def create(self, properties: Properties, context: Context) -> str:
        """Make the table."""
        given = properties["TableInput"]
        name = given.get("Name") or context.generated_name(255).lower()
        context.call(
            "glue",
            "create_table",
            **only(properties, "CatalogId", "DatabaseName"),
            TableInput={**given, "Name": name},
        )
        return name

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Change everything but the name; the partitions stay."""
        del old
        given = {**new["TableInput"], "Name": physical_id}
        context.call("glue", "update_table", DatabaseName=new["DatabaseName"], TableInput=given)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the table; its data stays."""
        database = properties["DatabaseName"]
        context.call("glue", "delete_table", DatabaseName=database, Name=physical_id)


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
