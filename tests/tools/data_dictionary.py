"""The tables of docs/data-dictionary.md, as ``make dictionary`` writes them; its words stay.

Columns come from the schemas of both domains; what partition keys mean, from the templates.
"""

from glue_jobs.commerce import schemas as commerce
from glue_jobs.events import schemas as events
from glue_jobs.lake.tables import Table
from glue_jobs.marts import schemas as marts
from tests.template import PROJECT, TEMPLATES, resources
from tests.tools.cost_page import written
from tests.tools.cost_tables import markdown

PAGE = PROJECT / "docs/data-dictionary.md"
TABLES = (*events.TABLES, *commerce.TABLES, *marts.MARTS)


def tables() -> dict[str, str]:
    """Return what stands between the page's marks, by mark: the list of tables, and each table."""
    contents = [
        [
            f"`{table.layer}_x`",
            f"[`{table.name}`](#{table.name})",
            table.meaning,
            ", ".join(f"`{key}`" for key in table.partition_keys),
        ]
        for table in TABLES
    ]
    listed = markdown(["database", "table", "rows", "partitions"], contents)
    return {"tables": listed, **{table.name: _columns(table) for table in TABLES}}


def _columns(table: Table) -> str:
    """Return a table's meaning, its columns and, below them, its partition keys."""
    columns = [
        [
            f"`{column.name}`",
            column.dataType.simpleString(),
            "" if column.nullable else "yes",
            column.metadata["comment"],
        ]
        for column in table.columns
    ]
    keys = [
        [f"`{key['Name']}`", key["Type"], "partition", f"{key['Comment'].rstrip('.')}."]
        for key in _keys(table)
    ]
    header = ["column", "type", "required", "meaning"]
    return f"{table.meaning}\n\n{markdown(header, [*columns, *keys])}"


def _keys(table: Table) -> list[dict[str, str]]:
    """Return a table's partition keys as a template declares them."""
    declared_in = (resources("AWS::Glue::Table", file).values() for file in TEMPLATES)
    inputs = (each["TableInput"] for declared in declared_in for each in declared)
    [declared] = [each for each in inputs if each["Name"] == table.name]
    return declared["PartitionKeys"]


def main() -> None:
    """Write the tables of the page."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(written(page, tables()), encoding="utf-8")


if __name__ == "__main__":
    main()
