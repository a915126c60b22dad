"""The order book's state machine lists a thousand waiting files, and says if it leaves some."""

import json
from typing import Any

import pytest
import yaml

from local_aws.stepfunctions import expressions
from tests.template import PROJECT

DEFINITION = PROJECT / "commerce" / "orchestration.asl.yaml"
DAY = yaml.safe_load(DEFINITION.read_text(encoding="utf-8"))["States"]["Day"]
STATES = DAY["Branches"][0]["States"]
LAST = "landing/sales/date=2026-03-02/till.csv"


def _value(template: str, **variables: object) -> Any:  # ruff: ignore[any-type] - JSON
    """Return what a ``{% %}`` of the definition comes to."""
    return expressions.evaluate(template.removeprefix("{%").removesuffix("%}"), variables)


@pytest.mark.parametrize(
    ("after", "pages", "goes_on"), [(LAST, 24, True), (LAST, 25, False), ("", 1, False)]
)
def test_pages(after: str, pages: int, goes_on: bool) -> None:  # ruff: ignore[boolean-type-hint-positional-argument] - a case
    """It asks for the next page while there is one, up to the twenty-fifth."""
    [choice] = STATES["IsMoreThere"]["Choices"]

    assert choice["Next"] == "ListLanding"
    assert _value(choice["Condition"], after=after, pages=pages) is goes_on


@pytest.mark.parametrize(("after", "more_waiting"), [("", False), (LAST, True)])
def test_more_waiting(after: str, more_waiting: bool) -> None:  # ruff: ignore[boolean-type-hint-positional-argument] - a case
    """A day that is done says so, and one that fails, which may do so for lack of these files."""
    known = {"day": {"date": "2026-03-02"}, "quality": [], "changes": [], "unchecked": []}
    done = _value(STATES["KeepSummary"]["Output"], after=after, **known)
    failed = _value(STATES["QualityIsBad"]["Cause"], after=after, **known)

    assert done["more_waiting"] is more_waiting
    assert json.loads(failed)["more_waiting"] is more_waiting
