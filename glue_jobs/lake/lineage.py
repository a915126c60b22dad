"""What the columns of a table are made of, where no SQL says so: declared beside what makes them.

A test changes one source column at a time and sees which columns change: those declared, no other.
"""

from typing import NamedTuple

from glue_jobs.lake.tables import Table

ROWS = "*"  # a column that counts rows of the source, whatever they hold


class Derived(NamedTuple):
    """A table's columns, each with the columns of one ``source`` table that its value is made of.

    Partition keys are those of the source. What only decides which of several versions counts, or
    which rows are there, is no part of it.
    """

    source: Table
    columns: dict[str, tuple[str, ...]]


def derived(source: Table, *same: str, **made: str) -> Derived:
    """Declare columns that are ``same`` as in the source, and those ``made`` of some, by name."""
    return Derived(
        source, {**{n: (n,) for n in same}, **{n: (*m.split(),) for n, m in made.items()}}
    )
