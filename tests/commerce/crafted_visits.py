"""Events and an order book in which everything goes wrong that makes their bridge wrong elsewhere.

Days are those of Berlin, where summer time begins on 2026-03-29, a day of 23 hours.
"""

from datetime import date, datetime
from decimal import Decimal
from random import Random

from tests.commerce.oracle_records import Row

SATURDAY, SUNDAY, MONDAY = "2026-03-28", "2026-03-29", "2026-03-30"
AS_OF = date(2026, 3, 30)
WEEK = date(2026, 3, 24), AS_OF  # that questions are asked of: a day before has a visit


def event(moment: str, session: str, event_type: str, **values: object) -> Row:
    """Return a row of silver.events with its partition; of visit ``a_1`` the user is ``a``."""
    time = datetime.fromisoformat(moment)
    nothing = dict.fromkeys(("product_id", "quantity", "price", "category", "search_query"))
    return {
        "event_time": time,
        "event_time_micros": 0,
        "user_id": session[0],
        "session_id": session,
        "event_type": event_type,
        **nothing,
        "dt": f"{time:%Y-%m-%d}",
        "hour": f"{time:%H}",
        **values,
    }


def bought(
    moment: str, session: str, product: str, quantity: int = 1, price: str = "10.00", **more: object
) -> Row:
    """Return a purchase."""
    of = {"product_id": product, "quantity": quantity, "price": Decimal(price), "category": "x"}
    return event(moment, session, "purchase", **of, **more)


def sold(number: int, day: str, customer: str, product: str, **values: object) -> Row:
    """Return a row of fct_transactions, one piece for 10 dollars, at noon."""
    row = {
        "transaction_id": f"t{number}",
        "order_id": None,
        "customer_id": customer,
        "product_id": product,
        "quantity": 1,
        "price": Decimal("10.00"),
        "gross_amount": Decimal("10.00"),
        "returned_amount": Decimal("0.00"),
        "status": "completed",
        "transaction_time": datetime.fromisoformat(f"{day}T12:00:00"),
        "reversed_time": None,
        "refunded_time": None,
        "versions": 1,
        "dt": day,
    } | values
    return row | {"net_amount": row["gross_amount"] - row["returned_amount"]}


def searched(moment: str, session: str, text: str, **more: object) -> Row:
    """Return a search."""
    return event(moment, session, "search", search_query=text, **more)


def seen(moment: str, session: str, product: str) -> Row:
    """Return the view of a product's page."""
    return event(moment, session, "page_view", product_id=product, category="x")


def put_in(moment: str, session: str, product: str) -> Row:
    """Return a product that is put into the cart."""
    return bought(moment, session, product) | {"event_type": "add_to_cart"}


_EVENTS = [
    # A whole visit, whose last search before the purchase counts, as it was typed.
    searched("2026-03-28T09:00:00", "a_1", "lamp"),
    searched("2026-03-28T09:01:00", "a_1", " Red Lamp "),
    seen("2026-03-28T09:02:00", "a_1", "lamp"),
    put_in("2026-03-28T09:03:00", "a_1", "lamp"),
    bought("2026-03-28T09:04:00", "a_1", "lamp"),
    searched("2026-03-28T09:05:00", "a_1", "too late"),
    # Searches at the moment of the purchase, a microsecond before and after it.
    searched("2026-03-28T10:00:00", "b_1", "before", event_time_micros=6),
    searched("2026-03-28T10:00:00", "b_1", "same moment", event_time_micros=7),
    bought("2026-03-28T10:00:00", "b_1", "lamp", event_time_micros=7),
    searched("2026-03-28T10:00:00", "b_1", "after", event_time_micros=8),
    # A search in another visit of the same user.
    searched("2026-03-28T11:00:00", "a_2", "lamp"),
    bought("2026-03-28T11:10:00", "a_3", "bulb"),
    # Two searches at one moment.
    searched("2026-03-28T11:20:00", "f_1", "bulb"),
    searched("2026-03-28T11:20:00", "f_1", "Bulb"),
    # Tracked, not booked; the user is nobody whom the order book knows.
    bought("2026-03-28T11:30:00", "f_1", "bulb", 3, "0.10"),
    # Three times the same, of which two are booked; two of them in one visit.
    bought("2026-03-28T12:00:00", "c_1", "lamp", price="11.00"),
    bought("2026-03-28T12:00:00", "c_1", "lamp", price="10.00"),
    bought("2026-03-28T13:00:00", "c_2", "lamp"),
    # Another amount, another quantity, another product.
    bought("2026-03-28T14:00:00", "d_1", "lamp"),
    bought("2026-03-28T14:00:00", "d_1", "bulb", 2),
    # A visit over midnight: the search is of Saturday, the purchase of Sunday; both of UTC's 28th.
    searched("2026-03-28T22:50:00", "e_1", "night lamp"),
    seen("2026-03-28T22:51:00", "e_1", "lamp"),
    put_in("2026-03-28T22:52:00", "e_1", "lamp"),
    bought("2026-03-28T22:59:59.999", "e_1", "bulb"),
    bought("2026-03-28T23:00:00", "e_1", "lamp"),
    # The last moment of the short Sunday, and the first of Monday, an hour earlier than before.
    bought("2026-03-29T21:59:59.999", "b_2", "lamp"),
    bought("2026-03-29T22:00:00", "b_2", "lamp"),
    # A visit of three days: a search two days before counts no more.
    searched("2026-03-28T08:00:00", "g_1", "long ago"),
    searched("2026-03-29T08:00:00", "g_1", "yesterday"),
    bought("2026-03-30T08:00:00", "g_1", "shade"),
    searched("2026-03-28T08:00:00", "g_2", "long ago"),
    bought("2026-03-30T08:01:00", "g_2", "shade"),
    # Half-hour zones: the hour in which their day ends.
    bought("2026-03-28T18:29:59.999", "h_1", "lamp"),
    bought("2026-03-28T18:30:00", "h_1", "lamp"),
    # Days without an order: the first of the last 30 and of the last 7, and those before them.
    bought("2026-02-28T08:01:00", "a_9", "nameless"),
    searched("2026-03-01T08:00:00", "a_9", "nothing"),
    bought("2026-03-01T08:01:00", "a_9", "nameless"),
    seen("2026-03-23T08:00:00", "a_9", "nameless"),
    seen("2026-03-24T08:00:00", "a_9", "nameless"),
]
_SOLD = [
    sold(1, SATURDAY, "a", "lamp", order_id="o1"),
    sold(2, SATURDAY, "a", "shade", order_id="o1"),  # of an order that has a visit, by telephone
    sold(3, SATURDAY, "b", "lamp", returned_amount=Decimal("10.00"), status="returned"),
    sold(4, SATURDAY, "a", "bulb", order_id="o1", transaction_time=None),
    sold(5, SATURDAY, "c", "lamp", transaction_time=None),
    sold(6, SATURDAY, "c", "lamp", gross_amount=Decimal("9.00")),
    sold(7, SATURDAY, "d", "lamp", gross_amount=Decimal("9.00")),
    sold(8, SATURDAY, "d", "bulb", order_id="o1", quantity=1),
    sold(9, SUNDAY, "e", "lamp"),
    sold(10, SATURDAY, "e", "bulb"),
    sold(11, SUNDAY, "b", "lamp"),
    sold(12, MONDAY, "b", "lamp"),
    sold(13, MONDAY, "g", "shade"),
    sold(14, SUNDAY, "h", "lamp"),
    sold(15, "2026-02-02", "a", "lamp"),  # a day without an event
]


def _collisions(count: int) -> tuple[list[Row], list[Row]]:
    """Return events and sales of few people, products and moments, which meet often."""
    random = Random(7)  # ruff: ignore[suspicious-non-cryptographic-random-usage] - a fixed draw

    def moment() -> str:
        return f"2026-03-{random.choice((28, 29, 30))}T{random.choice((18, 21, 22, 23))}:30:00"

    events, sales = [], []
    for number in range(count):
        session = f"{random.choice('xyz')}_{random.choice('12')}"
        of = session, random.choice(("lamp", "bulb"))
        micros = random.choice((0, 0, 5))
        price = random.choice(("10.00", "9.99"))
        events += [
            searched(moment(), session, random.choice(("lamp", "Lamp", "")), event_time_micros=5),
            random.choice((seen, put_in))(moment(), *of),
            bought(moment(), *of, random.choice((1, 2)), price, event_time_micros=micros),
        ]
        day = random.choice((SATURDAY, SUNDAY, MONDAY))
        values = {"order_id": random.choice((None, "o1")), "quantity": random.choice((1, 1, 2))}
        if random.random() < 0.3:
            values["transaction_time"] = None
        sales.append(sold(1000 + number, day, of[0][0], of[1], **values))
    return [*{str(each): each for each in events}.values()], sales


_MORE = _collisions(60)
EVENTS, SOLD = _EVENTS + _MORE[0], _SOLD + _MORE[1]

DEVICES = [
    {
        "dt": SATURDAY,
        "device": device,
        "sessions": sessions,
        "page_views": 9,
        "product_views": views,
        "add_to_carts": 2,
        "checkouts": 0,
        "purchases": 5,
        "sessions_that_viewed": min(views, sessions),
        "sessions_that_added": 1,
        "sessions_that_checked_out": 0,
        "sessions_that_bought": 1,
    }
    for device, sessions, views in (("mobile", 3, 1), ("desktop", 3, 0), (None, 1, 7))
] + [{"dt": SUNDAY, "device": None, "sessions": 1}]
for _row in DEVICES:
    for _name in DEVICES[0]:
        _row.setdefault(_name, 0)


def _version(product: str, *, is_current: bool = True, **names: str) -> Row:
    start = datetime(2026, 1, 1) if is_current else datetime(1970, 1, 1)  # ruff: ignore[call-datetime-without-tzinfo] - as SQL has it
    return {
        "product_id": product,
        "valid_from": start,
        "valid_to": None,
        "is_current": is_current,
        "price": None,
        "stock": None,
        "is_inferred": not names,
        **dict.fromkeys(("name", "brand", "category")),
        **names,
    }


PRODUCTS = [
    _version("lamp", is_current=False, name="Old lamp", category="garden"),
    _version("lamp", name="Lamp", brand="Lux", category="home"),
    _version("bulb", name="Bulb", category="home"),
    _version("shade"),
]


def _ratings(product: str, *stars: int) -> Row:
    return {
        "as_of": AS_OF,
        "product_id": product,
        "reviews": len(stars),
        "average_rating": sum(stars) / len(stars),
        **{f"stars_{n}": stars.count(n) for n in range(1, 6)},
        "last_review_date": AS_OF,
    }


RATINGS = [
    _ratings("lamp", 5, 5, 5, 4, 5, 5),  # better than one review of five stars
    _ratings("shade", 5),
    *(_ratings(f"p{n:02}", 3, 3, n % 5 + 1) for n in range(21)),
    _ratings("bulb", 1, 1, 2),
]
