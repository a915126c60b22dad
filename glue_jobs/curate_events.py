"""The Glue job: raw files that are new become events, aggregates and a balanced ledger.

Wiring only. A run that ends anywhere is completed by the next: the bookmark is committed after all
tables are written, so the files of a run that failed are read again, and add nothing twice.
"""

import json
import operator
import sys
from datetime import UTC, datetime
from functools import partial

import boto3
from awsglue.context import GlueContext
from awsglue.gluetypes import Field, StringType, StructType
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from botocore.client import BaseClient
from pyspark.context import SparkContext
from pyspark.sql import DataFrame

from glue_jobs.events.metrics import NAMESPACE, metrics
from glue_jobs.events.parsing import CTRL_A, LINE_COLUMNS
from glue_jobs.events.raw_files import RawFiles
from glue_jobs.events.run import Outcome, run
from glue_jobs.events.schemas import TABLES
from glue_jobs.lake.catalog import Catalog
from glue_jobs.lake.lake import SPARK_SETTINGS, Lake
from glue_jobs.lake.lock import Lock
from glue_jobs.lake.store import Store

ARGUMENTS = (
    "JOB_NAME",
    "raw_path",
    "analytics_path",
    "bronze_database",
    "silver_database",
    "gold_database",
    "region",
    "max_files",
    "rebuild_hours",
    "dpu_hour_price",
)
DOMAIN = "events"  # what its lock is called after
ACTIVE = {"STARTING", "RUNNING", "STOPPING", "WAITING"}


def main(argv: list[str]) -> None:
    """Load every raw file that no committed run has loaded, and repair what dead runs left."""
    args = getResolvedOptions(argv, ARGUMENTS)
    glue = GlueContext(SparkContext.getOrCreate())
    for name, value in SPARK_SETTINGS.items():
        glue.spark_session.conf.set(name, value)
    clients = {
        name: boto3.client(name, region_name=args["region"])
        for name in ("s3", "glue", "cloudwatch")
    }
    lake = open_lake(glue, clients, args)
    with lake.lock:  # before the bookmark is read: another may move it
        job = Job(glue)
        job.init(args["JOB_NAME"], args)
        outcome = run(
            partial(read_new, glue, args),
            lake,
            RawFiles(clients["s3"], args["raw_path"], is_replay=is_replay(args)),
            partial(is_over, clients["glue"], args["JOB_NAME"]),
            args["rebuild_hours"],
        )
        log_troubles(glue, outcome)
        lake.lock.check()
        job.commit()  # after all that matters, so what a failed run has read is read again in full
        lake.manifests.commit()
    report(glue, clients, args, outcome)  # what fails here fails loud, but no data waits for it


def open_lake(glue: GlueContext, clients: dict[str, BaseClient], args: dict[str, str]) -> Lake:
    """Return the dataset that the arguments name, to be used with its lock held."""
    databases = {layer: args[f"{layer}_database"] for layer in ("bronze", "silver", "gold")}
    store = Store(clients["s3"], args["analytics_path"])
    return Lake(
        glue.spark_session,
        store,
        Catalog(clients["glue"], databases),
        Lock(
            store, DOMAIN, args["JOB_NAME"], args["JOB_RUN_ID"], partial(is_over, clients["glue"])
        ),
        TABLES,
    )


def read_new(glue: GlueContext, args: dict[str, str]) -> DataFrame:
    """Plan to read the lines of the raw files that are new; the bookmark lists them now.

    Columns: ``LINE_COLUMNS``, declared, for else Glue looks at every line for them;
    ``source_file``.
    """
    source = {
        "paths": [args["raw_path"]],
        "recurse": True,
        "isFailFast": True,  # lose no line
        "useS3ListImplementation": True,  # by the thousand, not folder by folder
    }
    if not is_replay(args):
        source["boundedFiles"] = args["max_files"]  # a backlog is taken in bites that end in time
    lines = glue.create_dynamic_frame.from_options(
        connection_type="s3",
        connection_options=source,
        format="csv",  # one column: the line itself, so nothing is inferred and no bad line is lost
        format_options={"separator": CTRL_A, "quoteChar": -1, "attachFilename": "source_file"},
        transformation_ctx="raw_events",  # bookmark key: renaming it replays every file
    )
    fields = [Field(name, StringType()) for name in (*LINE_COLUMNS, "source_file")]
    return lines.with_frame_schema(StructType(fields)).toDF()


def is_replay(args: dict[str, str]) -> bool:
    """Return whether the run reads all files, whatever the bookmark has committed."""
    return args["job_bookmark_option"] == "job-bookmark-disable"


def is_over(glue: BaseClient, job_name: str, run_id: str) -> bool:
    """Return whether a run has ended; one that Glue knows no more has."""
    try:
        run = glue.get_job_run(JobName=job_name, RunId=run_id)["JobRun"]
    except glue.exceptions.EntityNotFoundException:
        return True
    return run["JobRunState"] not in ACTIVE


def log_troubles(glue: GlueContext, outcome: Outcome) -> None:
    """Log what could not be read as it should: raw files, and what is no manifest of a run."""
    for found in filter(operator.attrgetter("error"), outcome.intake.silent):
        glue.get_logger().error(f"{found.state}: {found.uri}, {found.error}")
    if outcome.intake.one_by_one:
        glue.get_logger().error(f"files were read one by one: {outcome.intake.one_by_one}")
    for key in outcome.unreadable_manifests:
        glue.get_logger().error(f"no manifest of a run, left alone: {key} of the analytics bucket")


def report(
    glue: GlueContext, clients: dict[str, BaseClient], args: dict[str, str], outcome: Outcome
) -> None:
    """Log what the run did in one line, and publish it as metrics of the job."""
    job = args["JOB_NAME"]
    job_run = clients["glue"].get_job_run(JobName=job, RunId=args["JOB_RUN_ID"])["JobRun"]
    price, now = float(args["dpu_hour_price"]), datetime.now(UTC)
    measured = metrics(outcome.intake.loaded, outcome.counts, job_run, price, now)
    glue.get_logger().info(json.dumps({name: value for name, (value, _) in measured.items()}))
    dimensions = [{"Name": "JobName", "Value": job}]
    clients["cloudwatch"].put_metric_data(
        Namespace=NAMESPACE,
        MetricData=[
            {"MetricName": name, "Dimensions": dimensions, "Value": value, "Unit": unit}
            for name, (value, unit) in measured.items()
        ],
    )


if __name__ == "__main__":
    main(sys.argv)
