"""Reads delivered files in plain Python, by the contracts as people read them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from tests.commerce.landing import record

FIELDS = {
    "products": "product_id name category brand price stock updated_at",
    "customers": "customer_id name email city signup_date updated_at",
    "transactions": "transaction_id order_id customer_id product_id quantity price total_amount"
    " transaction_date status updated_at",
    "sales": "transaction_id customer_id product_id quantity amount transaction_date",
    "reviews": "review_id product_id customer_id rating review_text review_date",
    "clickstream": "session_id event_type timestamp customer_id page device product_id",
}
CLICK_OPTIONAL = {"customer_id", "page", "device", "product_id"}
JSON = {"products", "customers", "clickstream"}
OPTIONAL = {"brand", "city", "order_id", "review_text", "updated_at"}
NUMBERS = {"price": (int, float), "stock": int}  # all other fields of a JSON record are texts


def _matches(pattern: str) -> Callable[[object], bool]:
    return lambda value: re.fullmatch(pattern, str(value)) is not None


def _is_time(value: object) -> bool:
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        return False
    return True


RULES = {
    **dict.fromkeys(
        ("product_id", "customer_id", "transaction_id", "order_id", "review_id", "session_id"),
        _matches(r"[A-Za-z0-9_.:-]{1,64}"),
    ),
    **dict.fromkeys(("price", "total_amount", "amount"), _matches(r"\d{1,8}(\.\d{1,2})?")),
    **dict.fromkeys(("updated_at", "signup_date", "transaction_date", "review_date"), _is_time),
    "stock": _matches(r"\d+"),
    "quantity": _matches(r"[1-9]\d*"),
    "rating": _matches("[1-5]"),
    "status": _matches("completed|returned|refunded"),
    "event_type": _matches(
        "page_view|product_view|add_to_cart|remove_from_cart|checkout|purchase|search"
    ),
    "timestamp": lambda value: _is_time(value) and str(value).endswith("Z"),
    "device": _matches("desktop|mobile|tablet"),
    "email": _matches("[^@]*@[^@]*"),
}


def _record(source: str, line: bytes) -> dict | str:
    """Return a record, or why the line is none."""
    return record(line, None if source in JSON else FIELDS[source].split())


def _problems(source: str, record: dict) -> Iterator[str]:
    for field in FIELDS[source].split():
        value = record[field]
        if value in {None, ""}:
            if field not in (CLICK_OPTIONAL if source == "clickstream" else OPTIONAL):
                yield f"missing_{field}"
        elif source in JSON and not isinstance(value, NUMBERS.get(field, str)):
            yield f"wrong_type_{field}"
        elif not RULES.get(field, lambda _: True)(value):
            yield f"invalid_{field}"


def read(file: Path) -> tuple[list[dict], dict]:
    """Return the distinct valid records of a file and its counts."""
    source, lines = file.stem, file.read_bytes().splitlines()
    if file.suffix == ".csv":
        assert lines.pop(0).decode() == FIELDS[source].replace(" ", ",")
    records, reasons = {}, Counter()
    for line in lines:
        record = _record(source, line)
        reason = record if isinstance(record, str) else ",".join(_problems(source, record))
        if reason:
            reasons[reason] += 1
        else:
            records[line] = record
    rejected = reasons.total()
    duplicates = len(lines) - rejected - len(records)
    return list(records.values()), {
        "lines": len(lines),
        "accepted": len(records),
        "duplicates": duplicates,
        "rejected": rejected,
        "reasons": dict(reasons),
    }


def files(folder: Path, source: str) -> list[Path]:
    """Return the files of a source in the order of days."""
    return sorted((folder / source).glob("date=*/*"))


def records(folder: Path, source: str) -> list[dict]:
    """Return the valid records of a source in the order of delivery."""
    return [record for file in files(folder, source) for record in read(file)[0]]
