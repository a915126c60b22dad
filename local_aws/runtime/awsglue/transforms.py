"""Glue's transforms as far as the stand-in has them: the one that only chooses columns."""

from .dynamicframe import DynamicFrame
from .errors import refuse_other_names

__all__ = ["SelectFields"]
__getattr__ = refuse_other_names(
    "transform ", "it has SelectFields; use toDF() and Spark's own functions"
)


class SelectFields:
    """Keep some columns."""

    @classmethod
    def apply(
        cls, frame: DynamicFrame, paths: list[str], transformation_ctx: str = ""
    ) -> DynamicFrame:
        """Return the frame with these columns only."""
        return frame.select_fields(paths, transformation_ctx)
