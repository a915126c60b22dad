"""What tests share: one Spark session and one local AWS, for both take seconds to start."""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings
from pyspark.sql import SparkSession

from glue_jobs.lake.lake import SPARK_SETTINGS
from local_aws import class_archive
from local_aws.java import java_home
from local_aws.server import LocalAws, free_port
from local_aws.settings import Settings
from tests.small_work import SMALL_WORK

settings.register_profile("tests", deadline=None)  # how long an example takes says nothing here
settings.load_profile("tests")

LONG = {"month", "notebook", "stack"}  # folders whose files deploy stacks and run jobs

# Buckets are folders, mounted where tests make them.
AS_ON_THE_LOCAL_AWS = {
    "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme",
    "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
    "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "2",
    "spark.python.daemon.module": "local_aws.runtime.python_daemon",
    "spark.driver.defaultJavaOptions": class_archive.JAVA_OPTIONS,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes, lest one of two workers waits for the other's last.

    The order is else as it was.
    """
    items.sort(key=lambda item: item.path.parent.name not in LONG)


@pytest.fixture(scope="session")
def spark(aws: LocalAws) -> Iterator[SparkSession]:
    """A local session with the job's own settings; its workers call the local AWS."""
    os.environ["JAVA_HOME"] = str(java_home())
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_CONF_DIR"] = str(class_archive.CONF_DIR)
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", value=False)
    for name, value in {**SPARK_SETTINGS, **SMALL_WORK, **AS_ON_THE_LOCAL_AWS}.items():
        builder = builder.config(name, value)
    for name, value in aws.settings.environment.items():
        builder = builder.config(f"spark.executorEnv.{name}", value)
    session = builder.config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """One local AWS, empty at first: name what you make uniquely."""
    root = tmp_path_factory.mktemp("local-aws")
    with LocalAws(Settings(root=root, port=free_port())) as server:
        yield server


@pytest.fixture(scope="module")
def aws_environment(aws: LocalAws) -> Iterator[None]:
    """The variables that point boto3 at the local AWS, for the tests of a module.

    What its stacks do by the clock ends with it, lest it be done again when others let time pass.
    """
    with pytest.MonkeyPatch.context() as environment:
        for name, value in aws.settings.environment.items():
            environment.setenv(name, value)
        yield
    events = aws.client("events")
    for page in events.get_paginator("list_rules").paginate():
        for rule in page["Rules"]:
            events.disable_rule(Name=rule["Name"])
