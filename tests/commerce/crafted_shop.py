"""A small shop that has every case that makes an answer wrong elsewhere."""

from datetime import date

from tests.commerce.deliveries import Record
from tests.commerce.oracle_records import Delivery

DAY = date(2026, 3, 31)  # of the latest delivery


def line(number: int, product: str, day: str = "2026-03-30", **changes: str) -> Record:
    """Return a completed line of 10 dollars."""
    return {
        "transaction_id": f"t{number}",
        "order_id": f"o{number}",
        "customer_id": "c1",
        "product_id": product,
        "quantity": "1",
        "price": "10.00",
        "total_amount": "10.00",
        "transaction_date": day,
        "status": "completed",
    } | changes


def product(of: str, category: str = "home", **changes: object) -> Record:
    """Return a product by its id."""
    return {
        "product_id": of,
        "name": of.title(),
        "category": category,
        "price": 10,
        "stock": 1,
    } | changes


def customer(of: str, signup: str = "2026-01-01", **changes: str) -> Record:
    """Return a customer by its id."""
    return {
        "customer_id": of,
        "name": of.title(),
        "email": f"{of}@shop",
        "signup_date": signup,
    } | changes


def _is_ahead(of: Record) -> bool:
    return of["transaction_date"] > DAY.isoformat()


# Sold together oftener than by chance, each with more partners than are shown; sold apart too.
_SET = ["lamp", "bulb", "shade", *(f"home{n}" for n in range(4))]
_PAIRS = [
    line(100 + order, of, order_id=f"pair{order}", transaction_id=f"{of}{order}")
    for order in range(7)
    for of in _SET[: 5 + order]
]
# Sold together in five orders, which is less than by chance: each is in twenty, of some seventy.
_APART = [
    line(200 + order, of, order_id=f"{of}{order}" if order > 4 else f"both{order}")
    | {"transaction_id": f"{of}{order}"}
    for order in range(20)
    for of in ("cup", "plate")
]
_BASKET = [
    line(1000 + number, f"part{number:03}", order_id="huge", total_amount="1.00")
    for number in range(500)
]
# Delivered last: what came back, and what is told otherwise.
_CHANGES = [
    line(1, "lamp", "2026-02-20", status="returned"),  # of mature sales
    line(2, "vase", "2026-02-20 23:59:59", status="refunded"),  # never returned; sorted anew since
    line(3, "rug", "2026-03-29", status="completed"),  # was returned: does not go back
    line(4, "rug", "2026-03-28 12:00:00", total_amount="12.34", quantity="3"),  # is corrected
]
_SALES = [
    line(1, "lamp", "2026-02-20"),
    line(2, "vase", "2026-02-20 23:59:59"),
    line(3, "rug", "2026-03-29", status="returned"),
    line(4, "rug", "2026-03-28 12:00:00"),
    line(5, "ghost", "2026-03-01", customer_id="nobody"),  # neither has a catalogue
    line(6, "lamp", "2026-03-02", quantity="3", total_amount="25.00"),  # not quantity x price
    line(7, "lamp", "2026-03-02 08:00:00", customer_id="late"),  # signs up after the sale
    line(8, "free", "2026-03-01", total_amount="0.00"),  # a present: no rate of it
    line(9, "vase", "2026-03-01"),  # 30 days old: mature
    line(10, "vase", "2026-03-02"),  # a day younger
    line(11, "bulb", "2026-04-01", customer_id="c2"),  # a day ahead of its delivery
    line(12, "bulb", "2026-03-30", customer_id="c2", status="returned"),
    line(13, "bulb", "2026-03-30 23:30:00", customer_id="back", status="refunded"),
    *(line(20 + n, f"home{n}", total_amount=f"{20 + n // 2}.00") for n in range(8)),  # ties
    *_PAIRS,
    *_APART,
    *_BASKET,
]
_PRODUCTS = [
    product("lamp"),
    product("bulb", brand="bright"),
    product("shade"),
    product("vase"),
    product("rug", "floor"),
    product("free", "gifts"),
    product("unsold", "gifts"),
    *(product(f"home{n}") for n in range(8)),
]
_CUSTOMERS = [customer("c1", city="Rome"), customer("c2"), customer("idle"), customer("back")]
# The vase is sorted anew between its sale and its return; the lamp has two names.
_SORTED_ANEW = [product("vase", "garden"), product("lamp", name="Light")]
_LAST_MINUTE = [product("lamp", brand="new", updated_at="2026-03-30 23:59:59")]
_REVIEW = {  # of what was not bought
    "review_id": "r1",
    "product_id": "unsold",
    "customer_id": "idle",
    "rating": "1",
    "review_date": "2026-03-30",
}
FILES = [
    Delivery("products", date(2026, 2, 1), _PRODUCTS),
    Delivery("products", date(2026, 3, 1), _SORTED_ANEW),
    Delivery("products", DAY, _LAST_MINUTE),
    Delivery("customers", date(2026, 2, 1), _CUSTOMERS),
    Delivery("customers", DAY, [customer("c1", city="Oslo"), customer("late", "2026-03-20")]),
    Delivery("transactions", date(2026, 3, 30), [of for of in _SALES if not _is_ahead(of)]),
    Delivery("transactions", DAY, [*_CHANGES, *filter(_is_ahead, _SALES)]),
    Delivery("customers", date(2026, 4, 2), [customer("new", "2026-04-02")]),  # no latest day
    Delivery("reviews", DAY, [_REVIEW]),
]
