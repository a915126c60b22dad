"""Athena as report, quality gate and notebooks ask it: a statement gives typed rows.

Read from GetQueryResults, which tells a column's type, and NULL from a text without characters.
The CSV file tells neither to most of its readers.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from botocore.client import BaseClient

Value = str | int | float | Decimal | date | datetime | None
Row = dict[str, Any]  # of values, each of its column's type

# A value of any other type stays the text that Athena shows.
_TYPES: dict[str, Callable[[str], Value]] = {
    "boolean": lambda text: text == "true",
    "tinyint": int,
    "smallint": int,
    "integer": int,
    "bigint": int,
    "float": float,
    "double": float,
    "decimal": Decimal,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
}


class AthenaError(Exception):
    """A query did not succeed; its text says what was asked and what Athena said."""


class Answer(NamedTuple):
    """What a query answers: Athena's types by column, the rows, and the bytes that it scanned."""

    types: dict[str, str]
    rows: list[Row]
    scanned: int


@dataclass(frozen=True)
class Athena:
    """Queries in one workgroup, which says where results go and how much may be read."""

    client: BaseClient
    work_group: str
    polls: float = 0.2  # seconds between two looks at a query

    def ask(
        self,
        statement: str,
        database: str,
        parameters: Sequence[str] = (),
        most: int | None = None,
    ) -> Answer:
        """Return the whole answer, or so many rows at the most.

        ``parameters`` are texts for the question marks.

        Raises:
            AthenaError: the query failed or was cancelled.
        """
        given = {"ExecutionParameters": [literal(text) for text in parameters]}
        query_id = self.client.start_query_execution(
            QueryString=statement,
            QueryExecutionContext={"Database": database},
            WorkGroup=self.work_group,
            **(given if parameters else {}),
        )["QueryExecutionId"]
        scanned = self._wait(query_id)["Statistics"]["DataScannedInBytes"]
        pages = self.client.get_paginator("get_query_results").paginate(
            QueryExecutionId=query_id,
            PaginationConfig={"MaxItems": most and most + 1},  # the first row has the names
        )
        results = [page["ResultSet"] for page in pages]
        columns = results[0]["ResultSetMetadata"]["ColumnInfo"]
        types = {column["Name"]: column["Type"] for column in columns}
        rows = [row["Data"] for result in results for row in result["Rows"]]
        data = rows[1:]  # below the names; what creates a view answers with neither
        return Answer(types, [_row(cells, types) for cells in data], scanned)

    def _wait(self, query_id: str) -> dict[str, Any]:
        while (query := self._describe(query_id))["Status"]["State"] in {"QUEUED", "RUNNING"}:
            time.sleep(self.polls)
        status = query["Status"]
        if status["State"] != "SUCCEEDED":
            raise AthenaError(
                f"Athena should have answered query {query_id} in database "
                f"{query['QueryExecutionContext']['Database']}, but it is {status['State']}: "
                f"{status.get('StateChangeReason', 'no reason given')}; it was: {query['Query']}"
            )
        return query

    def _describe(self, query_id: str) -> dict[str, Any]:
        return self.client.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]


def literal(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _row(cells: list[dict[str, str]], types: dict[str, str]) -> Row:
    """Return a row by column; a cell without a text is NULL."""
    texts = (cell.get("VarCharValue") for cell in cells)
    return {
        name: None if text is None else _TYPES.get(of, str)(text)
        for text, (name, of) in zip(texts, types.items(), strict=True)
    }
