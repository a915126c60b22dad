"""The local Athena answers as a Trino server did, and refuses by name what it cannot."""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from commerce.view_statements import view_statements
from glue_jobs.events import schemas
from glue_jobs.lake.tables import Table
from local_aws.athena.catalog import Catalog
from local_aws.athena.dialect import parse
from local_aws.athena.engine import connection, run
from local_aws.athena.errors import InvalidRequestError, QueryFailedError
from local_aws.athena.views import KIND, decode, query_text
from local_aws.server import LocalAws
from tests.athena import lake
from tests.athena.statements import FOLDER, Statement, statements
from tests.commerce.answers import TABLES, VIEWS

LENGTHS = re.compile(r"(?<=char)\(\d+\)|(?<=timestamp)\(3\)|field\d+ ")  # Athena shows none
LAST_DIGIT = 1e-15  # sums of doubles depend on their order, in Trino too
Rows = list[list[str | None]]
Ask = Callable[[Statement], dict[str, Any]]
STATEMENTS = statements()
ALL = [(name, each) for name, of_file in STATEMENTS.items() for each in of_file]
RECORDED = {
    name: json.loads((FOLDER / f"answers/{name}.json").read_text(encoding="utf-8"))["answers"]
    for name in STATEMENTS
}


@pytest.fixture(scope="module")
def ask(aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Ask the engine about the saved tables."""
    lake.restore(aws)
    with connection(tmp_path_factory.mktemp("athena") / "spill") as opened:
        yield partial(_answer, opened, aws.settings.s3_root)


def _answer(opened: DuckDBPyConnection, s3_root: Path, asked: Statement) -> dict[str, Any]:
    try:
        result = run(opened, asked.text, Catalog(asked.database), s3_root)
    except InvalidRequestError as error:  # Athena's answer to what is no SQL
        return {"error": f"SYNTAX_ERROR: {error}"}
    except QueryFailedError as error:
        return {"error": str(error)}
    columns = [f"{name} {of}" for name, of in result.columns]
    return {"columns": columns, "rows": result.rows}


@pytest.mark.parametrize(
    ("name", "asked"), [pytest.param(*case, id=case[1].text[:80]) for case in ALL]
)
def test_as_trino_answered(ask: Ask, name: str, asked: Statement) -> None:
    """Columns, their types, rows, or the error: as recorded; or a refusal that names the cause."""
    recorded, answered = RECORDED[name][asked.text], ask(asked)
    if asked.refused:
        assert answered.get("error", "").startswith("NOT_SUPPORTED: ")
        assert asked.refused in answered["error"]
    elif "error" in recorded:
        assert word(answered) == (asked.here or word(recorded)), answered
    else:
        assert columns(answered) == columns(recorded)
        expected = in_order(recorded, asked)
        assert settled(in_order(answered, asked), expected, columns(recorded)) == expected


def test_every_answer_is_asked_for() -> None:
    """No answer outlives its statement."""
    for name, answers in RECORDED.items():
        assert list(answers) == list(dict.fromkeys(each.text for each in STATEMENTS[name]))


@pytest.mark.usefixtures("ask")
@pytest.mark.parametrize(
    ("databases", "tables"),
    [(lake.DATABASES, schemas.TABLES), (lake.ORDER_DATABASES, TABLES.values())],
    ids=["events", "order book"],
)
def test_the_tables_are_the_pipelines(
    aws: LocalAws, databases: dict[str, str], tables: Iterable[Table]
) -> None:
    """The saved tables have the columns that the jobs write today; else make trino-lake."""
    for table in tables:
        described = aws.client("glue").get_table(
            DatabaseName=databases[table.layer], Name=table.name
        )["Table"]
        found = described["StorageDescriptor"]["Columns"]
        assert [(each["Name"], each["Type"]) for each in found] == [
            (column.name, column.dataType.simpleString()) for column in table.columns
        ]


@pytest.mark.usefixtures("ask")
def test_the_views_are_the_projects(aws: LocalAws) -> None:
    """The saved views are those of today; else make trino-lake."""
    gold = lake.ORDER_DATABASES["gold"]
    saved = aws.client("glue").get_tables(DatabaseName=gold)["TableList"]
    views = {each["Name"]: decode(each).sql for each in saved if each["TableType"] == KIND}

    assert views == {
        name: query_text(statement)
        for name, statement in view_statements(VIEWS, lake.ORDER_STUDENT, lake.ZONE).items()
    }


def word(answer: dict[str, Any]) -> str:
    """Return the error's word, which Athena's StateChangeReason begins with."""
    return answer.get("error", "no error").partition(":")[0]


def columns(answer: dict[str, Any]) -> list[str]:
    """Return names and types; the error if there are none."""
    if "error" in answer:
        return [answer["error"]]
    return [LENGTHS.sub("", column).replace(", ", ",") for column in answer["columns"]]


def in_order(answer: dict[str, Any], asked: Statement) -> Rows:
    """Return the rows, sorted if the statement leaves their order open."""
    if parse(asked.text).args.get("order"):
        return answer["rows"]
    return sorted(answer["rows"], key=str)


def settled(rows: Rows, expected: Rows, shown: list[str]) -> Rows:
    """Return the rows with the expected text where a double differs in its last digit only."""
    kinds = [column.rsplit(" ", 1)[1] for column in shown]
    return [
        list(map(nearly, row, wanted, kinds)) for row, wanted in zip(rows, expected, strict=False)
    ] + rows[len(expected) :]


def nearly(text: str | None, wanted: str | None, kind: str) -> str | None:
    """Return the wanted text if it stands for another double, but nearly the same."""
    if kind != "double" or text is None or wanted is None:
        return text
    one, other = float(text), float(wanted)
    return wanted if one != other and math.isclose(one, other, rel_tol=LAST_DIGIT) else text
