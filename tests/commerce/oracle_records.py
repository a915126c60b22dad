"""Reads delivered records in plain Python, by the contracts as people read them.

It knows what is valid and what plainly breaks a rule, and shares no line with the job. How odd
spellings are judged is for ``test_records.py``.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, NamedTuple

# By column: text, int, Decimal, date, naive UTC datetime or None, as SQL has them.
Row = dict[str, Any]

STATUSES = ("completed", "returned", "refunded")
JSON = {"products", "customers", "clickstream"}
EVENT_TYPES = "page_view product_view add_to_cart remove_from_cart checkout purchase search"
DEVICES = "desktop mobile tablet"
CENT = Decimal("0.01")
DAY = timedelta(days=1)

# What a record holds, `field:kind`; with `?` it may be missing.
RULES = {
    "transactions": "transaction_id:id customer_id:id product_id:id quantity:count price:money"
    " total_amount:money transaction_date:time status:status order_id:id? updated_at:time?",
    "sales": "transaction_id:id customer_id:id product_id:id quantity:count amount:money"
    " transaction_date:time",
    "products": "product_id:id name:text category:lower price:money stock:stock brand:text?"
    " updated_at:time?",
    "customers": "customer_id:id name:text email:email signup_date:past city:text?"
    " updated_at:time?",
    "reviews": "review_id:id product_id:id customer_id:id rating:stars review_date:date"
    " review_text:text?",
    "clickstream": "session_id:id event_type:event timestamp:zoned customer_id:id? page:text?"
    " device:device? product_id:id?",
}


class Delivery(NamedTuple):
    """A delivered file: the ``date=`` of its key, and its records as a raw line has them."""

    source: str
    day: date
    records: list[dict[str, Any]]


class Moment(NamedTuple):
    """A day in the source's zone, and the time in UTC; None for a date alone."""

    day: date
    time: datetime | None


def read(record: dict[str, Any], delivery: Delivery, zone: tzinfo) -> Row | str:
    """Return the typed values of a record, or all rules that it breaks."""
    if "_reason" in record:  # a CSV record that did not fit
        return record["_reason"]
    values: Row = {}
    reasons = []
    for name, kind in (rule.split(":") for rule in RULES[delivery.source].split()):
        value = record.get(name)
        value = value.strip() or None if isinstance(value, str) else value
        if value is None:
            reasons += [] if kind.endswith("?") else [f"missing_{name}"]
        elif delivery.source in JSON and not _has_type(kind, value):
            reasons.append(f"wrong_type_{name}")
        else:
            values[name] = KINDS[kind.strip("?")](value, delivery.day, zone)
            reasons += [f"invalid_{name}"] if values[name] is None else []
    return ",".join(reasons) or values


def _has_type(kind: str, value: object) -> bool:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return is_number if kind in {"money", "stock"} else isinstance(value, str)


def _number(first: str, last: str, step: str) -> Callable[[Any, date, tzinfo], Any]:
    def typed(value: object, *_: object) -> int | Decimal | None:
        if not re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", str(value), re.ASCII):
            return None
        number = Decimal(str(value))
        if not Decimal(first) <= number <= Decimal(last) or number % Decimal(step):
            return None
        return int(number) if step == "1" else number.quantize(CENT)

    return typed


def _matching(pattern: str) -> Callable[[Any, date, tzinfo], Any]:
    return lambda text, *_: text if re.fullmatch(pattern, text, re.DOTALL) else None


def _moment(text: str, delivered: date, zone: tzinfo) -> Moment | None:
    form = r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?)?"
    try:
        read = datetime.fromisoformat(text if re.fullmatch(form, text, re.ASCII) else "")
    except ValueError:  # no such day, or another form
        return None
    moment = Moment(read.date(), None)
    if len(text) > len("2026-03-02"):
        time = (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
        moment = Moment(time.astimezone(zone).date(), time.replace(tzinfo=None))
    return moment if date(2000, 1, 1) <= moment.day <= delivered + DAY else None


def _date(text: str, delivered: date, zone: tzinfo) -> Moment | None:
    return _moment(text, delivered, zone) if len(text) == len("2026-03-02") else None


def _past(text: str, delivered: date, zone: tzinfo) -> date | None:
    moment = _date(text, delivered, zone)
    return moment.day if moment and moment.day <= delivered else None


def _zoned(text: str, delivered: date, zone: tzinfo) -> Moment | None:
    return _moment(text, delivered, zone) if re.search(r":.*(Z|[+-]\d\d:\d\d)$", text) else None


KINDS: dict[str, Callable[[Any, date, tzinfo], Any]] = {
    "id": _matching(r"[A-Za-z0-9_.:-]{1,64}"),
    "text": _matching(".+"),
    "lower": lambda text, *_: text.lower(),
    "email": _matching("[^@]*@[^@]*"),
    "event": _matching(EVENT_TYPES.replace(" ", "|")),
    "device": _matching(DEVICES.replace(" ", "|")),
    "status": lambda text, *_: text.lower() if text.lower() in STATUSES else None,
    "count": _number("1", "2147483647", "1"),
    "stock": _number("0", "2147483647", "1"),
    "stars": _number("1", "5", "1"),
    "money": _number("0", "99999999.99", "0.01"),
    "time": _moment,
    "zoned": _zoned,
    "date": _date,
    "past": _past,
}
