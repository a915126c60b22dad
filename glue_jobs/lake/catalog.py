"""Partitions in the Glue Data Catalog: where each partition of a table lies."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from botocore.client import BaseClient

from glue_jobs.lake.tables import Partition, Table

BATCH = 100  # partitions that a batch call takes at the most


class Catalog:
    """The partitions of the three databases; ``databases`` maps layer to database."""

    def __init__(self, glue: BaseClient, databases: dict[str, str]) -> None:
        self._glue = glue
        self._databases = databases

    def partitions(self, table: Table) -> set[Partition]:
        """Return every partition that a table has."""
        pages = self._glue.get_paginator("get_partitions").paginate(
            **self._name(table), ExcludeColumnSchema=True
        )
        return {tuple(found["Values"]) for page in pages for found in page["Partitions"]}

    def locations(self, table: Table, partitions: Iterable[Partition]) -> dict[Partition, str]:
        """Return where some partitions lie; one that does not exist is left out.

        Locations end with a slash, also where somebody registered one without.

        Raises:
            CatalogError: the catalog did not answer for all of them.
        """
        found = {}
        for batch in _batches(partitions):
            answer = self._glue.batch_get_partition(
                **self._name(table),
                PartitionsToGet=[{"Values": list(partition)} for partition in batch],
            )
            self._check(table, answer.get("UnprocessedKeys"))
            for partition in answer["Partitions"]:
                location = partition["StorageDescriptor"]["Location"]
                found[tuple(partition["Values"])] = f"{location.rstrip('/')}/"
        return found

    def set_locations(self, table: Table, locations: dict[Partition, str]) -> None:
        """Make some partitions lie elsewhere, creating those that do not exist.

        Each is switched at once, one after another: a reader sees its old rows or its new.

        Raises:
            CatalogError: the catalog refused some of them.
        """
        current = self.locations(table, locations)
        storage = self._glue.get_table(DatabaseName=self._databases[table.layer], Name=table.name)[
            "Table"
        ]["StorageDescriptor"]
        inputs = {
            partition: {
                "Values": list(partition),
                "StorageDescriptor": {**storage, "Location": uri},
            }
            for partition, uri in locations.items()
            if current.get(partition) != uri
        }
        for batch in _batches(inputs.keys() - current.keys()):
            answer = self._glue.batch_create_partition(
                **self._name(table), PartitionInputList=[inputs[partition] for partition in batch]
            )
            self._check(table, answer.get("Errors"))
        for batch in _batches(inputs.keys() & current.keys()):
            entries = [
                {"PartitionValueList": list(partition), "PartitionInput": inputs[partition]}
                for partition in batch
            ]
            answer = self._glue.batch_update_partition(**self._name(table), Entries=entries)
            self._check(table, answer.get("Errors"))

    def _name(self, table: Table) -> dict[str, str]:
        return {"DatabaseName": self._databases[table.layer], "TableName": table.name}

    def _check(self, table: Table, refused: list[dict[str, Any]] | None) -> None:
        if refused:
            raise CatalogError(
                f"the catalog was asked for partitions of {self._databases[table.layer]}."
                f"{table.name} but refused {len(refused)}, the first being {refused[0]}; run the "
                f"job again, it completes what is missing"
            )


class CatalogError(Exception):
    """The Data Catalog did not do what it was asked to."""


def _batches(partitions: Iterable[Partition]) -> Iterator[list[Partition]]:
    remaining = iter(sorted(partitions))
    while batch := list(islice(remaining, BATCH)):
        yield batch
