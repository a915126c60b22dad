"""docs/commerce-contracts.md says what the contracts say, and names every reason."""

import re

from glue_jobs.commerce import records
from glue_jobs.commerce.contracts import CONTRACTS
from tests.tools import contracts_page

PAGE = contracts_page.PAGE.read_text(encoding="utf-8")


def test_page() -> None:
    """The page has a table for each source, under its name and format, each once."""
    tables = contracts_page.tables()

    headings = [f"## {each.source} ({each.format.upper()})" for each in CONTRACTS.values()]
    assert re.findall(r"^## .*\)$", PAGE, re.MULTILINE) == headings
    for name in tables:
        assert PAGE.count(f"<!-- {name} -->") == 1
    assert contracts_page.written(PAGE, tables) == PAGE, "contracts have changed: make dictionary"


def test_reasons() -> None:
    """The page has every reason that a line may have, and no other."""
    alone = {
        records.NOT_UTF8,
        records.NOT_JSON,
        records.DUPLICATE_FIELD,
        records.TOO_LONG,
        records.WRONG_NUMBER_OF_FIELDS,
    }
    of_fields = {"missing_<field>", "wrong_type_<field>", "invalid_<field>"}

    [table] = re.findall(r"\| reason \|.*?\n\n", PAGE, re.DOTALL)

    assert set(re.findall(r"^\| `(.*?)`", table, re.MULTILINE)) == alone | of_fields
