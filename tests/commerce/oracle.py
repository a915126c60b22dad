"""The order book's tables in plain Python, straight from delivered records.

The yardstick: slow, exact, and independent of the job, with which it shares no line.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.commerce.oracle_records import STATUSES, Delivery, Moment, Row, read

Silver = dict[str, dict[tuple, list[datetime]]]  # by table, of each row: when it was delivered

CENT = Decimal("0.01")

# What a silver row holds but for its effective times: two equal rows are duplicates.
COLUMNS = {
    "transactions": "dt transaction_id order_id customer_id product_id quantity price total_amount"
    " transaction_time status",
    "products": "dt product_id name category brand price stock effective_time",
    "customers": "dt customer_id name email city signup_date effective_time",
    "reviews": "dt review_id product_id customer_id rating review_text",
    "clickstream": "dt session_id customer_id event_type page device product_id event_time",
}
DATED = {
    "transactions": "transaction_date",
    "sales": "transaction_date",
    "reviews": "review_date",
    "clickstream": "timestamp",
}
# Of ties in time and status the greater content counts, compared in this order.
CONTENT = "order_id customer_id product_id quantity price total_amount transaction_time"
REVENUE = "gross_revenue returned_revenue net_revenue"
DAILY = {  # table: what a row is of beside its day, and what it tells
    "daily_product_sales": ("product_id", f"transactions orders units units_returned {REVENUE}"),
    "daily_customer_sales": (
        "customer_id",
        f"orders completed_orders transactions units {REVENUE}",
    ),
    "daily_sales_summary": (
        "",
        f"transactions orders completed_orders unique_customers units {REVENUE} avg_order_value",
    ),
}

STEPS = {  # of a visit: where its events are counted, and the visits that took it
    "page_view": ("page_views", None),
    "product_view": ("product_views", "sessions_that_viewed"),
    "add_to_cart": ("add_to_carts", "sessions_that_added"),
    "checkout": ("checkouts", "sessions_that_checked_out"),
    "purchase": ("purchases", "sessions_that_bought"),
}


@dataclass
class Counts:
    """What became of the lines of a file: lines = accepted + duplicates + rejected."""

    lines: int
    accepted: int
    duplicates: int
    reasons: dict[str, int]

    @property
    def rejected(self) -> int:
        """Lines that are no valid record."""
        return sum(self.reasons.values())


def load(
    deliveries: Iterable[Delivery], zone: tzinfo = UTC
) -> tuple[dict[str, list[Row]], list[Counts]]:
    """Return silver, facts and daily tables, rows sorted; and the counts of each file.

    Files are loaded in the order given: of equal rows the first file owns the one.
    """
    silver: Silver = {table: {} for table in COLUMNS}
    counts = [_load_file(delivery, zone, silver) for delivery in deliveries]
    tables = {table: _silver_rows(table, rows) for table, rows in silver.items()}
    facts = fct_transactions(tables["transactions"], zone)
    tables["fct_transactions"] = facts
    tables |= {table: _daily(table, facts) for table in DAILY}
    tables["daily_device_sessions"] = daily_device_sessions(tables["clickstream"])
    return {table: sorted(rows, key=_total_order) for table, rows in tables.items()}, counts


def _load_file(delivery: Delivery, zone: tzinfo, silver: Silver) -> Counts:
    accepted, reasons = 0, Counter[str]()
    for record in delivery.records:
        values = read(record, delivery, zone)
        if isinstance(values, str):
            reasons[values] += 1
            continue
        table, row, effective = _silver_row(values, delivery, zone)
        times = silver[table].setdefault(row, [])
        accepted += not times
        times.append(effective)
    lines = len(delivery.records)
    return Counts(lines, accepted, lines - accepted - reasons.total(), dict(reasons))


def _total_order(row: Row) -> list[tuple[bool, Any]]:
    return [(value is not None, value) for value in row.values()]  # NULL is the least


def _silver_row(values: Row, delivery: Delivery, zone: tzinfo) -> tuple[str, tuple, datetime]:
    """Return the table, the row's values in the order of COLUMNS, and its effective time."""
    updated = values.get("updated_at") or Moment(delivery.day, None)
    effective = updated.time or _midnight(updated.day, zone)
    moment = values[DATED[delivery.source]] if delivery.source in DATED else None
    values["dt"] = (moment.day if moment else delivery.day).isoformat()
    values["transaction_time"] = values["event_time"] = moment and moment.time
    values["effective_time"] = effective
    if delivery.source == "sales":
        values |= _as_transaction(values["amount"], values["quantity"])
    table = "transactions" if delivery.source == "sales" else delivery.source
    return table, tuple(map(values.get, COLUMNS[table].split())), effective


def _as_transaction(amount: Decimal, quantity: int) -> Row:
    price = amount / quantity
    known = None if price % CENT else price.quantize(CENT)
    return {"total_amount": amount, "price": known, "status": "completed"}


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def _silver_rows(table: str, rows: dict[tuple, list[datetime]]) -> list[Row]:
    named = [
        (dict(zip(COLUMNS[table].split(), row, strict=True)), times) for row, times in rows.items()
    ]
    if table not in {"transactions", "reviews"}:
        return [row for row, _ in named]
    return [
        row | {"first_effective": min(times), "last_effective": max(times)} for row, times in named
    ]


def fct_transactions(rows: list[Row], zone: tzinfo) -> list[Row]:
    """Rows: one per transaction of ``rows``, those of silver."""
    transactions = defaultdict(list)
    for row in rows:
        transactions[row["transaction_id"], row["dt"]].append(row)
    return [_fact(versions, zone) for versions in transactions.values()]


def _fact(versions: list[Row], zone: tzinfo) -> Row:
    current = max(versions, key=_precedence)
    status = max((row["status"] for row in versions), key=STATUSES.index)
    gross = current["total_amount"]
    returned = gross * (status != "completed")
    sold = current["transaction_time"] or _midnight(date.fromisoformat(current["dt"]), zone)
    kept = "dt transaction_id order_id customer_id product_id quantity price"
    return {column: current[column] for column in kept.split()} | {
        "gross_amount": gross,
        "returned_amount": returned,
        "net_amount": gross - returned,
        "status": status,
        "transaction_time": current["transaction_time"],
        "reversed_time": _first(versions, STATUSES[1:], sold),
        "refunded_time": _first(versions, STATUSES[2:], sold),
        "versions": len(versions),
    }


def _precedence(row: Row) -> tuple[datetime, int, list[tuple[bool, Any]]]:
    content = {column: row[column] for column in CONTENT.split()}
    return row["last_effective"], STATUSES.index(row["status"]), _total_order(content)


def _first(versions: list[Row], statuses: Iterable[str], sold: datetime) -> datetime | None:
    times = [row["first_effective"] for row in versions if row["status"] in statuses]
    return max(min(times), sold) if times else None


def _daily(table: str, facts: list[Row]) -> list[Row]:
    of, measures = DAILY[table]
    groups = defaultdict(list)
    for fact in facts:
        groups[fact["dt"], fact.get(of)].append(fact)
    rows = []
    for (dt, of_id), group in groups.items():
        measured = _measures(group)
        keys = {"dt": dt, of: of_id} if of else {"dt": dt}
        rows.append(keys | {measure: measured[measure] for measure in measures.split()})
    return rows


def _measures(facts: list[Row]) -> Row:
    completed = [fact for fact in facts if fact["status"] == "completed"]
    net = sum(fact["net_amount"] for fact in facts)
    orders = len(set(map(_order, completed)))
    return {
        "transactions": len(facts),
        "orders": len(set(map(_order, facts))),
        "completed_orders": orders,
        "unique_customers": len({fact["customer_id"] for fact in facts}),
        "units": sum(fact["quantity"] for fact in facts),
        "units_returned": sum(f["quantity"] for f in facts if f["status"] != "completed"),
        "gross_revenue": sum(fact["gross_amount"] for fact in facts),
        "returned_revenue": sum(fact["returned_amount"] for fact in facts),
        "net_revenue": net,
        "avg_order_value": (net / orders).quantize(CENT, ROUND_HALF_UP) if orders else None,
    }


def _order(fact: Row) -> tuple[str, str]:
    return fact["customer_id"], fact["order_id"] or f"t:{fact['transaction_id']}"


def daily_device_sessions(clicks: list[Row]) -> list[Row]:
    """Rows: one per day and device of ``clicks``, those of silver."""
    groups = defaultdict(list)
    for click in clicks:
        groups[click["dt"], click["device"]].append(click)
    rows = []
    for (dt, device), group in groups.items():
        row = {"dt": dt, "device": device, "sessions": len({c["session_id"] for c in group})}
        for step, (events, visits) in STEPS.items():
            sessions = [click["session_id"] for click in group if click["event_type"] == step]
            row |= {events: len(sessions)} | ({visits: len({*sessions})} if visits else {})
        rows.append(row)
    return rows
