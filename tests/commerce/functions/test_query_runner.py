"""The function that gives out pages and saved queries: what it answers, and no more."""

import json
from typing import Any

import pytest

from commerce.functions import query_runner
from local_aws.server import LocalAws
from tests.commerce.answers import QUERIES, Answers
from tests.commerce.gate_day import tables

PAGE = "reports/commerce/dt={}/index.html"


@pytest.fixture(scope="module")
def answers(aws: LocalAws) -> Answers:
    """Some weeks of sales, and two pages."""
    answers = Answers(aws)
    answers.fill(tables())
    for day in ("2026-03-01", "2026-03-02"):
        page = {"Key": PAGE.format(day), "Body": f"<h1>Ü {day}</h1>".encode()}
        aws.client("s3").put_object(Bucket=answers.student, **page)
    return answers


pytestmark = pytest.mark.usefixtures("environment")


def _get(path: str, method: str = "GET", **given: str) -> dict[str, Any]:
    event = {"rawPath": path, "requestContext": {"http": {"method": method}}}
    return query_runner.handler(event | ({"queryStringParameters": given} if given else {}))


def _content(path: str, **given: str) -> dict[str, Any]:
    answer = _get(path, **given)
    assert answer["headers"]["content-type"] == "application/json"
    return json.loads(answer["body"])


def test_pages() -> None:
    """The root leads to the newest page, which is given out as it is."""
    answer = _get("/")
    assert (answer["statusCode"], answer["headers"]) == (
        302,
        {"location": f"/{PAGE.format('2026-03-02')}"},
    )
    page = _get(f"/{PAGE.format('2026-03-01')}")
    assert (page["statusCode"], page["body"]) == (200, "<h1>Ü 2026-03-01</h1>")
    assert page["headers"]["content-type"] == "text/html; charset=utf-8"


def test_names() -> None:
    """Every saved query is named."""
    assert _content("/queries") == {"queries": sorted(file.stem for file in QUERIES.glob("*.sql"))}


def test_query(answers: Answers) -> None:
    """An answer is that of the saved query; money is text, a day ISO 8601, NULL null."""
    expected = answers.query("daily_sales")

    found = _content("/queries/daily_sales")
    assert found["is_complete"] is True
    assert found["columns"]["net_revenue"].startswith("decimal")
    assert found["rows"] == [
        {
            name: value if isinstance(value, int | None) else str(value)
            for name, value in row.items()
        }
        for row in expected
    ]
    assert len(expected) > 20


def test_days() -> None:
    """A query with a range takes its days; what it was saved for stands for one that is missing."""
    for given, days in {
        ("2026-02-16", "2026-03-02"): ["2026-02-16", "2026-02-23", "2026-03-02"],
        ("2026-03-02", "2026-03-02"): ["2026-03-02"],
        ("2026-03-07", "2026-03-01"): [],
        ("2026-02-23", None): ["2026-02-23", "2026-03-02"],
    }.items():
        asked = {name: day for name, day in zip(("first", "last"), given, strict=True) if day}
        rows = _content("/queries/tracking", **asked)["rows"]
        assert [row["sales_date"] for row in rows] == days


def test_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a long answer the first rows are given, and that it is not all."""
    whole = _content("/queries/daily_sales")["rows"]
    for most, is_complete in ((2, False), (len(whole), True)):
        monkeypatch.setattr(query_runner, "MOST_ROWS", most)
        found = _content("/queries/daily_sales")
        assert (found["rows"], found["is_complete"]) == (whole[:most], is_complete)


@pytest.mark.parametrize(
    ("path", "given", "status"),
    [
        ("/queries/daily_sales; drop table x", {}, 404),
        ("/queries/../checks/files", {}, 404),
        ("/queries/daily_sales", {"first": "2026-03-01"}, 400),
        ("/queries/tracking", {"first": "2026-03-01' or true --"}, 400),
        ("/queries/tracking", {"sql": "select 1"}, 400),
        ("/reports/commerce/dt=2026-03-09/index.html", {}, 404),
        ("/reports/commerce/dt=2026-03-01/../../../bronze/x.html", {}, 404),
        ("/bronze/quality_results/dt=2026-03-02/x.jsonl", {}, 404),
        ("/queries/", {}, 404),
    ],
)
def test_refusals(path: str, given: dict[str, str], status: int) -> None:
    """What is neither a page nor a saved query is not there, whatever it is called."""
    answer = _get(path, **given)

    assert answer["statusCode"] == status
    assert json.loads(answer["body"]).keys() == {"error"}


def test_read_only() -> None:
    """Nothing but reading is done."""
    assert _get("/queries/daily_sales", "POST")["statusCode"] == 405
    assert _get("/", "DELETE")["statusCode"] == 405
