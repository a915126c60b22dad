"""What functions have published of a student."""

from datetime import UTC, datetime, timedelta

import boto3


def published(student: str, metric: str) -> list[float]:
    """Return the least and the greatest value of the last hour, and how many there are."""
    now = datetime.now(UTC)
    found = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="EventAnalytics",
        MetricName=metric,
        Dimensions=[{"Name": "StudentId", "Value": student}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=7200,
        Statistics=["Minimum", "Maximum", "SampleCount"],
    )["Datapoints"]
    return [found[0][name] for name in ("Minimum", "Maximum", "SampleCount")] if found else []
