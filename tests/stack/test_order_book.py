"""The order book as it is deployed: delivered by a sender, loaded by the job, asked in Athena."""

import pytest

from tests.order_book import OrderBook, deploy

HEADER = (
    b"transaction_id,customer_id,product_id,quantity,price,total_amount,transaction_date,status\n"
)
SALES = (
    HEADER
    + b"""\
t_1,c_1,p_1,2,5.00,9.99,2026-03-01 10:00:00,completed
t_2,c_1,p_1,0,5.00,9.99,2026-03-01 10:00:00,completed
t_3,c_2,p_1,1,5.00,5.00,2026-03-01,completed
"""
)
RETURN = HEADER + b"t_1,c_1,p_1,2,5.00,9.99,2026-03-01 10:00:00,returned\n"
PRODUCTS = b'[{"product_id": "p_1", "name": "A", "category": "Books", "price": 5.00, "stock": 3}]'
PAGE = "select transactions, net_revenue, avg_order_value from daily_sales_summary order by dt"


@pytest.fixture(scope="module")
def shop(request: pytest.FixtureRequest) -> OrderBook:
    """Both stacks, and a day that was delivered and loaded."""
    request.getfixturevalue("aws_environment")
    shop = deploy("orders")
    shop.put("transactions/date=2026-03-01/sales of the day.csv", SALES)
    shop.put("products/date=2026-03-01/products.json", PRODUCTS)
    shop.put("products/date=2026-03-01/broken.json", b"\x89PNG\x00\x00")
    shop.settle()
    shop.run()
    return shop


def test_receipts(shop: OrderBook) -> None:
    """Whatever was delivered has a receipt, also what was refused."""
    rows = shop.rows(
        "select source, verdict, records, cardinality(reasons) as faults from file_receipts "
        "where date = '2026-03-01' order by source, verdict",
        "Bronze",
    )
    assert [tuple(row.values()) for row in rows] == [
        ("products", "accepted", "1", "0"),
        ("products", "refused", "", "1"),
        ("transactions", "accepted", "3", "0"),
    ]


def test_runs(shop: OrderBook) -> None:
    """A second run loads nothing; a late return changes its day of sale, and no other."""
    assert [tuple(row.values()) for row in shop.rows(PAGE, "Gold")] == [("2", "14.99", "7.50")]
    before = shop.tables()

    shop.run()
    assert shop.tables() == before

    shop.put("transactions/date=2026-03-09/returns.csv", RETURN)
    shop.settle()
    shop.run()
    assert [tuple(row.values()) for row in shop.rows(PAGE, "Gold")] == [("2", "5.00", "5.00")]
    [reversed_at] = shop.rows(
        "select reversed_time from fct_transactions where transaction_id = 't_1'", "Gold"
    )
    assert reversed_at["reversed_time"] == "2026-03-09 00:00:00.000"


def test_load_again(shop: OrderBook) -> None:
    """A day that is loaded again, by hand and without the bookmark, counts nothing twice."""
    before = shop.tables()

    run_id = shop.run({"--dates": "2026-03-01/2026-03-31"})

    after = shop.tables()
    assert {row["run_id"] for row in after["commerce_ledger"]} == {run_id}
    for tables in (before, after):
        tables["commerce_ledger"] = [{**row, "run_id": ""} for row in tables["commerce_ledger"]]
    assert after == before
