"""The pipeline deployed in a local AWS of its own, and states of it to begin from.

Files of a state are hard links: neither S3 nor Spark ever changes a file once it has its name.
"""

import os
import shutil
import sys
from collections import OrderedDict
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from moto.glue.models import FakeTable, glue_backends

from local_aws import state
from local_aws.glue import workspace
from local_aws.glue.arguments import RunArguments
from local_aws.glue.runs import LocalJob, LocalJobRun
from local_aws.glue.workspace import Workspace
from local_aws.server import LocalAws, free_port
from local_aws.settings import ACCOUNT_ID, REGION, Settings
from tests.pipeline import WRITTEN_TABLES, Pipeline, deploy
from tests.tools.bench.measure import Figures, run

NEVER = 1e6  # seconds


@dataclass(frozen=True)
class State:
    """Everything that lasts: the files of the buckets and the bookmark, and the partitions."""

    files: Path
    partitions: dict[str, dict[str, Any]]


class Place:
    """A pipeline whose state can be saved, and brought back in a moment.

    ``source`` is the output of the stack that names the bucket of raw files, ``tables`` are those
    that its job writes, with the layer of each.
    """

    def __init__(
        self, settings: Settings, pipeline: Pipeline, source: str, tables: Mapping[str, str]
    ) -> None:
        self._settings, self._pipeline, self.tables = settings, pipeline, tables
        self.stack = pipeline.stack
        self.analytics = settings.s3_root / self.stack["AnalyticsBucketName"]
        self.source = settings.s3_root / self.stack[source]
        self._bookmarks = workspace.bookmarks_directory(settings)
        self._numbers = count(1)

    @cached_property
    def job(self) -> LocalJob:
        """The job, as the local Glue has it."""
        return glue_backends[ACCOUNT_ID][REGION].get_job(self._pipeline.job)

    @contextmanager
    def prepared(self, cores: int | None = None) -> Generator[tuple[str, Workspace]]:
        """Lay out a run's directory as the local Glue does; yield the run's id and the rest.

        ``cores``: Spark gets the settings of a machine with so many.
        """
        arguments = RunArguments(self.job.default_arguments)
        with self.known_run() as run_id:
            with patch.object(os, "cpu_count", return_value=cores or os.cpu_count()):
                run_of = workspace.prepare(self._settings, self.job, run_id, arguments)
            try:
                yield run_id, run_of
            finally:
                workspace.remove(run_of.home)

    @contextmanager
    def known_run(self) -> Generator[str]:
        """Let Glue know of a new run while it lasts, for the job asks; yield its id."""
        run = LocalJobRun(self.job.name)
        run.job_run_id = f"jr_bench_{next(self._numbers)}"
        self.job.job_runs.append(run)
        try:
            yield run.job_run_id
        finally:
            self.job.job_runs.remove(run)

    def run_job(self, cores: int | None = None) -> Figures:
        """Run the job as the local Glue does: a whole process."""
        with self.prepared(cores) as (_, run_of):
            return run(run_of.command, run_of.environment, run_of.home)

    def run_spark(self, *words: object) -> Figures:
        """Run another script with the settings of the job's Spark, and twice its heap.

        Plain Spark would write to disk what it groups, and take a sixth longer.
        """
        with self.prepared() as (_, run_of):
            submitted = f"--driver-memory 4g {run_of.environment['PYSPARK_SUBMIT_ARGS']}"
            environment = {**run_of.environment, "PYSPARK_SUBMIT_ARGS": submitted}
            return run([sys.executable, *words], environment, run_of.home)

    def save(self, name: str) -> State:
        """Keep the present state."""
        kept = self._settings.root / "states" / name
        for folder in (self.analytics, self.source, self._bookmarks):
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copytree(folder, kept / folder.name, copy_function=os.link)
        return State(kept, {table: dict(self.table(table).partitions) for table in self.tables})

    def restore(self, saved: State) -> None:
        """Bring back a saved state, with the times of all files."""
        for folder in (self.analytics, self.source, self._bookmarks):
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(saved.files / folder.name, folder, copy_function=os.link)
        for table, partitions in saved.partitions.items():
            self.table(table).partitions = OrderedDict(partitions)

    def table(self, name: str) -> FakeTable:
        """A table, as the local Glue has it."""
        database = self.stack[f"{self.tables[name]}DatabaseName"]
        return glue_backends[ACCOUNT_ID][REGION].get_table(database, name)

    def folders(self, name: str) -> dict[str, Path]:
        """Return where each partition of a table lies, by its keys: ``['D', 'H']``."""
        return {
            hour: self._settings.s3_root
            / partition.partition_input["StorageDescriptor"]["Location"].removeprefix("s3://")
            for hour, partition in self.table(name).partitions.items()
        }


@contextmanager
def local_aws(root: Path) -> Generator[Settings]:
    """A fresh local AWS below an empty folder, for as long as the ``with`` lasts."""
    # To save its state takes a local AWS longer, the more there is, and this one is not kept.
    with (
        patch.object(state, "AFTER_A_CHANGE", NEVER),
        LocalAws(Settings(root=root, port=free_port())) as aws,
    ):
        os.environ.update(aws.settings.environment)
        yield aws.settings


@contextmanager
def deployed(root: Path) -> Generator[Place]:
    """The events' pipeline in a local AWS of its own."""
    with local_aws(root) as settings:
        pipeline = deploy("capstone-bench", "bench")
        yield Place(settings, pipeline, "SourceBucketName", WRITTEN_TABLES)
