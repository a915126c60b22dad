"""SteelWheels sells models of cars: its orders as deliveries, then the statuses that it told later.

Disputed is returned, Cancelled refunded, all else completed. ``orders`` has one status of each
order, ``orderfact`` a later one of each line. Customers have neither e-mail nor day of sign-up
there and get both.
"""

from datetime import date
from functools import cache

from tests.commerce.oracle_records import Delivery, Row
from tests.commerce.public import hsqldb
from tests.tools import maven

ARTIFACT = "net.hydromatic:steelwheels-data-hsqldb:0.2:jar"
STATUSES = {"Disputed": "returned", "Cancelled": "refunded"}
FIRST, LATER, LAST = date(2005, 6, 1), date(2005, 6, 2), date(2005, 6, 3)
TORN = "10310"  # the order of which a single line is disputed later


@cache
def _tables() -> dict[str, list[hsqldb.Record]]:
    tables = ["customers", "orderdetails", "orderfact", "orders", "products"]
    return hsqldb.read(maven.download(ARTIFACT, hsqldb.HOME), *tables)


def deliveries() -> list[Delivery]:
    """Return three files of the first day, and the later statuses: all, and of the torn order."""
    first = list(map(_transaction, _tables()["orderdetails"]))
    later = {_id(fact): _status(fact) for fact in _tables()["orderfact"]}
    lines = [
        line | {"status": later[line["transaction_id"]]}
        for line in first
        if line["transaction_id"] in later
    ]
    return [
        Delivery("products", FIRST, list(map(_product, _tables()["products"]))),
        Delivery("customers", FIRST, list(map(_customer, _tables()["customers"]))),
        Delivery("transactions", FIRST, first),
        Delivery("transactions", LATER, [line for line in lines if line["order_id"] != TORN]),
        Delivery("transactions", LAST, [line for line in lines if line["order_id"] == TORN]),
    ]


def _id(line: hsqldb.Record) -> str:
    return f"{line['ORDERNUMBER']}-{line['PRODUCTCODE']}"


def _status(order: hsqldb.Record) -> str:
    return STATUSES.get(order["STATUS"], "completed")


@cache
def _orders() -> dict[str, hsqldb.Record]:
    return {order["ORDERNUMBER"]: order for order in _tables()["orders"]}


def _transaction(line: hsqldb.Record) -> Row:
    """Return a line with what its order tells; one line has no order, and is no transaction."""
    order = _orders().get(line["ORDERNUMBER"])
    return {
        "transaction_id": _id(line),
        "order_id": line["ORDERNUMBER"],
        "customer_id": order["CUSTOMERNUMBER"] if order else "",
        "product_id": line["PRODUCTCODE"],
        "quantity": line["QUANTITYORDERED"],
        "price": line["PRICEEACH"],
        "total_amount": str(int(line["QUANTITYORDERED"]) * int(line["PRICEEACH"])),
        "transaction_date": order["ORDERDATE"][:10] if order else "",
        "status": _status(order) if order else "",
    }


def _product(product: hsqldb.Record) -> Row:
    return {
        "product_id": product["PRODUCTCODE"],
        "name": product["PRODUCTNAME"],
        "category": product["PRODUCTLINE"],
        "brand": product["PRODUCTVENDOR"],
        "price": int(product["MSRP"]),
        "stock": int(product["QUANTITYINSTOCK"]),
    }


def _customer(customer: hsqldb.Record) -> Row:
    number = customer["CUSTOMERNUMBER"]
    return {
        "customer_id": number,
        "name": customer["CUSTOMERNAME"],
        "email": f"customer-{number}@example.com",
        "city": customer["CITY"],
        "signup_date": "2003-01-01",
    }
