"""Athena as the report asks it: a statement and its parameters give typed rows."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from botocore.client import BaseClient

Value = str | int | float | Decimal | datetime | None
Row = dict[str, Any]  # of values, each of its column's type

_TYPES: dict[str, Callable[[str], Value]] = {
    "varchar": str,
    "integer": int,
    "bigint": int,
    "double": float,
    "decimal": Decimal,
    "timestamp": datetime.fromisoformat,
}
_POLLS = 0.2  # seconds between two looks at a query


class AthenaError(Exception):
    """A query did not succeed; its text says what was asked and what Athena said."""


@dataclass(frozen=True)
class Athena:
    """Queries in one workgroup, which says where results go and how much may be read."""

    client: BaseClient
    work_group: str

    def ask(self, statement: str, database: str, parameters: list[str]) -> list[Row]:
        """Return all rows of the answer; ``parameters`` are texts for the question marks.

        Raises:
            AthenaError: the query failed or was cancelled, or has a column of an unknown type.
        """
        given = {"ExecutionParameters": [_literal(text) for text in parameters]}
        query_id = self.client.start_query_execution(
            QueryString=statement,
            QueryExecutionContext={"Database": database},
            WorkGroup=self.work_group,
            **(given if parameters else {}),
        )["QueryExecutionId"]
        self._wait(query_id)
        return list(self._rows(query_id))

    def _wait(self, query_id: str) -> None:
        while (query := self._describe(query_id))["Status"]["State"] in {"QUEUED", "RUNNING"}:
            time.sleep(_POLLS)
        status = query["Status"]
        if status["State"] != "SUCCEEDED":
            raise AthenaError(
                f"Athena should have answered query {query_id} in database "
                f"{query['QueryExecutionContext']['Database']}, but it is {status['State']}: "
                f"{status.get('StateChangeReason', 'no reason given')}; it was: {query['Query']}"
            )

    def _describe(self, query_id: str) -> dict[str, Any]:
        return self.client.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]

    def _rows(self, query_id: str) -> Iterator[Row]:
        pages = self.client.get_paginator("get_query_results").paginate(QueryExecutionId=query_id)
        is_header = True
        for page in pages:
            columns = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
            for row in page["ResultSet"]["Rows"][is_header:]:
                yield {
                    column["Name"]: _value(cell.get("VarCharValue"), column)
                    for column, cell in zip(columns, row["Data"], strict=True)
                }
            is_header = False


def _literal(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _value(text: str | None, column: dict[str, Any]) -> Value:
    if column["Type"] not in _TYPES:
        raise AthenaError(
            f"the report reads {', '.join(_TYPES)}, but column {column['Name']} is "
            f"{column['Type']}; cast it in the statement or add the type in {__name__}"
        )
    return None if text is None else _TYPES[column["Type"]](text)
