"""Glue's transforms as far as the stand-in has them: those that only name columns."""

from typing import NoReturn

from .dynamicframe import DynamicFrame

__all__ = ["DropFields", "RenameField", "SelectFields"]


class SelectFields:
    """Keep some columns."""

    @classmethod
    def apply(
        cls, frame: DynamicFrame, paths: list[str], transformation_ctx: str = ""
    ) -> DynamicFrame:
        """Return the frame with these columns only."""
        return frame.select_fields(paths, transformation_ctx)


class DropFields:
    """Leave some columns out."""

    @classmethod
    def apply(
        cls, frame: DynamicFrame, paths: list[str], transformation_ctx: str = ""
    ) -> DynamicFrame:
        """Return the frame without these columns."""
        return frame.drop_fields(paths, transformation_ctx)


class RenameField:
    """Give a column another name."""

    @classmethod
    def apply(
        cls, frame: DynamicFrame, old_name: str, new_name: str, transformation_ctx: str = ""
    ) -> DynamicFrame:
        """Return the frame with the column renamed."""
        return frame.rename_field(old_name, new_name, transformation_ctx)


def __getattr__(name: str) -> NoReturn:
    if name.startswith("_"):
        raise AttributeError(name)
    raise ImportError(
        f"awsglue here has no transform {name}; it has {', '.join(__all__)}. "
        f"Use toDF() and Spark's own functions."
    )
