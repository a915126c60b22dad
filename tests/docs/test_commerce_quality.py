import math
import re

from commerce.gate.checks import CHECKS, FRESHNESS, Bound
from glue_jobs.commerce.verdict import FAIL, WARN
from tests.template import PROJECT

PAGE = (PROJECT / "docs/commerce-quality.md").read_text(encoding="utf-8")


def _told(bound: Bound) -> str:
    """Return how the page tells what is outside of a bound."""
    if math.isinf(bound.most):
        return {1: "none"}[bound.least]
    if not math.isinf(bound.least):
        return f"outside {bound.least:g} to {bound.most:g}"
    return f"> {bound.most * 100:g} %" if 0 < bound.most < 1 else f"> {bound.most:g}"


def test_every_check_is_told() -> None:
    """The table names each check in the order of its declaration, with its bounds."""
    table = PAGE.partition("## What is checked")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.+?) \| .+? \| (.*?) ?\| (.*?) ?\|$", table, re.MULTILINE)
    told = [
        (name, fails, warns)
        for names, fails, warns in rows
        for name in re.findall(r"`(\w+)`", names)
    ]

    bounds = [(check.name, {of.severity: _told(of) for of in check.bounds}) for check in CHECKS]
    assert told == [(name, of.get(FAIL, ""), of.get(WARN, "")) for name, of in bounds]


def test_the_bounds_of_freshness_are_told() -> None:
    """It stands among the commands, since it is no part of a verdict."""
    of = {bound.severity: bound.most for bound in FRESHNESS.bounds}
    assert f"warns over {of[WARN]}, fails over {of[FAIL]} for transactions and sales" in PAGE
