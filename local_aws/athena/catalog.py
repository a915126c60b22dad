"""Tables and partitions of the Glue Data Catalog."""

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.glue.models import GlueBackend, glue_backends
from sqlglot import exp

from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.names import hive_type
from local_aws.athena.scans import Partition, Table
from local_aws.settings import ACCOUNT_ID, REGION

CATALOG = "awsdatacatalog"


class Catalog:
    """What one query can see of the catalog; ``database`` is where unqualified names lie."""

    def __init__(self, database: str | None) -> None:
        self._database = database.lower() if database else None

    def table(self, node: exp.Table) -> Table:
        """Return the table that a query names.

        Raises:
            QueryFailedError: SCHEMA_NOT_FOUND, TABLE_NOT_FOUND, or one that says what the table
                lacks.
        """
        database, name = (node.db or self._database or "").lower(), node.name.lower()
        if node.catalog and node.catalog.lower() != CATALOG:
            sentence = f"Catalog '{node.catalog.lower()}' does not exist"
            raise QueryFailedError("CATALOG_NOT_FOUND", sentence, node)
        if not database:
            raise QueryFailedError(
                "MISSING_SCHEMA_NAME",
                "Schema must be specified when session schema is not set",
                node,
            )
        return _table(database, name, self._described(database, name, node))

    @staticmethod
    def _described(database: str, name: str, node: exp.Table) -> dict[str, Any]:
        glue = backend()
        try:
            glue.get_database(database)
        except JsonRESTError:
            raise QueryFailedError(
                "SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist", node
            ) from None
        try:
            return glue.get_table(database, name).as_dict()
        except JsonRESTError:
            sentence = f"Table '{CATALOG}.{database}.{name}' does not exist"
            raise QueryFailedError("TABLE_NOT_FOUND", sentence, node) from None


def backend() -> GlueBackend:
    """Return the Glue Data Catalog."""
    return glue_backends[ACCOUNT_ID][REGION]


def registered(table: Table) -> list[Partition]:
    """Return the partitions that the catalog lists, at the locations it lists."""
    found = backend().get_partitions(table.database, table.name, "")
    described = [partition.as_dict() for partition in found]
    return [
        Partition(tuple(each["Values"]), each["StorageDescriptor"]["Location"])
        for each in described
    ]


def _table(database: str, name: str, described: dict[str, Any]) -> Table:
    kind = described.get("TableType")
    if not kind:
        raise QueryFailedError(
            "GENERIC_INTERNAL_ERROR",
            f"NullPointerException Name is null: table {database}.{name} has no TableType;"
            " create it with TableType EXTERNAL_TABLE",
        )
    if kind != "EXTERNAL_TABLE":
        raise not_supported(f"queries of {database}.{name}, a {kind}")
    storage = described["StorageDescriptor"]
    serde = storage.get("SerdeInfo") or {}
    return Table(
        database=database,
        name=name,
        location=storage.get("Location") or "",
        columns=_columns(storage["Columns"]),
        keys=_columns(described.get("PartitionKeys") or []),
        serde=serde.get("SerializationLibrary") or "",
        serde_parameters=serde.get("Parameters") or {},
        parameters=described.get("Parameters") or {},
    )


def _columns(described: list[dict[str, str]]) -> dict[str, Any]:
    return {each["Name"].lower(): hive_type(each["Type"]) for each in described}
