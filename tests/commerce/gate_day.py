"""A day that the quality gate has nothing to say against, as rows of every table it looks at.

Four Mondays before it are alike. Tables are made of the deliveries by the oracle.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tests.commerce.oracle import COLUMNS, DATED, load
from tests.commerce.oracle_records import Delivery, Moment, read

Row = dict[str, Any]
DAY = date(2026, 3, 2)  # a Monday
DT = str(DAY)
MONDAYS = [DAY - timedelta(weeks=weeks) for weeks in range(4, -1, -1)]
SALES = 10  # a day


def sale(day: date, number: int, **changed: object) -> Row:
    """Return a record of transactions."""
    name = f"{day:%m%d}-{number}"
    return {
        "transaction_id": f"t-{name}",
        "order_id": f"o-{name}",
        "customer_id": f"c-{number}",
        "product_id": f"p-{number}",
        "quantity": "2",
        "price": "9.99",
        "total_amount": "19.98",
        "transaction_date": f"{day}T10:00:00Z",
        "status": "completed",
        **changed,
    }


def product(number: int) -> Row:
    """Return a record of products."""
    name = {"product_id": f"p-{number}", "name": f"Product {number}"}
    return {**name, "category": "toys", "price": 9.99, "stock": 5}


def customer(number: int, **changed: object) -> Row:
    """Return a record of customers."""
    name = {"customer_id": f"c-{number}", "name": f"C {number}", "email": f"c{number}@example.com"}
    return {**name, "signup_date": "2026-01-01", **changed}


def review(number: int, **changed: object) -> Row:
    """Return a record of reviews, of what was bought on the day."""
    of = {"review_id": f"r-{number}", "product_id": f"p-{number}", "customer_id": f"c-{number}"}
    return {**of, "rating": "5", "review_date": DT, **changed}


def deliveries(*more: Delivery) -> list[Delivery]:
    """Return what was delivered: each Monday sales, first the catalogue, last reviews."""
    numbers = range(SALES)
    return [
        Delivery("products", MONDAYS[0], [product(n) for n in numbers]),
        Delivery("customers", MONDAYS[0], [customer(n) for n in numbers]),
        *(Delivery("transactions", day, [sale(day, n) for n in numbers]) for day in MONDAYS),
        Delivery("reviews", DAY, [review(n) for n in numbers]),
        *more,
    ]


def tables(*more: Delivery) -> dict[str, list[Row]]:
    """Return the tables after all deliveries, with receipts and ledger."""
    delivered = deliveries(*more)
    found, counts = load(delivered)
    files = defaultdict(int)
    receipts, ledger, owners = [], [], {}
    for delivery, counted in zip(delivered, counts, strict=True):
        of_day = (delivery.source, str(delivery.day))
        files[of_day] += 1
        key = f"{delivery.source}/date={delivery.day}/file-{files[of_day]}.csv"
        raw_key = f"raw/{key}-{'a' * 12}.jsonl.gz"
        lines = [counted.lines, counted.accepted, counted.duplicates, counted.rejected]
        receipts.append(receipt(*of_day, f"landing/{key}", raw_key, counted.lines))
        ledger.append(ledger_row(*of_day, raw_key, lines, moments_of(delivery)))
        ledger[-1]["reasons"] = counted.reasons
        for table, rows in load([delivery])[0].items():
            for row in rows if table in COLUMNS else ():
                owners.setdefault(_content(table, row), ledger[-1]["source_file"])
    for table in COLUMNS:
        found[table] = [
            {**row, "source_file": owners[_content(table, row)]} for row in found[table]
        ]
    return {**found, "file_receipts": receipts, "commerce_ledger": ledger}


def _content(table: str, row: Row) -> tuple[object, ...]:
    return table, *(row[column] for column in COLUMNS[table].split())


def moments_of(delivery: Delivery) -> list[datetime | None]:
    """Return the first and the last moment that the ledger has of a file, naive and UTC."""
    read_records = (read(record, delivery, UTC) for record in delivery.records)
    valid = [values for values in read_records if isinstance(values, dict)]
    column, delivered = DATED.get(delivery.source, "updated_at"), Moment(delivery.day, None)
    found = [values.get(column, delivered) for values in valid]
    times = [moment.time or datetime.combine(moment.day, time()) for moment in found]
    return [min(times, default=None), max(times, default=None)]


def receipt(source: str, dt: str, landing_key: str, raw_key: str | None, records: int) -> Row:
    """Return the receipt of an accepted file."""
    return {
        "source": source,
        "date": dt,
        "landing_key": landing_key,
        "raw_key": raw_key,
        "sha256": "a" * 64,
        "duplicate_of": None,
        "bytes": 1000,
        "records": records,
        "columns": ["transaction_id"],
        "unknown_fields": [],
        "verdict": "accepted",
        "reasons": [],
        "received_at": f"{dt}T01:00:00Z",
        "version_id": "1",
    }


def ledger_row(
    source: str, dt: str, raw_key: str, lines: list[int], moments: list[datetime | None]
) -> Row:
    """Return the ledger's row of a loaded file; ``lines``: all, accepted, duplicates, rejected."""
    names = ("lines", "accepted", "duplicates", "rejected")
    return {
        "source": source,
        "dt": dt,
        "source_file": f"s3://landing/{raw_key}",
        "state": "loaded",
        "bytes": 1000,
        **dict(zip(names, lines, strict=True)),
        "reasons": {},
        "unknown_fields": [],
        "first_event_time": moments[0],
        "last_event_time": moments[1],
        "run_id": "jr_1",
    }
