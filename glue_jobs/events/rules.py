"""One line of a raw file: an event, or every rule that it breaks.

``parse_line`` is the definition of what is valid. Reasons are ``<fault>_<field>``, in the order of
``FIELDS``, or one of the constants below where the line is no record at all.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, NamedTuple

PAGE_VIEW = "page_view"
ADD_TO_CART = "add_to_cart"
REMOVE_FROM_CART = "remove_from_cart"
PURCHASE = "purchase"
SEARCH = "search"
CART_TYPES = (ADD_TO_CART, REMOVE_FROM_CART, PURCHASE)
PRODUCT_TYPES = (PAGE_VIEW, *CART_TYPES)
EVENT_TYPES = (*PRODUCT_TYPES, SEARCH)
# The contract's fields, and the event types that need them: they are forbidden for the others.
FIELDS = {
    "timestamp": EVENT_TYPES,
    "user_id": EVENT_TYPES,
    "session_id": EVENT_TYPES,
    "event_type": EVENT_TYPES,
    "product_id": PRODUCT_TYPES,
    "quantity": CART_TYPES,
    "price": CART_TYPES,
    "category": PRODUCT_TYPES,
    "search_query": (SEARCH,),
}

NOT_UTF8 = "not_utf8"
NOT_JSON = "not_json"
SEVERAL_OBJECTS = "several_objects"
TOO_LONG = "too_long"
NOT_AN_OBJECT = "not_an_object"
DUPLICATE_FIELD = "duplicate_field"
TOO_OLD = "too_old"
TOO_EARLY = "too_early"

MAX_QUANTITY = 2**31 - 1
MAX_PRICE = Decimal("99999999.99")
CENT = Decimal("0.01")
MAX_AHEAD = timedelta(days=1)
MILLISECOND = 1000  # microseconds
# Before: a clock that stands at its zero (of Unix, Windows, .NET, Go, Excel), not history.
FIRST_INSTANT = datetime(2010, 1, 1, tzinfo=UTC)
END_OF_TIME = datetime(2100, 1, 1, tzinfo=UTC)  # the first instant that is beyond all events
MAX_LINE = 1 << 20  # bytes; an event has some 300
KEPT = 1 << 16  # bytes of a rejected line that are kept, and of an overlong one that are looked at
MAX_UNKNOWN_FIELDS = 100  # of a line; also the characters of a name

BLANKS = b" \t\r\n"  # a line of these alone is none
REPLACEMENT = "\ufffd".encode()  # what a reader before us writes for bytes that are no text
# RFC 3339, and of ISO 8601 the comma and the short zones. More decimals than six are zeros.
_TIMESTAMP = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d([.,]\d{1,6}0*)?([Zz]|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)",
    flags=re.ASCII,
)
_TYPES = {"quantity": (int,), "price": (int, Decimal)}
_ZERO = re.compile(r"-?[0.]+[eE]")
_BEGINS_A_VALUE = re.compile(r'[{\["\d-]|true|false|null', flags=re.ASCII)
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
    """Validate one line.

    ``slot`` is the file's five-minute slot, None for a file outside the producer's layout: its
    events cannot be too early.
    """
    record = _record(line) if len(line) <= MAX_LINE else _reason_of_long(line)
    if isinstance(record, str):
        return ParsedLine(None, (record,))
    instant = _instant(record.get("timestamp"))
    reasons = [reason for field in FIELDS for reason in _faults(field, record, instant)]
    if instant:
        reasons += _faults_of_time(instant, slot)
    unknown = _unknown(record)
    if reasons or not instant:
        return ParsedLine(None, tuple(reasons), unknown)
    return ParsedLine(_event(record, instant), (), unknown)


def _integer(digits: str) -> int:
    """Return a number that is right wherever it may be valid: 20 digits are beyond every limit."""
    return int(digits[:20])


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent of more than 18 digits: 0, or beyond every limit
        return Decimal(0) if _ZERO.match(text) else Decimal("Infinity")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise _DuplicateFieldError
    return record


_decoder = partial(
    json.JSONDecoder, parse_int=_integer, parse_float=_number, parse_constant=_refuse
)
_STRICT = _decoder(object_pairs_hook=_object)
_LENIENT = _decoder(object_pairs_hook=list)  # an object is its pairs, a name twice among them


def _record(line: bytes, decoder: json.JSONDecoder = _STRICT) -> dict[str, Any] | str:
    """Return the JSON object of a line, or why it is none."""
    if REPLACEMENT in line:
        return NOT_UTF8
    try:
        text = line.strip(BLANKS).decode()
        record, end = decoder.raw_decode(text)
        if end < len(text):
            return SEVERAL_OBJECTS if _holds_several(text, end) else NOT_JSON
        if b"\\u" in line:
            _refuse_no_text(record)
    except UnicodeError:
        return NOT_UTF8
    except _DuplicateFieldError:
        worse = _record(line, _LENIENT)
        return worse if isinstance(worse, str) and worse != NOT_AN_OBJECT else DUPLICATE_FIELD
    except (ValueError, RecursionError):  # no JSON, or nested beyond all reason
        return NOT_JSON
    return record if isinstance(record, dict) else NOT_AN_OBJECT


def _holds_several(text: str, end: int) -> bool:
    """Tell whether an object ends there, and another JSON value begins."""
    is_object, rest = text.startswith("{"), text[end:].lstrip(BLANKS.decode())
    return is_object and _BEGINS_A_VALUE.match(rest) is not None


def _refuse_no_text(record: object) -> None:
    """Raise UnicodeError for half of a surrogate pair, which is JSON, and for U+FFFD."""
    if REPLACEMENT in json.dumps(record, default=str, ensure_ascii=False).encode():
        raise UnicodeError


def _reason_of_long(line: bytes) -> str:
    """Return why a line is too long, from its beginning alone."""
    text = line[:KEPT].decode(errors="replace").lstrip(BLANKS.decode())
    try:
        _, end = _LENIENT.raw_decode(text)
    except (ValueError, RecursionError):
        return TOO_LONG
    return SEVERAL_OBJECTS if _holds_several(text, end) else TOO_LONG


def _instant(timestamp: object) -> datetime | None:
    if not isinstance(timestamp, str) or not _TIMESTAMP.fullmatch(timestamp):
        return None
    try:
        return datetime.fromisoformat(timestamp.upper()).astimezone(UTC)
    except (ValueError, OverflowError):  # no such day, or outside the years 1 to 9999
        return None


def _faults_of_time(instant: datetime, slot: datetime | None) -> list[str]:
    if instant < FIRST_INSTANT:
        return [TOO_OLD]
    is_early = instant >= END_OF_TIME or (slot and instant - slot > MAX_AHEAD)
    return [TOO_EARLY] if is_early else []


def _unknown(record: dict[str, Any]) -> tuple[str, ...]:
    names = {name[:MAX_UNKNOWN_FIELDS] for name in record.keys() - FIELDS.keys()}
    return tuple(sorted(names)[:MAX_UNKNOWN_FIELDS])


def _faults(field: str, record: dict[str, Any], instant: datetime | None) -> list[str]:
    value, is_required = record.get(field), _is_required(field, record.get("event_type"))
    is_blank = isinstance(value, str) and not value
    if value is None or (is_blank and is_required):
        return [f"missing_{field}"] if is_required else []
    faults = []
    if type(value) not in _TYPES.get(field, (str,)):
        faults.append(f"wrong_type_{field}")
    elif not _is_valid(field, value, instant):
        faults.append(f"invalid_{field}")
    if is_required is False:
        faults.append(f"forbidden_{field}")
    return faults


def _is_required(field: str, event_type: object) -> bool | None:
    """Return whether a field must be there, must not be there (False), or nobody knows (None)."""
    types = FIELDS[field]
    if types is EVENT_TYPES or event_type in types:
        return True
    return False if event_type in EVENT_TYPES else None


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
    milliseconds, micros = divmod((instant - _EPOCH) // timedelta(microseconds=1), MILLISECOND)
    if record.get("price") is not None:
        record["price"] = Decimal(record["price"]).quantize(CENT)
    values: list[Any] = [record.get(name) for name in Event._fields[2:]]
    return Event(milliseconds * MILLISECOND, micros, *values)
