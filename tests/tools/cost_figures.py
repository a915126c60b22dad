"""What a stack's cost is figured from: list prices, what was measured, what is assumed."""

from typing import NamedTuple

# US dollars a unit in us-west-2, the service's page under aws.amazon.com, who says so (2026-11-21):
# AWS's page as stored, or only pages about it, mostly of us-east-1.
PRICES = {
    "DPU-hour": (0.44, "glue", "AWS, without a region"),
    "catalog request": (1e-6, "glue", "others"),
    "catalog object, month": (1e-5, "glue", "others"),
    "Lambda invocation": (0.2e-6, "lambda", "others"),
    "Lambda GB-second, arm64": (0.0000133334, "lambda", "others"),
    "S3 GiB, month": (0.023, "s3", "others"),
    "S3 Glacier GiB, month": (0.0036, "s3", "others"),
    "S3 transition to Glacier": (30e-6, "s3", "others"),
    "S3 PUT, COPY, LIST": (5e-6, "s3", "others"),
    "S3 GET, HEAD": (0.4e-6, "s3", "others"),
    "Athena TiB": (5.0, "athena", "others"),
    "custom metric, month": (0.30, "cloudwatch", "others"),
    "alarm, month": (0.10, "cloudwatch", "others"),
    "dashboard, month": (3.00, "cloudwatch", "others"),
    "PutMetricData": (1e-5, "cloudwatch", "others"),
    "GiB of logs": (0.50, "cloudwatch", "others"),
    "state transition": (25e-6, "step-functions", "AWS, us-west-2"),
    "e-mail": (2e-5, "sns", "others"),
    "secret, month": (0.40, "secrets-manager", "others"),
    "firing of a schedule": (0.0, "eventbridge", "others"),
}


class Run(NamedTuple):
    """What a run takes: seconds with Spark's start, requests of boto3, Parquet files of Spark."""

    seconds: float
    s3_writes: float
    s3_reads: float
    catalog_requests: float
    files_read: float


# By raw files loaded, the one file being its hour's twelfth. Seconds: of docs/benchmark.md,
# 2026-11-22, cold, with faults; those of eleven are of a whole hour; of no file, 2026-11-21 on busy
# cores: 9, 12, 20. Requests: as tests/docs/test_scaling.py counts them, with an hour to vacuum and
# the manifests of two hours. From the code, not measured: files that Spark reads, silver's of the
# hour three times.
RUNS = {
    0: Run(9, s3_writes=6, s3_reads=5, catalog_requests=0, files_read=0),
    1: Run(31, 16 + 21 + 5, 11 + 24, catalog_requests=43, files_read=39),
    11: Run(56, 26 + 21 + 5, 21 + 24, catalog_requests=43, files_read=33),
}
# Measured then, too: twelve files of an hour by the function itself, 7,646,185 events; the tables
# that the job made of them; what statements over that hour read by the local Athena.
MEASURED = {
    "bytes of a raw event": 20.87,
    "bytes of an event in the tables": 18.64,  # 14.77 of them in silver
    "generator's seconds an event": 9.99e-6,  # the least of twelve, the process's start included
    "bytes of an answer": 4_615,  # mean of the five
    "bytes an hour for the five statements": (2_419, 142, 993, 455, 19_077_929),
    "bytes an hour for a question to silver": 42_458_135,  # mean of a count, a sum, all columns
    "bytes an hour for the state machine's summary": 20_788_574,
    "files of silver a run": 2,
}
# What only AWS could tell, meant to be too much rather than too little.
ASSUMED = {
    "seconds that a run starts slower there": 20,
    "S3 GET, HEAD for a Parquet file read": 10,
    "S3 GET for a file that a query reads": 4,
    "catalog requests of a query": 4,
    "MiB of logs a run": 0.5,
    "seconds of a run that writes a report, with pip": 60,
    "seconds of a default run, if Glue is slower than that": (75, 100),
    "names of metrics a run, --enable-metrics": 30,  # the driver's, all executors', each one's
    "names of metrics a run, --enable-observability-metrics": 40,
}
METRICS = 13  # names in glue_jobs/events/metrics.py and run_metrics.py
TRANSITIONS, QUESTIONS = 16, 2  # of the state machine, if it runs the job; two pages of files
STATEMENTS = 8  # of a report
TABLES = 8  # that the job writes
HOURS_OF_A_SUMMARY = 12.5  # the day so far, each hour
