"""Which minutes a schedule expression names: ``rate(...)`` and AWS's six fields of ``cron(...)``.

The libraries for AWS's cron that exist answer wrongly without a word where they are weak
(day-of-week ``L``, ``LW``, values out of range); this one refuses what it does not evaluate.
"""

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from local_aws.event_bus.errors import RefusedError
from local_aws.schedules.clock import EPOCH

_RATE = re.compile(r"rate\(([1-9]\d*) (minute|hour|day)(s?)\)")
_CRON = re.compile(r"cron\((.*)\)")
_PART = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>[1-9]\d*))?")
_SPECIAL_DAY = re.compile(r"#|[LW]\b")


class _Field(NamedTuple):
    """A field of a cron expression; the first of its names stands for ``lowest``."""

    name: str
    lowest: int
    highest: int
    names: str = ""


_FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day-of-month", 1, 31),
    _Field("month", 1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"),
    _Field("day-of-week", 1, 7, "SUN MON TUE WED THU FRI SAT"),
    _Field("year", 1970, 2199),
)


def names(expression: str, instant: datetime) -> bool:
    """Tell whether a rule's expression names ``instant``, a whole minute in UTC.

    EventBridge counts a rate from the rule's creation; here it counts from 1970, so that a rate of
    five minutes falls on the slots.

    Raises:
        RefusedError: the expression is invalid, or of a kind that is not evaluated here.
    """
    rate = _RATE.fullmatch(expression)
    if not rate:
        return cron_names(expression, instant)
    number, unit, plural = int(rate[1]), rate[2], bool(rate[3])
    if plural != (number > 1):
        raise RefusedError(f"{expression!r} must say {unit}{'s' if number > 1 else ''}; correct it")
    return not (instant - EPOCH) % (number * timedelta(**{f"{unit}s": 1}))


def cron_names(expression: str, instant: datetime) -> bool:
    """Tell whether a cron expression, all that Glue knows, names ``instant``.

    Raises:
        RefusedError: as of ``names``.
    """
    cron = _CRON.fullmatch(expression)
    fields = cron[1].upper().split() if cron else []
    if len(fields) != len(_FIELDS):
        raise RefusedError(
            f"{expression!r} is no schedule; write cron(minutes hours day-of-month month "
            f"day-of-week year) or, for a rule, rate(5 minutes)"
        )
    if (fields[2] == "?") == (fields[4] == "?"):
        raise RefusedError(
            f"{expression!r} must have ? as either day-of-month or day-of-week; correct it"
        )
    weekday = instant.isoweekday() % 7 + 1  # AWS counts from Sunday, 1
    at = (instant.minute, instant.hour, instant.day, instant.month, weekday, instant.year)
    held = list(map(_holds, _FIELDS, fields, at))  # all of them: what is invalid is told always
    return all(held)


def _holds(field: _Field, text: str, value: int) -> bool:
    if text == "?" and field.name.startswith("day"):
        return True
    if field.name.startswith("day") and _SPECIAL_DAY.search(text):
        raise RefusedError(
            f"the {field.name} of a cron expression is {text!r}, but L, W and # are not evaluated "
            f"by the local AWS; list the days, or let AWS run this schedule"
        )
    return value in {number for part in text.split(",") for number in _part(field, part)}


def _part(field: _Field, text: str) -> range:
    """Return the values of one part of a field's list."""
    part = _PART.fullmatch(text)
    if not part:
        raise _invalid(field, text)
    first = _number(field, part["first"] or str(field.lowest))
    only_one = part["first"] and not part["step"]
    last = _number(field, part["last"] or str(first if only_one else field.highest))
    if not field.lowest <= first <= last <= field.highest:
        raise _invalid(field, text)
    return range(first, last + 1, int(part["step"] or 1))


def _number(field: _Field, text: str) -> int:
    known = field.names.split()
    if text in known:
        return field.lowest + known.index(text)
    if not text.isdecimal():
        raise _invalid(field, text)
    return int(text)


def _invalid(field: _Field, text: str) -> RefusedError:
    named = f", or {field.names}" if field.names else ""
    return RefusedError(
        f"the {field.name} of a cron expression holds {text!r}; use *, numbers from {field.lowest} "
        f"to {field.highest}{named}, rising ranges as 1-3 and steps as 1/2, with commas between"
    )
