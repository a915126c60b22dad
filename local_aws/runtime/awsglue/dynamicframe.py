# ruff: file-ignore[invalid-function-name, invalid-argument-name] - AWS's names
"""``DynamicFrame``: here a Spark DataFrame whose schema is known once its records are."""

import json
from collections.abc import Callable
from functools import cached_property

from pyspark.sql import DataFrame

from .errors import NotOfferedLocallyError, PartlyOffered, refuse_other_names

__getattr__ = refuse_other_names("dynamicframe.", "it has DynamicFrame")


class DynamicFrame(PartlyOffered):
    """Rows whose columns are computed from the records themselves, when first asked for."""

    _called = "DynamicFrame"
    _instead = "use toDF() and Spark's own functions"

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

    def printSchema(self) -> None:
        """Print one line per column."""
        fields = self._frame.schema
        columns = [f"|-- {field.name}: {field.dataType.typeName()}" for field in fields]
        print("\n".join(["root", *columns]))  # ruff: ignore[print] - what the method is for

    def show(self, num_rows: int = 20) -> None:
        """Print the first records, a JSON object each."""
        for record in self._frame.toJSON().take(num_rows):
            print(json.dumps(json.loads(record)))  # ruff: ignore[print] - what the method is for

    def select_fields(self, paths: list[str], transformation_ctx: str = "") -> "DynamicFrame":
        """Keep these columns; one that is not there is passed over."""
        del transformation_ctx
        return self._with(lambda frame: frame.select([c for c in paths if c in frame.columns]))

    def rename_field(
        self, oldName: str, newName: str, transformation_ctx: str = ""
    ) -> "DynamicFrame":
        """Give a column another name."""
        del transformation_ctx
        return self._with(lambda frame: frame.withColumnRenamed(oldName, newName))

    def _with(self, change: Callable[[DataFrame], DataFrame]) -> "DynamicFrame":
        return DynamicFrame(lambda: change(self._frame), self.glue_ctx, self.name)
