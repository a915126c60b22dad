"""The tables of docs/scaling.md, as ``make cost`` writes them; the words around them stay."""

from collections.abc import Iterator

from glue_jobs.events.aggregates import HASH_BUCKETS
from glue_jobs.events.packing import MOST_EVENTS
from glue_jobs.lake.catalog import BATCH
from tests.template import PROJECT
from tests.tools.cost import PAGE_OF_A_LIST, TABLES, TIB, read_defaults
from tests.tools.cost_figures import MEASURED as COST_MEASURED
from tests.tools.cost_figures import PRICES
from tests.tools.cost_page import written
from tests.tools.cost_tables import markdown
from tests.tools.scaling import (
    CASES,
    DAY,
    YEAR,
    Case,
    lists,
    rates,
    requests,
    seconds,
    silver_files,
    stored_bytes,
    total,
    workers,
)
from tests.tools.scaling_figures import ASSUMED, LATE, MEASURED, READINGS, REQUESTS, Requests

PAGE = PROJECT / "docs/scaling.md"
GIB = 2**30
KEY_BYTES = 8  # of an event
WORKER_BYTES = 16e9  # of a G.1X
PARTITIONS_OF_A_TABLE = 10_000_000  # Glue's quota


def tables() -> dict[str, str]:
    """Return the tables of the page by their names there."""
    inputs = {**MEASURED._asdict(), **ASSUMED}
    return {
        "runs": _runs(),
        "totals": _totals(),
        "requests": markdown(
            ["operation", *Requests._fields], [[name, *of] for name, of in REQUESTS.items()]
        ),
        "bends": markdown(["what", "now", "bends at", "what moves it"], _bends()),
        "files": markdown(["files of an hour", "after the hour", "a day later"], _files()),
        "readings": markdown(READINGS[0]._fields, READINGS),
        "inputs": markdown(
            ["figure", "value"],
            [[name.replace("_", " "), f"{of:,}"] for name, of in inputs.items()],
        ),
    }


def _runs() -> str:
    rows = [
        [
            case.name,
            f"{case.events:,.0f}",
            case.files * case.slots,
            case.hours,
            workers(case),
            f"{seconds(case, workers(case)):.0f}",
            f"{stored_bytes(case) / 1e6:,.0f}",
        ]
        for case in CASES
    ]
    return markdown(
        ["load", "events a run", "files", "hours", "workers", "seconds", "MB stored"], rows
    )


def _totals() -> str:
    rows = []
    for case in CASES:
        periods = {
            "run": (1, 0),
            "day": (case.runs, DAY),
            "year": (case.runs * YEAR, YEAR),
        }
        for period, (runs, days) in periods.items():
            of = total(case, runs, days)
            rows.append([case.name, period, *map(_shown, (*of, of.usd))])
    units = ["DPU-hours", "USD", "PUT, LIST", "GET, HEAD", "catalog", "USD"]
    return markdown(["load", "a", *units, "GB by Athena", "USD", "USD in all"], rows)


def _shown(figure: float) -> str:
    """Return a figure with some three digits, or all before the point."""
    if not figure:
        return "0"
    small = 4 if figure < 1 else 2
    return f"{figure:,.{small if figure < 10 else 0}f}"


def _bends() -> Iterator[list[str]]:
    """Yield what gives way, with a figure of today and the load or number at which it does."""
    now, of = CASES[0], rates()
    spare = ASSUMED["seconds of the five minutes that a run may take"] - seconds(now, 2)
    a_past_hour = seconds(now._replace(past_hours=1), 2) - seconds(now, 2)
    yield [
        "hours that a run has late events of",
        f"{a_past_hour:.1f} s each",
        f"{spare / a_past_hour:.0f} hours with two workers, at 1x",
        "`CurateSchedule` once an hour; `CurateWorkers`; see below",
    ]
    yield [
        "a gzip file is one task",
        f"{now.events * of.new:.1f} s",
        f"{1 + spare / (now.events * of.new):.0f}x in one file, with any number of workers",
        "the producer: more files of today's size; then `CurateWorkers`",
    ]
    stored = stored_bytes(now) / 1e6
    yield [
        "the driver stores files, one after another",
        f"{stored:.0f} MB a run",
        f"{spare * ASSUMED['MB a second that the driver stores'] / stored:,.0f}x",
        "in code, tasks that store",
    ]
    pages, wait = lists(now), ASSUMED["seconds of a LIST"]
    yield [
        "the bookmark lists all raw files",
        f"{pages:.1f} LISTs a run",
        f"{spare / wait / pages:.0f} files every five minutes",
        "`RawRetentionDays`; larger files",
    ]
    yield from _bends_by_size(now)


def _bends_by_size(now: Case) -> Iterator[list[str]]:
    visits = COST_MEASURED["bytes an hour for the five statements"][-1]
    days = read_defaults().scan_limit_bytes / visits / 24
    usd = YEAR * 24 * visits / TIB * PRICES["Athena TiB"][0]
    yield [
        "question 5 over all days: distinct users",
        f"{24 * visits / 1e9:.2f} GB a day; a year is {usd:.2f} USD",
        f"{days:.0f} days, {days / 10:.1f} at 10x, {days * 24 / 100:.0f} hours at 100x",
        "`ScanLimitBytes`; `where dt =` in the question",
    ]
    memory, merged = HASH_BUCKETS * MEASURED.merge_memory, MEASURED.merge_bytes
    yield [
        f"sessions of an hour, merged in {HASH_BUCKETS} tasks",
        f"{memory / 1e9:.2f} GB, {merged / 1e6:.0f} MB into each",
        f"{WORKER_BYTES / memory:.0f}x if one G.1X has them all; {2 * GIB / merged:.0f}x by Arrow",
        "`HASH_BUCKETS` in `glue_jobs/events/aggregates.py`; then `CurateWorkers`",
    ]
    keys = KEY_BYTES * now.hour_events
    yield [
        "keys of an hour, told apart in one task",
        f"{keys / 1e6:.0f} MB, of a slot {keys / 12e6:.0f}",
        f"{2 * GIB / keys:.0f}x by Arrow for an hour at once, {24 * GIB / keys:,.0f}x for a slot",
        "loading every five minutes; in code, keys by hour and share",
    ]
    most = PAGE_OF_A_LIST / 12
    full = most * MOST_EVENTS / MEASURED.events_a_file
    yield [
        "files of an hour of silver",
        f"{silver_files(now, 0)}",
        f"{most:.0f} files every five minutes, {full:.0f}x in larger ones",
        "larger raw files; in code, compaction",
    ]
    partitions, called = 24 * YEAR, requests(now)["catalog request"]
    yield [
        "calls and partitions of the catalog",
        f"{called:.0f} a run, {TABLES * partitions:,} a year",
        f"more calls from {BATCH} hours a run on; {PARTITIONS_OF_A_TABLE / partitions:,.0f} years",
        "`--max_files` for a backlog",
    ]


def _files() -> Iterator[list[str]]:
    now, late = CASES[0], Case("late", past_hours=24)
    each = MEASURED.silver / MEASURED.files / 1e6
    yield ["silver", f"{silver_files(now, 0)} of {each:.1f} MB", "the same"]
    more = silver_files(late, 24) - silver_files(late, 0)
    events = LATE * now.hour_events / more
    size = f"{more} of {MEASURED.smallest_silver_file / 1e3:.1f} KB, {events:.0f} events each"
    yield [f"silver, {LATE:.1%} late within a day", f"{silver_files(late, 0)}", f"and {size}"]
    yield [
        "user activity",
        f"{HASH_BUCKETS} of {MEASURED.visits / HASH_BUCKETS / 1e6:.1f} MB",
        "the same",
    ]
    yield ["each other table", "1 of some KB", "the same"]


def main() -> None:
    """Write the tables of the page."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(written(page, tables()), encoding="utf-8")


if __name__ == "__main__":
    main()
