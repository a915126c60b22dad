"""The sales of a till are those of the order book."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from commerce.generators import generate_sales
from tests.commerce.order_book import files, read, records


def test_same_sales(shop: tuple[Path, dict]) -> None:
    """A till has every sale of a transaction once, its total and its date."""
    fields = ("transaction_id", "customer_id", "product_id", "quantity")
    sold = {
        (*(row[field] for field in fields), row["total_amount"], row["transaction_date"][:10])
        for row in records(shop[0], "transactions")
    }
    sales = [tuple(row.values()) for row in records(shop[0], "sales")]

    assert len(sales) == len(sold) == 1500
    assert {*sales} == sold


def test_days(shop: tuple[Path, dict]) -> None:
    """A file has the sales of its day, and the truth their sum."""
    gross = defaultdict(Decimal)
    for file in files(shop[0], "sales"):
        for row in read(file)[0]:
            assert file.parent.name == f"date={row['transaction_date']}"
            gross[row["transaction_date"]] += Decimal(row["amount"])

    told = shop[1]["sales"]["planted"]["gross_revenue"]
    assert told == [[day, f"{amount:.2f}"] for day, amount in gross.items()]


def test_too_many(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The customers of a shop buy no more from a till."""
    with pytest.raises(SystemExit):
        generate_sales.main(["--rows", "300", "--customers", "29", "--output", str(tmp_path)])
    assert "300 transactions need --customers 30 or more" in capsys.readouterr().err
