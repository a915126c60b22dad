"""One line of a raw file: an event, or every rule that it breaks.

``parse_line`` is the definition of what is valid. Reasons are ``<fault>_<field>``, in the order of
``FIELDS``, or one of the constants below where the line is no record at all.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NamedTuple

from glue_jobs.schemas import (
    ADD_TO_CART,
    EVENT_TYPES,
    PURCHASE,
    RAW_EVENTS,
    REMOVE_FROM_CART,
    SEARCH,
)

FIELDS = tuple(RAW_EVENTS.columns.names)
ALWAYS_REQUIRED = frozenset({"timestamp", "user_id", "session_id", "event_type"})
PRODUCT_FIELDS = frozenset({"product_id", "category"})
CART_FIELDS = frozenset({"quantity", "price"})
CART_TYPES = frozenset({ADD_TO_CART, REMOVE_FROM_CART, PURCHASE})

NOT_UTF8 = "not_utf8"
NOT_JSON = "not_json"
NOT_AN_OBJECT = "not_an_object"
DUPLICATE_FIELD = "duplicate_field"
TOO_EARLY = "too_early"

MAX_QUANTITY = 2**31 - 1
MAX_PRICE = Decimal("99999999.99")
CENT = Decimal("0.01")
MAX_AHEAD = timedelta(days=1)
MILLISECOND = 1000  # microseconds
MAX_LINE = 1 << 20  # bytes

# The five-minute slot that the producer names in the key of a raw file.
SLOT = r"/year=(\d{4})/month=(\d{2})/day=(\d{2})/hour=(\d{2})/minute=(\d{2})/"
BLANKS = b" \t\r\n"  # a line of these alone is none
# What a reader before us writes for bytes that are no text.
REPLACEMENT = "\ufffd".encode()
_ISO_8601 = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)", flags=re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Event(NamedTuple):
    """The contract's nine fields, typed; the instant is split as the silver table splits it."""

    event_time: int  # microseconds since 1970, whole milliseconds
    event_time_micros: int  # 0 to 999, beyond event_time
    user_id: str
    session_id: str
    event_type: str
    product_id: str | None
    quantity: int | None
    price: Decimal | None
    category: str | None
    search_query: str | None


class ParsedLine(NamedTuple):
    """An event, or the reasons why there is none; never both."""

    event: Event | None
    reasons: tuple[str, ...] = ()
    unknown_fields: tuple[str, ...] = ()


class _DuplicateFieldError(ValueError):
    """An object holds a name twice."""


def parse_line(line: bytes, slot: datetime | None) -> ParsedLine:
    """Judge one line.

    ``slot`` is the file's five-minute slot, None for a file outside the producer's layout: its
    events cannot be too early.
    """
    record = _record(line)
    if isinstance(record, str):
        return ParsedLine(None, (record,))
    instant = _instant(record.get("timestamp"))
    reasons = [reason for field in FIELDS for reason in _faults(field, record, instant)]
    if slot and instant and instant - slot > MAX_AHEAD:
        reasons.append(TOO_EARLY)
    unknown = tuple(sorted(record.keys() - set(FIELDS)))
    if reasons or not instant:
        return ParsedLine(None, tuple(reasons), unknown)
    return ParsedLine(_event(record, instant), (), unknown)


@lru_cache
def slot_of(source_file: str) -> datetime | None:
    """Return the slot that a raw file's key names; None where it names none."""
    found = re.search(SLOT, source_file)
    if not found:
        return None
    year, month, day, hour, minute = map(int, found.groups())
    try:
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:  # digits, but no date
        return None


def layout_root(source_file: str) -> str:
    """Return what of a raw file's URI stands before its slot's folders."""
    return re.split(SLOT, source_file, maxsplit=1)[0]


def _integer(digits: str) -> int:
    """Return a number that is right wherever it may be valid: 20 digits are beyond every limit."""
    return int(digits[:20])


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent of more than 18 digits
        return Decimal("Infinity")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise _DuplicateFieldError
    return record


def _record(line: bytes, hook: Callable[..., Any] = _object) -> dict[str, Any] | str:
    """Return the JSON object of a line, or why it is none."""
    if REPLACEMENT in line:
        return NOT_UTF8
    try:
        record = json.loads(
            line.decode(),
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_refuse,
            object_pairs_hook=hook,
        )
        if b"\\u" in line:  # half of a surrogate pair is JSON, but no text
            json.dumps(record, default=str, ensure_ascii=False).encode()
    except UnicodeError:
        return NOT_UTF8
    except _DuplicateFieldError:
        worse = _record(line, dict)
        is_worse = isinstance(worse, str) and worse != NOT_AN_OBJECT
        return worse if is_worse else DUPLICATE_FIELD
    except (ValueError, RecursionError):  # no JSON, or nested beyond all reason
        return NOT_JSON
    return record if isinstance(record, dict) else NOT_AN_OBJECT


def _instant(timestamp: object) -> datetime | None:
    if not isinstance(timestamp, str) or not _ISO_8601.fullmatch(timestamp):
        return None
    try:
        return datetime.fromisoformat(timestamp).astimezone(UTC)
    except (ValueError, OverflowError):  # no such day, or outside the years 1 to 9999
        return None


def _faults(field: str, record: dict[str, Any], instant: datetime | None) -> list[str]:
    value = record.get(field)
    is_required = required(field, record.get("event_type"))
    is_blank = isinstance(value, str) and not value
    if value is None or (is_blank and is_required):
        return [f"missing_{field}"] if is_required else []
    faults = []
    if not _has_type(field, value):
        faults.append(f"wrong_type_{field}")
    elif not _is_valid(field, value, instant):
        faults.append(f"invalid_{field}")
    if is_required is False:
        faults.append(f"forbidden_{field}")
    return faults


def required(field: str, event_type: object) -> bool | None:
    """Return whether a field must be there, must not be there (False), or nobody knows (None)."""
    if field in ALWAYS_REQUIRED:
        return True
    if not isinstance(event_type, str) or event_type not in EVENT_TYPES:
        return None
    if field in PRODUCT_FIELDS:
        return event_type != SEARCH
    if field in CART_FIELDS:
        return event_type in CART_TYPES
    return event_type == SEARCH


def _has_type(field: str, value: object) -> bool:
    if field == "quantity":
        return type(value) is int
    if field == "price":
        return type(value) in {int, Decimal}
    return isinstance(value, str)


def _is_valid(field: str, value: Any, instant: datetime | None) -> bool:  # ruff: ignore[any-type] - JSON
    if field == "timestamp":
        return instant is not None
    if field == "event_type":
        return value in EVENT_TYPES
    if field == "quantity":
        return 1 <= value <= MAX_QUANTITY
    if field == "price":
        return 0 <= value <= MAX_PRICE and Decimal(value).quantize(CENT) == value
    return True


def _event(record: dict[str, Any], instant: datetime) -> Event:
    micros = (instant - _EPOCH) // timedelta(microseconds=1)
    price = record.get("price")
    return Event(
        event_time=micros - micros % MILLISECOND,
        event_time_micros=micros % MILLISECOND,
        user_id=record["user_id"],
        session_id=record["session_id"],
        event_type=record["event_type"],
        product_id=record.get("product_id"),
        quantity=record.get("quantity"),
        price=None if price is None else Decimal(price).quantize(CENT),
        category=record.get("category"),
        search_query=record.get("search_query"),
    )
