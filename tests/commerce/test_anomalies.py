"""Days that are not like the same weekdays before."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from commerce.gate.anomalies import as_results, find, score
from commerce.gate.gate import ANOMALIES, Gate
from commerce.gate.judging import Run
from local_aws.server import LocalAws
from tests.commerce.answers import Answers
from tests.commerce.gate_day import ledger_row, receipt
from tests.tools.anomalies import measure

NOW = Run("run-1", datetime(2026, 3, 3, tzinfo=UTC))
DAY = date(2026, 3, 2)
WEEKS = [DAY - timedelta(weeks=weeks) for weeks in range(9, -1, -1)]


@pytest.mark.parametrize(
    ("metric", "value", "usual", "expected"),
    [
        ("gross_revenue", 200.0, [100, 110, 90, 100], 100 / 15),  # MAD 5, so 15 % of 100
        ("gross_revenue", 200.0, [100, 140, 60, 100, 140, 60], 100 / (1.4826 * 40)),
        ("transactions", 14.0, [4, 4, 4, 4], 10 / 2),  # the root of 4
        ("avg_order_value", 14.0, [4, 4, 4, 4], 10 / 0.6),
        ("rejected_share", 0.02, [0, 0, 0, 0], 4),
        ("reversals_share", 0.2, [0.1] * 8, 0.1 / 0.03),
        ("gross_revenue", 0.0, [0, 0, 0, 0], 0),
        ("gross_revenue", 0.0, [100, 100, 100, 100], -100 / 15),
        ("transactions", 14.0, [4, 4, 4], None),
    ],
)
def test_score(metric: str, value: float, usual: list[float], expected: float | None) -> None:
    """By hand: the distance from the median in the widest of the scales; None while learning."""
    assert score(metric, value, usual) == pytest.approx(expected)


def test_results() -> None:
    """A finding is a warning at the most; without values enough, or on the day, it passes."""
    days = [str(day) for day in WEEKS[-5:]]
    amounts = {
        ("transactions", None): [100, 100, 100, 100, 300],
        ("rows", "sales"): [100, 100, 100, 100, 110],
        ("rows", "reviews"): [None, 100, 100, 100, 900],
        ("rows", "products"): [100, 100, 100, 100, None],
    }
    rows = [
        {"metric": metric, "source": source, "dt": dt, "amount": amount}
        for (metric, source), values in amounts.items()
        for dt, amount in zip(days, values, strict=True)
        if amount is not None
    ]

    found = as_results(find(rows[::-1], str(DAY)), NOW)

    assert {(each.label, each.severity, each.passed, each.detail) for each in found} == {
        (
            "anomaly_transactions",
            "warn",
            False,
            "median of 4 same weekdays before 100, on the day 300",
        ),
        (
            "anomaly_rows (sales)",
            "warn",
            True,
            "median of 4 same weekdays before 100, on the day 110",
        ),
        (
            "anomaly_rows (reviews)",
            "warn",
            True,
            "learning: 3 of 4 same weekdays before have a value",
        ),
        ("anomaly_rows (products)", "warn", True, "no value on the day"),
    }


def test_the_statement(aws: LocalAws) -> None:
    """Eight same weekdays before the day, and it; returns count on the day they became known."""
    answers, zone = Answers(aws, "America/New_York"), "America/New_York"
    facts, summaries, receipts, ledger = [], [], [], []
    for number, day in enumerate([*WEEKS, DAY - timedelta(days=1)]):
        dt, key = str(day), f"raw/sales/date={day}/file-{'a' * 12}.jsonl.gz"
        summaries.append(
            dict.fromkeys(("orders", "completed_orders", "units"), 1)
            | {"dt": dt, "transactions": number, "unique_customers": number}
            | {f"{name}_revenue": Decimal("100.00") for name in ("gross", "returned", "net")}
            | {"avg_order_value": None if number == 3 else Decimal("10.50")}
        )
        receipts.append(receipt("sales", dt, f"landing/sales/date={day}/f.csv", key, 10))
        ledger.append(ledger_row("sales", dt, key, [10, 9, 0, 1], [None, None]))
    for number, (sold, known) in enumerate([(WEEKS[4], "2026-03-03 04:59:59"), (DAY, None)]):
        facts.append(
            {name: f"{name}-{number}" for name in ("transaction_id", "customer_id", "product_id")}
            | {"dt": str(sold), "quantity": 1, "status": "returned", "versions": 1}
            | dict.fromkeys(("gross_amount", "returned_amount", "net_amount"), Decimal("25.00"))
            | {"reversed_time": known and datetime.fromisoformat(known)}
        )
    answers.fill({
        "fct_transactions": facts,
        "daily_sales_summary": summaries,
        "file_receipts": receipts,
        "commerce_ledger": ledger,
    })

    rows = Gate(answers.athena, answers.student, zone).ask(ANOMALIES, {"Day": str(DAY)})

    expected = {}
    for number, dt in enumerate(map(str, WEEKS[1:]), 1):
        expected |= {
            ("transactions", None, dt): number,
            ("unique_customers", None, dt): number,
            ("gross_revenue", None, dt): 100,
            ("reversals_share", None, dt): 0.25 if dt == str(DAY) else 0,
            ("rows", "sales", dt): 10,
            ("rejected_share", "sales", dt): 0.1,
        }
        if number != 3:
            expected["avg_order_value", None, dt] = 10.5
    assert {(row["metric"], row["source"], row["dt"]): row["amount"] for row in rows} == expected


def test_planted_days_are_found() -> None:
    """Of a few sales with one seed, by the way that the documentation's figures are measured."""
    found = measure(range(1, 2), transactions=15_000)

    assert found["any"].planted == 2
    assert found["any"].recall == 1
    assert found["transactions"].both >= 1
