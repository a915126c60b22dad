"""Where days, scores and baskets are cut: the arguments of the job, as its statements name them."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from zoneinfo import available_timezones

_FLAGS = {"true": True, "false": False}
_NUMBERS = {  # the most digits of each: with more a date is none
    "order_days": 4,
    "session_days": 4,
    "most_products": 9,
    "least_baskets": 9,
}


class Limits(NamedTuple):
    """Where days, scores and baskets are cut, as the statements of the marts name it.

    ``recency_days``: at the most, of R from 5 to 2; ``order_counts``: at the least, of F from 2 to
    5; both with commas. Baskets: ``order_days`` and ``session_days`` back from the latest day;
    of ``most_products``; a pair is in ``least_baskets``. ``source_time_zone``: where days begin.
    """

    recency_days: str
    order_counts: str
    order_days: int
    session_days: int
    most_products: int
    least_baskets: int
    show_pii: bool
    source_time_zone: str


def limits_of(args: Mapping[str, str]) -> Limits:
    """Return the limits that the arguments give.

    Raises:
        ValueError: one is not what it should be.
    """
    for name in ("recency_days", "order_counts"):
        if not re.fullmatch(r"\d+(,\d+){3}", args[name]):
            raise ValueError(f"--{name} takes four numbers, as 2,3,5,8, but got {args[name]!r}")
    for name, digits in _NUMBERS.items():
        if not re.fullmatch(rf"[1-9]\d{{0,{digits - 1}}}", args[name]):
            most = "9" * digits
            raise ValueError(f"--{name} takes a number from 1 to {most}, but got {args[name]!r}")
    if args["show_pii"] not in _FLAGS:
        raise ValueError(f"--show_pii takes true or false, but got {args['show_pii']!r}")
    if args["source_time_zone"] not in available_timezones():
        raise ValueError(
            f"--source_time_zone takes a name of the IANA time zone database, not "
            f"{args['source_time_zone']!r}"
        )
    given: dict[str, Any] = {name: args[name] for name in Limits._fields}
    given |= {name: int(args[name]) for name in _NUMBERS}
    return Limits(**given | {"show_pii": _FLAGS[args["show_pii"]]})
