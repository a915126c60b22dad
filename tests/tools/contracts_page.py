"""The tables of docs/commerce-contracts.md, as ``make dictionary`` writes them; its words stay."""

from glue_jobs.commerce.contracts import CONTRACTS, Contract
from tests.template import PROJECT
from tests.tools.cost_page import written
from tests.tools.cost_tables import markdown

PAGE = PROJECT / "docs/commerce-contracts.md"


def tables() -> dict[str, str]:
    """Return the table of each source."""
    return {source: _table(contract) for source, contract in CONTRACTS.items()}


def _table(contract: Contract) -> str:
    rows = [
        [f"`{name}`", kind.json_type, "yes" if name in contract.required else "", kind.rule]
        for name, kind in contract.fields.items()
    ]
    return markdown(["field", "type", "required", "rule"], rows)


def main() -> None:
    """Write the tables of the page."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(written(page, tables()), encoding="utf-8")


if __name__ == "__main__":
    main()
