"""A job's place: its tables as readers see them, its state as it is kept on disk."""

import csv
import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from moto.glue.models import glue_backends
from moto.s3.models import FakeKey, s3_backends

from glue_jobs.lake.guard import GUARD
from glue_jobs.lake.tables import Partition, Table
from local_aws.glue.runs import LocalJob
from local_aws.glue.workspace import bookmarks_directory
from local_aws.server import LocalAws
from local_aws.settings import ACCOUNT_ID, REGION
from tests.pipeline import Pipeline

A_WHILE = 60  # seconds
LONG_AGO = 86400  # seconds, longer than any grace time

Rows = Counter[tuple[tuple[str, str], ...]]
Tables = dict[str, dict[Partition, Rows]]  # what each partition of each table holds


class Raw(NamedTuple):
    """A raw file as it is delivered."""

    content: bytes
    metadata: Mapping[str, str] = {}


@dataclass(frozen=True)
class Domain:
    """A job, its tables, and what its runs find.

    ``raw_bucket``: the stack's output that names it. ``published``: the tables of which a partition
    is the old one or the new one, whole. ``loaded``: what is there when runs are killed, a run
    each; ``inputs``: new files by name; ``left``: what dead runs left beside the faulty ones.
    ``check`` compares what an undisturbed run leaves of an input with plain Python.
    """

    deploy: Callable[[], Pipeline]
    raw_bucket: str
    manifests: str
    tables: tuple[Table, ...]
    published: tuple[Table, ...]
    loaded: tuple[dict[str, Raw], ...]
    inputs: dict[str, dict[str, Raw]]
    left: Callable[["Deployment"], None]
    check: Callable[["Deployment", str, Tables], None]


@dataclass(frozen=True)
class State:
    """Everything that lasts: files of the buckets and the bookmark, metadata, partitions."""

    files: Path
    metadata: dict[str, dict[str, str]]
    partitions: dict[Table, list[dict[str, Any]]] = field(default_factory=dict)


class Deployment:
    """The stacks of a domain, whose state can be saved, and brought back in an instant."""

    def __init__(self, aws: LocalAws, domain: Domain) -> None:
        self.domain, self.pipeline = domain, domain.deploy()
        self._stack = self.pipeline.stack
        self._glue, self._athena, self._s3 = map(aws.client, ("glue", "athena", "s3"))
        root = aws.settings.s3_root
        self.analytics = root / self._stack["AnalyticsBucketName"]
        self.source = root / self._stack[domain.raw_bucket]
        self._bookmarks = bookmarks_directory(aws.settings)

    @cached_property
    def job(self) -> LocalJob:
        """The job, as the local Glue has it."""
        return glue_backends[ACCOUNT_ID][REGION].get_job(self.pipeline.job)

    def save(self, files: Path) -> State:
        """Keep a copy of the state in a new folder."""
        for folder in (self.analytics, self.source, self._bookmarks):
            shutil.copytree(folder, files / folder.name)
        keys = (str(file.relative_to(self.source)) for file in _files(self.source))
        metadata = {key: dict(self._object(key).metadata) for key in keys}
        return State(files, metadata, {of: self.partitions(of) for of in self.domain.tables})

    def restore(self, state: State) -> None:
        """Bring back a saved state, with the times of all files."""
        for folder in (self.analytics, self.source, self._bookmarks):
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(state.files / folder.name, folder)
        for key, metadata in state.metadata.items():
            self._object(key).set_metadata({**metadata}, replace=True)
        for table, partitions in state.partitions.items():
            self.drop(table, (tuple(found["Values"]) for found in self.partitions(table)))
            self._glue.batch_create_partition(**self._name(table), PartitionInputList=partitions)

    def deliver(self, files: dict[str, Raw]) -> None:
        """Put raw files where the producer would, some time before a run begins.

        Of one that is written in the second of its start a run may not know what it has read.
        """
        then = time.time() - A_WHILE
        for key, raw in files.items():
            self._s3.put_object(
                Bucket=self.source.name, Key=key, Body=raw.content, Metadata=raw.metadata
            )
            metadata = dict(self._object(key).metadata)
            os.utime(self.source / key, (then, then))  # so it is another's file, without metadata
            self._object(key).set_metadata(metadata, replace=True)

    def drop(self, table: Table, partitions: Iterable[Partition]) -> None:
        """Remove some partitions from the catalog."""
        values = [{"Values": list(partition)} for partition in partitions]
        self._glue.batch_delete_partition(**self._name(table), PartitionsToDelete=values)

    def leave_manifest(
        self, partition: Partition, locations: Mapping[str, list[list[str]]] | None = None
    ) -> None:
        """Leave the manifest of a run that died while it changed a partition."""
        manifest = {
            "run_id": "jr_dead",
            "state": "writing",
            "partitions": [partition],
            "locations": locations or {},
        }
        (self.manifests / "dead.json").write_text(json.dumps(manifest))

    def age_manifests(self) -> None:
        """Let what was committed lie back longer than any query lasts."""
        then = time.time() - LONG_AGO
        for manifest in self.manifests.iterdir():
            os.utime(manifest, (then, then))

    def tables(self, tables: Iterable[Table]) -> Tables:
        """Return what readers see: of each table the rows of each partition that has any."""
        queries = {table: self._ask(table) for table in tables}
        return {table.name: self._answer(table, query) for table, query in queries.items()}

    def leftovers(self) -> list[str]:
        """Return what no later run would clear up: files that no partition and no manifest names.

        Manifests that are not committed and the lock are among them: after a run that succeeded,
        there is none.
        """
        known = {
            partition["StorageDescriptor"]["Location"]
            for table in self.domain.tables
            for partition in self.partitions(table)
        }
        in_flight = []
        for file in self.manifests.glob("*"):
            manifest = json.loads(file.read_text())
            known |= {uri for of in manifest["locations"].values() for *_, uri in of}
            in_flight += [str(file)] * (manifest["state"] != "committed")
        folders = {
            f"s3://{file.parent.relative_to(self.analytics.parent)}/"
            for file in self.analytics.rglob("*.parquet")
            if file.name != GUARD
        }
        locks = map(str, (self.analytics / "locks").glob("*"))
        return [*sorted(folders - known), *in_flight, *locks]

    @property
    def manifests(self) -> Path:
        """Where the manifests of runs lie."""
        return self.analytics / self.domain.manifests

    def partitions(self, table: Table) -> list[dict[str, Any]]:
        """Return a table's partitions as the catalog takes them."""
        found = self._glue.get_partitions(**self._name(table))["Partitions"]
        return [
            {name: partition[name] for name in ("Values", "StorageDescriptor")}
            for partition in found
        ]

    def _ask(self, table: Table) -> str:
        return self._athena.start_query_execution(
            QueryString=f"select * from {table.name}",
            QueryExecutionContext={"Database": self._name(table)["DatabaseName"]},
            WorkGroup=self._stack["WorkGroupName"],
        )["QueryExecutionId"]

    def _answer(self, table: Table, query_id: str) -> dict[Partition, Rows]:
        while True:
            query = self._athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
            if query["Status"]["State"] not in {"QUEUED", "RUNNING"}:
                break
            time.sleep(0.02)
        assert query["Status"]["State"] == "SUCCEEDED", query["Status"]
        place = query["ResultConfiguration"]["OutputLocation"].removeprefix("s3://")
        answer: dict[Partition, Rows] = {}
        with (self.analytics.parent / place).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                row.pop("run_id", None)  # the one thing that tells runs apart
                partition = tuple(row[key] for key in table.partition_keys)
                answer.setdefault(partition, Counter())[tuple(row.items())] += 1
        return answer

    def _object(self, key: str) -> FakeKey:
        return s3_backends[ACCOUNT_ID]["aws"].get_object(self.source.name, key)

    def _name(self, table: Table) -> dict[str, str]:
        database = self._stack[f"{table.layer.title()}DatabaseName"]
        return {"DatabaseName": database, "TableName": table.name}


def _files(folder: Path) -> Iterable[Path]:
    return (file for file in folder.rglob("*") if file.is_file())
