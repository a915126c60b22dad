"""What visits did on a day, by device: a pure function of that day's rows of silver."""

import pyarrow as pa
import pyarrow.compute as pc

from glue_jobs.commerce.schemas import DAILY_DEVICE_SESSIONS, STEPS
from glue_jobs.commerce.sums import declared, ones, summed, with_columns
from glue_jobs.lake.tables import Table

_VISITS_THAT = {
    "product_views": "sessions_that_viewed",
    "add_to_carts": "sessions_that_added",
    "checkouts": "sessions_that_checked_out",
    "purchases": "sessions_that_bought",
}


def visits(silver: pa.Table) -> dict[Table, pa.Table]:
    """Return the daily table of a day of ``silver.clickstream``.

    A visit counts on each day and for each device on which it has events.
    Rows: one per device, one of them for NULL.
    """
    kinds = silver["event_type"]
    counted = {f"{step}s": pc.equal(kinds, step).cast(pa.int64()) for step in STEPS}
    steps = pa.table({**{of: silver[of] for of in ("device", "session_id")}, **counted})
    sessions = summed(steps, "device", "session_id")
    that = {name: pc.greater(sessions[of], 0).cast(pa.int64()) for of, name in _VISITS_THAT.items()}
    sessions = with_columns(sessions, {"sessions": ones(sessions), **that})
    return {DAILY_DEVICE_SESSIONS: declared(DAILY_DEVICE_SESSIONS, summed(sessions, "device"))}
