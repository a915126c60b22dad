"""Which columns change when a column that they are made of does."""

from collections.abc import Callable, Iterator

import pyarrow as pa

from glue_jobs.lake.lineage import ROWS, Derived

Make = Callable[[pa.Table], pa.Table]


def found_sources(make: Make, rows: pa.Table, keys: tuple[str, ...]) -> dict[str, set[str]]:
    """Return, of each column that ``make`` makes, the columns of ``rows`` that change it.

    A column that is no key of the result takes, in one row after the other, every other value that
    it has. ``keys`` get new names throughout, so that the same rows meet. What no column changes,
    but a row that comes twice, comes from ``ROWS``.
    """
    before = make(rows)
    found = {name: {name} & {*keys} for name in before.column_names}
    for source in rows.column_names:
        is_key = source in keys
        for changed in [_renamed(rows, source, 1)] if is_key else _changed(rows, source):
            after = make(changed)
            for name in _differences(
                before, _renamed(after, source, -1) if is_key else after, keys
            ):
                found[name].add(source)
    for name in _differences(before, make(pa.concat_tables([rows, rows.slice(0, 1)])), keys):
        found[name] = found[name] or {ROWS}
    return found


def declared_sources(declared: Derived) -> dict[str, set[str]]:
    """Return the same as it is declared."""
    return {name: {*sources} for name, sources in declared.columns.items()}


def _changed(rows: pa.Table, name: str) -> Iterator[pa.Table]:
    values = rows[name].to_pylist()
    for at, value in enumerate(values):
        for other in {*values} - {value}:
            yield _with(rows, name, [*values[:at], other, *values[at + 1 :]])


def _renamed(rows: pa.Table, name: str, by: int) -> pa.Table:
    """Give each value of a column a new name, and that its old one: no two of them meet."""
    names = rows[name].to_pylist()
    return _with(rows, name, [of and (f"{of}_" if by > 0 else of.rstrip("_")) for of in names])


def _with(rows: pa.Table, name: str, values: list[object]) -> pa.Table:
    at = rows.column_names.index(name)
    return rows.set_column(at, name, pa.array(values, rows.schema.field(name).type))


def _differences(before: pa.Table, after: pa.Table, keys: tuple[str, ...]) -> set[str]:
    """Return the columns in which rows of the same keys differ; without keys, of the same place."""
    rows, others = _by_key(before, keys), _by_key(after, keys)
    return {
        name
        for key in rows.keys() & others.keys()
        for name, value in rows[key].items()
        if value != others[key][name]
    }


def _by_key(rows: pa.Table, keys: tuple[str, ...]) -> dict[object, dict[str, object]]:
    return {tuple(row[key] for key in keys) or at: row for at, row in enumerate(rows.to_pylist())}
