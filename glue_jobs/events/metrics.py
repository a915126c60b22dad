"""What a run tells CloudWatch: the figures behind the alarms and the dashboard."""

from datetime import datetime, timedelta
from typing import Any

from glue_jobs.events.load import Loaded
from glue_jobs.events.raw_names import slot_of
from glue_jobs.run_metrics import Metrics, run_metrics

SLOT_LENGTH = timedelta(minutes=5)


def metrics(
    loaded: Loaded,
    counts: dict[str, int],
    job_run: dict[str, Any],
    dpu_hour_price: float,
    now: datetime,
) -> Metrics:
    """Return the metrics of a run: those of ``run_metrics``, and how old its data are.

    ``RejectedPercent`` is 100 where a file with lines gave no event. ``FreshnessSeconds``: how long
    ago the newest slot that was loaded ended, where slots were loaded.
    """
    found = run_metrics(counts, job_run, dpu_hour_price, now)
    if loaded.barren:
        found["RejectedPercent"] = 100, "Percent"
    slots = filter(None, map(slot_of, loaded.source_files))
    if newest := max(slots, default=None):
        age = now - newest - SLOT_LENGTH
        found["FreshnessSeconds"] = age.total_seconds(), "Seconds"
    return found
