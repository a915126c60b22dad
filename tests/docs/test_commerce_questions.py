"""docs/commerce-questions.md shows what the saved queries answer over the sample."""

import re

import pytest

from local_aws.server import LocalAws
from tests.commerce.answers import QUERIES, SAVED_DAYS, VIEWS, Answers
from tests.commerce.sample_tables import sample_tables
from tests.tools import questions_page

# Bytes of the sample that a query may scan: as measured on 2026-12-01, and a tenth more.
MOST_SCANNED = {
    "category_sales": 5_200,
    "conversion_funnel": 33_000,
    "customer_lifetime_value": 3_000,
    "daily_sales": 4_700,
    "daily_session_funnel": 46_000,
    "device_funnel": 4_300,
    "product_ratings": 5_300,
    "recommendations": 5_500,
    "return_rate": 7_000,
    "revenue_posted": 2_600,
    "revenue_trend": 1_300,
    "sales_enriched": 9_500,
    "search_attribution": 240_000,
    "segmentation": 700,
    "top_products": 8_700,
    "top_products_by_category": 7_300,
    "tracking": 110_000,
    "visits_to_orders": 150_000,
}
PAGE = questions_page.PAGE.read_text(encoding="utf-8")


def test_every_question() -> None:
    """Each has a section of its name, with the mark of its answer."""
    sections = re.findall(r"^## (\w+)\n.*?<!-- (\w+) -->", PAGE, re.MULTILINE | re.DOTALL)

    assert sorted(sections) == [(name, name) for name in questions_page.questions()]


@pytest.fixture(scope="module")
def answers(aws: LocalAws) -> Answers:
    """The tables of the sample."""
    answers = Answers(aws)
    answers.fill(sample_tables())
    return answers


def test_page(answers: Answers) -> None:
    """The page has the answers of today."""
    made = questions_page.sections(answers)

    assert questions_page.written(PAGE, made) == PAGE, "answers have changed: make dictionary"


def test_scanned_bytes(answers: Answers) -> None:
    """No query reads more columns, or tables more often, than it did: Athena bills what is read.

    Bytes of a range of days are not told by it, for the local Athena takes a filter on a view's
    day to no partition; ``test_queries_over_events`` looks for the range.
    """
    scanned = {name: answers.scan(name).scanned for name in questions_page.questions()}

    assert scanned.keys() == MOST_SCANNED.keys()
    assert {name: of for name, of in scanned.items() if of > MOST_SCANNED[name]} == {}


def test_queries_over_events() -> None:
    """Each takes days as literals, by which Athena skips the partitions of all others."""
    first, last = SAVED_DAYS
    ranged = {
        file.stem
        for file in QUERIES.glob("*.sql")
        if f"_date between date '{first}' and date '{last}'" in file.read_text(encoding="utf-8")
    }

    assert ranged == _readers("shop_events") & {file.stem for file in QUERIES.glob("*.sql")}


def _readers(view: str) -> set[str]:
    """Return the views that read a view, also by others."""
    texts = {file.stem: file.read_text(encoding="utf-8") for file in VIEWS.glob("*.sql")}
    direct = {name for name, text in texts.items() if re.search(rf"(from|join) {view}\b", text)}
    return direct.union(*map(_readers, direct))
