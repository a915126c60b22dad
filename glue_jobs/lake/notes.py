"""Notes that runs leave each other as JSON: one that nobody can read harms nothing."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

Note = TypeVar("Note")


def parse_note(body: bytes, shape: Callable[[Any], Note]) -> Note | None:
    """Return what a note says; None if it is no JSON, or ``shape`` cannot make anything of it."""
    try:
        return shape(json.loads(body))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
