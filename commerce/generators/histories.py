"""The rows in which a transaction is delivered, and what goes wrong with them."""

from collections.abc import Iterator
from typing import NamedTuple

from commerce.generators.draws import Dice
from commerce.generators.faults import CORRECTION, LATE, STATUS_BACK, Faults
from commerce.generators.orders import Line

STATUSES = ("completed", "returned", "refunded")
LONGEST_DELAY = 5  # days that a late sale takes


class Row(NamedTuple):
    """A row delivered on ``day``, true since another; ``fault`` is why it is there or late."""

    day: int
    since: int
    status: str
    total: int  # cents
    fault: str = ""
    is_repeat: bool = False  # but for its day it equals one that was delivered before


def history(line: Line, faults: Faults, random: Dice, days: int) -> list[Row]:
    """Return the rows of a transaction within the days, in the order of delivery."""
    rows = sorted(row for row in _rows(line, faults, random, days) if row.day < days)
    seen: set[tuple[str, int]] = set()
    for place, row in enumerate(rows):
        rows[place] = row._replace(is_repeat=(row.status, row.total) in seen)
        seen.add((row.status, row.total))
    return rows


def _rows(line: Line, faults: Faults, random: Dice, days: int) -> Iterator[Row]:
    sold, total = line.order.day, line.total
    returned, refunded = line.returned, line.refunded
    if sold < days - 1 and faults.strikes(LATE, random):
        late = min(sold + 1 + int(random() * LONGEST_DELAY), days - 1)
        yield Row(late, sold, "completed", total, LATE)
    else:
        yield Row(sold, sold, "completed", total)
    if faults.strikes(CORRECTION, random) and returned != sold + 1:  # or both were true at once
        total = total * 9 // 10
        yield Row(sold + 1, sold + 1, "completed", total, CORRECTION)
    if returned is not None:
        yield Row(returned, returned, "returned", total)
        if refunded is not None:
            yield Row(refunded, refunded, "refunded", total)
        elif faults.strikes(STATUS_BACK, random):
            yield Row(returned + 1, returned + 1, "completed", total, STATUS_BACK)


def current(rows: list[Row]) -> tuple[int, str]:
    """Return the total that was true last, in cents, and the highest status."""
    last = max(rows, key=lambda row: row.since)
    return last.total, max((row.status for row in rows), key=STATUSES.index)
