"""The statements whose answers a Trino server gave: those in ``statements/``, and the project's.

A line ``-- refused: name`` before a statement says that the local Athena does not answer it, and
which name its sentence must hold; ``-- here: WORD`` that it fails with another word than Trino.
"""

import ast
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import yaml
from jsonata import Jsonata

from commerce.view_statements import for_student
from glue_jobs.athena import literal
from glue_jobs.report.commerce.facts import parameters
from glue_jobs.report.commerce.facts import statements as order_questions
from local_aws.athena.dialect import bind
from tests.athena.lake import DATABASES, ORDER_DATABASES, ORDER_STUDENT, ZONE
from tests.commerce.answers import QUERIES, VIEWS
from tests.tools import demo

FOLDER = Path(__file__).parent
MACHINE = demo.PROJECT / "glue_jobs/orchestration.asl.yaml"
_MARK = re.compile(r"-- (refused|here): (.*)\n")


class Statement(NamedTuple):
    """A statement, the database of its unqualified names, and how the local Athena differs."""

    text: str
    database: str | None = None
    refused: str | None = None
    here: str | None = None


def statements() -> dict[str, list[Statement]]:
    """Return all statements, by the name of the file that holds their answers."""
    files = sorted((FOLDER / "statements").glob("*.sql"))
    found = {file.stem: list(_of_file(file)) for file in files}
    found["queries_sql"] = list(_of_queries())
    found["operations_page"] = list(_of_page(demo.PROJECT / "docs/operations.md"))
    found["notebook"] = list(_of_notebook())
    found["views"] = list(_of_order_book(VIEWS))
    found["questions"] = list(_of_order_book(QUERIES))
    found["order_report"] = list(_of_order_report())
    found["orchestration"] = list(_of_state_machine(found["operations_page"]))
    return found


def _of_file(file: Path) -> Iterator[Statement]:
    for part in file.read_text(encoding="utf-8").removesuffix(";\n").split(";\n"):
        mark = _MARK.match(part)
        yield Statement(_MARK.sub("", part), **({mark[1]: mark[2]} if mark else {}))


def _of_queries() -> Iterator[Statement]:
    for text in demo.QUERIES.read_text(encoding="utf-8").split("\n;\n"):
        if text.strip():
            yield Statement(text, DATABASES["gold"])


def _of_order_book(folder: Path) -> Iterator[Statement]:
    """Find the selects of views, or the saved queries over views."""
    for file in sorted(folder.glob("*.sql")):
        text = for_student(file.read_text(encoding="utf-8"), ORDER_STUDENT, ZONE)
        yield Statement(text, ORDER_DATABASES["gold"])


def _of_order_report() -> Iterator[Statement]:
    """Find what the page of the order book asks of the sample's last day, and of two products."""
    given = parameters(date(2026, 3, 4)) | {"zone": ZONE, "latest": "2026-03-03"}
    for asked in order_questions().values():
        text = asked.text.replace("{ids}", "('p_0001'), ('o''clock')")
        values = [literal(given[name]) for name in asked.parameters]
        yield Statement(bind(text, values), ORDER_DATABASES[asked.layer])


def _of_page(page: Path) -> Iterator[Statement]:
    for text in re.findall(r"```sql\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        yield Statement(re.sub(r"\b(bronze|silver|gold)_x\.", r"\1_trino.", text))


def _of_notebook() -> Iterator[Statement]:
    """Find the texts that the notebook's calls ``ask(text, database)`` hand over."""
    cells = json.loads(demo.NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    nodes = [node for each in code for node in ast.walk(ast.parse(each))]
    texts = {
        node.targets[0].id: _text(node.value)
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in nodes:
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "ask":
            asked, database = node.args
            text = texts.get(asked.id) if isinstance(asked, ast.Name) else _text(asked)
            if text:  # None: the statements of queries.sql
                yield Statement(text, DATABASES[database.id])


def _of_state_machine(page: list[Statement]) -> Iterator[Statement]:
    """Evaluate the queries of the state machine's tasks for a day."""
    [quality] = (statement.text for statement in page if "-- ledger 2" in statement.text)
    states = {"input": {"NamedQuery": {"QueryString": quality}}}
    known = f"$states := {json.dumps(states)}; $day := {{'date': '2026-03-02'}}"
    [branch] = yaml.safe_load(MACHINE.read_text(encoding="utf-8"))["States"]["Day"]["Branches"]
    for state in branch["States"].values():
        given = state.get("Arguments", {})
        if "QueryString" in given:
            expression = given["QueryString"].removeprefix("{%").removesuffix("%}")
            layer = re.match(r"\$\{(\w+)_database\}", given["QueryExecutionContext"]["Database"])[1]
            yield Statement(
                Jsonata.jsonata(f"({known}; {expression})").evaluate(None), DATABASES[layer]
            )


def _text(node: ast.expr) -> str | None:
    """Return the text of a literal, with the databases' names put in; None if it is not one."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (
            part.value if isinstance(part, ast.Constant) else DATABASES[ast.unparse(part.value)]
            for part in node.values
        )
        return "".join(parts)
    return None
