"""Lines are validated one by one: each becomes an event, or a reject with its reasons."""

import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.events.raw_names import slot_of
from glue_jobs.events.rules import BLANKS, KEPT, Event, parse_line
from glue_jobs.events.schemas import VALIDATED

CUT = " [cut]"
LONGEST_CHARACTER = 4  # bytes
_NO_EVENT = (None,) * len(Event._fields)
_VALIDATED = to_arrow_schema(VALIDATED)


def validate_each(lines: pa.RecordBatch) -> pa.RecordBatch:
    """Validate lines one by one, but for blank ones.

    Columns in: ``line`` (bytes), ``source_file``; out: those of ``VALIDATED``.
    """
    pairs = zip(*(column.to_pylist() for column in lines.columns), strict=True)
    rows = [_row(line, file) for line, file in pairs if line.strip(BLANKS)]
    columns = list(zip(*rows, strict=True)) or [()] * len(_VALIDATED)
    arrays = map(pa.array, columns, _VALIDATED.types)
    return pa.RecordBatch.from_arrays(list(arrays), schema=_VALIDATED)


def _row(line: bytes, source_file: str) -> tuple[object, ...]:
    event, reasons, unknown_fields = parse_line(line, slot_of(source_file))
    if event:
        return (*event, source_file, None, None, unknown_fields or None)
    return (*_NO_EVENT, source_file, ",".join(reasons), kept(line), unknown_fields or None)


def kept(line: bytes) -> str:
    """Return the text of a rejected line that is kept, marked where it is not the whole."""
    text = line[: KEPT + LONGEST_CHARACTER].decode(errors="backslashreplace").encode()
    if len(text) <= KEPT:
        return text.decode()
    return text[:KEPT].decode(errors="ignore") + CUT
