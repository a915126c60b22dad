"""``python -m tests.tools.bench.marts_job FOLDER``: the marts as the job makes them.

Spark as the local Glue has it, and a lake of hard links; the session is up before the clock runs.
"""

import os
import shutil
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from pyspark.sql import SparkSession

from glue_jobs.commerce.schemas import WRITTEN
from glue_jobs.events.schemas import EVENTS
from glue_jobs.lake.lake import SPARK_SETTINGS
from glue_jobs.marts.build import build
from glue_jobs.marts.schemas import MARTS
from local_aws import class_archive
from local_aws.java import java_home
from local_aws.server import LocalAws, free_port
from local_aws.settings import Settings
from tests.conftest import AS_ON_THE_LOCAL_AWS
from tests.empty_lake import EmptyLake
from tests.marts.marts_lake import LIMITS
from tests.tools.bench.marts_year import LAST
from tests.tools.bench.measure import cpu_of_tree

AS_THE_LOCAL_GLUE = {
    "spark.driver.memory": "2g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1)),
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def main(folder: Path) -> None:
    """Make all marts; print the seconds that it took, and CPU seconds."""
    with (
        TemporaryDirectory(dir=folder.parent) as root,
        LocalAws(Settings(root=Path(root), port=free_port())) as aws,
    ):
        spark = _session(aws)
        lake = EmptyLake(aws, spark, "marts", (*WRITTEN, EVENTS, *MARTS))
        _fill(lake, folder)
        spark.range(10).count()
        opened = lake.open()
        began, used = time.perf_counter(), cpu_of_tree()
        with opened.lock:
            build(opened, LAST, LIMITS, lambda: None)
        sys.stdout.write(f"{time.perf_counter() - began} {cpu_of_tree() - used}\n")
        spark.stop()


def _session(aws: LocalAws) -> SparkSession:
    os.environ["JAVA_HOME"], os.environ["PYSPARK_PYTHON"] = str(java_home()), sys.executable
    os.environ["SPARK_CONF_DIR"] = str(class_archive.CONF_DIR)
    builder = SparkSession.builder.master(f"local[{os.cpu_count() or 1}]")
    for name, value in {**SPARK_SETTINGS, **AS_ON_THE_LOCAL_AWS, **AS_THE_LOCAL_GLUE}.items():
        builder = builder.config(name, value)
    for name, value in aws.settings.environment.items():
        builder = builder.config(f"spark.executorEnv.{name}", value)
    return builder.getOrCreate()


def _fill(lake: EmptyLake, folder: Path) -> None:
    for table in lake.tables:
        days = sorted((folder / table.name).glob("dt=*"))
        place = f"versions/year/{table.path}"
        if days:
            shutil.copytree(folder / table.name, lake.folder / place, copy_function=os.link)
            uris = {(day.name[3:],): lake.store.uri(f"{place}{day.name}/") for day in days}
            lake.catalog.set_locations(table, uris)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
