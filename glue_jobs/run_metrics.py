"""What a run of a job tells CloudWatch, whatever the job does."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.client import BaseClient

NAMESPACE = "EventAnalytics"
STUDENT = "StudentId"  # dimension of what is about a student's jobs and functions together
COST = "EstimatedCost"
SHORTEST_BILL = 60  # seconds; Glue charges no run for less
HOUR = 3600  # seconds

Metrics = dict[str, tuple[float, str]]  # value and unit by name
MetricsOf = Callable[[dict[str, Any], float, datetime], Metrics]


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


def measure(glue: BaseClient, args: Mapping[str, str], metrics_of: MetricsOf) -> Metrics:
    """Return the metrics of the run that ``args`` are of, as of now.

    ``metrics_of`` takes the run as Glue describes it, the price of a DPU-hour, and the time.
    """
    job_run = glue.get_job_run(JobName=args["JOB_NAME"], RunId=args["JOB_RUN_ID"])["JobRun"]
    return metrics_of(job_run, float(args["dpu_hour_price"]), datetime.now(UTC))


def publish(cloudwatch: BaseClient, args: Mapping[str, str], measured: Metrics) -> None:
    """Publish metrics of a run as those of its job.

    A job that is told its student adds its cost to that of the student's other jobs.
    """
    data = [_datum(name, of, "JobName", args["JOB_NAME"]) for name, of in measured.items()]
    if student := args.get("student_id"):
        data.append(_datum(COST, measured[COST], STUDENT, student))
    cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data)


def _datum(name: str, measured: tuple[float, str], dimension: str, of: str) -> dict[str, Any]:
    value, unit = measured
    dimensions = [{"Name": dimension, "Value": of}]
    return {"MetricName": name, "Dimensions": dimensions, "Value": value, "Unit": unit}
