"""The pipeline's place: its tables as readers see them, its state as it is kept on disk."""

import csv
import json
import os
import shutil
import time
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from moto.glue.models import glue_backends

from glue_jobs.lake.guard import GUARD
from local_aws.glue.runs import LocalJob
from local_aws.glue.workspace import bookmarks_directory
from local_aws.server import LocalAws
from local_aws.settings import ACCOUNT_ID, REGION
from tests.crash import inputs
from tests.pipeline import WRITTEN_TABLES, Pipeline

GOLD = tuple(table for table, layer in WRITTEN_TABLES.items() if layer == "Gold")
A_WHILE = 60  # seconds
LONG_AGO = 86400  # seconds, longer than any grace time

Hour = tuple[str, str]
Rows = Counter[tuple[tuple[str, str], ...]]
Tables = dict[str, dict[Hour, Rows]]  # what each partition of each table holds


@dataclass(frozen=True)
class State:
    """Everything that lasts: the files of the buckets and the bookmark, and the partitions."""

    files: Path
    partitions: dict[str, list[dict[str, Any]]]


class Deployment:
    """One stack, whose state can be saved, and brought back in an instant."""

    def __init__(self, aws: LocalAws, pipeline: Pipeline) -> None:
        self.pipeline, self._aws, self._stack = pipeline, aws, pipeline.stack
        self._glue, self._athena, self._s3 = map(aws.client, ("glue", "athena", "s3"))
        root = aws.settings.s3_root
        self.analytics = root / self._stack["AnalyticsBucketName"]
        self.source = root / self._stack["SourceBucketName"]
        self._bookmarks = bookmarks_directory(aws.settings)

    @cached_property
    def job(self) -> LocalJob:
        """The job, as the local Glue has it."""
        return glue_backends[ACCOUNT_ID][REGION].get_job(self._stack["CurateJobName"])

    def save(self, files: Path) -> State:
        """Keep a copy of the state in a new folder."""
        for folder in (self.analytics, self.source, self._bookmarks):
            shutil.copytree(folder, files / folder.name)
        return State(files, {table: self._partitions(table) for table in WRITTEN_TABLES})

    def restore(self, state: State) -> None:
        """Bring back a saved state, with the times of all files."""
        for folder in (self.analytics, self.source, self._bookmarks):
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(state.files / folder.name, folder)
        for table, partitions in state.partitions.items():
            name = self._name(table)
            present = [{"Values": found["Values"]} for found in self._partitions(table)]
            self._glue.batch_delete_partition(**name, PartitionsToDelete=present)
            self._glue.batch_create_partition(**name, PartitionInputList=partitions)

    def deliver(self, files: dict[str, bytes]) -> None:
        """Put raw files where the producer would, some time before a run begins.

        Of one that is written in the second of its start a run does not know what it has read.
        """
        then = time.time() - A_WHILE
        for key, content in files.items():
            self._s3.put_object(Bucket=self.source.name, Key=key, Body=content)
            os.utime(self.source / key, (then, then))

    def double(self, hour: Hour) -> None:
        """Leave an hour as two runs at once do: events twice, gold missing, a manifest."""
        folder = self.analytics / "silver" / "events" / f"dt={hour[0]}" / f"hour={hour[1]}"
        for number, file in enumerate(sorted(folder.glob("*.parquet"))):
            rows = pq.ParquetFile(file).read()
            claimed = pa.array([f"s3://{self.source.name}/{inputs.OTHER_FILE}"] * len(rows))
            column = rows.schema.get_field_index("source_file")
            pq.write_table(
                rows.set_column(column, rows.schema.field(column), claimed),
                folder / f"z-copy-{number}.parquet",
            )
        revenue = {**self._name("hourly_revenue"), "PartitionValues": list(hour)}
        self._glue.delete_partition(**revenue)  # they died before they built it
        manifest = {"run_id": "jr_dead", "state": "writing", "partitions": [hour], "locations": {}}
        (self.manifests / "dead.json").write_text(json.dumps(manifest))

    def age_manifests(self) -> None:
        """Let what was committed lie back longer than any query lasts."""
        then = time.time() - LONG_AGO
        for manifest in self.manifests.iterdir():
            os.utime(manifest, (then, then))

    def tables(self, tables: tuple[str, ...] = tuple(WRITTEN_TABLES)) -> Tables:
        """Return what readers see: of each table the rows of each partition that has any."""
        queries = {table: self._ask(table) for table in tables}
        return {table: self._answer(query) for table, query in queries.items()}

    def leftovers(self) -> list[str]:
        """Return what no later run would clear up: files that no partition and no manifest names.

        Manifests that are not committed and the lock are among them: after a run that succeeded,
        there is none.
        """
        known = {
            partition["StorageDescriptor"]["Location"]
            for table in WRITTEN_TABLES
            for partition in self._partitions(table)
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
        return self.analytics / "manifests"

    def _ask(self, table: str) -> str:
        layer = WRITTEN_TABLES[table]
        return self._athena.start_query_execution(
            QueryString=f"select * from {table}",
            QueryExecutionContext={"Database": self._stack[f"{layer}DatabaseName"]},
            WorkGroup=self._stack["WorkGroupName"],
        )["QueryExecutionId"]

    def _answer(self, query_id: str) -> dict[Hour, Rows]:
        while True:
            query = self._athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
            if query["Status"]["State"] not in {"QUEUED", "RUNNING"}:
                break
            time.sleep(0.02)
        assert query["Status"]["State"] == "SUCCEEDED", query["Status"]
        place = query["ResultConfiguration"]["OutputLocation"].removeprefix("s3://")
        answer: dict[Hour, Rows] = {}
        with (self.analytics.parent / place).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                row.pop("run_id", None)  # the one thing that tells runs apart
                hour = (row["dt"], row["hour"])
                answer.setdefault(hour, Counter())[tuple(row.items())] += 1
        return answer

    def _partitions(self, table: str) -> list[dict[str, Any]]:
        found = self._glue.get_partitions(**self._name(table))["Partitions"]
        return [
            {name: partition[name] for name in ("Values", "StorageDescriptor")}
            for partition in found
        ]

    def _name(self, table: str) -> dict[str, str]:
        database = self._stack[f"{WRITTEN_TABLES[table]}DatabaseName"]
        return {"DatabaseName": database, "TableName": table}
