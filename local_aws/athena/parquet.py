"""Parquet files: do they hold what the table declares, and how many bytes would a query read."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet as pq

from local_aws.athena.errors import QueryFailedError
from local_aws.athena.types import Type, quoted

_MATCHES = {
    "boolean": pa.types.is_boolean,
    "tinyint": pa.types.is_int8,
    "smallint": lambda of: pa.types.is_int8(of) or pa.types.is_int16(of),
    "integer": lambda of: pa.types.is_signed_integer(of) and not pa.types.is_int64(of),
    "bigint": pa.types.is_signed_integer,
    "real": pa.types.is_float32,
    "double": pa.types.is_float64,
    "date": pa.types.is_date32,
    "timestamp": pa.types.is_timestamp,
    "varbinary": lambda of: pa.types.is_binary(of) or pa.types.is_large_binary(of),
    "varchar": lambda of: pa.types.is_string(of) or pa.types.is_large_string(of),
}


@dataclass(frozen=True)
class ParquetFile:
    """The footer of one file. ``names``: its columns' own spelling by their lower-case name."""

    path: Path
    uri: str
    metadata: pq.FileMetaData
    schema: pa.Schema

    @property
    def names(self) -> dict[str, str]:
        """The file's columns: Athena matches them by name, whatever their case."""
        return {name.lower(): name for name in self.schema.names}

    def chunk_bytes(self, columns: set[str]) -> int:
        """Return the compressed bytes of the column chunks of some columns."""
        total = 0
        for group in range(self.metadata.num_row_groups):
            row_group = self.metadata.row_group(group)
            for at in range(row_group.num_columns):
                chunk = row_group.column(at)
                if chunk.path_in_schema.split(".")[0].lower() in columns:
                    total += chunk.total_compressed_size
        return total

    def check(self, column: str, declared: Type) -> None:
        """Check that a column of the file, if there, has the declared type.

        Raises:
            QueryFailedError: HIVE_BAD_DATA.
        """
        name = self.names.get(column)
        if name is None or _agrees(self.schema.field(name).type, declared):
            return
        raise QueryFailedError(
            "HIVE_BAD_DATA",
            f"Field {column}'s type {self._physical(name)} in parquet file {self.uri} is"
            f" incompatible with type {declared} defined in table schema",
        )

    def has_milliseconds(self, column: str) -> bool:
        """Whether a timestamp column cannot hold digits finer than Athena's."""
        name = self.names.get(column)
        return name is None or getattr(self.schema.field(name).type, "unit", "ms") in {"s", "ms"}

    def _physical(self, name: str) -> str:
        for at in range(self.metadata.num_columns):
            column = self.metadata.schema.column(at)
            if column.path.split(".")[0] == name:
                return column.physical_type
        return str(self.schema.field(name).type)


def open_footer(path: Path, uri: str) -> ParquetFile:
    """Read the footer of a file.

    Raises:
        QueryFailedError: HIVE_BAD_DATA, it is not Parquet.
    """
    try:
        with pq.ParquetFile(path) as file:
            return ParquetFile(path, uri, file.metadata, file.schema_arrow)
    except pa.ArrowInvalid:
        raise QueryFailedError("HIVE_BAD_DATA", f"Not valid Parquet file: {uri}") from None


def column_sql(column: str, declared: Type, files: list[ParquetFile]) -> str:
    """Return SQL for a column of all files, with the declared type; NULL where a file lacks it."""
    if not any(column in file.names for file in files):
        return f"cast(null as {declared.duckdb})"
    own = f"d.{quoted(column)}"
    value = f"cast({own} as {declared.duckdb})"
    if declared.name != "timestamp" or all(file.has_milliseconds(column) for file in files):
        return value
    failure = (
        f"error('SERIALIZATION_ERROR: column {column} holds a timestamp finer than milliseconds,"
        " which timestamp(3) cannot show')"
    )
    return f"case when epoch_us({value}) % 1000 <> 0 then {failure} else {value} end"


def _agrees(found: pa.DataType, declared: Type) -> bool:
    if pa.types.is_null(found):
        return True
    if pa.types.is_dictionary(found):
        return _agrees(found.value_type, declared)
    if declared.name in _NESTED:
        return _NESTED[declared.name](found, declared)
    return _MATCHES[declared.name](found)


def _decimal(found: pa.DataType, declared: Type) -> bool:
    same = pa.types.is_decimal(found) and found.scale == declared.scale
    return same and found.precision <= declared.precision


def _array(found: pa.DataType, declared: Type) -> bool:
    return pa.types.is_list(found) and _agrees(found.value_type, declared.element)


def _map(found: pa.DataType, declared: Type) -> bool:
    if not pa.types.is_map(found):
        return False
    return all(map(_agrees, (found.key_type, found.item_type), declared.parameters))


def _row(found: pa.DataType, declared: Type) -> bool:
    return pa.types.is_struct(found) and all(
        found.get_field_index(name) < 0 or _agrees(found.field(name).type, of)
        for name, of in declared.parameters
    )


_NESTED = {"decimal": _decimal, "array": _array, "map": _map, "row": _row}
