"""What the runs find: some hours that are loaded, and new files, clean or faulty."""

import gzip
import json

from tests.crash.deployment import Raw
from tests.stack.test_pipeline import CART, PURCHASE, SEARCH, VIEW

KINDS = (VIEW, CART, PURCHASE, SEARCH, VIEW)


def key(hour: str, minute: str) -> str:
    """Return where the producer delivers a file of March 1, 2026."""
    slot = f"year=2026/month=03/day=01/hour={hour}/minute={minute}"
    return f"events/{slot}/events-20260301T{hour}{minute}00Z.jsonl.gz"


def events(hour: str, first: int, last: int) -> list[str]:
    """Return lines of an hour, numbered; the same number, the same event."""
    return [
        json.dumps({
            **KINDS[n % 5],
            "timestamp": f"2026-03-01T{hour}:{n % 60:02}:00.{n:06}Z",
            "user_id": f"u_{n % 7}",
            "session_id": f"s_{n % 3}",
        })
        for n in range(first, last)
    ]


def packed(*lines: str) -> Raw:
    """Return a raw file."""
    return Raw(gzip.compress("\n".join(lines).encode(), mtime=0))


# The second replaces partitions of the first, so that there is something to sweep.
LOADED = (
    {key("09", "55"): packed(*events("09", 0, 40), *events("10", 0, 20))},
    {key("10", "55"): packed(*events("10", 20, 40), *events("11", 0, 20), "{rejected")},
)
CLEAN = {
    key("11", "55"): packed(*events("10", 40, 50), *events("11", 20, 40)),
    key("12", "00"): packed(*events("11", 40, 45), *events("12", 0, 30)),
    key("13", "00"): packed(*events("12", 30, 40), *events("13", 0, 20)),
}
REJECTED = (
    "{broken",
    "{broken",
    "[]",
    json.dumps({**VIEW, "user_id": None}),
    json.dumps({**PURCHASE, "price": 19.999}),
    json.dumps({**VIEW, "timestamp": "2026-03-05T00:00:00Z"}),
)
WHOLE = packed(*events("12", 60, 90))
FAULTY = {
    # late events, copies of what is loaded and of its own lines, bad lines
    key("11", "55"): packed(
        *events("10", 30, 50), *events("11", 10, 40), *events("11", 30, 40), *REJECTED
    ),
    # copies of what the file before has
    key("12", "00"): packed(*events("11", 35, 45), *events("12", 0, 30), *REJECTED[:3]),
    key("13", "00"): packed(*events("12", 20, 40), *events("13", 0, 20)),
    key("11", "50"): Raw(WHOLE.content[: len(WHOLE.content) // 2]),
    key("12", "10"): Raw(b"no gzip file"),
    key("12", "20"): packed(),
}
INPUTS = {"clean": CLEAN, "faulty": FAULTY}
DOUBTFUL = ("2026-03-01", "09")  # an hour that no new file touches
OTHER_FILE = key("10", "55")  # claims the copies
