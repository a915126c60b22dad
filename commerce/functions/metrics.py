"""What functions publish to CloudWatch: numbers about a student's order book as a whole.

Environment: ``STUDENT_ID``. Each name is a metric, and costs as one.
"""

import os

import boto3

from glue_jobs.run_metrics import NAMESPACE, STUDENT

FRESHNESS_HOURS = "FreshnessHours"  # since the end of the newest day of sales that is loaded
QUALITY_FAILED = "QualityFailed"  # checks that hold a day back; 0 of a day that is let pass
SCHEMA_CHANGES = "SchemaChanges"  # columns of a day's files that are not those of the contracts


def put_metric(name: str, value: float) -> None:
    """Publish a value of this moment; all functions of a student share the metric of a name."""
    dimensions = [{"Name": STUDENT, "Value": os.environ["STUDENT_ID"]}]
    datum = {"MetricName": name, "Dimensions": dimensions, "Value": value}
    boto3.client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=[datum])
