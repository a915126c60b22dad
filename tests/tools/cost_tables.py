"""What the tables of docs/cost.md look like."""

from collections.abc import Iterable, Mapping


def markdown(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table."""
    titles = [title.replace("_", " ") for title in header]
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def bills_table(bills: Mapping[str, Mapping[str, float]]) -> str:
    """Return bills of the same items side by side, and their totals."""
    items = next(iter(bills.values()))
    rows = [[item, *(f"{bill[item]:,.2f}" for bill in bills.values())] for item in items]
    totals = [f"**{sum(bill.values()):,.2f}**" for bill in bills.values()]
    return markdown(["USD a month", *bills], [*rows, ["**total**", *totals]])


def figures_table(figures: Mapping[str, object]) -> str:
    """Return figures by name."""
    return markdown(["figure", "value"], [[name, shown(value)] for name, value in figures.items()])


def shown(value: object) -> str:
    """Return a number, or numbers, as people read them."""
    if isinstance(value, tuple):
        return ", ".join(map(shown, value)) or "none"
    return f"{value:,.10f}".rstrip("0").rstrip(".")
