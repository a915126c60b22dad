"""Corrections to moto's Glue Data Catalog: partitions."""

from typing import Any

from moto.glue.exceptions import (
    InvalidInputException,
    PartitionAlreadyExistsException,
    PartitionNotFoundException,
)
from moto.glue.models import FakePartition, FakeTable


class LocalTable(FakeTable):
    """A table whose partitions have one value per key and survive a refused update."""

    def create_partition(self, partiton_input: dict[str, Any]) -> None:
        """Add a partition, with one value per partition key."""
        self._check_values(partiton_input.get("Values", []), "CreatePartition")
        super().create_partition(partiton_input)

    def update_partition(self, old_values: Any, partiton_input: dict[str, Any]) -> None:  # ruff: ignore[any-type] - moto's
        """Replace a partition at once; nothing changes when the new values are another's."""
        values = partiton_input.setdefault("Values", old_values)
        self._check_values(values, "UpdatePartition")
        before: FakePartition | None = self.partitions.get(str(old_values))
        if before is None:
            raise PartitionNotFoundException
        if values != old_values and str(values) in self.partitions:
            raise PartitionAlreadyExistsException
        super().update_partition(old_values, partiton_input)
        self.partitions[str(values)].creation_time = before.creation_time

    def _check_values(self, values: list[str], operation: str) -> None:
        keys = list(self.versions.values())[-1].get("PartitionKeys") or []
        if len(values) != len(keys):
            raise InvalidInputException(
                operation,
                "The number of partition keys do not match the number of partition values",
            )
