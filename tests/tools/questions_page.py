"""The answers of docs/commerce-questions.md, as ``make dictionary`` writes them; its words stay.

Each saved query of ``commerce/queries`` is asked over the tables of ``commerce/sample-data``.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from local_aws.server import LocalAws, free_port
from local_aws.settings import Settings
from tests.commerce.answers import QUERIES, Answers, Row
from tests.commerce.sample_tables import sample_tables
from tests.template import PROJECT
from tests.tools.cost_page import written
from tests.tools.cost_tables import markdown

PAGE = PROJECT / "docs/commerce-questions.md"
SHOWN = 5  # rows of an answer
OF_OTHERS = {"quality_verdict"}  # told where it belongs: docs/commerce-operations.md


def questions() -> list[str]:
    """Return the names of the saved queries that the page tells."""
    return sorted({file.stem for file in QUERIES.glob("*.sql")} - OF_OTHERS)


def sections(answers: Answers) -> dict[str, str]:
    """Return what stands between the page's marks: of each question its file and its answer.

    ``answers``: over the sample's tables.
    """
    return {name: _section(name, answers.query(name)) for name in questions()}


def _section(name: str, rows: list[Row]) -> str:
    text = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    head = [line.removeprefix("-- ") for line in text.splitlines() if line.startswith("-- ")]
    file = f"[`queries/{name}.sql`](../commerce/queries/{name}.sql)"
    return f"{file}. {' '.join(head[1:])}\n\n{_answer(rows)}"


def _answer(rows: list[Row]) -> str:
    """Return the first rows as a table, and how many follow."""
    if not rows:
        return "The sample has no such row."
    table = markdown(rows[0], (map(_shown, row.values()) for row in rows[:SHOWN]))
    return table if len(rows) <= SHOWN else f"{table}\n\n{len(rows) - SHOWN} more rows."


def _shown(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def main() -> None:
    """Write the answers of the page."""
    with (
        TemporaryDirectory() as folder,
        LocalAws(Settings(root=Path(folder), port=free_port())) as aws,
    ):
        answers = Answers(aws)
        answers.fill(sample_tables())
        made = sections(answers)
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")


if __name__ == "__main__":
    main()
