"""Results as people read them: lines of a terminal, and a report file, JSON or Markdown."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from commerce.gate.drift import Change
from glue_jobs.commerce.verdict import ACCEPTED, FAIL, PASS, WARN, Result, to_line

SUFFIXES = (".json", ".md")
_ORDER = (FAIL, ACCEPTED, WARN, PASS)


class Report(NamedTuple):
    """What is shown: a title, a table, and the same as data."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    data: dict[str, object]


def of_results(title: str, results: Sequence[Result], accepted: Iterable[str] = ()) -> Report:
    """Return results as a report, what did not pass first; ``accepted``: labels of failures."""
    labels = {*accepted}
    in_order = sorted(results, key=lambda each: (_ORDER.index(_outcome(each, labels)), each.label))
    rows = [
        (
            _outcome(each, labels),
            each.check_name,
            each.source or "",
            _number(each.observed),
            _number(each.bound),
            each.detail or "",
        )
        for each in in_order
    ]
    columns = ("result", "check", "source", "observed", "bound", "detail")
    found = [json.loads(to_line(each)) for each in in_order]
    return Report(title, columns, rows, {"title": title, "results": found})


def of_changes(title: str, found: Sequence[Change]) -> Report:
    """Return what became of columns as a report."""
    rows = [(each.change, each.source, each.field, each.detail) for each in found]
    data: dict[str, object] = {"title": title, "changes": [each._asdict() for each in found]}
    return Report(title, ("change", "source", "field", "detail"), rows, data)


def as_text(report: Report) -> str:
    """Return a report as aligned columns."""
    table = [report.columns, *report.rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in table
    )
    return "\n".join([report.title, *(line.rstrip() for line in lines)]) + "\n"


def write_report(report: Report, file: Path) -> None:
    """Write a report as its suffix says."""
    is_json = file.suffix == ".json"
    text = json.dumps(report.data, indent=2) + "\n" if is_json else _as_markdown(report)
    file.write_text(text, encoding="utf-8")


def _as_markdown(report: Report) -> str:
    table = [report.columns, ("---",) * len(report.columns), *report.rows]
    lines = ("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in table)
    return "\n".join([f"# {report.title}", "", *lines]) + "\n"


def _outcome(result: Result, accepted: set[str]) -> str:
    if result.severity == ACCEPTED or (not result.passed and result.label in accepted):
        return ACCEPTED
    return PASS if result.passed else result.severity


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
