"""What is bought together in FoodMart is what mlxtend finds there, pair by pair."""

import json
import subprocess
from collections import defaultdict
from datetime import date
from decimal import Decimal
from operator import itemgetter
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from glue_jobs.marts.schemas import PRODUCT_ASSOCIATIONS
from local_aws.server import LocalAws
from tests.commerce.oracle_records import Row
from tests.commerce.public import foodmart
from tests.marts.marts_lake import LIMITS, MartsLake
from tests.template import PROJECT

pytestmark = pytest.mark.public_data

MLXTEND = PROJECT / ".venv-mlxtend/bin/python"
YEAR_END = date(2025, 12, 31)
LEAST = 200  # baskets with a pair
NOTHING = Decimal("0.00")
OTHERS = {  # what the mart does not read
    "quantity": 1,
    "versions": 1,
    **dict.fromkeys(("gross_amount", "returned_amount", "net_amount"), NOTHING),
}


@pytest.fixture(scope="module")
def facts() -> list[Row]:
    """Sales of 1997, of products the subcategory."""
    return [
        {
            "dt": line["transaction_date"],
            "transaction_id": line["transaction_id"],
            "order_id": line["order_id"],
            "customer_id": line["customer_id"],
            "product_id": foodmart.subcategory(line["product_id"]),
            "status": line["status"],
            **OTHERS,
        }
        for delivery in foodmart.deliveries()
        if delivery.source == "transactions"
        for line in delivery.records
    ]


@pytest.fixture(scope="module")
def found(aws: LocalAws, spark: SparkSession, facts: list[Row]) -> list[Row]:
    """The mart of these sales."""
    lake = MartsLake(aws, spark)
    lake.fill({"fct_transactions": facts}, YEAR_END)
    lake.make(LIMITS._replace(order_days=366, least_baskets=LEAST, most_products=1000))
    return lake.rows(PRODUCT_ASSOCIATIONS)


def test_known_figures(found: list[Row]) -> None:
    """20,522 baskets, 152 ordered pairs; the first by lift is known."""
    first = max(found, key=itemgetter("lift"))

    assert {row["baskets"] for row in found} == {20_522}
    assert len(found) == 152
    assert {first["product_id"], first["with_product_id"]} == {"Fresh Fruit", "Pizza"}
    assert first["lift"] == pytest.approx(1.230935, abs=5e-7)


def test_mlxtend(found: list[Row], facts: list[Row]) -> None:
    """Support, confidence and lift of every pair are those that mlxtend computes."""
    baskets = defaultdict(set)
    for fact in facts:
        baskets[fact["order_id"]].add(fact["product_id"])
    given = json.dumps([sorted(basket) for basket in baskets.values()])

    command = [str(MLXTEND), str(Path(__file__).with_name("mlxtend_rules.py"))]
    answer = subprocess.run(command, input=given, capture_output=True, text=True, check=True)

    expected = {(one, two): measures for one, two, *measures in json.loads(answer.stdout)}
    assert {(row["product_id"], row["with_product_id"]) for row in found} == expected.keys()
    for row in found:
        measures = [row["support"], row["confidence"], row["lift"]]
        assert measures == pytest.approx(expected[row["product_id"], row["with_product_id"]])
