import re

from commerce.gate.checks import CHECKS
from tests.template import PROJECT

PAGE = (PROJECT / "docs/commerce-quality.md").read_text(encoding="utf-8")


def test_every_check_is_told() -> None:
    """The table names each check in the order of its declaration, and says if it may fail a day."""
    table = PAGE.partition("## What is checked")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.+?) \| .+? \| (.*?) ?\| (.*?) ?\|$", table, re.MULTILINE)
    told = {
        name: (bool(fails), bool(warns))
        for names, fails, warns in rows
        for name in re.findall(r"`(\w+)`", names)
    }

    severities = {check.name: {bound.severity for bound in check.bounds} for check in CHECKS}
    assert told == {name: ("fail" in of, "warn" in of) for name, of in severities.items()}
