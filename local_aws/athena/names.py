"""Names of types, as SQL and as the Glue Data Catalog write them."""

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.literals import MILLISECONDS
from local_aws.athena.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    MAX_PRECISION,
    REAL,
    SMALLINT,
    TIMESTAMP,
    TINYINT,
    VARBINARY,
    VARCHAR,
    ZONED,
    Type,
    array,
    decimal,
)

_PLAIN = {
    exp.DType.BOOLEAN: BOOLEAN,
    exp.DType.TINYINT: TINYINT,
    exp.DType.SMALLINT: SMALLINT,
    exp.DType.INT: INTEGER,
    exp.DType.BIGINT: BIGINT,
    exp.DType.FLOAT: REAL,
    exp.DType.DOUBLE: DOUBLE,
    exp.DType.DATE: DATE,
    exp.DType.TEXT: VARCHAR,
    exp.DType.BINARY: VARBINARY,
    exp.DType.VARBINARY: VARBINARY,
}


def type_of(node: exp.DataType, *, literal: bool = False) -> Type:
    """Return the type that a type's syntax names.

    ``literal``: it stands before a literal, whose own digits say the precision of a timestamp.

    Raises:
        QueryFailedError: NOT_SUPPORTED.
    """
    kind, inner = node.this, node.expressions
    if kind in _PLAIN and not inner:
        return _PLAIN[kind]
    if kind == exp.DType.VARCHAR:
        return Type("varchar", tuple(_numbers(inner)))
    if kind == exp.DType.DECIMAL:
        precision, scale = [*_numbers(inner), *(MAX_PRECISION, 0)[len(inner) :]]
        return decimal(precision, scale)
    if kind in {exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMPLTZ}:
        if inner and _numbers(inner) != [MILLISECONDS] and not literal:
            raise not_supported(f"{node.sql('trino')}: only timestamp(3)", node)
        return TIMESTAMP if kind == exp.DType.TIMESTAMP else ZONED
    return _nested(node)


def hive_type(name: str) -> Type:
    """Return the type that a column of the Glue Data Catalog declares.

    Raises:
        QueryFailedError: NOT_SUPPORTED.
    """
    try:
        node = sqlglot.parse_one(name, read="hive", into=exp.DataType)
    except ParseError:
        raise not_supported(f"the column type {name!r}") from None
    if node.this == exp.DType.DECIMAL and not node.expressions:
        return decimal(10, 0)  # Hive's default
    return type_of(node, literal=True)


def _nested(node: exp.DataType) -> Type:
    inner = node.expressions
    if node.this == exp.DType.ARRAY:
        return array(type_of(inner[0]))
    if node.this == exp.DType.MAP:
        return Type("map", tuple(type_of(each) for each in inner))
    if node.this == exp.DType.STRUCT:
        if not all(isinstance(each, exp.ColumnDef) for each in inner):
            raise not_supported(f"rows without field names: {node.sql('trino')}", node)
        return Type("row", tuple((each.name, type_of(each.args["kind"])) for each in inner))
    raise not_supported(f"the type {node.sql('trino')}", node)


def _numbers(parameters: list[exp.Expr]) -> list[int]:
    try:
        return [int(each.name) for each in parameters]
    except ValueError:
        text = ", ".join(each.sql() for each in parameters)
        raise QueryFailedError("SYNTAX_ERROR", f"Invalid type parameters: {text}") from None
