"""Deliveries of a small shop, drawn at random, in which everything collides.

Each record is one of few, changed in at most two fields: the same transaction comes again, from
both sources, with another status or content, on time and late, at equal effective times, spelled
in another way, or broken.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import reduce
from operator import or_
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.commerce.oracle_records import STATUSES, Delivery

FIRST_DAY, DAYS = date(2026, 3, 2), 5

Record = dict[str, Any]

_LINES = [
    {
        "transaction_id": transaction_id,
        "order_id": order_id,
        "customer_id": customer_id,
        "product_id": product_id,
        "quantity": "2",
        "price": "4.50",
        "total_amount": "9.00",
        "transaction_date": transaction_date,
        "status": status,
        "updated_at": "",
    }
    for status in STATUSES
    for transaction_id, order_id, customer_id, product_id, transaction_date in (
        ("t1", "o1", "c1", "p1", "2026-03-02 12:30:00"),
        ("t2", "o1", "c1", "p2", "2026-03-02 12:30:00"),
        ("t3", "", "c2", "p1", "2026-03-02"),  # as its sale
        ("t4", "o2", "c2", "p2", "2026-03-02T23:30:00Z"),
    )
]
_SALES = [
    {field: line[field] for field in ("transaction_id", "customer_id", "product_id", "quantity")}
    | {"amount": line["total_amount"], "transaction_date": line["transaction_date"]}
    for line in _LINES
]
_PRODUCT = {"product_id": "p1", "name": "Lamp", "category": "home", "price": 4.5, "stock": 7}
_CUSTOMER = {"customer_id": "c1", "name": "Ada", "email": "a@b", "signup_date": "2026-03-01"}
_REVIEW = {
    "review_id": "r1",
    "product_id": "p1",
    "customer_id": "c1",
    "rating": "5",
    "review_date": "2026-03-02",
    "review_text": "",
}
_CLICK = {"session_id": "s1", "event_type": "page_view", "timestamp": "2026-03-02T12:30:00Z"}

_TIMES = [
    "2026-03-02",
    "2026-03-03 00:00:00",
    "2026-03-03T00:30:00+02:00",
    "2026-03-03T03:59:59.5Z",
    "2026-02-30",
]
_UPDATES = ["2026-03-01", "2026-03-03", "2026-03-04 12:30:00", "2026-03-04T14:30:00+02:00", "soon"]
_SALE_CHANGES = {
    "transaction_id": ["t1", "t3", "t 1"],
    "customer_id": ["c1", "c2", "c3"],
    "product_id": ["p1", "p2", ""],
    "quantity": ["1", "3", " 2 ", "0"],
    "transaction_date": _TIMES,
}


def _records(records: Sequence[Record], changes: dict[str, list[Any]]) -> st.SearchStrategy[Record]:
    change = st.one_of(
        st.sampled_from([{field: value} for value in values]) for field, values in changes.items()
    )
    several = st.lists(change, max_size=2).map(lambda drawn: reduce(or_, drawn, {}))
    return st.builds(or_, st.sampled_from(records), several)


RECORDS: dict[str, st.SearchStrategy[Record]] = {
    "transactions": _records(
        _LINES,
        _SALE_CHANGES
        | {
            "status": ["completed", "Returned ", "lost"],
            "order_id": ["", "o1", "o2"],
            "price": ["4.5", "5", "-1"],
            "total_amount": ["9", "0.00", "99999999.99", "1.005", ""],
            "updated_at": _UPDATES,
        },
    ),
    "sales": _records(_SALES, _SALE_CHANGES | {"amount": ["9", "9.01", "0", ""]}),
    "products": _records(
        [_PRODUCT, _PRODUCT | {"product_id": "p2", "brand": "b1"}],
        {
            "name": ["Desk lamp", " Lamp ", 7],
            "category": ["Home", "garden"],
            "brand": ["b2", "", None],
            "price": [4.50, 10, -1, "10"],
            "stock": [0, 1.5],
            "updated_at": _UPDATES,
        },
    ),
    "customers": _records(
        [_CUSTOMER, _CUSTOMER | {"customer_id": "c2", "city": "Rome"}],
        {
            "name": ["Grace", ""],
            "email": ["c@d", "a"],
            "city": ["Oslo", None],
            "signup_date": ["2026-03-02", "2026-03-09"],
            "updated_at": _UPDATES,
        },
    ),
    "reviews": _records(
        [_REVIEW, _REVIEW | {"review_id": "r2", "customer_id": "c2"}],
        {
            "rating": ["1", "6"],
            "review_date": ["2026-03-01", "2026-03-02 12:30:00"],
            "review_text": ["fine", 'not "fine",\nat all'],
        },
    ),
    "clickstream": _records(
        [_CLICK, _CLICK | {"customer_id": "c1", "device": "mobile"}],
        {
            "session_id": ["s2"],
            "event_type": ["purchase", "sale"],
            "timestamp": _TIMES,
            "device": ["desktop", "Mobile"],
            "page": ["/"],
            "product_id": ["p1", 1],
        },
    ),
}


def deliveries(*sources: str, least: int = 0, most: int = 6) -> st.SearchStrategy[list[Delivery]]:
    """Draw sets of ``least`` to ``most`` files of the sources, of all if none is named."""
    days = st.sampled_from([FIRST_DAY + timedelta(days) for days in range(DAYS)])
    files = [
        st.builds(
            Delivery,
            st.just(source),
            days,
            st.lists(RECORDS[source], min_size=min(least, 4), max_size=8),
        )
        for source in sources or RECORDS
    ]
    return st.lists(st.one_of(files), min_size=least, max_size=most)


def redelivered(files: Iterable[Delivery], random: Random) -> list[Delivery]:
    """Return the same records in other files of the same days: shuffled, split, some repeated."""
    parts = []
    for file in files:
        records = random.sample(file.records, len(file.records))
        cut = random.randint(0, len(records))
        parts += [file._replace(records=part) for part in (records[:cut], records[cut:])]
    parts += random.sample(parts, len(parts) // 3)
    random.shuffle(parts)
    return parts
