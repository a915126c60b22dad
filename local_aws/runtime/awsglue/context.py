# ruff: file-ignore[mutable-argument-default, too-many-arguments, too-many-positional-arguments] - signatures and defaults are AWS's
"""``GlueContext``: the entry of a Glue job to Spark and to its sources."""

import sys
import warnings
from datetime import UTC, datetime
from typing import Any

from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession, SQLContext

from .csv_format import CsvFormat
from .dynamicframe import DynamicFrame
from .errors import (
    NotOfferedLocallyError,
    PartlyOffered,
    refuse_other_names,
    refuse_other_options,
)
from .s3_source import S3Source

__getattr__ = refuse_other_names("context.", "it has GlueContext")


class GlueContext(PartlyOffered, SQLContext):
    """Spark with Glue's readers; takes a SparkContext, a SparkSession or nothing."""

    _called = "GlueContext"
    _instead = (
        "read with create_dynamic_frame.from_options, write with Spark and register with boto3"
    )

    def __init__(
        self,
        sparkContext: SparkContext | SparkSession | None = None,  # ruff: ignore[invalid-argument-name] - AWS's names
        **options: Any,  # ruff: ignore[any-type] - minPartitions, targetPartitions; hints for a cluster
    ) -> None:
        if not isinstance(sparkContext, SparkContext | SparkSession | None):
            raise TypeError(
                f"GlueContext takes a SparkContext, a SparkSession or nothing, "
                f"not {type(sparkContext).__name__}"
            )
        refuse_other_options(
            "options of GlueContext", options, {"minPartitions", "targetPartitions"}
        )
        session = sparkContext if isinstance(sparkContext, SparkSession) else None
        self.spark_session = session or SparkSession.builder.getOrCreate()
        with warnings.catch_warnings():
            # Spark advises against SQLContext; Glue's context still is one.
            warnings.simplefilter("ignore", FutureWarning)
            super().__init__(self.spark_session.sparkContext, self.spark_session)
        self.create_dynamic_frame = DynamicFrameReader(self)

    def get_logger(self) -> "GlueLogger":
        """Return Glue's logger; its lines go to the run's error log, as on AWS."""
        return GlueLogger()


class DynamicFrameReader(PartlyOffered):
    """``glue_context.create_dynamic_frame``."""

    _called = "create_dynamic_frame"
    _instead = "it has from_options"

    def __init__(self, glue_context: GlueContext) -> None:
        self._glue_context = glue_context

    def from_options(
        self,
        connection_type: str,
        connection_options: dict[str, Any] = {},
        format: str | None = None,  # ruff: ignore[builtin-argument-shadowing] - AWS's names
        format_options: dict[str, Any] = {},
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **kwargs: Any,  # ruff: ignore[any-type] - as in AWS's signature
    ) -> DynamicFrame:
        """Read S3 files; with a bookmark and a ``transformation_ctx`` only those not yet read.

        The files are listed now, as on AWS, and a commit covers them whatever becomes of the rows.

        Raises:
            NotOfferedLocallyError: Another connection, format or option than the stand-in has.
            TypeError, ValueError: An option has a value that Glue does not describe.
        """
        if connection_type != "s3" or format != "csv":
            raise NotOfferedLocallyError(
                'awsglue here reads connection_type="s3" with format="csv", not '
                f"{connection_type!r} with {format!r}; or read with Spark itself, unbookmarked"
            )
        if push_down_predicate or kwargs:
            raise NotOfferedLocallyError(
                f"awsglue here has no push_down_predicate and no {sorted(kwargs)} for S3 paths"
            )
        source, csv = S3Source.of(connection_options), CsvFormat.of(format_options)
        files = source.files(transformation_ctx)

        def read(*columns: str) -> DataFrame:
            return csv.read(self._glue_context.spark_session, files, columns)

        return DynamicFrame(read, self._glue_context, transformation_ctx)


class GlueLogger(PartlyOffered):
    """Glue's logger: three levels, one text; no more is known of it."""

    _called = "GlueLogger"
    _instead = "it has info, warn and error; Python's logging has the rest"

    def info(self, message: str) -> None:
        """Log what happens."""
        _log("INFO", message)

    def warn(self, message: str) -> None:
        """Log what may be wrong."""
        _log("WARN", message)

    def error(self, message: str) -> None:
        """Log what is wrong."""
        _log("ERROR", message)


def _log(level: str, message: str) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    print(f"{now} {level} GlueLogger: {message}", file=sys.stderr)  # ruff: ignore[print] - the log
