"""The tables of ``commerce/sample-data``, and of the same visits as events, by the oracles."""

import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory

from commerce.generators.delivery import Plan
from commerce.generators.faults import Faults
from commerce.generators.five_minutes import write_events
from commerce.generators.sample import FOLDER, SIZES, WORLD
from tests import oracle as events_oracle
from tests.commerce import oracle
from tests.commerce.landing import delivery
from tests.commerce.oracle_answers import ledger
from tests.commerce.oracle_marts import latest_day, marts
from tests.commerce.oracle_records import Delivery, Row
from tests.commerce.oracle_visits import conversion_funnel


def sample_tables() -> dict[str, list[Row]]:
    """Return the rows of every table that questions ask, by the table's name."""
    files = [*_deliveries()]
    tables, counts = oracle.load(files)
    events = [*map(silver_event, _events())]
    return (
        tables
        | marts(tables, latest_day(files), events)
        | {"commerce_ledger": ledger(files, counts), "events": events}
        | {"conversion_funnel": conversion_funnel(events)}
    )


def _deliveries() -> Iterator[Delivery]:
    truth = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))["files"]
    for path, told in truth.items():
        if "refused" not in told:
            yield delivery(path, FOLDER / path)


def _events() -> list[events_oracle.Event]:
    """Return the events of the sample's visits."""
    with TemporaryDirectory() as folder:
        files = Path(folder) / "events"
        write_events(Plan(WORLD, SIZES, Faults(WORLD.seed, "clickstream", {})), files)
        return events_oracle.judge(files.iterdir())[1]


def silver_event(event: events_oracle.Event) -> Row:
    """Return an event as ``silver.events`` has it."""
    time = event.time.astimezone(UTC)
    values = {name: getattr(event, name) for name in event.__slots__ if name != "time"}
    place = {"dt": f"{time:%Y-%m-%d}", "hour": f"{time:%H}", "source_file": "s3://raw/1"}
    moment = {"event_time": time.replace(tzinfo=None), "event_time_micros": 0}
    return moment | values | place
