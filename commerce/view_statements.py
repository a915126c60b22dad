"""The statements that create the views of ``commerce/views``, each after those that it reads.

Plain: the function that runs them has the standard library alone.
"""

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ZONE_MARK = "'SourceTimeZone'"  # in a view, as the stack's parameter is called
_DATABASE = re.compile(r"\b(bronze|silver|gold)_x\.")
_COMMENT = re.compile(r"--.*")
_READS = re.compile(r"\b(?:from|join)\s+(?:gold_x\.)?([a-z0-9_]+)\b(?!\.)")


def view_statements(folder: Path, student_id: str, zone: str) -> dict[str, str]:
    """Return a CREATE OR REPLACE VIEW by the view's name, in the order in which they can run.

    Each ``<name>.sql`` of the folder is one select statement, run in the gold database; ``zone`` is
    where days of sale begin and end, a name of the IANA time zone database.

    Raises:
        ValueError: views read each other in a circle.
    """
    texts = {file.stem: file.read_text(encoding="utf-8") for file in folder.glob("*.sql")}
    return {
        name: f"create or replace view {name} as\n{for_student(texts[name], student_id, zone)}"
        for name in _in_order(texts)
    }


def database(layer: str, student_id: str) -> str:
    """Return what the template calls a student's database."""
    return f"{layer}_{student_id.replace('-', '_')}"


def for_student(text: str, student_id: str, zone: str) -> str:
    """Return a statement with the names of a student's databases, and the zone of days of sale."""
    named = _DATABASE.sub(lambda found: f"{database(found[1], student_id)}.", text)
    return named.replace(ZONE_MARK, f"'{zone}'")


def _in_order(texts: dict[str, str]) -> list[str]:
    """Return the views' names, by name where the order is open."""
    reads = {
        name: sorted({*_READS.findall(_COMMENT.sub("", text))} & texts.keys())
        for name, text in sorted(texts.items())
    }
    try:
        return list(TopologicalSorter(reads).static_order())
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise ValueError(
            f"a view reads tables and views that are there before it, but these read each other: "
            f"{circle}; let one of them read tables alone"
        ) from error
