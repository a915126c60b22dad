# ruff: file-ignore[mutable-argument-default, too-many-arguments, too-many-positional-arguments] - signatures and defaults are AWS's
"""``GlueContext``: the entry of a Glue job to Spark and to its sources."""

import logging
import sys
import warnings
from typing import Any, NoReturn

from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession, SQLContext

from .csv_format import CsvFormat, no_columns
from .dynamicframe import DynamicFrame
from .errors import NotOfferedLocallyError
from .s3_source import S3Source


class GlueContext(SQLContext):
    """Spark with Glue's readers; takes a SparkContext, a SparkSession or nothing."""

    def __init__(
        self,
        sparkContext: SparkContext | SparkSession | None = None,  # ruff: ignore[invalid-argument-name] - AWS's names
        **options: Any,  # ruff: ignore[any-type] - minPartitions, targetPartitions; hints for a cluster
    ) -> None:
        del options
        session = sparkContext if isinstance(sparkContext, SparkSession) else None
        self.spark_session = session or SparkSession.builder.getOrCreate()
        with warnings.catch_warnings():
            # Spark advises against SQLContext; Glue's context still is one.
            warnings.simplefilter("ignore", FutureWarning)
            super().__init__(self.spark_session.sparkContext, self.spark_session)
        self.create_dynamic_frame = DynamicFrameReader(self)

    def create_dynamic_frame_from_options(
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

        Raises:
            NotOfferedLocallyError: Another connection, format or option than the stand-in has.
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

        def read() -> DataFrame:
            return csv.read(self.spark_session, files) if files else no_columns(self.spark_session)

        return DynamicFrame(read, self, transformation_ctx)

    def get_logger(self) -> logging.Logger:
        """Return Glue's logger; its lines go to the run's error log, as on AWS."""
        logger = logging.getLogger("GlueLogger")
        if not logger.handlers:
            handler = logging.StreamHandler(sys.stderr)
            form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
            handler.setFormatter(logging.Formatter(form, datefmt="%Y-%m-%dT%H:%M:%SZ"))
            logger.addHandler(handler)
            logger.setLevel(logging.INFO)
            logger.propagate = False
        return logger

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):  # Python itself asks: copy, pickle, ...
            raise AttributeError(name)
        raise NotOfferedLocallyError(
            f"awsglue here has no GlueContext.{name}; write with Spark and register with boto3"
        )


class DynamicFrameReader:
    """``glue_context.create_dynamic_frame``."""

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
        """Read as ``GlueContext.create_dynamic_frame_from_options`` does."""
        return self._glue_context.create_dynamic_frame_from_options(
            connection_type,
            connection_options,
            format,
            format_options,
            transformation_ctx,
            push_down_predicate,
            **kwargs,
        )

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):  # Python itself asks: copy, pickle, ...
            raise AttributeError(name)
        raise NotOfferedLocallyError(
            f"awsglue here has no create_dynamic_frame.{name}; it has from_options"
        )
