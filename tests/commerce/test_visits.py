"""What visits did on a day, by device; and the proof that the daily table is silver's."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.commerce.ledger import reconcile
from glue_jobs.commerce.read_back import Held, read_back
from glue_jobs.commerce.schemas import CLICKSTREAM, DAILY_DEVICE_SESSIONS
from glue_jobs.commerce.visits import visits
from glue_jobs.lake.ledger import ImbalanceError
from glue_jobs.lake.parquet import pack
from glue_jobs.lake.tables import Table

DAY, NOON = "2026-03-02", datetime(2026, 3, 2, 12, tzinfo=UTC)
COLUMNS = DAILY_DEVICE_SESSIONS.columns.names
CLICKS = [  # session, device, what was done
    ("s_1", "mobile", "page_view product_view product_view add_to_cart checkout purchase purchase"),
    ("s_2", "mobile", "search product_view remove_from_cart"),
    ("s_2", "desktop", "checkout"),  # the same visit on another device
    ("s_3", None, "page_view add_to_cart"),
]
ROWS = [
    ("desktop", 1, 0, 0, 0, 1, 0, 0, 0, 1, 0),
    ("mobile", 2, 1, 3, 1, 1, 2, 2, 1, 1, 1),
    (None, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0),
]


def _silver(clicks: list[tuple[str, str | None, str]]) -> pa.Table:
    rows = [
        {"session_id": session, "device": device, "event_type": step, "source_file": "s3://raw/a"}
        for session, device, steps in clicks
        for step in steps.split()
    ]
    for number, row in enumerate(rows):
        row["event_time"] = NOON + timedelta(seconds=number)
    return pa.Table.from_pylist(rows, to_arrow_schema(CLICKSTREAM.columns))


def test_visits() -> None:
    """A visit counts for each device; its events by kind, and it itself once a step."""
    [(_, devices)] = visits(_silver(CLICKS)).items()

    found = sorted((tuple(row.values()) for row in devices.to_pylist()), key=str)
    assert devices.column_names == COLUMNS
    assert found == sorted(ROWS, key=str)


def test_no_clicks() -> None:
    """A day without clicks has no row."""
    [(_, devices)] = visits(_silver([])).items()

    assert devices.num_rows == 0


def _held(table: Table, rows: pa.Table) -> dict[tuple[str, str], Held]:
    return {(table.name, DAY): read_back(table, [pack(rows, table)])}


def _prove(devices: list[tuple]) -> None:
    silver = _silver(CLICKS)
    schema = to_arrow_schema(DAILY_DEVICE_SESSIONS.columns)
    made = pa.Table.from_pylist([dict(zip(COLUMNS, row, strict=True)) for row in devices], schema)
    held = {**_held(CLICKSTREAM, silver), **_held(DAILY_DEVICE_SESSIONS, made)}
    reconcile([], [], {(CLICKSTREAM.name, DAY): len(silver)}, held)


def test_proof() -> None:
    """The daily table has silver's visits and events."""
    _prove(ROWS)


@pytest.mark.parametrize("column", COLUMNS[1:7])
def test_proof_of_a_lost_event(column: str) -> None:
    """One visit, or one event of any kind, more or less is found, and the day is named."""
    changed = dict(zip(COLUMNS, ROWS[1], strict=True))
    changed[column] += 1

    with pytest.raises(ImbalanceError, match=rf"'{CLICKSTREAM.name}', '{DAY}'"):
        _prove([ROWS[0], tuple(changed.values()), ROWS[2]])


def test_proof_of_a_lost_device() -> None:
    """A device that is left out is found."""
    with pytest.raises(ImbalanceError, match="not silver's"):
        _prove(ROWS[:2])
