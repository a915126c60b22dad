"""What the jobs that load share of Glue: arguments, clients, the bookmarked read, log and metrics.

The entries use it, and nothing else does.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import boto3
from awsglue.context import GlueContext
from awsglue.gluetypes import Field, StringType, StructType
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import DataFrame

from glue_jobs import run_metrics
from glue_jobs.lake.catalog import Catalog
from glue_jobs.lake.lake import SPARK_SETTINGS, Lake
from glue_jobs.lake.lineage import Derived
from glue_jobs.lake.lock import Lock
from glue_jobs.lake.store import Store
from glue_jobs.lake.tables import Table
from glue_jobs.run_lineage import EndedRun, dataset, run_event, table_dataset
from glue_jobs.run_metrics import MetricsOf

ACTIVE = {"STARTING", "RUNNING", "STOPPING", "WAITING"}
CTRL_A = "\u0001"  # separates the columns of what Glue reads; JSON never holds it


class GlueRun:
    """A run of a job: its arguments ``args``, its ``glue`` context, its AWS ``clients``."""

    def __init__(self, argv: list[str], arguments: tuple[str, ...]) -> None:
        self.args = getResolvedOptions(argv, arguments)
        self.glue = GlueContext(SparkContext.getOrCreate())
        for name, value in SPARK_SETTINGS.items():
            self.glue.spark_session.conf.set(name, value)
        self.clients = {
            name: boto3.client(name, region_name=self.args["region"])
            for name in ("s3", "glue", "cloudwatch")
        }

    @property
    def is_replay(self) -> bool:
        """Whether the run reads all files, whatever the bookmark has committed."""
        return self.args["job_bookmark_option"] == "job-bookmark-disable"

    def open_lake(self, domain: str, tables: Iterable[Table]) -> Lake:
        """Return the dataset that the arguments name, to be used with its lock held."""
        layers = ("bronze", "silver", "gold")
        databases = {layer: self.args[f"{layer}_database"] for layer in layers}
        store = Store(self.clients["s3"], self.args["analytics_path"])
        job, run_id = self.args["JOB_NAME"], self.args["JOB_RUN_ID"]
        lock = Lock(store, domain, job, run_id, self.is_over)
        catalog = Catalog(self.clients["glue"], databases)
        return Lake(self.glue.spark_session, store, catalog, lock, tables)

    def is_over(self, job: str, run_id: str) -> bool:
        """Return whether a run of a job has ended; one that Glue knows no more has."""
        glue = self.clients["glue"]
        try:
            run = glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]
        except glue.exceptions.EntityNotFoundException:
            return True
        return run["JobRunState"] not in ACTIVE

    def read_lines(self, path: str, context: str, columns: Iterable[str]) -> DataFrame:
        """Plan to read the lines of the files that are new; the bookmark lists them now.

        ``context`` is the bookmark's key: to rename it is to read every file again. A line without
        ctrl-A has one column.
        Columns: ``columns``, declared, for else Glue looks at every line for them; ``source_file``.
        """
        source = {
            "paths": [path],
            "recurse": True,
            "isFailFast": True,  # lose no line
            "useS3ListImplementation": True,  # by the thousand, not folder by folder
        }
        if not self.is_replay:  # a backlog is taken in bites that end in time
            source["boundedFiles"] = self.args["max_files"]
        lines = self.glue.create_dynamic_frame.from_options(
            connection_type="s3",
            connection_options=source,
            format="csv",  # one column: the line itself; nothing is inferred, no bad line is lost
            format_options={"separator": CTRL_A, "quoteChar": -1, "attachFilename": "source_file"},
            transformation_ctx=context,
        )
        fields = [Field(name, StringType()) for name in (*columns, "source_file")]
        return lines.with_frame_schema(StructType(fields)).toDF()

    def log_errors(self, messages: Iterable[str]) -> None:
        """Log what went wrong and did not end the run."""
        for message in messages:
            self.glue.get_logger().error(message)

    def record_lineage(
        self,
        domain: str,
        read: Iterable[Table | str],
        written: Iterable[Table],
        declared: Mapping[Table, Derived],
    ) -> None:
        """Store which tables and folders the run has read and written, as an OpenLineage event.

        ``declared``: of written tables, what their columns are made of.
        """
        now, path = datetime.now(UTC), self.args["analytics_path"]
        run = EndedRun(self.args["JOB_NAME"], self.args["JOB_RUN_ID"], self.args["region"], now)
        inputs = [dataset(of if isinstance(of, str) else path + of.path) for of in read]
        outputs = [table_dataset(table, path, declared) for table in written]
        event = json.dumps(run_event(run, inputs, outputs)).encode()
        key = f"lineage/{domain}/dt={now:%Y-%m-%d}/{run.run_id}.json"
        Store(self.clients["s3"], path).write(key, event)

    def publish(self, metrics_of: MetricsOf) -> None:
        """Log what the run did in one line, and publish it as metrics of the job.

        ``metrics_of`` as of ``run_metrics.measure``.
        """
        measured = run_metrics.measure(self.clients["glue"], self.args, metrics_of)
        self.glue.get_logger().info(
            json.dumps({name: value for name, (value, _) in measured.items()})
        )
        run_metrics.publish(self.clients["cloudwatch"], self.args, measured)
