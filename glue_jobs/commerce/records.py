"""One line of a raw file: a typed record, or every rule that it breaks.

A line is a JSON object of a record's fields by name, as ``file_validator`` writes it. Reasons are
``<fault>_<field>``, or one of the constants below where the line is no record; none holds a value.
"""

import json
import re
from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from glue_jobs.commerce.contracts import CENT, CONTRACTS, CSV, Contract, Delivery, Kind, Moment

NOT_UTF8 = "not_utf8"
NOT_JSON = "not_json"
DUPLICATE_FIELD = "duplicate_field"
TOO_LONG = "too_long"
WRONG_NUMBER_OF_FIELDS = "wrong_number_of_fields"
# Why a record could not be written as it is: {"_line": its text, "_reason": one of these}.
UNREAD = (WRONG_NUMBER_OF_FIELDS, TOO_LONG, NOT_UTF8, NOT_JSON)

MAX_LINE = 1 << 20  # bytes
MAX_UNKNOWN_FIELDS = 100  # of a line; also the characters of a name

REPLACEMENT = "\ufffd"  # what a reader before us writes for bytes that are no text
_TYPES = {"text": str, "number": Decimal}
_NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", flags=re.ASCII)
_ZERO = re.compile(r"-?[0.]+[eE]")


class Parsed(NamedTuple):
    """A record, or the reasons why there is none; never both.

    ``record`` has the columns of the silver table but for ``source_file``; ``effective_time`` for
    its first and last one; and ``dt``. Times are in UTC.
    """

    record: dict[str, Any] | None
    reasons: tuple[str, ...] = ()
    unknown_fields: tuple[str, ...] = ()


class _DuplicateFieldError(ValueError):
    """An object holds a name twice."""


def parse_line(line: bytes, source: str, delivery: Delivery) -> Parsed:
    """Validate one line of a raw file of a source."""
    contract = CONTRACTS[source]
    found = _found(line)
    if isinstance(found, str):
        return Parsed(None, (found,))
    values, reasons = _values(found, contract, delivery)
    unknown = _unknown(found, contract)
    if reasons:
        return Parsed(None, tuple(reasons), unknown)
    return Parsed(_RECORDS[source](values, delivery), (), unknown)


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent of more than 18 digits: 0, or beyond every limit
        return Decimal(0 if _ZERO.match(text) else "Infinity")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise _DuplicateFieldError
    return fields


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_number, parse_float=_number, parse_constant=_refuse
)


def _found(line: bytes) -> dict[str, Any] | str:
    """Return the fields of a line, numbers as Decimal, or why it has none."""
    if len(line) > MAX_LINE:
        return TOO_LONG
    try:
        found = _DECODER.decode(_decoded(line))
        if b"\\u" in line:  # may spell half of a surrogate pair, which is JSON and no text
            _decoded(json.dumps(found, default=str, ensure_ascii=False).encode())
    except UnicodeError:
        return NOT_UTF8
    except _DuplicateFieldError:
        return DUPLICATE_FIELD
    except (ValueError, RecursionError):  # no JSON, or nested beyond all reason
        return NOT_JSON
    if not isinstance(found, dict):
        return NOT_JSON
    is_unread = found.keys() == {"_line", "_reason"} and found["_reason"] in UNREAD
    return found["_reason"] if is_unread else found


def _decoded(text: bytes) -> str:
    """Return a text. Raises UnicodeError for bytes that are none, or that were none before."""
    decoded = text.decode()
    if REPLACEMENT in decoded:
        raise UnicodeError
    return decoded


def _values(
    found: dict[str, Any], contract: Contract, delivery: Delivery
) -> tuple[dict[str, Any], list[str]]:
    """Return the typed value of every field, None where there is none, and the broken rules."""
    values, reasons = {}, []
    for name, kind in contract.fields.items():
        values[name], fault = _typed(found.get(name), kind, contract, delivery)
        if fault and (name in contract.required or fault != "missing"):
            reasons.append(f"{fault}_{name}")
    return values, reasons


def _typed(
    value: object, kind: Kind, contract: Contract, delivery: Delivery
) -> tuple[Any, str | None]:
    """Return a value of a kind, or None and its fault."""
    is_csv = contract.format == CSV
    if isinstance(value, str):
        value = value.strip() or None
    if value is None:
        return None, "missing"
    if is_csv and kind.json_type == "number":
        value = _number(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None
    if not isinstance(value, _TYPES[kind.json_type]):
        return None, "invalid" if is_csv else "wrong_type"
    typed = kind.typed(value, delivery)
    return typed, "invalid" if typed is None else None


def _unknown(found: dict[str, Any], contract: Contract) -> tuple[str, ...]:
    names = {name[:MAX_UNKNOWN_FIELDS] for name in found.keys() - contract.fields.keys()}
    return tuple(sorted(names)[:MAX_UNKNOWN_FIELDS])


def _transaction(values: dict[str, Any], delivery: Delivery) -> dict[str, Any]:
    sold = values.pop("transaction_date")
    return {
        **_with_effective_time(values, delivery),
        "transaction_time": sold.time,
        "dt": sold.day.isoformat(),
    }


def _sale(values: dict[str, Any], delivery: Delivery) -> dict[str, Any]:
    """A sale is a completed transaction; it has a price if that is whole cents."""
    amount = values.pop("amount")
    cents, rest = divmod(amount / CENT, values["quantity"])
    price = None if rest else cents * CENT
    line = {"order_id": None, "price": price, "total_amount": amount, "status": "completed"}
    return _transaction(values | line, delivery)


def _entity(values: dict[str, Any], delivery: Delivery) -> dict[str, Any]:
    return {**_with_effective_time(values, delivery), "dt": delivery.day.isoformat()}


def _review(values: dict[str, Any], delivery: Delivery) -> dict[str, Any]:
    day = values.pop("review_date")
    return {**_with_effective_time(values, delivery), "dt": day.isoformat()}


def _click(values: dict[str, Any], _: Delivery) -> dict[str, Any]:
    clicked = values.pop("timestamp")
    return {**values, "event_time": clicked.time, "dt": clicked.day.isoformat()}


def _with_effective_time(values: dict[str, Any], delivery: Delivery) -> dict[str, Any]:
    """Replace ``updated_at`` by when a record was true: a day alone counts from its midnight."""
    moment = values.pop("updated_at", None) or Moment(delivery.day, None)
    midnight = datetime.combine(moment.day, time(), delivery.zone)
    return {**values, "effective_time": moment.time or midnight.astimezone(UTC)}


_RECORDS = {
    "transactions": _transaction,
    "sales": _sale,
    "products": _entity,
    "customers": _entity,
    "reviews": _review,
    "clickstream": _click,
}
