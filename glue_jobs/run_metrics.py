"""What a run of a job that loads tells CloudWatch, whatever it loads."""

from datetime import datetime
from typing import Any

NAMESPACE = "EventAnalytics"
STUDENT = "StudentId"  # dimension of what is about a student's jobs and functions together
COST = "EstimatedCost"
SHORTEST_BILL = 60  # seconds; Glue charges no run for less
HOUR = 3600  # seconds

Metrics = dict[str, tuple[float, str]]  # value and unit by name


def run_metrics(
    counts: dict[str, int], job_run: dict[str, Any], dpu_hour_price: float, now: datetime
) -> Metrics:
    """Return the metrics of a run that ends ``now``; ``job_run`` as Glue describes it.

    Beside the run's ``counts``: ``RunSeconds``; ``EstimatedCost``, US dollars, if all workers were
    there all the time; ``RejectedPercent`` of the lines, where there are some.
    """
    seconds = (now - job_run["StartedOn"]).total_seconds()
    dpu_hours = job_run["MaxCapacity"] * max(seconds, SHORTEST_BILL) / HOUR
    found = {name.title(): (float(count), "Count") for name, count in counts.items()}
    found["RunSeconds"] = seconds, "Seconds"
    found[COST] = dpu_hours * dpu_hour_price, "None"
    if counts.get("lines"):
        found["RejectedPercent"] = 100 * counts["rejected"] / counts["lines"], "Percent"
    return found
