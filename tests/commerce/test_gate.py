"""Each check of the quality gate, over tables in which one thing is as it should not be."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from commerce.gate.checks import CHECKS, chosen
from commerce.gate.gate import Gate
from commerce.gate.judging import NOTHING, Run
from glue_jobs.commerce.verdict import Result, verdict
from local_aws.server import LocalAws
from tests.commerce.answers import Answers
from tests.commerce.gate_day import DAY, DT, MONDAYS, product, review, sale, tables
from tests.commerce.oracle_records import Delivery

Row = dict[str, Any]
Tables = dict[str, list[Row]]
NOW = Run("run-1", datetime(2026, 3, 3, 2, tzinfo=UTC))
SOUND = tables()
REQUIRED = "required_columns"
FACTS, TRANSACTIONS, REVIEWS = "fct_transactions", "transactions", "reviews"


@pytest.fixture(scope="module")
def ground(aws: LocalAws) -> Answers:
    """The tables of a day without fault, and what asks them."""
    ground = Answers(aws)
    ground.fill(SOUND)
    return ground


@contextmanager
def _changed(ground: Answers, changed: Tables) -> Generator[Gate]:
    """Let the tables be others for a while."""
    names = [name for name in changed if changed[name] != SOUND.get(name)]
    for name in names:
        ground.replace(name, changed[name])
    try:
        yield Gate(ground.athena, ground.student, "UTC")
    finally:
        for name in names:
            ground.replace(name, SOUND.get(name, []))


def of_day(rows: list[Row], source: str | None = None) -> list[Row]:
    """Return the rows of the day, of one source if given."""
    return [
        row
        for row in rows
        if DT in {row.get("dt"), row.get("date")} and source in {None, row.get("source")}
    ]


def _day(table: str, source: str | None = None, rows: int = 1, **values: object) -> Callable:
    """Let the first rows of the day have other values."""

    def change(changed: Tables) -> None:
        for row in of_day(changed[table], source)[:rows]:
            row.update(values)

    return change


def _receipt(**values: object) -> Callable:
    return _day("file_receipts", TRANSACTIONS, **values)


def _ledger(**values: object) -> Callable:
    return _day("commerce_ledger", TRANSACTIONS, **values)


def _without(table: str, rows: int, source: str | None = None) -> Callable:
    """Let the first rows of the day be missing."""

    def change(changed: Tables) -> None:
        gone = of_day(changed[table], source)[:rows]
        changed[table] = [row for row in changed[table] if row not in gone]

    return change


def _twice(changed: Tables) -> None:
    changed[FACTS].append(of_day(changed[FACTS])[0])


def _version(receipt: Row, ledger: Row | None = None) -> Callable:
    """Let there be a newer version of the day's file of transactions."""

    def change(changed: Tables) -> None:
        [first] = of_day(changed["file_receipts"], TRANSACTIONS)
        raw_key = first["raw_key"].replace("a" * 12, "b" * 12)
        later = {"raw_key": raw_key, "received_at": f"{DT}T02:00:00Z"}
        changed["file_receipts"].append({**first, **later, **receipt})
        if ledger is not None:
            [loaded] = of_day(changed["commerce_ledger"], TRANSACTIONS)
            source_file = {"source_file": f"s3://landing/{raw_key}"}
            changed["commerce_ledger"].append({**loaded, **source_file, **ledger})

    return change


def _after(*changes: Callable) -> Callable:
    def change(changed: Tables) -> None:
        for each in changes:
            each(changed)

    return change


def _a_monday_missing(changed: Tables) -> None:
    for table, key in (("file_receipts", "date"), ("commerce_ledger", "dt")):
        gone = str(MONDAYS[0])
        changed[table] = [
            row for row in changed[table] if (row[key], row["source"]) != (gone, TRANSACTIONS)
        ]


def _none(table: str) -> Callable:
    return lambda changed: changed[table].clear()


REFUSED = {"verdict": "refused", "raw_key": None, "records": None}
REJECTED = _ledger(accepted=9, rejected=1)
# check, source, what is changed: severity and value, None if it passes.
CHANGES: dict[str, tuple[str, str | None, Callable, str | None, float | None]] = {
    "no file": ("sales_delivered", None, _receipt(**REFUSED), "fail", 0),
    "header only": ("sales_not_empty", None, _receipt(records=0), "warn", 0),
    "sales not delivered": ("sales_not_empty", None, _receipt(**REFUSED), None, None),
    "held back": ("ledger_balances", TRANSACTIONS, _ledger(state="unbalanced"), "fail", 1),
    "line lost": ("ledger_balances", TRANSACTIONS, _ledger(accepted=9), "fail", 1),
    "held back, then repaired": (
        "ledger_balances",
        TRANSACTIONS,
        _after(_ledger(state="unbalanced"), _version({}, {"state": "loaded"})),
        None,
        0,
    ),
    "records missing": ("files_loaded", TRANSACTIONS, _receipt(records=11), "fail", 1),
    "not in the ledger": (
        "files_loaded",
        TRANSACTIONS,
        _without("commerce_ledger", 1, TRANSACTIONS),
        "fail",
        1,
    ),
    "without a receipt": (
        "files_loaded",
        TRANSACTIONS,
        _without("file_receipts", 1, TRANSACTIONS),
        "fail",
        1,
    ),
    "header only, so not in the ledger": (
        "files_loaded",
        TRANSACTIONS,
        _after(_receipt(records=0), _without("commerce_ledger", 1, TRANSACTIONS)),
        None,
        0,
    ),
    "newer version not loaded": ("files_loaded", TRANSACTIONS, _version({}), "fail", 1),
    "1 of 10 rejected": ("rejected_share", TRANSACTIONS, REJECTED, "fail", 0.1),
    "1 of 200 rejected": (
        "rejected_share",
        TRANSACTIONS,
        _ledger(lines=200, accepted=199, rejected=1),
        "warn",
        0.005,
    ),
    "rejected of another source": ("rejected_share", REVIEWS, REJECTED, None, 0),
    "rejected, then repaired": (
        "rejected_share",
        TRANSACTIONS,
        _after(REJECTED, _version({}, {"accepted": 0, "duplicates": 10, "rejected": 0})),
        None,
        0,
    ),
    "repaired, then rejected": (
        "rejected_share",
        TRANSACTIONS,
        _version({}, {"accepted": 0, "duplicates": 8, "rejected": 2}),
        "fail",
        0.2,
    ),
    "no record": (
        "rejected_share",
        TRANSACTIONS,
        _ledger(lines=0, accepted=0),
        None,
        None,
    ),
    "refused": (
        "refused_files",
        TRANSACTIONS,
        _version({**REFUSED, "landing_key": f"landing/transactions/date={DT}/b.csv"}),
        "warn",
        1,
    ),
    "accepted, then refused": ("refused_files", TRANSACTIONS, _version(REFUSED), None, 0),
    "content of another day": (
        "repeated_files",
        TRANSACTIONS,
        _receipt(duplicate_of="landing/transactions/date=2026-02-23/file.csv"),
        "warn",
        1,
    ),
    "content of the day": (
        "repeated_files",
        TRANSACTIONS,
        _receipt(duplicate_of=f"landing/transactions/date={DT}/copy.csv"),
        None,
        0,
    ),
    "many records": ("row_ratio", TRANSACTIONS, _ledger(lines=21), "warn", 2.1),
    "few records": ("row_ratio", TRANSACTIONS, _ledger(lines=4), "warn", 0.4),
    "twice as many": ("row_ratio", TRANSACTIONS, _ledger(lines=20), None, 2),
    "three Mondays": ("row_ratio", TRANSACTIONS, _a_monday_missing, None, None),
    "a fact missing": ("facts_match_silver", FACTS, _without(FACTS, 1), "fail", 1),
    "a day missing": ("facts_match_silver", FACTS, _without(FACTS, 10), "fail", 1),
    "silver missing": ("facts_match_silver", FACTS, _without(TRANSACTIONS, 10), "fail", 1),
    "another revenue": (
        "daily_sales_match_facts",
        "daily_customer_sales",
        _day("daily_customer_sales", gross_revenue=Decimal("19.97")),
        "fail",
        1,
    ),
    "another table's revenue": (
        "daily_sales_match_facts",
        "daily_product_sales",
        _day("daily_customer_sales", gross_revenue=Decimal("19.97")),
        None,
        0,
    ),
    "no summary": (
        "daily_sales_match_facts",
        "daily_sales_summary",
        _without("daily_sales_summary", 1),
        "fail",
        1,
    ),
    "a fact twice": ("unique_transactions", FACTS, _twice, "fail", 1),
    "a fourth status": ("known_statuses", FACTS, _day(FACTS, status="lost"), "fail", 1),
    "a cent lost": (
        "net_and_returned",
        FACTS,
        _day(FACTS, net_amount=Decimal("19.97")),
        "fail",
        1,
    ),
    "no catalogue": ("unknown_products", TRANSACTIONS, _none("products"), None, None),
    "no register": ("unknown_customers", TRANSACTIONS, _none("customers"), None, None),
    "unknown product": (
        "unknown_products",
        TRANSACTIONS,
        _day(FACTS, product_id="p-99"),
        "warn",
        0.1,
    ),
    "unknown products": (
        "unknown_products",
        TRANSACTIONS,
        _day(FACTS, rows=3, product_id="p-99"),
        "fail",
        0.3,
    ),
    "unknown customer": (
        "unknown_customers",
        TRANSACTIONS,
        _day(FACTS, customer_id="c-99"),
        "warn",
        0.1,
    ),
    "unknown customers": (
        "unknown_customers",
        TRANSACTIONS,
        _day(FACTS, rows=3, customer_id="c-99"),
        "fail",
        0.3,
    ),
    "discounts": (
        "total_is_price",
        TRANSACTIONS,
        _day(FACTS, rows=3, gross_amount=Decimal("17.98")),
        "warn",
        0.3,
    ),
    "a few discounts": (
        "total_is_price",
        TRANSACTIONS,
        _day(FACTS, rows=2, gross_amount=Decimal("17.98")),
        None,
        0.2,
    ),
    "unknown prices": (
        "total_is_price",
        TRANSACTIONS,
        _day(FACTS, rows=10, price=None),
        None,
        None,
    ),
    "half the price": (
        "total_near_price",
        TRANSACTIONS,
        _day(FACTS, gross_amount=Decimal("9.99")),
        None,
        0,
    ),
    "less than half the price": (
        "total_near_price",
        TRANSACTIONS,
        _day(FACTS, gross_amount=Decimal("9.98")),
        "warn",
        0.1,
    ),
    "more than twice the price": (
        "total_near_price",
        TRANSACTIONS,
        _day(FACTS, gross_amount=Decimal("39.97")),
        "warn",
        0.1,
    ),
    "before signing up": (
        "sale_before_signup",
        TRANSACTIONS,
        lambda changed: changed["customers"][0].update(signup_date=date(2026, 3, 3)),
        "warn",
        0.1,
    ),
    "not bought": (
        "review_without_purchase",
        REVIEWS,
        _day(REVIEWS, product_id="p-99"),
        "warn",
        0.1,
    ),
}


def _result(ground: Answers, changed: Tables, name: str, source: str | None) -> Result:
    with _changed(ground, changed) as gate:
        results = gate.check(DAY, chosen([name]), NOW, anomalies=False)
    [found] = [each for each in results if each.source == source]
    return found


@pytest.mark.parametrize("case", CHANGES.values(), ids=CHANGES)
def test_tables(ground: Answers, case: tuple) -> None:
    """What is wrong is found with its size; else a check passes, within or with nothing to see."""
    name, source, change, severity, observed = case
    changed = deepcopy(SOUND)
    change(changed)

    found = _result(ground, changed, name, source)

    assert (None if found.passed else found.severity) == severity
    assert found.observed == pytest.approx(observed)
    assert (found.detail == NOTHING) == (observed is None)


def _sales(*records: Row, day: date = DAY) -> Delivery:
    return Delivery(TRANSACTIONS, day, [*records])


LATER = f"{DT}T20:00:00Z"
RETURN = sale(MONDAYS[0], 0, status="returned", updated_at=f"{DT}T09:00:00Z")
AMOUNT_ONLY = {
    "transaction_id": "t-late",
    "customer_id": "c-1",
    "product_id": "p-99",
    "quantity": "1",
    "amount": "9.99",
}
# check, what is delivered too: severity and value, None if it passes.
DELIVERED: dict[str, tuple[str, list[Delivery], str | None, float]] = {
    "id of another day": (
        "transaction_on_several_days",
        [_sales(sale(DAY, 11, transaction_id="t-0223-0"))],
        "warn",
        1,
    ),
    "order of another day": (
        "order_on_several_days",
        [_sales(sale(DAY, 11, order_id="o-0223-0"))],
        "warn",
        1,
    ),
    "order seen before": (
        "order_seen_before",
        [_sales(sale(DAY, 11, order_id="o-0223-0"))],
        "fail",
        1 / 11,
    ),
    "order seen 91 days before": (
        "order_seen_before",
        [
            _sales(sale(date(2025, 12, 1), 0), day=date(2025, 12, 1)),
            _sales(sale(DAY, 11, order_id="o-1201-0")),
        ],
        None,
        0,
    ),
    "order seen 90 days before": (
        "order_seen_before",
        [
            _sales(sale(date(2025, 12, 2), 0), day=date(2025, 12, 2)),
            _sales(sale(DAY, 11, order_id="o-1202-0")),
        ],
        "fail",
        1 / 11,
    ),
    "return of an old sale": ("order_on_several_days", [_sales(RETURN)], None, 0),
    "a return is no correction": ("corrected_rows", [_sales(RETURN)], None, 0),
    "a return goes up": ("status_went_back", [_sales(RETURN)], None, 0),
    "amount corrected": (
        "corrected_rows",
        [_sales(sale(DAY, 0, total_amount="18.00", updated_at=LATER))],
        "warn",
        1,
    ),
    "corrected later": (
        "ambiguous_correction",
        [_sales(sale(DAY, 0, total_amount="18.00", updated_at=LATER))],
        None,
        0,
    ),
    "corrected at the same time": (
        "ambiguous_correction",
        [_sales(sale(DAY, 0, total_amount="18.00"))],
        "warn",
        1,
    ),
    "corrected on another day": (
        "corrected_rows",
        [_sales(sale(MONDAYS[0], 0, total_amount="18.00"), day=MONDAYS[1])],
        None,
        0,
    ),
    "completed after returned": (
        "status_went_back",
        [_sales(RETURN, {**RETURN, "status": "completed", "updated_at": LATER})],
        "warn",
        1,
    ),
    "returned after refunded": (
        "status_went_back",
        [_sales({**RETURN, "status": "refunded"}, {**RETURN, "updated_at": LATER})],
        "warn",
        1,
    ),
    "bought after the review": (
        "review_without_purchase",
        [
            _sales(sale(DAY, 20, product_id="p-20")),
            Delivery(REVIEWS, DAY, [review(20, review_date="2026-03-01")]),
        ],
        "warn",
        1 / 11,
    ),
    "sale of a day alone, a month late": (
        "unknown_products",
        [Delivery("sales", DAY, [{**AMOUNT_ONLY, "transaction_date": "2026-01-20"}])],
        "warn",
        1 / 11,
    ),
    "review, a month late": (
        "review_without_purchase",
        [Delivery(REVIEWS, DAY, [review(20, review_date="2026-01-20")])],
        "warn",
        1 / 11,
    ),
    "bought more than two years before the review": (
        "review_without_purchase",
        [
            _sales(sale(date(2024, 2, 29), 20), day=date(2024, 2, 29)),
            Delivery(REVIEWS, DAY, [review(20)]),
        ],
        "warn",
        1 / 11,
    ),
    "bought two years before the review": (
        "review_without_purchase",
        [
            _sales(sale(date(2024, 3, 1), 20), day=date(2024, 3, 1)),
            Delivery(REVIEWS, DAY, [review(20)]),
        ],
        None,
        0,
    ),
    "repaired without a later time, and less": (
        "unknown_products",
        [_sales(sale(DAY, 11, product_id="p-99")), _sales(sale(DAY, 11, product_id="p-1"))],
        "warn",
        1 / 11,
    ),
    "repaired with a later time": (
        "unknown_products",
        [
            _sales(sale(DAY, 11, product_id="p-99")),
            _sales(sale(DAY, 11, product_id="p-1", updated_at=LATER)),
        ],
        None,
        0,
    ),
    "product of the same day": (
        "unknown_products",
        [Delivery("products", DAY, [product(30)]), _sales(sale(DAY, 30))],
        None,
        0,
    ),
}


@pytest.mark.parametrize(
    ("name", "delivered", "severity", "observed"), DELIVERED.values(), ids=DELIVERED
)
def test_deliveries(
    ground: Answers,
    name: str,
    delivered: list[Delivery],
    severity: str | None,
    observed: float,
) -> None:
    """What the day's files bring is looked at, beside what was there."""
    source = REVIEWS if name.startswith("review") else TRANSACTIONS

    found = _result(ground, tables(*delivered), name, source)

    assert (None if found.passed else found.severity) == severity
    assert found.observed == pytest.approx(observed)


def test_a_sound_day(ground: Answers) -> None:
    """Each check has looked at the day, and it passes."""
    with _changed(ground, {}) as gate:
        results = gate.check(DAY, CHECKS, NOW, anomalies=True)

    assert [each for each in results if not each.passed] == []
    assert verdict(results).verdict == "pass"
    of_checks = {each.check_name for each in results if each.observed is not None}
    assert of_checks >= {check.name for check in CHECKS}
    assert {each.run for each in results} == {(NOW.checked_at, NOW.run_id)}


def test_each_check_is_seen_to_fail() -> None:
    """No check is without a case in which it does not pass, and one in which it does."""
    cases = [(case[0], case[-2]) for case in (*CHANGES.values(), *DELIVERED.values())]
    fails = {(name, severity) for name, severity in cases if severity} | {(REQUIRED, "fail")}

    assert fails == {(check.name, bound.severity) for check in CHECKS for bound in check.bounds}


def test_a_missing_value(ground: Answers) -> None:
    """A file that a job would never write has a row without a customer."""
    fact = of_day(SOUND[FACTS])[0]
    with _changed(ground, {FACTS: [fact]}) as gate:
        ground.put(FACTS, (DT,), [fact | {"customer_id": None}])
        [found] = gate.check(DAY, chosen([REQUIRED]), NOW, anomalies=False)

    assert (found.severity, found.passed, found.observed) == ("fail", False, 1)


def test_an_empty_lake(ground: Answers) -> None:
    """Without any table's row there is no delivery, and nothing else to look at."""
    with _changed(ground, {name: [] for name in SOUND}) as gate:
        results = gate.check(DAY, CHECKS, NOW, anomalies=True)

    assert [each.check_name for each in results if not each.passed] == ["sales_delivered"]
