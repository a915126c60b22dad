"""Each promise of the marts is seen to fail: nothing that breaks one is published."""

import pytest
from pyspark.sql import SparkSession

from glue_jobs.lake.ledger import ImbalanceError
from glue_jobs.marts.build import prove

# Of each kind one that was delivered, in two versions, and one that is known from sales alone.
SOUND = {
    "customers (customer_id)": "('c_1'), ('c_1')",
    "bought (customer_id)": "('c_2')",
    "products (product_id)": "('p_1'), ('p_1')",
    "daily_product_sales (product_id)": "('p_2'), ('p_2')",
    "daily_sales_summary (units, gross_revenue, returned_revenue, net_revenue)": (
        "(1, 3, 2, 1), (2, 2, 0, 2)"
    ),
    "customer_value (customer_id, units, gross_revenue, returned_revenue, lifetime_value)": (
        "('c_1', 0, 0, 0, 0), ('c_2', 3, 5, 2, 3)"
    ),
    "dim_customers (customer_id, is_current)": "('c_1', false), ('c_1', true), ('c_2', true)",
    "dim_products (product_id, is_current)": "('p_1', false), ('p_1', true), ('p_2', true)",
}
BROKEN = [
    (
        "customer_value",
        "('c_1', 0, 0, 0, 0), ('c_2', 3, 5, 1, 3)",
        "of all customers: 3 5 2 3, but 3 5 1 3",
    ),
    # What is given away has no revenue, but units.
    (
        "customer_value",
        "('c_1', 0, 0, 0, 0), ('c_2', 2, 5, 2, 3)",
        "of all customers: 3 5 2 3, but 2 5 2 3",
    ),
    ("customer_value", "('c_2', 3, 5, 2, 3)", "each customer once: 2 2, but 1 1"),
    (
        "customer_value",
        "('c_1', 0, 0, 0, 0), ('c_1', 0, 0, 0, 0), ('c_2', 3, 5, 2, 3)",
        "each customer once: 2 2, but 3 2",
    ),
    (
        "dim_customers",
        "('c_1', true), ('c_1', true), ('c_2', true)",
        "each customer in one current version: 2 2, but 2 3",
    ),
    ("dim_customers", "('c_1', true)", "each customer in one current version: 2 2, but 1 1"),
    (
        "dim_products",
        "('p_1', false), ('p_2', true)",
        "each product in one current version: 2 2, but 2 1",
    ),
]


@pytest.fixture(params=[None, *BROKEN], ids=str)
def expected(spark: SparkSession, request: pytest.FixtureRequest) -> str | None:
    """Make the tables, one of them perhaps broken; return what is to be said of it."""
    broken, instead, message = request.param or (None, None, None)
    for table, sound in SOUND.items():
        name = table.split()[0]
        rows = instead if name == broken else sound
        spark.sql(f"create or replace temp view {table} as select * from values {rows}")
    return message


def test_proof(spark: SparkSession, expected: str | None) -> None:
    """Marts that are sound pass; of others it is said which promise is broken, and by how much."""
    if expected is None:
        prove(spark)
    else:
        with pytest.raises(ImbalanceError, match=expected):
            prove(spark)
