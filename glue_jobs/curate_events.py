"""The Glue job: raw files that are new become events, aggregates and a balanced ledger.

Wiring only. Every step leaves the tables right if the run ends after it; the bookmark is committed
last, so that a run which failed reads its files again and adds nothing twice.
"""

import json
import sys

import boto3
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

from glue_jobs import curation
from glue_jobs.catalog import Catalog
from glue_jobs.load import load
from glue_jobs.publish import SPARK_SETTINGS, Lake
from glue_jobs.store import Store

ARGUMENTS = (
    "JOB_NAME",
    "raw_path",
    "analytics_path",
    "bronze_database",
    "silver_database",
    "gold_database",
    "region",
)


def main(argv: list[str]) -> None:
    """Load every raw file that no committed run has loaded."""
    args = getResolvedOptions(argv, ARGUMENTS)
    glue = GlueContext(SparkContext.getOrCreate())
    for name, value in SPARK_SETTINGS.items():
        glue.spark_session.conf.set(name, value)
    job = Job(glue)
    job.init(args["JOB_NAME"], args)
    lake = open_lake(glue, args)

    lines = glue.create_dynamic_frame.from_options(
        connection_type="s3",
        connection_options={"paths": [args["raw_path"]], "recurse": True},
        format="csv",  # one column: the line itself, so nothing is inferred and no bad line is lost
        format_options={
            "separator": curation.CTRL_A,
            "quoteChar": -1,
            "attachFilename": "source_file",
        },
        transformation_ctx="raw_events",  # bookmark key: renaming it replays every file
    ).toDF()
    if lines.columns:  # a run without new files is normal
        summary = load(curation.join_columns(lines), lake)
        glue.get_logger().info(f"loaded {json.dumps(summary)}")
    lake.sweep()
    job.commit()  # last, so a run that failed is read again in full


def open_lake(glue: GlueContext, args: dict[str, str]) -> Lake:
    """Return the dataset that the arguments name."""
    s3, catalog = (boto3.client(name, region_name=args["region"]) for name in ("s3", "glue"))
    databases = {layer: args[f"{layer}_database"] for layer in ("bronze", "silver", "gold")}
    return Lake(
        glue.spark_session,
        Store(s3, args["analytics_path"]),
        Catalog(catalog, databases),
        args["JOB_RUN_ID"],
    )


if __name__ == "__main__":
    main(sys.argv)
