"""The CSV format of Glue sources, as far as lines and separators go.

With ``quoteChar`` -1 a separator always separates. A record has as many fields as its line;
columns are named ``col0``, ``col1``, ... and there are as many as the longest record has. Missing
fields are NULL, an empty field is the empty string, an empty line is no record. A byte that is not
UTF-8 fails the read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from .bookmarks import S3File
from .errors import NotOfferedLocallyError, refuse_other_options

_OFFERED = {"separator", "quoteChar", "attachFilename"}
_NO_QUOTES = (-1, "-1")
NOT_UTF8 = " (java.io.CharConversionException: Invalid UTF-8)"  # Glue's words, in part


@dataclass(frozen=True)
class CsvFormat:
    """How the records of a CSV source are told apart."""

    separator: str = ","
    filename_column: str = ""

    @classmethod
    def of(cls, options: dict[str, Any]) -> "CsvFormat":
        """Read Glue's ``format_options``.

        Raises:
            NotOfferedLocallyError: Quoting is asked for, or an option that the stand-in lacks.
            TypeError: The options are not a dict, or ``attachFilename`` is no column's name.
            ValueError: ``separator`` is not one character.
        """
        refuse_other_options("CSV format_options", options, _OFFERED)
        if options.get("quoteChar", '"') not in _NO_QUOTES:
            raise NotOfferedLocallyError(
                'awsglue here reads CSV without quoting only: give format_options "quoteChar": -1'
            )
        separator, column = options.get("separator", ","), options.get("attachFilename", "")
        if not isinstance(separator, str) or len(separator) != 1:
            raise ValueError(f"the separator of CSV is one character, not {separator!r}")
        if not isinstance(column, str):
            raise TypeError(f"attachFilename is the name of a column, not {column!r}")
        return cls(separator, column)

    def read(
        self, spark: SparkSession, files: list[S3File], columns: Sequence[str] = ()
    ) -> DataFrame:
        """Read the files, one row per record.

        Without ``columns`` all records are looked at for theirs, and without any record there are
        none.
        """
        lines = _lines(spark, files)
        width = _width_of(columns) if columns else self._width(lines)
        if not width:
            return _no_columns(spark)
        fields = self._fields(width) if columns or width > 1 else [F.col("line").alias("col0")]
        name = [_s3_uri(F.col("path")).alias(self.filename_column)] if self.filename_column else []
        return lines.select(*fields, *name).select(*columns or "*")

    def _fields(self, width: int) -> list[Column]:
        """Return the first fields of a record; only one that has several is split."""
        has_several = F.contains("line", F.lit(self.separator))
        split = F.split("line", _literally(self.separator), -1)
        first, *others = [F.when(has_several, split.getItem(at)) for at in range(width)]
        fields = [first.otherwise(F.col("line")), *others]
        return [field.alias(f"col{number}") for number, field in enumerate(fields)]

    def _width(self, lines: DataFrame) -> int:
        """Return the number of fields of the longest record, 0 without records."""
        separators = F.size(F.split("line", _literally(self.separator), -1))
        fields = F.when(F.contains("line", F.lit(self.separator)), separators).otherwise(1)
        return lines.agg(F.max(fields)).collect()[0][0] or 0


def _width_of(columns: Sequence[str]) -> int:
    """Return how many fields of a record the columns ask for."""
    return 1 + max(int(name[3:]) for name in columns if re.fullmatch(r"col\d+", name))


def _no_columns(spark: SparkSession) -> DataFrame:
    """Return what a frame without records becomes: its schema is computed from nothing."""
    return spark.createDataFrame([], T.StructType([]))


def _lines(spark: SparkSession, files: list[S3File]) -> DataFrame:
    """Return ``line`` and ``path`` of every line that is not empty.

    One that is not UTF-8 fails the action, whatever columns it asks for: Glue's reader decodes
    all that it reads, and throws.
    """
    reader = spark.read.option("recursiveFileLookup", "true")  # no columns out of folder names
    text = reader.text([_escaped(file.uri) for file in files])
    lines = text.select(F.col("value").alias("line"), F.col("_metadata.file_path").alias("path"))
    filled = lines.where(F.col("line") != F.lit(""))  # to count characters is as slow as to read
    return filled.where(_is_utf8())


def _is_utf8() -> Column:
    """Return a condition that is true or raises: decoding changes no byte of the line."""
    error = F.concat(F.lit("Unable to parse file: "), F.col("path"), F.lit(NOT_UTF8))
    is_same = F.decode("line", "UTF-8") == F.col("line")  # Spark's strings are bytes, unchecked
    return F.when(is_same, F.lit(True)).otherwise(F.raise_error(error))


def _escaped(uri: str) -> str:
    """Keep Spark from reading a pattern into a key."""
    for character in "\\[]{}*?":
        uri = uri.replace(character, "\\" + character)
    return uri


def _literally(separator: str) -> str:
    return r"\Q" + separator.replace(r"\E", r"\E\\E\Q") + r"\E"


def _s3_uri(path: Column) -> Column:
    """Undo the percent signs that Spark puts into file names."""
    plus = F.replace(path, F.lit("+"), F.lit("%2B"))
    return F.when(F.contains(path, F.lit("%")), F.url_decode(plus)).otherwise(path)
