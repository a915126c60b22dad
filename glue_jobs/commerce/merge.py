"""What was delivered joins what silver has: each distinct row of a day stands there once.

Minimum, maximum and union depend neither on order nor on repetition, so neither do the tables.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from glue_jobs.commerce.schemas import content_of
from glue_jobs.lake.tables import Table

_EFFECTIVE = {"first_effective": "min", "last_effective": "max"}


class Merged(NamedTuple):
    """A day of a table, and what became of the valid lines of each file that has some of it.

    ``rows``: one per distinct content, in the order of ids. Columns: the table's. ``source_file``
    is the file that had the row first, of several in a batch the first by name.
    ``deliveries``: one per file. Columns: ``number``; the ``delivered`` lines; the ``accepted``
    ones, for the table holds their row from this file; the ``added`` ones among them, whose row it
    did not have before. ``before``: how many rows that were.
    """

    rows: pa.Table
    deliveries: pa.Table
    before: int


def merge(table: Table, known: pa.Table, delivered: pa.Table, files: Sequence[str]) -> Merged:
    """Join the records of a batch with the rows that a day has.

    ``known``: the table's columns. ``delivered``: its content and effective times, and ``number``,
    the place of the record's file in ``files``, the URIs of the batch in their order.
    """
    times = {name: of for name, of in _EFFECTIVE.items() if name in table.columns.names}
    number, batch = delivered["number"].to_numpy(), pa.array(files, pa.string())
    before = known["source_file"].unique()
    seen = pc.index_in(known["source_file"], before).to_numpy()
    rows = pa.concat_tables([known, delivered], promote_options="default")
    place = np.concatenate([seen, number + len(before)], dtype=np.int64)
    rows = rows.append_column("place", pa.array(place))
    rows = rows.append_column("row", pa.array(np.arange(len(rows))))

    grouped = rows.group_by(content_of(table), use_threads=False).aggregate([
        *times.items(),
        ("place", "min"),  # whoever had the row before, else the first file of the batch
        ("row", "list"),
    ])
    merged = grouped.rename_columns({f"{name}_{of}": name for name, of in times.items()})
    first = grouped["place_min"].to_numpy()
    source = pa.concat_arrays([before, batch]).take(pa.array(first))
    merged = merged.append_column("source_file", source).select(table.columns.names)
    deliveries = _deliveries(
        number,
        group=_parents(grouped["row_list"].combine_chunks())[len(known) :],
        owner=pc.fill_null(pc.index_in(source, batch), -1).to_numpy(),
        is_new=first >= len(before),
    )
    return Merged(merged.sort_by(table.columns.names[0]), deliveries, len(known))


def _parents(lists: pa.ListArray) -> np.ndarray:
    """Return which of the lists has each of the numbers from 0 on."""
    numbers = pc.list_flatten(lists).to_numpy()
    parents = np.empty(len(numbers), np.int64)
    parents[numbers] = pc.list_parent_indices(lists).to_numpy()
    return parents


def _deliveries(
    number: np.ndarray, group: np.ndarray, owner: np.ndarray, is_new: np.ndarray
) -> pa.Table:
    """Count the lines of each file; a line has a ``number`` and a ``group``, that an ``owner``."""
    accepted = np.unique(group[owner[group] == number])
    of_each = {
        "delivered": number,
        "accepted": owner[accepted],
        "added": owner[accepted[is_new[accepted]]],
    }
    files = np.unique(number)
    enough = files.max(initial=-1) + 1
    counts = {name: np.bincount(of, minlength=enough)[files] for name, of in of_each.items()}
    return pa.table({"number": files, **counts})
