"""What the runs find: some days that are loaded, and new files, clean or faulty."""

import gzip
import json
from datetime import date
from typing import Any

from tests.commerce.oracle_records import Delivery
from tests.crash.deployment import Raw

HALF_DONE = ("2026-02-28",)  # a day of sale, and of visits, that no new file touches
BAD = {"quantity": "0", "price": "x"}


def sales(day: str, first: int, last: int, **changes: str) -> list[dict[str, str]]:
    """Return lines of a day of sale, numbered; the same number, the same line but for changes."""
    return [
        {
            "transaction_id": f"t_{day}_{n}",
            "customer_id": f"c_{n % 3}",
            "product_id": f"p_{n % 4}",
            "quantity": str(n % 3 + 1),
            "price": "5.00",
            "total_amount": f"{n % 3 + 1}4.95",
            "transaction_date": f"{day} 10:00:{n:02}" if n % 2 else day,
            "status": "completed",
            "order_id": f"o_{n // 2}" if n % 5 else "",
            **changes,
        }
        for n in range(first, last)
    ]


def short_sales(day: str, first: int, last: int) -> list[dict[str, str]]:
    """Return the same lines as the source of mere sales has them."""
    return [
        {**{name: line[name] for name in SALE_FIELDS}, "amount": line["total_amount"]}
        for line in sales(day, first, last)
    ]


SALE_FIELDS = ("transaction_id", "customer_id", "product_id", "quantity", "transaction_date")
CLICK = {"session_id": "s_1", "event_type": "page_view", "device": "mobile"}
REVIEW = {"product_id": "p_1", "customer_id": "c_1", "rating": "4", "review_date": "2026-03-01"}


def product(number: int, **changes: object) -> dict[str, Any]:
    """Return a product."""
    name = {"product_id": f"p_{number}", "name": f"No {number}", "category": "Books"}
    return {**name, "price": 5, "stock": 3, **changes}


def customer(number: int, **changes: object) -> dict[str, Any]:
    """Return a customer."""
    name = {"customer_id": f"c_{number}", "name": f"No {number}", "email": f"{number}@b.example"}
    return {**name, "signup_date": "2026-01-01", **changes}


def on(day: str, **records: list[dict[str, Any]]) -> list[Delivery]:
    """Return the files of a day of delivery, one of each source, in the order of their names."""
    return [
        Delivery(source, date.fromisoformat(day), records[source]) for source in sorted(records)
    ]


def key(source: str, day: object, name: str = "file") -> str:
    """Return where the validator puts a raw file."""
    return f"raw/{source}/date={day}/{name}.jsonl.gz"


def packed(*records: dict[str, Any], promised: int | None = None) -> Raw:
    """Return a raw file, with the number of its records as metadata."""
    lines = "".join(f"{json.dumps(record)}\n" for record in records).encode()
    return Raw(gzip.compress(lines, mtime=0), {"records": str(promised or len(records))})


def raw_files(deliveries: list[Delivery]) -> dict[str, Raw]:
    """Return what the validator makes of deliveries."""
    return {key(of.source, of.day): packed(*of.records) for of in deliveries}


FEB_28, MARCH_1, MARCH_2, MARCH_5 = "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-05"
CLICKED = {**CLICK, "timestamp": "2026-03-02T10:00:00Z"}
# The second replaces partitions of the first, so that there is something to vacuum.
LOADED = (
    on(
        MARCH_1,
        transactions=sales(FEB_28, 0, 6) + sales(MARCH_1, 0, 10),
        products=[product(1), product(2)],
        clickstream=[{**CLICK, "timestamp": f"{FEB_28}T10:00:00Z"}],
    ),
    on(
        MARCH_2,
        transactions=sales(MARCH_1, 2, 4, status="returned") + sales(MARCH_2, 0, 8),
        customers=[customer(1)],
        reviews=[{**REVIEW, "review_id": "r_1"}],
        clickstream=[CLICKED],
    ),
)
CLEAN = on(
    MARCH_5,
    # late returns, one of them a refund, change a day that was published
    transactions=sales(MARCH_1, 5, 7, status="returned")
    + sales(MARCH_1, 2, 3, status="refunded")
    + sales(MARCH_5, 0, 10),
    sales=short_sales("2026-03-04", 0, 5),
    products=[product(1, price=6), product(3)],
    customers=[customer(1, city="Rome"), customer(2)],
    reviews=[{**REVIEW, "review_id": "r_2"}, {**REVIEW, "review_id": "r_1"}],
    clickstream=[{**CLICK, "timestamp": "2026-03-05T10:00:00Z"}, CLICKED],
)
FAULTY = on(
    MARCH_5,
    # the same, with copies of what is loaded and of its own lines, and bad lines
    transactions=sales(MARCH_1, 0, 10)
    + sales(MARCH_1, 5, 7, status="returned")
    + sales(MARCH_1, 2, 3, status="refunded") * 2
    + sales(MARCH_5, 0, 10) * 2
    + sales(MARCH_5, 10, 12, **BAD) * 2
    + [{"_line": "t_1,c_1", "_reason": "wrong_number_of_fields"}],
    # some of which the file of transactions has too
    sales=short_sales("2026-03-04", 0, 5) + short_sales(MARCH_5, 0, 5) + short_sales("soon", 0, 2),
    products=[product(1, price=6), product(3, price="6"), product(1, price=6)],
    customers=[customer(1, email="nobody"), customer(2)],
    reviews=[{**REVIEW, "review_id": "r_2"}, {**REVIEW, "review_id": "r_3", "rating": "6"}],
    clickstream=[CLICKED, {**CLICKED, "device": "toaster"}],
)
WHOLE = packed(*sales(MARCH_2, 20, 40))
HELD_BACK = {  # of which nothing may be loaded
    key("transactions", MARCH_5, "cut"): WHOLE._replace(content=WHOLE.content[:-9]),
    key("transactions", MARCH_5, "short"): packed(*sales(MARCH_2, 40, 42), promised=3),
    key("sales", MARCH_5, "unpromised"): packed(*short_sales(MARCH_5, 5, 7))._replace(metadata={}),
}
INPUTS = {"clean": CLEAN, "faulty": FAULTY}
RAW_INPUTS = {"clean": raw_files(CLEAN), "faulty": {**raw_files(FAULTY), **HELD_BACK}}
