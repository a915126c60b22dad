"""docs/data-dictionary.md says what the schemas say, and its statements ask for what is there."""

import re

import pytest
from sqlglot import parse_one
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.qualify import qualify

from tests.tools import data_dictionary
from tests.tools.data_dictionary import TABLES

PAGE = data_dictionary.PAGE.read_text(encoding="utf-8")
STATEMENTS = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
CATALOG: dict[str, dict[str, dict[str, str]]] = {}
for table in TABLES:
    names = [*table.partitioned_columns.names, *(['"$path"'] if table.name == "raw_events" else [])]
    CATALOG.setdefault(f"{table.layer}_x", {})[table.name] = dict.fromkeys(names, "varchar")


def test_page() -> None:
    """The page has the tables that `make dictionary` writes, each once."""
    tables = data_dictionary.tables()

    for name in tables:
        assert PAGE.count(f"<!-- {name} -->") == 1
    assert data_dictionary.written(PAGE, tables) == PAGE, "tables have changed: make dictionary"


def test_layers() -> None:
    """Each layer has a question asked of it."""
    asked = {layer for text in STATEMENTS for layer in re.findall(r"from (\w+)_x\.", text)}

    assert asked == {table.layer for table in TABLES}


@pytest.mark.parametrize("statement", STATEMENTS)
def test_statement(statement: str) -> None:
    """Tables and columns of a statement exist."""
    qualify(parse_one(statement, dialect="athena"), schema=CATALOG, dialect="athena")


def test_unknown_column() -> None:
    """A statement that asks for a column that no table has is found out."""
    with pytest.raises(OptimizeError, match="earnings"):
        qualify(
            parse_one("select earnings from gold_x.hourly_revenue", dialect="athena"),
            schema=CATALOG,
            dialect="athena",
        )
