"""Java's archive of Spark's classes, so that every start of Spark does a third less work.

``python -m local_aws.class_archive`` makes it, once per virtual environment: some 130 MB. Java
passes over an archive that is not there, or was made by another Java or from other jars.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from local_aws.java import java_home
from local_aws.settings import LocalAwsError

FOLDER = Path(sys.prefix) / "spark-classes"
ARCHIVE = FOLDER / "classes.jsa"
# The first entry of Spark's class path. Java archives no class path with files in its folders.
CONF_DIR = FOLDER / "conf"
_LOG = f'-Xlog:disable -Dlog4j.configurationFile="{Path(__file__).with_name("log4j2.properties")}"'
JAVA_OPTIONS = f'-XX:SharedArchiveFile="{ARCHIVE}" {_LOG}'
_END_WITHIN = 120  # seconds


def make() -> None:
    """Start Spark, do a little of everything that the job does, and archive the classes."""
    CONF_DIR.mkdir(parents=True, exist_ok=True)
    new = ARCHIVE.with_suffix(".new")
    os.environ.update(
        JAVA_HOME=str(java_home()),
        PYSPARK_PYTHON=sys.executable,
        SPARK_CONF_DIR=str(CONF_DIR),
        SPARK_LOCAL_IP="127.0.0.1",
    )
    with tempfile.TemporaryDirectory() as folder:
        spark = _start(f'-XX:ArchiveClassesAtExit="{new}" {_LOG}')
        _exercise(spark, folder)
        gateway: Any = spark.sparkContext._gateway  # ruff: ignore[private-member-access] - for its process
        spark.stop()
        gateway.shutdown()
        gateway.proc.stdin.close()  # Java ends, and writes the archive
        gateway.proc.wait(_END_WITHIN)
    new.replace(ARCHIVE)


def _start(java_options: str) -> SparkSession:
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", value=False)
    builder = builder.config("spark.ui.showConsoleProgress", value=False)
    return builder.config("spark.driver.extraJavaOptions", java_options).getOrCreate()


def _exercise(spark: SparkSession, folder: str) -> None:
    lines = Path(folder) / "lines"
    lines.write_text("2026-03-01T10:00:00Z,1.50\n2026-03-01T11:00:00Z,2.50\n", encoding="utf-8")
    parts = F.split("value", ",")
    rows = spark.read.text(str(lines)).select(
        F.to_timestamp(parts.getItem(0)).alias("time"),
        parts.getItem(1).cast("decimal(10,2)").alias("price"),
        F.col("_metadata.file_path").alias("file"),
    )
    kept = rows.mapInArrow(lambda batches: batches, rows.schema)
    hours = kept.groupBy(F.date_format("time", "HH").alias("hour"), "file").agg(
        F.sum("price").alias("sum"), F.collect_set("price").alias("prices"), F.max("time")
    )
    joined = hours.join(kept, "file", "left").select("hour", "price").persist()
    joined.repartition("hour").write.partitionBy("hour").parquet(f"{folder}/out")
    spark.read.parquet(f"{folder}/out").groupBy("hour").count().collect()


if __name__ == "__main__":
    try:
        make()
    except LocalAwsError as error:
        sys.exit(f"local_aws: {error}")
