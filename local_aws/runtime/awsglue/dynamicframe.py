# ruff: file-ignore[invalid-function-name, invalid-argument-name, too-many-arguments, too-many-positional-arguments, unused-method-argument] - signatures are AWS's
"""``DynamicFrame``: here a Spark DataFrame whose schema is known once its records are."""

import json
from collections.abc import Callable
from functools import cached_property

from pyspark.sql import DataFrame

from .errors import NotOfferedLocallyError, PartlyOffered, refuse_other_names
from .gluetypes import StructType

__getattr__ = refuse_other_names("dynamicframe.", "it has DynamicFrame")


class DynamicFrame(PartlyOffered):
    """Rows whose columns are computed from the records themselves, when first asked for."""

    _called = "DynamicFrame"
    _instead = "use toDF() and Spark's own functions"

    def __init__(self, read: Callable[..., DataFrame], glue_ctx: object, name: str = "") -> None:
        self._read = read  # takes the names of the columns, if they are declared
        self.glue_ctx = glue_ctx
        self.name = name

    @classmethod
    def fromDF(cls, dataframe: DataFrame, glue_ctx: object, name: str = "") -> "DynamicFrame":
        """Wrap a Spark DataFrame."""
        return cls(lambda *columns: dataframe.select(*columns or "*"), glue_ctx, name)

    @cached_property
    def _frame(self) -> DataFrame:
        return self._read()

    def with_frame_schema(self, schema: StructType) -> "DynamicFrame":
        """Declare the columns, so that the records are not looked at to find them.

        Glue wants all that the records have, and does not say what becomes of others: here they are
        left out.
        """
        columns = [field.name for field in schema.fields]
        return DynamicFrame(lambda: self._read(*columns), self.glue_ctx, self.name)

    def toDF(self, options: None = None) -> DataFrame:
        """Return the rows as a Spark DataFrame; without records it has no columns."""
        if options:
            raise NotOfferedLocallyError("awsglue here has no choice types: toDF takes no options")
        return self._frame

    def count(self) -> int:
        """Return the number of records."""
        return self._frame.count()

    def printSchema(self) -> None:
        """Print one line per column."""
        fields = self._frame.schema
        columns = [f"|-- {field.name}: {field.dataType.typeName()}" for field in fields]
        print("\n".join(["root", *columns]))  # ruff: ignore[print] - what the method is for

    def show(self, num_rows: int = 20) -> None:
        """Print the first records, a JSON object each."""
        for record in self._frame.toJSON().take(num_rows):
            print(json.dumps(json.loads(record)))  # ruff: ignore[print] - what the method is for

    def select_fields(
        self,
        paths: list[str] | str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Keep these columns; one that is not there is passed over.

        No record can fail here, so that there is nothing to count up to a threshold.
        """
        kept = [paths] if isinstance(paths, str) else paths
        return self._with(lambda frame: frame.select([c for c in kept if c in frame.columns]))

    def rename_field(
        self,
        oldName: str,
        newName: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Give a column another name."""
        return self._with(lambda frame: frame.withColumnRenamed(oldName, newName))

    def _with(self, change: Callable[[DataFrame], DataFrame]) -> "DynamicFrame":
        def read(*columns: str) -> DataFrame:
            return change(self._frame).select(*columns or "*")

        return DynamicFrame(read, self.glue_ctx, self.name)
