"""What senders promise: six sources, the fields of each, and the rule of each field.

Standard library alone: functions are packed with it. ``docs/commerce-contracts.md`` shows it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, NamedTuple

CSV: Literal["csv"] = "csv"
SALES = ("transactions", "sales")  # the sources by whose deliveries the latest day is told
JSON: Literal["json"] = "json"
STATUSES = ("completed", "returned", "refunded")  # a status only ever goes up
EVENT_TYPES = (
    "page_view",
    "product_view",
    "add_to_cart",
    "remove_from_cart",
    "checkout",
    "purchase",
    "search",
)
DEVICES = ("desktop", "mobile", "tablet")

CENT = Decimal("0.01")
MAX_MONEY = Decimal("99999999.99")
MAX_ID = 64  # characters
MAX_INTEGER = 2**31 - 1  # of a column of type int
FIRST_DAY = date(2000, 1, 1)  # before: a clock or a sheet that stands at its zero
DAY = timedelta(days=1)

_ID = re.compile(rf"[A-Za-z0-9_.:-]{{1,{MAX_ID}}}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", flags=re.ASCII)
# RFC 3339 or a blank for its T; the short zones of ISO 8601. More decimals than six are zeros.
# Hours are limited here: from Python 3.13 on, which functions may have, 24:00:00 is midnight.
_TIME = re.compile(
    rf"{_DATE.pattern}[Tt ]([01]\d|2[0-3]):\d\d:\d\d([.,]\d{{1,6}}0*)?"
    r"(?P<zone>[Zz]|[+-]\d\d(:?[0-5]\d)?)?",
    flags=re.ASCII,
)


class Delivery(NamedTuple):
    """What the file of a record says of it."""

    day: date  # the `date=` of its key
    zone: tzinfo  # of times that name none, and of days of sale


class Moment(NamedTuple):
    """A day in the delivery's zone; and the time in UTC, ms, None for a date alone."""

    day: date
    time: datetime | None


@dataclass(frozen=True)
class Kind:
    """What a field may hold.

    ``typed`` takes a trimmed text, or a number as Decimal. It returns None for what breaks the
    rule, which ``rule`` says in words. A CSV file has texts that read as ``json_type``.
    """

    json_type: Literal["text", "number"]
    rule: str
    typed: Callable[[Any, Delivery], Any]


@dataclass(frozen=True)
class Contract:
    """The fields of a source, in order: those that every record has, and those that it may have."""

    source: str
    format: Literal["csv", "json"]
    required: dict[str, Kind]
    optional: dict[str, Kind]

    @cached_property
    def fields(self) -> dict[str, Kind]:
        """All fields, in the order in which reasons name them."""
        return self.required | self.optional


def _text(text: str, _: Delivery) -> str:
    return text


def _lower(text: str, _: Delivery) -> str:
    return text.lower()


def _id(text: str, _: Delivery) -> str | None:
    return text if _ID.fullmatch(text) else None


def _email(text: str, _: Delivery) -> str | None:
    return text if text.count("@") == 1 else None


def _status(text: str, _: Delivery) -> str | None:
    return text.lower() if text.lower() in STATUSES else None


def _one_of(names: tuple[str, ...]) -> Kind:
    rule = f"one of {', '.join(f'`{name}`' for name in names)}"
    return Kind("text", rule, lambda text, _: text if text in names else None)


def _integer(first: int, last: int) -> Kind:
    def typed(number: Decimal, _: Delivery) -> int | None:
        is_valid = first <= number <= last and number == number.to_integral_value()
        return int(number) if is_valid else None

    return Kind("number", f"whole, {first} to {last}", typed)


def _money(number: Decimal, _: Delivery) -> Decimal | None:
    if not 0 <= number <= MAX_MONEY:
        return None
    cents = abs(number.quantize(CENT))  # -0 is 0
    return cents if cents == number else None


def _moment(text: str, delivery: Delivery) -> Moment | None:
    try:
        if _DATE.fullmatch(text):
            moment = Moment(date.fromisoformat(text), None)
        elif _TIME.fullmatch(text):
            moment = _moment_of(datetime.fromisoformat(text.upper()), delivery.zone)
        else:
            return None
    except (ValueError, OverflowError):  # no such day, or outside the years 1 to 9999
        return None
    is_valid = moment.day >= FIRST_DAY and moment.day - delivery.day <= DAY
    return moment if is_valid else None


def _moment_of(read: datetime, zone: tzinfo) -> Moment:
    """Of an hour that clocks show twice the first counts; one that they skip is the next.

    Athena's timestamps have milliseconds: what is finer is cut off.
    """
    read = read.replace(microsecond=read.microsecond // 1000 * 1000)
    time = (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
    return Moment(time.astimezone(zone).date(), time)


def _zoned(text: str, delivery: Delivery) -> Moment | None:
    time = _TIME.fullmatch(text)
    return _moment(text, delivery) if time and time["zone"] else None


def _day(text: str, delivery: Delivery) -> date | None:
    moment = _moment(text, delivery)
    return moment.day if moment and not moment.time else None


def _past_day(text: str, delivery: Delivery) -> date | None:
    day = _day(text, delivery)
    return day if day and day <= delivery.day else None


ID = Kind("text", f"1 to {MAX_ID} of `A-Za-z0-9_.:-`", _id)
TEXT = Kind("text", "any text", _text)
LOWER_TEXT = Kind("text", "any text, made lower case", _lower)
EMAIL = Kind("text", "has one `@`", _email)
STATUS = Kind("text", f"{_one_of(STATUSES).rule}, made lower case", _status)
MONEY = Kind("number", f"0 to {MAX_MONEY}, at most two decimals", _money)
QUANTITY = _integer(1, MAX_INTEGER)
STOCK = _integer(0, MAX_INTEGER)
RATING = _integer(1, 5)
EVENT_TYPE, DEVICE = _one_of(EVENT_TYPES), _one_of(DEVICES)
_RANGE = f"{FIRST_DAY} to the delivery's day + 1"
DATE = Kind("text", f"date, {_RANGE}", _day)
PAST_DATE = Kind("text", f"date, {FIRST_DAY} to the delivery's day", _past_day)
DATE_OR_TIME = Kind("text", f"date, or time with or without a zone, {_RANGE}", _moment)
TIME_WITH_ZONE = Kind("text", f"time with a zone, {_RANGE}", _zoned)

_SALE = {"transaction_id": ID, "customer_id": ID, "product_id": ID, "quantity": QUANTITY}
_CONTRACTS = (
    Contract(
        "transactions",
        CSV,
        required={
            **_SALE,
            "price": MONEY,
            "total_amount": MONEY,
            "transaction_date": DATE_OR_TIME,
            "status": STATUS,
        },
        optional={"order_id": ID, "updated_at": DATE_OR_TIME},
    ),
    Contract(
        "sales",
        CSV,
        required={**_SALE, "amount": MONEY, "transaction_date": DATE_OR_TIME},
        optional={},
    ),
    Contract(
        "products",
        JSON,
        required={
            "product_id": ID,
            "name": TEXT,
            "category": LOWER_TEXT,
            "price": MONEY,
            "stock": STOCK,
        },
        optional={"brand": TEXT, "updated_at": DATE_OR_TIME},
    ),
    Contract(
        "customers",
        JSON,
        required={"customer_id": ID, "name": TEXT, "email": EMAIL, "signup_date": PAST_DATE},
        optional={"city": TEXT, "updated_at": DATE_OR_TIME},
    ),
    Contract(
        "reviews",
        CSV,
        required={
            "review_id": ID,
            "product_id": ID,
            "customer_id": ID,
            "rating": RATING,
            "review_date": DATE,
        },
        optional={"review_text": TEXT},
    ),
    Contract(
        "clickstream",
        JSON,
        required={
            "session_id": ID,
            "event_type": EVENT_TYPE,
            "timestamp": TIME_WITH_ZONE,
        },
        optional={"customer_id": ID, "page": TEXT, "device": DEVICE, "product_id": ID},
    ),
)
CONTRACTS = {contract.source: contract for contract in _CONTRACTS}
