"""One Spark session for the tests of the pipeline's functions."""

import os
import sys
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from glue_jobs.publish import SPARK_SETTINGS
from local_aws.java import java_home


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """A local session with the job's own settings; starting it takes seconds, so all share it."""
    os.environ["JAVA_HOME"] = str(java_home())
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", value=False)
    for name, value in {**SPARK_SETTINGS, "spark.sql.shuffle.partitions": "2"}.items():
        builder = builder.config(name, value)
    session = builder.config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
    yield session
    session.stop()
