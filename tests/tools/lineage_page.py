"""The tables of docs/lineage.md and its picture, as ``make dictionary`` writes them."""

from collections.abc import Iterable
from pathlib import Path

from commerce.view_statements import view_statements
from glue_jobs.commerce import lineage as commerce_lineage
from glue_jobs.commerce import schemas as commerce
from glue_jobs.events import lineage as events_lineage
from glue_jobs.events import schemas as events
from glue_jobs.marts import schemas as marts
from glue_jobs.marts.lineage import STEPS
from tests.template import PROJECT
from tests.tools.cost_page import written
from tests.tools.cost_tables import markdown
from tests.tools.lineage import Columns, columns_of
from tests.tools.lineage_picture import picture

PAGE = PROJECT / "docs/lineage.md"
PICTURE = PROJECT / "docs/images/lineage.svg"
VIEWS = PROJECT / "commerce/views"
MARTS = PROJECT / "glue_jobs/marts"
TABLES = (*events.TABLES, *commerce.TABLES, *marts.MARTS)
DERIVED = events_lineage.DERIVED | commerce_lineage.DERIVED
MART_NAMES = [mart.name for mart in marts.MARTS]
LAYERS = {table.name: table.layer for table in TABLES}


def declared() -> dict[str, Columns]:
    """Return, by table, what the code declares."""
    return {
        table.name: {
            name: {f"{of.source.name}.{source}" for source in sources}
            for name, sources in of.columns.items()
        }
        for table, of in DERIVED.items()
    }


def of_marts() -> dict[str, Columns]:
    """Return, by mart, what its statement says, through the steps that several marts share.

    Spark sees all tables in one place.
    """
    schema = {"gold_x": {table.name: table.partitioned_columns.names for table in TABLES}}
    found, of_steps = {}, {}
    for name in (*STEPS, *MART_NAMES):
        found[name] = _through(of_steps, _of_step(name, schema))
        schema["gold_x"][name] = [*found[name]]
        if name not in MART_NAMES:
            of_steps |= {f"{name}.{column}": of for column, of in found[name].items()}
            read = {source.partition(".")[0] for of in found[name].values() for source in of}
            of_steps[f"{name}.*"] = {f"{table}.*" for table in read}
    return {name: found[name] for name in MART_NAMES}


def _of_step(name: str, schema: dict[str, dict[str, list[str]]]) -> Columns:
    if name in STEPS:  # made in Arrow
        return {column: {*sources} for column, sources in STEPS[name].items()}
    return columns_of(_text(MARTS / f"{name}.sql"), "spark", schema, "gold_x")


def _through(of_steps: Columns, columns: Columns) -> Columns:
    """Return columns with the sources of a step in the place of its columns."""
    return {
        name: set().union(*(of_steps.get(source, {source}) for source in sources))
        for name, sources in columns.items()
    }


def of_views() -> dict[str, Columns]:
    """Return, by view, what its statement says."""
    schema: dict[str, dict[str, list[str]]] = {}
    for table in TABLES:
        of_layer = schema.setdefault(f"{table.layer}_x", {})
        of_layer[table.name] = table.partitioned_columns.names
    found = {}
    for name in view_statements(VIEWS, "x", "UTC"):  # each after those that it reads
        found[name] = columns_of(_text(VIEWS / f"{name}.sql"), "trino", schema, "gold_x")
        schema["gold_x"][name] = [*found[name]]
    return found


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def tables() -> dict[str, str]:
    """Return what stands between the page's marks."""
    kinds = {"declared": declared(), "marts": of_marts(), "views": of_views()}
    return {kind: "\n\n".join(_sections(found)) for kind, found in kinds.items()}


def _sections(found: dict[str, Columns]) -> Iterable[str]:
    for name in sorted(found):
        rows = [
            [f"`{column}`", ", ".join(f"`{of}`" for of in sorted(sources)) or "a constant"]
            for column, sources in found[name].items()
        ]
        yield f"### {name}\n\n{markdown(['column', 'comes from'], rows)}"


def drawn() -> str:
    """Return the picture: tables and views, and who reads whom."""
    of_tables, views = declared() | of_marts(), of_views()
    reads = {
        name: {
            source.partition(".")[0] for of in columns.values() for source in of if "." in source
        }
        for name, columns in (of_tables | views).items()
    }
    return picture(reads, {**LAYERS, **dict.fromkeys(views, "view")})


def main() -> None:
    """Write the tables of the page, and the picture."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(written(page, tables()), encoding="utf-8")
    PICTURE.write_text(drawn(), encoding="utf-8")


if __name__ == "__main__":
    main()
