"""What a run tells CloudWatch: the figures behind the alarms and the dashboard."""

from datetime import datetime, timedelta
from typing import Any

from glue_jobs.events.load import Loaded
from glue_jobs.events.raw_names import slot_of

NAMESPACE = "EventAnalytics"
SLOT_LENGTH = timedelta(minutes=5)
SHORTEST_BILL = 60  # seconds; Glue charges no run for less
HOUR = 3600  # seconds


def metrics(
    loaded: Loaded,
    counts: dict[str, int],
    job_run: dict[str, Any],
    dpu_hour_price: float,
    now: datetime,
) -> dict[str, tuple[float, str]]:
    """Return (value, unit) by name of a run that ends ``now``; ``job_run`` as Glue describes it.

    Beside the run's ``counts``: ``RunSeconds``; ``EstimatedCost``, US dollars, if all workers were
    there all the time; ``RejectedPercent`` of the lines, 100 where a file with lines gave no event;
    ``FreshnessSeconds``, how long ago the newest slot that was loaded ended. The last two only
    where lines or slots were loaded.
    """
    seconds = (now - job_run["StartedOn"]).total_seconds()
    dpu_hours = job_run["MaxCapacity"] * max(seconds, SHORTEST_BILL) / HOUR
    found = {name.title(): (float(count), "Count") for name, count in counts.items()}
    found["RunSeconds"] = seconds, "Seconds"
    found["EstimatedCost"] = dpu_hours * dpu_hour_price, "None"
    if counts["lines"]:
        share = 1 if loaded.barren else counts["rejected"] / counts["lines"]
        found["RejectedPercent"] = 100 * share, "Percent"
    slots = filter(None, map(slot_of, loaded.source_files))
    if newest := max(slots, default=None):
        age = now - newest - SLOT_LENGTH
        found["FreshnessSeconds"] = age.total_seconds(), "Seconds"
    return found
