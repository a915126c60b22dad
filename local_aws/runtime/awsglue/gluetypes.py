# ruff: file-ignore[mixed-case-variable-in-class-scope] - AWS's names
"""What declares the columns of a ``DynamicFrame``, of which there are texts here."""

from dataclasses import dataclass, field
from typing import Any

from .errors import refuse_other_names

__getattr__ = refuse_other_names("gluetypes.", "it has StructType, Field and StringType")


@dataclass(frozen=True)
class StringType:
    """Text."""


@dataclass(frozen=True)
class Field:
    """A column."""

    name: str
    dataType: StringType
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StructType:
    """The columns of a frame."""

    fields: list[Field] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)
