"""What packed files really hold, read from their bytes: the proof shares nothing with the merge."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from glue_jobs.commerce.schemas import CLICKSTREAM, DAILY_DEVICE_SESSIONS, STEPS, content_of
from glue_jobs.lake.tables import Table

Day = tuple[str, str]  # the name of a table, and one of its days


class Held(NamedTuple):
    """What a table holds of a day: rows, distinct contents, distinct ids, gross US dollars, visits.

    An id is what the table's first column says; of gold only the gross amounts tell money.
    ``visits``: of clicks how many visits there are, on each device, then the events of each of
    ``STEPS``; of other tables nothing.
    """

    rows: int
    distinct: int
    ids: int
    gross: Decimal
    visits: Sequence[int]


NOTHING = Held(0, 0, 0, Decimal(), [])


def read_back(table: Table, files: Sequence[bytes]) -> Held:
    """Return what the packed files of a day hold."""
    read = [parquet.read_table(pa.BufferReader(content)) for content in files]
    if not read:
        return NOTHING
    rows = pa.concat_tables(read)
    distinct = rows.group_by(content_of(table)).aggregate([])
    gross = [pc.sum(rows[name]).as_py() for name in rows.column_names if name.startswith("gross_")]
    ids = len(pc.unique(rows[0]))
    return Held(len(rows), len(distinct), ids, sum(gross, Decimal()), _visits(table, rows))


def _visits(table: Table, rows: pa.Table) -> list[int]:
    if table is CLICKSTREAM:
        sessions = rows.group_by(["session_id", "device"]).aggregate([])
        kinds = rows["event_type"]
        return [len(sessions), *(pc.sum(pc.equal(kinds, step)).as_py() for step in STEPS)]
    if table is DAILY_DEVICE_SESSIONS:
        return [pc.sum(rows[of]).as_py() for of in ("sessions", *(f"{step}s" for step in STEPS))]
    return []
