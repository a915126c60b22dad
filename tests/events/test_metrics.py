from datetime import UTC, datetime, timedelta

import pytest

from glue_jobs.events.load import NOTHING, Loaded
from glue_jobs.events.metrics import metrics
from glue_jobs.events.run import Intake, Outcome

SLOT = "s3://raw/events/year=2026/month=03/day=01/hour=23/minute={minute}/file.jsonl.gz"
START = datetime(2026, 3, 2, 0, 2, tzinfo=UTC)
COUNTS = {"lines": 400, "accepted": 380, "duplicates": 10, "rejected": 10}


def _metrics(loaded: Loaded, seconds: float = 90) -> dict[str, tuple[float, str]]:
    job_run = {"StartedOn": START, "MaxCapacity": 2.0}
    now = START + timedelta(seconds=seconds)
    counts = Outcome(Intake(loaded, []), [], set()).counts
    return metrics(loaded, counts, job_run, 0.44, now)


def test_run_with_files() -> None:
    """Counts, how long it took and cost, the rejected share, and the newest slot's age."""
    files = [SLOT.format(minute=minute) for minute in ("55", "50")]

    assert _metrics(Loaded(COUNTS, files, [("2026-03-01", "23")], 0)) == {
        "Files": (2, "Count"),
        "Lines": (400, "Count"),
        "Accepted": (380, "Count"),
        "Duplicates": (10, "Count"),
        "Rejected": (10, "Count"),
        "Unreadable": (0, "Count"),
        "Ignored": (0, "Count"),
        "Healed": (0, "Count"),
        "Rebuilt": (0, "Count"),
        "RunSeconds": (90, "Seconds"),
        "EstimatedCost": (pytest.approx(0.022), "None"),  # 2 DPU x 1.5 minutes x 0.44 an hour
        "RejectedPercent": (2.5, "Percent"),
        "FreshnessSeconds": (210, "Seconds"),  # the slot of 23:55 ended at 00:00
    }


def test_run_without_files() -> None:
    """No lines have no rejected share, no slot has no age; a short run is billed a minute."""
    found = _metrics(NOTHING, seconds=10)

    assert found["EstimatedCost"][0] == pytest.approx(2 * 0.44 / 60)
    assert not {"RejectedPercent", "FreshnessSeconds"} & found.keys()


def test_barren_file() -> None:
    """A file of lines without an event is loud, however many lines the others have."""
    loaded = Loaded(COUNTS, [SLOT.format(minute="55")], [], barren=1)

    assert _metrics(loaded)["RejectedPercent"] == (100, "Percent")


def test_file_outside_the_layout() -> None:
    """A file without a slot has no age, beside one that has."""
    loaded = Loaded(COUNTS, ["s3://raw/events/stray.gz"], [], 0)

    assert "FreshnessSeconds" not in _metrics(loaded)
    assert _metrics(loaded._replace(source_files=[*loaded.source_files, SLOT.format(minute="45")]))[
        "FreshnessSeconds"
    ] == (810, "Seconds")
