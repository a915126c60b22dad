"""What a table of the lake is: its columns with their meaning, its partition keys, its path."""

from dataclasses import dataclass

from pyspark.sql import types as T

Partition = tuple[str, ...]  # values of its table's partition keys


def required(name: str, data_type: T.DataType, meaning: str) -> T.StructField:
    """Return a column that is never NULL."""
    return T.StructField(name, data_type, nullable=False, metadata={"comment": meaning})


def nullable(name: str, data_type: T.DataType, meaning: str) -> T.StructField:
    """Return a column whose meaning says when it is NULL."""
    return T.StructField(name, data_type, metadata={"comment": meaning})


@dataclass(frozen=True)
class Table:
    """One table.

    ``layer`` names the database (bronze, silver, gold) and the first part of the table's path in
    the analytics bucket; ``partition_keys`` are strings, zero-padded. Of a table that
    ``is_appended`` the partitions lie below its path and get more files; of any other they are
    overwritten, each time elsewhere.
    """

    layer: str
    name: str
    meaning: str
    columns: T.StructType
    partition_keys: tuple[str, ...]
    is_appended: bool = False

    @property
    def path(self) -> str:
        """Where the table lies in the analytics bucket, with a slash at the end."""
        return f"{self.layer}/{self.name}/"

    def folder(self, partition: Partition) -> str:
        """Return the folders of a partition, ``dt=2026-03-01/hour=10/``."""
        pairs = zip(self.partition_keys, partition, strict=True)
        return "".join(f"{key}={value}/" for key, value in pairs)

    @property
    def partitioned_columns(self) -> T.StructType:
        """The table's columns followed by its partition keys."""
        return T.StructType([*self.columns, *self._keys])

    @property
    def file_columns(self) -> T.StructType:
        """What moves in place of rows: a Parquet file of a partition, its name and its bytes."""
        name = T.StructField("file_name", T.StringType())
        return T.StructType([*self._keys, name, T.StructField("content", T.BinaryType())])

    @property
    def packed_columns(self) -> T.StructType:
        """What moves where files of several tables move together: ``table`` names theirs."""
        return T.StructType([*self.file_columns, T.StructField("table", T.StringType())])

    @property
    def _keys(self) -> list[T.StructField]:
        return [T.StructField(key, T.StringType()) for key in self.partition_keys]
