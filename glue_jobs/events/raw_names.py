"""What an object's name alone says: whether it is a raw file, and of which slot.

Imports no Spark, so that the notebook can ask too.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache

from glue_jobs.events.rules import END_OF_TIME, FIRST_INSTANT

RAW_SUFFIXES = (".gz", ".json", ".jsonl", ".ndjson")
HIDDEN = ("_", ".")  # what neither Glue nor Spark nor Athena reads
# The five-minute slot that the producer names in the key of a raw file.
SLOT = r"/year=([0-9]{4})/month=([0-9]{2})/day=([0-9]{2})/hour=([0-9]{2})/minute=([0-9]{2})/"
_LAST_SLOT = re.compile(f"(.*){SLOT}", re.DOTALL)


def is_raw_file(uri: str) -> bool:
    """Return whether an object's S3 URI is that of a raw file.

    It is none if its name ends in no known suffix (so folder markers are none), or if it, or a
    folder that it lies in, is hidden.
    """
    names = uri.removeprefix("s3://").split("/")[1:]
    return uri.endswith(RAW_SUFFIXES) and not any(name.startswith(HIDDEN) for name in names)


@lru_cache
def slot_of(uri: str) -> datetime | None:
    """Return the slot that a raw file's URI names, of several the last; None where it names none.

    It is one in which an event may happen, so that its year has four digits.
    """
    found = _LAST_SLOT.match(uri)
    if not found:
        return None
    try:
        year, month, day, hour, minute = map(int, found.groups()[1:])
        slot = datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:  # digits, but no date
        return None
    return slot if FIRST_INSTANT <= slot < END_OF_TIME else None


def layout_root(uri: str) -> str:
    """Return what of a raw file's URI stands before its slot's folders."""
    found = _LAST_SLOT.match(uri)
    return found[1] if found else uri
