# ruff: file-ignore[invalid-argument-name, too-many-arguments, too-many-positional-arguments] - signatures are AWS's
"""Glue's transforms as far as the stand-in has them: the one that only chooses columns."""

from typing import Any

from .dynamicframe import DynamicFrame
from .errors import refuse_other_names

__all__ = ["SelectFields"]
__getattr__ = refuse_other_names(
    "transform ", "it has SelectFields; use toDF() and Spark's own functions"
)


class SelectFields:
    """Keep some columns."""

    def __call__(
        self,
        frame: DynamicFrame,
        paths: list[str] | str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """Return the frame with these columns only."""
        return frame.select_fields(paths, transformation_ctx, info, stageThreshold, totalThreshold)

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> DynamicFrame:  # ruff: ignore[any-type] - as in AWS's signature
        """Return the frame with these columns only; takes what calling the transform takes."""
        return cls()(*args, **kwargs)
