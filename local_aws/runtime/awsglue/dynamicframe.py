# ruff: file-ignore[invalid-function-name, invalid-argument-name] - AWS's names
"""``DynamicFrame``: here a Spark DataFrame whose schema is known once its records are."""

import json
from collections.abc import Callable
from functools import cached_property
from typing import NoReturn

from pyspark.sql import DataFrame
from pyspark.sql.types import StructType

from .errors import NotOfferedLocallyError


class DynamicFrame:
    """Rows whose columns are computed from the records themselves, when first asked for."""

    def __init__(self, read: Callable[[], DataFrame], glue_ctx: object, name: str = "") -> None:
        self._read = read
        self.glue_ctx = glue_ctx
        self.name = name

    @classmethod
    def fromDF(cls, dataframe: DataFrame, glue_ctx: object, name: str = "") -> "DynamicFrame":
        """Wrap a Spark DataFrame."""
        return cls(lambda: dataframe, glue_ctx, name)

    @cached_property
    def _frame(self) -> DataFrame:
        return self._read()

    def toDF(self, options: None = None) -> DataFrame:
        """Return the rows as a Spark DataFrame; without records it has no columns."""
        if options:
            raise NotOfferedLocallyError("awsglue here has no choice types: toDF takes no options")
        return self._frame

    def count(self) -> int:
        """Return the number of records."""
        return self._frame.count()

    def schema(self) -> StructType:
        """Return the columns, as Spark names their types."""
        return self._frame.schema

    def printSchema(self) -> None:
        """Print one line per column."""
        columns = [f"|-- {field.name}: {field.dataType.typeName()}" for field in self.schema()]
        print("\n".join(["root", *columns]))  # ruff: ignore[print] - what the method is for

    def show(self, num_rows: int = 20) -> None:
        """Print the first records, a JSON object each."""
        for record in self._frame.toJSON().take(num_rows):
            print(json.dumps(json.loads(record)))  # ruff: ignore[print] - what the method is for

    def errorsCount(self) -> int:
        """Return 0: what the formats here cannot read fails the run, nothing is set aside."""
        return 0

    def stageErrorsCount(self) -> int:
        """Return 0, for the same reason."""
        return 0

    def repartition(self, num_partitions: int, transformation_ctx: str = "") -> "DynamicFrame":
        """Spread the records over so many partitions."""
        del transformation_ctx
        return self._with(lambda frame: frame.repartition(num_partitions))

    def coalesce(
        self, num_partitions: int, *, shuffle: bool = False, transformation_ctx: str = ""
    ) -> "DynamicFrame":
        """Put the records into at most so many partitions."""
        del transformation_ctx
        return (
            self.repartition(num_partitions)
            if shuffle
            else self._with(lambda frame: frame.coalesce(num_partitions))
        )

    def select_fields(self, paths: list[str], transformation_ctx: str = "") -> "DynamicFrame":
        """Keep these columns; one that is not there is passed over."""
        del transformation_ctx
        return self._with(lambda frame: frame.select([c for c in paths if c in frame.columns]))

    def drop_fields(self, paths: list[str] | str, transformation_ctx: str = "") -> "DynamicFrame":
        """Leave these columns out."""
        del transformation_ctx
        names = [paths] if isinstance(paths, str) else paths
        return self._with(lambda frame: frame.drop(*names))

    def rename_field(
        self,
        oldName: str,
        newName: str,
        transformation_ctx: str = "",
    ) -> "DynamicFrame":
        """Give a column another name."""
        del transformation_ctx
        return self._with(lambda frame: frame.withColumnRenamed(oldName, newName))

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):  # Python itself asks: copy, pickle, ...
            raise AttributeError(name)
        raise NotOfferedLocallyError(
            f"awsglue here has no DynamicFrame.{name}; use toDF() and Spark's own functions"
        )

    def _with(self, change: Callable[[DataFrame], DataFrame]) -> "DynamicFrame":
        return DynamicFrame(lambda: change(self._frame), self.glue_ctx, self.name)
