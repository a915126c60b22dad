"""FoodMart, a chain of groceries: the sales of 1997 as deliveries, and its own aggregates of them.

The contracts begin in 2000: all dates are moved by 28 years, and keep their weekdays. Customers
have no e-mail there and get one, products have no stock and get 0. What a customer bought on a day
is an order.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from tests.commerce.oracle_records import Delivery, Row
from tests.commerce.public import hsqldb
from tests.tools import maven

ARTIFACT = "net.hydromatic:foodmart-data-hsqldb:0.5:jar"
OPENED = date(2025, 1, 1)  # when catalogue and customers are delivered
# What is compared of each aggregate; its table has also costs, which nobody delivers.
AGGREGATES = {
    "agg_l_03": "time_id customer_id store_sales unit_sales fact_count",
    "agg_l_04": "time_id store_sales unit_sales customer_count fact_count",
    "agg_c_10": "month_of_year store_sales unit_sales customer_count fact_count",
    "agg_g_ms_pcat": "gender marital_status product_family product_department product_category"
    " month_of_year store_sales unit_sales customer_count fact_count",
}
NUMBERS = {"month_of_year", "store_sales", "unit_sales", "customer_count", "fact_count"}

Rows = list[tuple[Any, ...]]


@cache
def _tables() -> dict[str, list[hsqldb.Record]]:
    aggregates = [f"{name}_sales_fact_1997" for name in AGGREGATES]
    others = ["sales_fact_1997", "time_by_day", "customer", "product", "product_class"]
    return hsqldb.read(maven.download(ARTIFACT, hsqldb.HOME), *aggregates, *others)


@cache
def _days() -> dict[str, str]:
    return {row["time_id"]: _moved(row["the_date"]) for row in _tables()["time_by_day"]}


@cache
def _classes() -> dict[str, hsqldb.Record]:
    """Return family, department and category by product."""
    classes = {row["product_class_id"]: row for row in _tables()["product_class"]}
    return {row["product_id"]: classes[row["product_class_id"]] for row in _tables()["product"]}


def subcategory(product_id: str) -> str:
    """Return the finest class of a product."""
    return _classes()[product_id]["product_subcategory"]


def _moved(day: str) -> str:
    return f"{int(day[:4]) + 28}{day[4:10]}"


def deliveries() -> list[Delivery]:
    """Return catalogue, customers, and a file of sales for each month, on the month's last day."""
    months = defaultdict(list)
    for number, sale in enumerate(_tables()["sales_fact_1997"], start=1):
        line = _transaction(number, sale)
        months[line["transaction_date"][:7]].append(line)
    return [
        Delivery("products", OPENED, list(map(_product, _tables()["product"]))),
        Delivery("customers", OPENED, list(map(_customer, _tables()["customer"]))),
        *(
            Delivery("transactions", max(map(_day_of, lines)), lines)
            for _, lines in sorted(months.items())
        ),
    ]


def _day_of(line: Row) -> date:
    return date.fromisoformat(line["transaction_date"])


def _transaction(number: int, sale: hsqldb.Record) -> Row:
    total, units = Decimal(sale["store_sales"]), Decimal(sale["unit_sales"])
    return {
        "transaction_id": str(number),
        "order_id": f"{sale['time_id']}-{sale['customer_id']}",
        "customer_id": sale["customer_id"],
        "product_id": sale["product_id"],
        "quantity": f"{units:.0f}",
        "price": f"{total / units:.2f}",
        "total_amount": f"{total:.2f}",
        "transaction_date": _days()[sale["time_id"]],
        "status": "completed",
    }


def _product(product: hsqldb.Record) -> Row:
    return {
        "product_id": product["product_id"],
        "name": product["product_name"],
        "category": _classes()[product["product_id"]]["product_category"],
        "brand": product["brand_name"],
        "price": float(product["SRP"]),
        "stock": 0,
    }


def _customer(customer: hsqldb.Record) -> Row:
    return {
        "customer_id": customer["customer_id"],
        "name": customer["fullname"],
        "email": f"customer-{customer['customer_id']}@example.com",
        "city": customer["city"],
        "signup_date": _moved(customer["date_accnt_opened"]),
    }


def aggregates() -> dict[str, Rows]:
    """Return FoodMart's own aggregates, rows sorted; units and money as decimals."""
    return {
        name: sorted(
            tuple(_cell(column, row[column]) for column in columns.split())
            for row in _tables()[f"{name}_sales_fact_1997"]
        )
        for name, columns in AGGREGATES.items()
    }


def _cell(column: str, text: str) -> str | Decimal:
    if column == "time_id":
        return _days()[text]
    return Decimal(text) if column in NUMBERS else text


def answers(tables: dict[str, list[Row]]) -> dict[str, Rows]:
    """Return the same from the loaded facts and daily tables."""
    people = {row["customer_id"]: row for row in _tables()["customer"]}

    def kind(fact: Row) -> tuple[str, ...]:
        person, of = people[fact["customer_id"]], _classes()[fact["product_id"]]
        group = of["product_family"], of["product_department"], of["product_category"]
        return person["gender"], person["marital_status"], *group, int(fact["dt"][5:7])

    facts = tables["fct_transactions"]
    return {
        "agg_l_03": _columns(
            tables["daily_customer_sales"], "dt customer_id net_revenue units transactions"
        ),
        "agg_l_04": _columns(
            tables["daily_sales_summary"], "dt net_revenue units unique_customers transactions"
        ),
        "agg_c_10": _grouped(facts, lambda fact: (int(fact["dt"][5:7]),)),
        "agg_g_ms_pcat": _grouped(facts, kind),
    }


def _columns(rows: list[Row], columns: str) -> Rows:
    return sorted(tuple(row[column] for column in columns.split()) for row in rows)


def _grouped(facts: list[Row], by: Callable[[Row], tuple[Any, ...]]) -> Rows:
    """Return net revenue, units, customers and lines by group."""
    groups = defaultdict(list)
    for fact in facts:
        groups[by(fact)].append(fact)
    return sorted(
        (
            *group,
            sum(fact["net_amount"] for fact in of),
            sum(fact["quantity"] for fact in of),
            len({fact["customer_id"] for fact in of}),
            len(of),
        )
        for group, of in groups.items()
    )
