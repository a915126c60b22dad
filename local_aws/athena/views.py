"""CREATE VIEW and DROP VIEW: a query under a name, in the Data Catalog as Athena keeps it there."""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from sqlglot import exp
from sqlglot.tokens import TokenType

from local_aws.athena.dialect import tokens
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.scope import Field
from local_aws.athena.types import Type

KIND = "VIRTUAL_VIEW"
_HIVE = {"integer": "int", "real": "float", "varbinary": "binary", "varchar": "string"}
_BEFORE, _AFTER = "/* Presto View: ", " */"


@dataclass(frozen=True)
class View:
    """A view: its query, where the query's unqualified names lie, names and types of columns."""

    sql: str
    database: str | None
    columns: tuple[tuple[str, str], ...]


def decode(described: dict[str, Any]) -> View:
    """Return the view that a table of the Data Catalog is.

    Raises:
        QueryFailedError: NOT_SUPPORTED, it is Hive's.
    """
    text = described.get("ViewOriginalText") or ""
    if not text.startswith(_BEFORE):
        raise not_supported(f"the Hive view {described['Name']}; create it in Athena")
    kept = json.loads(b64decode(text.removeprefix(_BEFORE).removesuffix(_AFTER)))
    columns = tuple((each["name"], each["type"]) for each in kept["columns"])
    return View(kept["originalSql"], kept.get("schema"), columns)


def encode(name: str, view: View, types: list[Type]) -> dict[str, Any]:
    """Return the TableInput of a view, as Athena and Trino write it and read it."""
    kept = {
        "originalSql": view.sql,
        "catalog": "awsdatacatalog",
        "schema": view.database,
        "runAsInvoker": True,  # Trino wants an owner otherwise
        "columns": [{"name": column, "type": of} for column, of in view.columns],
    }
    columns = zip(view.columns, types, strict=True)
    return {
        "Name": name,
        "TableType": KIND,
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
        "PartitionKeys": [],
        "StorageDescriptor": {
            "Columns": [{"Name": column, "Type": hive_name(of)} for (column, _), of in columns],
            "Location": "",
            "SerdeInfo": {},
        },
        "ViewOriginalText": _BEFORE + b64encode(json.dumps(kept).encode()).decode() + _AFTER,
        "ViewExpandedText": "/* Presto View */",
    }


def query_text(statement: str) -> str:
    """Return what stands after AS in a CREATE VIEW."""
    first = next(each for each in tokens(statement) if each.token_type == TokenType.ALIAS)
    return statement[first.end + 1 :].strip()


def view_of(node: exp.Create, statement: str, database: str, fields: tuple[Field, ...]) -> View:
    """Return the view that a CREATE VIEW describes.

    Raises:
        QueryFailedError: NOT_SUPPORTED; MISMATCHED_COLUMN_ALIASES or DUPLICATE_COLUMN_NAME.
    """
    if node.args.get("properties"):
        raise not_supported("a view with a comment or properties", node)
    names = [each.name.lower() for each in fields]
    if isinstance(node.this, exp.Schema):
        raise not_supported("names of columns after a view's name; name them in its query", node)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        sentence = f"Column name '{twice[0]}' specified more than once"
        raise QueryFailedError("DUPLICATE_COLUMN_NAME", sentence, node)
    types = [str(each.type) for each in fields]
    return View(query_text(statement), database, tuple(zip(names, types, strict=True)))


def hive_name(of: Type) -> str:
    """Return a type as the Data Catalog writes it.

    Raises:
        QueryFailedError: NOT_SUPPORTED.
    """
    if of.name == "array":
        return f"array<{hive_name(of.element)}>"
    if of.name == "map":
        return f"map<{','.join(map(hive_name, of.parameters))}>"
    if of.name == "row":
        return f"struct<{','.join(f'{name}:{hive_name(each)}' for name, each in of.parameters)}>"
    if of.name == "decimal":
        return str(of)
    if of.name in {"unknown", "timestamp with time zone"} or of.name.startswith("interval"):
        raise not_supported(f"a view's column of type {of}; cast it")
    return _HIVE.get(of.name, of.name)
