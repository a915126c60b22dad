"""A month's sum that was told of a pipeline like this, line by line, against list prices."""

from typing import NamedTuple

from tests.tools.cost import MONTH
from tests.tools.cost_figures import PRICES

SAID = 19.07  # US dollars, the sum


class Line(NamedTuple):
    """What a line was said to cost, what it does, and what is wrong."""

    what: str
    said: float
    usd: float
    wrong: str


def lines() -> list[Line]:
    """Return the lines that are wrong, and last all others together, taken as they were told."""
    dpu_hour, put, get = (
        PRICES[unit][0] for unit in ("DPU-hour", "S3 PUT, COPY, LIST", "S3 GET, HEAD")
    )
    wrong = [
        Line("jobs, 10 DPU-hours a day", 13.20, MONTH * 10 * dpu_hour, "a tenth of it"),
        Line("crawler, an hour of one DPU a day", 0.44, MONTH * dpu_hour, "one day of thirty"),
        Line("a million PUT, ten million GET", 0.55, 1e6 * put + 1e7 * get, "a sixteenth of it"),
    ]
    others = SAID - sum(line.said for line in wrong)
    return [*wrong, Line("all other lines", others, others, "taken as told")]
