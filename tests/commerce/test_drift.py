"""Columns that are not those of the contracts."""

import pytest

from commerce.gate.drift import changes
from commerce.gate.gate import Gate
from glue_jobs.athena import Row
from local_aws.server import LocalAws
from tests.commerce.answers import Answers
from tests.commerce.gate_day import DAY, DT, ledger_row, receipt

PRODUCT = ["product_id", "name", "category", "price", "stock", "brand", "updated_at"]


def _told(*of_files: list[str], broken: dict[str, int] | None = None, records: int = 10) -> list:
    """Return the statement's rows of products in some files."""
    fields = sorted({field for columns in of_files for field in columns})
    return [
        {
            "source": "products",
            "field": field,
            "files": sum(field in columns for columns in of_files),
            "of_files": len(of_files),
            "broken": (broken or {}).get(field, 0),
            "records": records,
        }
        for field in fields
    ]


CASES = {
    "as promised": (_told(PRODUCT), []),
    "new": (_told([*PRODUCT, "colour"]), [("colour", "new", False)]),
    "optional missing": (_told(PRODUCT[:-1]), [("updated_at", "missing", False)]),
    "missing from one of two": (_told(PRODUCT, PRODUCT[1:]), [("product_id", "missing", True)]),
    "retyped": (_told(PRODUCT, broken={"price": 6}), [("price", "retyped", True)]),
    "some slips": (_told(PRODUCT, broken={"price": 5}), []),
    "nothing": ([], []),
}


@pytest.mark.parametrize(("rows", "expected"), CASES.values(), ids=CASES)
def test_changes(rows: list[Row], expected: list[tuple[str, str, bool]]) -> None:
    """A field that is required must be in each file; half of the records may break a rule."""
    assert [(each.field, each.change, each.is_breaking) for each in changes(rows)] == expected


def test_the_statement(aws: LocalAws) -> None:
    """Of two versions of a file the newer counts, of a refused one what columns it has."""
    answers, of = Answers(aws), ("products", DT)
    folder = f"products/date={DT}"
    a, b = (receipt(*of, f"landing/{folder}/{name}", f"raw/{folder}/{name}", 9) for name in "ab")
    refused = {"verdict": "refused", "raw_key": None, "records": None}
    first, loaded = (
        ledger_row(*of, f"raw/{folder}/{name}", [9, 2, 0, 7], [None, None]) for name in ("a0", "a")
    )
    reasons = {"wrong_type_price": 4, "missing_name,invalid_price": 2, "not_json": 1}
    answers.fill({
        "file_receipts": [
            a | {"columns": [*PRODUCT, "old"], "raw_key": f"raw/{folder}/a0"},
            a | {"columns": [*PRODUCT, "colour"], "received_at": f"{DT}T02:00:00Z"},
            b | refused | {"columns": PRODUCT[1:]},
            b | refused | {"columns": [], "landing_key": "landing/x"},
        ],
        "commerce_ledger": [
            {**first, "reasons": {"wrong_type_stock": 9, "wrong_type_price": 9}},
            {**loaded, "reasons": reasons},
        ],
    })

    found = changes(Gate(answers.athena, answers.student, "UTC").columns(DAY))

    price = "6 of 9 records break its rule: 0 to 99999999.99, at most two decimals"
    assert [tuple(each) for each in found] == [
        ("products", "colour", "new", False, "in 1 of 2 files; kept in raw/, read by nothing"),
        ("products", "price", "retyped", True, price),
        ("products", "product_id", "missing", True, "in 1 of 2 files; required"),
    ]
