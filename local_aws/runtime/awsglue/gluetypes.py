# ruff: file-ignore[invalid-argument-name, mutable-argument-default, class-as-data-structure] - names and defaults are AWS's
"""What declares the columns of a ``DynamicFrame``, of which there are texts here."""

from typing import Any

from .errors import refuse_other_names

__getattr__ = refuse_other_names("gluetypes.", "it has StructType, Field and StringType")


class StringType:
    """Text."""

    def __init__(self, properties: dict[str, Any] = {}) -> None:
        self.properties = properties


class Field:
    """A column."""

    def __init__(self, name: str, dataType: StringType, properties: dict[str, Any] = {}) -> None:
        if not isinstance(dataType, StringType):
            raise TypeError(f"the type of field {name!r} is a StringType(), not {dataType!r}")
        self.name = name
        self.dataType = dataType
        self.properties = properties


class StructType:
    """The columns of a frame."""

    def __init__(self, fields: list[Field] = [], properties: dict[str, Any] = {}) -> None:
        self.fields = fields
        self.properties = properties
