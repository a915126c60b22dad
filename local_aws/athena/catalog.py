"""Tables and partitions of the Glue Data Catalog."""

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.glue.models import GlueBackend, glue_backends
from sqlglot import exp

from local_aws.athena import views
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.names import hive_type
from local_aws.athena.scans import Partition, Table
from local_aws.athena.scope import Field
from local_aws.athena.views import View
from local_aws.settings import ACCOUNT_ID, REGION

CATALOG = "awsdatacatalog"


class Catalog:
    """What one query can see of the catalog; ``database`` is where unqualified names lie.

    ``catalog``: where names lie that name no catalog.
    """

    def __init__(self, database: str | None, catalog: str | None = None) -> None:
        self._database = database.lower() if database else None
        self._catalog = (catalog or CATALOG).lower()

    def find(self, node: exp.Table) -> Table | View:
        """Return the table or view that a query names.

        Raises:
            QueryFailedError: SCHEMA_NOT_FOUND, TABLE_NOT_FOUND, or one that says what the table
                lacks.
        """
        database, name = self.place(node)
        _refuse_metadata(database, name, node)
        described = _described(database, name, node)
        if described is None:
            sentence = f"Table '{CATALOG}.{database}.{name}' does not exist"
            raise QueryFailedError("TABLE_NOT_FOUND", sentence, node)
        if described.get("TableType") == views.KIND:
            return views.decode(described)
        return _table(database, name, described)

    def place(self, node: exp.Table) -> tuple[str, str]:
        """Return the database and the name that a table's name means, both in lower case.

        Raises:
            QueryFailedError: CATALOG_NOT_FOUND or MISSING_SCHEMA_NAME.
        """
        database, name = (node.db or self._database or "").lower(), node.name.lower()
        catalog = (node.catalog or self._catalog).lower()
        if catalog != CATALOG:
            raise QueryFailedError("CATALOG_NOT_FOUND", f"Catalog '{catalog}' not found", node)
        if not database:
            raise QueryFailedError(
                "MISSING_SCHEMA_NAME",
                "Schema must be specified when session schema is not set",
                node,
            )
        return database, name

    def create_view(self, node: exp.Create, statement: str, fields: tuple[Field, ...]) -> None:
        """Keep a query under a name.

        Raises:
            QueryFailedError: TABLE_ALREADY_EXISTS, SCHEMA_NOT_FOUND, NOT_SUPPORTED.
        """
        database, name = self.place(node.this)
        view = views.view_of(node, statement, self._database or database, fields)
        described = views.encode(name, view, [each.type for each in fields])
        there = _described(database, name, node)
        if there and not (node.args.get("replace") and there.get("TableType") == views.KIND):
            sentence = f"Table '{CATALOG}.{database}.{name}' already exists"
            raise QueryFailedError("TABLE_ALREADY_EXISTS", sentence, node)
        if there:
            backend().delete_table(database, name)
        backend().create_table(database, name, described)

    def drop_view(self, node: exp.Drop) -> None:
        """Forget a view.

        Raises:
            QueryFailedError: TABLE_NOT_FOUND; NOT_SUPPORTED, it is a table.
        """
        [named] = node.args["tables"]
        database, name = self.place(named)
        there = _described(database, name, node)
        if there and there.get("TableType") != views.KIND:
            raise not_supported(f"DROP VIEW of the table {database}.{name}", node)
        if there:
            backend().delete_table(database, name)
        elif not node.args.get("exists"):
            sentence = f"View '{CATALOG}.{database}.{name}' does not exist"
            raise QueryFailedError("TABLE_NOT_FOUND", sentence, node)


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


def _refuse_metadata(database: str, name: str, node: exp.Expr) -> None:
    """Refuse what Athena makes up of the catalog itself.

    Raises:
        QueryFailedError: NOT_SUPPORTED.
    """
    if database == "information_schema":
        raise not_supported(
            "information_schema; GetDatabases and GetTables of the Glue API list the same", node
        )
    if "$" in name:
        raise not_supported(
            f'the metadata table "{name}"; GetPartitions of the Glue API lists partitions', node
        )


def _described(database: str, name: str, node: exp.Expr) -> dict[str, Any] | None:
    """Return a table as the catalog describes it; None if its database has none of that name.

    Raises:
        QueryFailedError: SCHEMA_NOT_FOUND.
    """
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
        return None


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
