"""The questions about visits in plain Python, from rows of events, facts, devices and products.

The yardstick of the views and saved queries: slow, exact, and without a line of SQL.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import starmap, zip_longest
from operator import itemgetter
from typing import Any, NamedTuple

from tests.commerce.oracle_records import Row

DAY = timedelta(days=1)
STEPS = {
    "page_view": "page_views",
    "add_to_cart": "add_to_carts",
    "remove_from_cart": "removals",
    "purchase": "purchases",
}
EVENT = (
    "event_time event_time_micros session_id user_id event_type product_id quantity price"
    " search_query"
)
MOST_PLACED, DAMPING = 10, 5


class Shop(NamedTuple):
    """What is known: the tables' rows by name, the zone of days of sale."""

    tables: dict[str, list[Row]]
    zone: tzinfo


def conversion_funnel(events: Iterable[Row]) -> list[Row]:
    """Return the rows of the table of this name: one per hour and product."""
    counts: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for event in events:
        if event["product_id"]:
            counts[event["dt"], event["hour"], event["product_id"]][event["event_type"]] += 1
    return [
        {"dt": dt, "hour": hour, "product_id": product, "category": "of events"}
        | {column: of[step] for step, column in STEPS.items()}
        for (dt, hour, product), of in counts.items()
    ]


def views(shop: Shop) -> dict[str, list[Row]]:
    """Return the rows of every view of visits, in any order."""
    events = [_dated(event, shop.zone) for event in shop.tables["events"]]
    pairs = _pairs(events, shop.tables["fct_transactions"])
    return {
        "shop_events": events,
        "funnel_by_product": _funnel(events, _names(shop)),
        "daily_session_funnel": _by_day(events, "event_date", _session_steps),
        "device_funnel": [*map(_device, shop.tables["daily_device_sessions"])],
        "purchase_matches": pairs,
        "tracking": _by_day(pairs, "sales_date", _tracking),
        "search_attribution": _searched(events, pairs),
        "visits_to_orders": _orders(events, pairs),
    }


def queries(shop: Shop, first: date, last: date) -> dict[str, list[Row]]:
    """Return what every saved query about visits answers for these days, in its order."""
    of = views(shop)

    def asked(view: str, day: str = "sales_date") -> list[Row]:
        return [row for row in of[view] if first <= row[day] <= last]

    return {
        "conversion_funnel": _sorted(of["funnel_by_product"], "-page_views product_id"),
        "daily_session_funnel": _sorted(asked("daily_session_funnel", "visit_date"), "visit_date"),
        "device_funnel": _sorted(of["device_funnel"], "visit_date -sessions device"),
        "tracking": _sorted(asked("tracking"), "sales_date"),
        "search_attribution": _sorted(
            _by_text(asked("search_attribution")), "-net_revenue search_query"
        ),
        "visits_to_orders": _sorted(asked("visits_to_orders"), "sales_date"),
        "product_ratings": _rated(shop.tables["product_ratings"], _names(shop)),
    }


def _sorted(rows: Iterable[Row], keys: str) -> list[Row]:
    """Sort by columns, those with a minus from the greatest; NULL is last."""

    def key(row: Row) -> list[tuple[bool, Any]]:
        values = ((row[of.strip("-")], of[0] == "-") for of in keys.split())
        return [(value is None, -value if is_down else value) for value, is_down in values]

    return sorted(rows, key=key)


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _dated(event: Row, zone: tzinfo) -> Row:
    day = event["event_time"].replace(tzinfo=UTC).astimezone(zone).date()
    return {"event_date": day} | {name: event[name] for name in EVENT.split()}


def _names(shop: Shop) -> dict[str, Row]:
    """Return what each product of a catalogue is called now."""
    names = "name brand category"
    return {
        row["product_id"]: {name: row[name] for name in names.split()}
        for row in shop.tables["dim_products"]
        if row["is_current"]
    }


NAMELESS = {"name": None, "brand": None, "category": None}


def _funnel(events: list[Row], names: dict[str, Row]) -> list[Row]:
    products = {event["product_id"] for event in events} - {None}
    counts = Counter((event["product_id"], event["event_type"]) for event in events)
    rows = []
    for product in products:
        row = {column: counts[product, step] for step, column in STEPS.items()}
        views, carts, bought = row["page_views"], row["add_to_carts"], row["purchases"]
        rates = {
            "view_to_cart_rate": _rate(carts, views),
            "cart_to_purchase_rate": _rate(bought, carts),
            "view_to_purchase_rate": _rate(bought, views),
        }
        rows.append({"product_id": product} | names.get(product, NAMELESS) | row | rates)
    return rows


def _by_day(rows: list[Row], day: str, told: Callable[[date, list[Row]], Row]) -> list[Row]:
    days = defaultdict(list)
    for row in rows:
        days[row[day]].append(row)
    return list(starmap(told, days.items()))


def _session_steps(day: date, events: list[Row]) -> Row:
    def sessions(*types: str) -> set[str]:
        return {each["session_id"] for each in events if each["event_type"] in types}

    everybody = {each["session_id"] for each in events}
    viewed = sessions("page_view")
    added = viewed & sessions("add_to_cart")
    bought = added & sessions("purchase")
    return {
        "visit_date": day,
        "visits": len(everybody),
        "visits_that_viewed": len(viewed),
        "visits_that_added": len(added),
        "visits_that_bought": len(bought),
        "visits_that_bought_only": len(sessions("purchase") - bought),
        "view_rate": _rate(len(viewed), len(everybody)),
        "view_to_cart_rate": _rate(len(added), len(viewed)),
        "cart_to_purchase_rate": _rate(len(bought), len(added)),
        "view_to_purchase_rate": _rate(len(bought), len(viewed)),
    }


def _device(row: Row) -> Row:
    steps = {"view": "viewed", "cart": "added", "checkout": "checked_out", "purchase": "bought"}
    sessions = [row[f"sessions_that_{that}"] for that in steps.values()]
    events = ("page_views", "product_views", "add_to_carts", "checkouts", "purchases")
    _, viewed, added, paying, bought = (row[name] for name in events)
    return (
        {"visit_date": date.fromisoformat(row["dt"]), "device": row["device"]}
        | {"sessions": row["sessions"]}
        | {f"sessions_that_{t}": n for t, n in zip(steps.values(), sessions, strict=True)}
        | {
            f"session_{step}_rate": _rate(n, row["sessions"])
            for step, n in zip(steps, sessions, strict=True)
        }
        | {name: row[name] for name in events}
        | {
            "event_view_to_cart_rate": _rate(added, viewed),
            "event_cart_to_checkout_rate": _rate(paying, added),
            "event_checkout_to_purchase_rate": _rate(bought, paying),
        }
    )


_moment = itemgetter("event_time", "event_time_micros")


def _pairs(events: list[Row], facts: list[Row]) -> list[Row]:
    """Return purchases beside transactions: of a key the first with the first, and so on."""
    sides: dict[tuple, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for event in events:
        if event["event_type"] == "purchase":
            key = itemgetter("event_date", "user_id", "product_id", "quantity")(event)
            sides[key][0].append(event)
    for fact in facts:
        day = date.fromisoformat(fact["dt"])
        key = day, *itemgetter("customer_id", "product_id", "quantity")(fact)
        sides[key][1].append(fact)
    rows = []
    for key, (bought, sold) in sides.items():
        bought.sort(key=lambda event: (*_moment(event), event["session_id"], event["price"]))
        last = datetime.max  # ruff: ignore[datetime-min-max] - after all others
        sold.sort(key=lambda of: (of["transaction_time"] or last, of["transaction_id"]))
        for place, pair in enumerate(zip_longest(bought, sold), start=1):
            rows.append(_pair(key, place, *pair))
    return rows


def _pair(key: tuple, place: int, event: Row | None, fact: Row | None) -> Row:
    names = ("sales_date", "customer_id", "product_id", "quantity")
    of_event = ("session_id", "event_time", "event_time_micros")
    of_fact = ("gross_amount", "net_amount")
    transaction = fact and fact["transaction_id"]
    return (
        dict(zip(names, key, strict=True))
        | {"place": place, "is_tracked": event is not None, "is_booked": fact is not None}
        | {name: event and event[name] for name in of_event}
        | {"tracked_amount": event and event["price"] * event["quantity"]}
        | {"transaction_id": transaction}
        | {"order_key": fact and (fact["order_id"] or f"t:{transaction}")}
        | {name: fact and fact[name] for name in of_fact}
    )


def _tracking(day: date, pairs: list[Row]) -> Row:
    bought = [pair for pair in pairs if pair["is_tracked"]]
    sold = [pair for pair in pairs if pair["is_booked"]]
    both = [pair for pair in bought if pair["is_booked"]]
    only_bought = [pair for pair in bought if not pair["is_booked"]]
    only_sold = [pair for pair in sold if not pair["is_tracked"]]
    return {
        "sales_date": day,
        "purchases": len(bought),
        "transactions": len(sold),
        "matched": len(both),
        "only_tracked": len(only_bought),
        "only_booked": len(only_sold),
        "other_amounts": sum(pair["tracked_amount"] != pair["gross_amount"] for pair in both),
        "tracked_revenue": sum(pair["tracked_amount"] for pair in bought),
        "gross_revenue": sum(pair["gross_amount"] for pair in sold),
        "only_tracked_revenue": sum(pair["tracked_amount"] for pair in only_bought),
        "only_booked_revenue": sum(pair["gross_amount"] for pair in only_sold),
        "amount_difference": sum(pair["tracked_amount"] - pair["gross_amount"] for pair in both),
    }


def _searched(events: list[Row], pairs: list[Row]) -> list[Row]:
    searches, groups = defaultdict(list), defaultdict(list)
    for event in (event for event in events if event["event_type"] == "search"):
        searches[event["session_id"]].append(event)
    for pair in (pair for pair in pairs if pair["is_tracked"]):
        text = _last_search(pair, searches[pair["session_id"]])
        groups[pair["sales_date"], text].append(pair)
    return [
        {"sales_date": day, "search_query": text} | _attributed(group)
        for (day, text), group in groups.items()
    ]


def _last_search(pair: Row, searches: list[Row]) -> str | None:
    before = [
        (*_moment(search), search["search_query"])
        for search in searches
        if _moment(search) < _moment(pair)
        and search["event_date"] in {pair["sales_date"], pair["sales_date"] - DAY}
    ]
    return max(before)[-1] if before else None


def _attributed(pairs: list[Row]) -> Row:
    booked = [pair for pair in pairs if pair["is_booked"]]
    lost = [pair for pair in pairs if not pair["is_booked"]]
    return {
        "purchases": len(pairs),
        "booked": len(booked),
        "not_booked": len(lost),
        "net_revenue": sum(pair["net_amount"] for pair in booked),
        "not_booked_revenue": sum(pair["tracked_amount"] for pair in lost),
    }


def _by_text(rows: list[Row]) -> list[Row]:
    """Return the rows of search_attribution summed over days."""
    texts: dict[str | None, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for name in ("purchases", "booked", "not_booked", "net_revenue", "not_booked_revenue"):
            texts[row["search_query"]][name] += row[name]
    return [{"search_query": text, **sums} for text, sums in texts.items()]


def _orders(events: list[Row], pairs: list[Row]) -> list[Row]:
    visits, buyers = defaultdict(set), defaultdict(set)
    for event in events:
        visits[event["event_date"]].add(event["session_id"])
        if event["event_type"] == "purchase":
            buyers[event["event_date"]].add(event["session_id"])
    orders, seen = defaultdict(set), defaultdict(set)
    for pair in (pair for pair in pairs if pair["is_booked"]):
        order = pair["customer_id"], pair["order_key"]
        orders[pair["sales_date"]].add(order)
        if pair["is_tracked"]:
            seen[pair["sales_date"]].add(order)
    return [
        {
            "sales_date": day,
            "visits": len(visits[day]),
            "visits_that_bought": len(buyers[day]),
            "orders": len(orders[day]),
            "orders_with_visit": len(seen[day]),
            "purchase_rate": _rate(len(buyers[day]), len(visits[day])),
            "matched_rate": _rate(len(seen[day]), len(orders[day])),
        }
        for day in [*visits.keys() | orders.keys()]
    ]


def _rated(ratings: list[Row], names: dict[str, Row]) -> list[Row]:
    stars = {row["product_id"]: sum(n * row[f"stars_{n}"] for n in range(1, 6)) for row in ratings}
    reviews = sum(row["reviews"] for row in ratings)
    for_all = DAMPING * sum(stars.values()) / reviews if reviews else 0.0
    rows = [
        {"product_id": row["product_id"]}
        | names.get(row["product_id"], NAMELESS)
        | {"reviews": row["reviews"], "average_rating": row["average_rating"]}
        | {"damped_rating": (stars[row["product_id"]] + for_all) / (row["reviews"] + DAMPING)}
        for row in ratings
    ]
    best = _sorted(rows, "-damped_rating -reviews product_id")
    worst = _sorted(rows, "damped_rating -reviews product_id")[:MOST_PLACED]
    return [
        {"place": place} | row
        for place, row in enumerate(best, start=1)
        if place <= MOST_PLACED or row in worst
    ]
