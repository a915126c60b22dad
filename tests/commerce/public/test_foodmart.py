"""FoodMart's sales of 1997 come out as FoodMart itself has summed them up."""

from decimal import Decimal

import pytest

from tests.commerce import landing
from tests.commerce.oracle import load
from tests.commerce.oracle_records import Row
from tests.commerce.public import foodmart
from tests.commerce.public.conftest import between

pytestmark = pytest.mark.public_data


@pytest.fixture(scope="module", params=["oracle", "job"])
def tables(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Row]]:
    """What the delivered files make; no line is lost."""
    if request.param == "job":
        tables = between(request.getfixturevalue("loads")[0], "2025-01-01", "2025-12-31")
        assert all(file["accepted"] == file["lines"] for file in tables["commerce_ledger"])
        return tables
    folder = tmp_path_factory.mktemp("foodmart")
    landing.write(foodmart.deliveries(), folder)

    tables, counts = load(landing.read(folder))

    assert all(count.accepted == count.lines for count in counts)
    return tables


def test_year(tables: dict[str, list[Row]]) -> None:
    """Lines, units and revenue of 1997 are those that are known of it."""
    days = tables["daily_sales_summary"]
    assert sum(day["transactions"] for day in days) == 86_837
    assert sum(day["units"] for day in days) == 266_773
    assert sum(day["net_revenue"] for day in days) == Decimal("565238.13")
    assert sum(day["orders"] for day in days) == 20_522


def test_customers_without_orders(tables: dict[str, list[Row]]) -> None:
    """Of 10,281 customers 5,581 bought, and no other."""
    customers = {row["customer_id"] for row in tables["customers"]}
    buyers = {row["customer_id"] for row in tables["daily_customer_sales"]}
    assert (len(customers), len(buyers), len(buyers - customers)) == (10_281, 5_581, 0)


@pytest.mark.parametrize(
    ("aggregate", "rows"),
    [("agg_l_03", 20_522), ("agg_l_04", 323), ("agg_c_10", 12), ("agg_g_ms_pcat", 2_637)],
)
def test_aggregate(tables: dict[str, list[Row]], aggregate: str, rows: int) -> None:
    """Each row is that of FoodMart's table."""
    expected = foodmart.aggregates()[aggregate]
    assert len(expected) == rows
    assert foodmart.answers(tables)[aggregate] == expected
