"""What goes wrong goes wrong as told, and the truth counts it."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from commerce.generators.faults import SOURCES
from commerce.generators.file_faults import file_kinds
from tests.commerce.order_book import files, read, records
from tests.commerce.shop import SIZES, generate

OF_CSV = {
    *("file_renamed_column", "file_missing_column", "file_column_twice"),
    "file_other_delimiter",
}
OF_MORE_FILES = {"file_twice", "file_late"}  # have a test of their own
FILE_OUTCOMES = [
    (source, kind, outcome)
    for source, first, cut in [
        ("products", "", "not_json"),
        ("customers", "", "not_json"),
        ("clickstream", "", "not_json"),
        ("transactions", "transaction_id", "wrong_number_of_fields"),
        ("sales", "transaction_id", "wrong_number_of_fields"),
        ("reviews", "review_id", "wrong_number_of_fields"),
    ]
    for kind, outcome in {
        "file_bom": {},
        "file_crlf": {},
        "file_new_column": {"unknown_fields": ["channel"]},
        "file_reordered": {},
        "file_long_record": {"rejected": 1, "reasons": {"too_long": 1}},
        "file_open_quote": {"rejected": 1, "reasons": {"too_long": 1}},
        "file_truncated": {"rejected": 1, "reasons": {cut: 1}},
        "file_quoted_newline": {},
        "file_renamed_column": {"refused": f"missing_column_{first}"},
        "file_missing_column": {"refused": f"missing_column_{first}"},
        "file_column_twice": {"refused": f"ambiguous_column_{first}"},
        "file_other_delimiter": {"refused": "wrong_delimiter"},
        "file_empty": {"refused": "empty_file"},
        "file_binary": {"refused": "binary"},
        "file_web_page": {"refused": "not_csv" if first else "not_json"},
    }.items()
    if first or kind not in OF_CSV
    if source == "reviews" or kind != "file_quoted_newline"
    if source in {"transactions", "sales"} or kind != "file_open_quote"
]


def _rows(text: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode(), newline=""), delimiter=delimiter))


def _has_new_field(struck: bytes, good: bytes) -> bool:
    if good.startswith(b"{"):
        records = [json.loads(line) for line in struck.splitlines()]
        fields = {record.pop("channel") for record in records}
        return fields == {"web"} and records == [json.loads(x) for x in good.splitlines()]
    header, *rows = _rows(struck)
    return [header[:-1], *(row[:-1] for row in rows)] == _rows(good) and header[-1] == "channel"


def _has_a_newline(struck: bytes, good: bytes) -> bool:
    (header, first, *rows), (good_header, good_first, *good_rows) = _rows(struck), _rows(good)
    texts = first.pop(4), good_first.pop(4)
    return "\n" in texts[0] and (header, first, rows) == (good_header, good_first, good_rows)


def _has_a_long_line(struck: bytes, good: bytes) -> bool:
    lines = struck.splitlines()
    [long] = [place for place, line in enumerate(lines) if len(line) > 1 << 20]
    return 0 < long < len(lines) - 1 and [*lines[:long], *lines[long + 1 :]] == good.splitlines()


def _has_an_open_quote(struck: bytes, good: bytes) -> bool:
    lines = struck.splitlines()
    return lines.pop(2).count(b'"') == struck.count(b'"') == 1 and lines == good.splitlines()


def _has_another_order(struck: bytes, good: bytes) -> bool:
    lines, good_lines = struck.splitlines(), good.splitlines()
    has_header = not good.startswith(b"{")
    is_same = sorted(lines) == sorted(good_lines) and lines != good_lines
    return is_same and (not has_header or lines[0] == good_lines[0])


# How the struck file differs from the good one.
STRUCK: dict[str, Callable[[bytes, bytes], bool]] = {
    "file_bom": lambda struck, good: struck == b"\xef\xbb\xbf" + good,
    "file_crlf": lambda struck, good: struck == good.replace(b"\n", b"\r\n"),
    "file_new_column": _has_new_field,
    "file_truncated": lambda struck, good: (
        good.startswith(struck) and len(struck.splitlines()[-1]) == 6
    ),
    "file_quoted_newline": _has_a_newline,
    "file_reordered": _has_another_order,
    "file_long_record": _has_a_long_line,
    "file_open_quote": _has_an_open_quote,
    "file_renamed_column": lambda struck, good: (
        _rows(struck)[1:] == _rows(good)[1:] and _rows(struck)[0] == ["id", *_rows(good)[0][1:]]
    ),
    "file_missing_column": lambda struck, good: _rows(struck) == [row[1:] for row in _rows(good)],
    "file_column_twice": lambda struck, good: (
        _rows(struck)
        == [[*row, row[0] if not number else "x"] for number, row in enumerate(_rows(good))]
    ),
    "file_empty": lambda struck, _: not struck,
    "file_binary": lambda struck, good: struck == b"PK\x03\x04" + good,
    "file_web_page": lambda struck, _: struck.startswith(b"<html>"),
    "file_other_delimiter": lambda struck, good: _rows(struck, ";") == _rows(good) != _rows(struck),
}


@pytest.mark.parametrize("source", SIZES)
def test_counts(source: str, shop: tuple[Path, dict]) -> None:
    """Without faults every line is a new record, and the truth counts the lines."""
    folder, truths = shop
    found = {str(file.relative_to(folder)): read(file)[1] for file in files(folder, source)}

    assert truths[source]["files"] == found
    assert truths[source]["totals"]["accepted"] == truths[source]["totals"]["lines"]


@pytest.mark.parametrize("source", SIZES)
def test_faults(source: str, tmp_path: Path) -> None:
    """Each kind of fault strikes, and the reader finds in each file what the truth says."""
    kinds = {*SOURCES[source].kinds} - {"status_back"}  # its rows repeat those of other files
    truth = generate(source, tmp_path, *(f"--fault={kind}=0.05" for kind in kinds))
    found = {str(file.relative_to(tmp_path)): read(file)[1] for file in files(tmp_path, source)}

    assert truth["files"] == found
    assert {*truth["totals"]["reasons"]} == {*SOURCES[source].faults}
    assert truth["totals"]["duplicates"] > 0


@pytest.mark.parametrize(("source", "kind", "outcome"), FILE_OUTCOMES)
def test_file_faults(
    source: str, kind: str, outcome: dict, shop: tuple[Path, dict], tmp_path: Path
) -> None:
    """One file is struck, the rest is as ever, and the truth says what is left."""
    truth = generate(source, tmp_path, "--fault", kind)
    (name, report), *rest = truth["files"].items()
    (_, good), *others = shop[1][source]["files"].items()

    assert rest == others
    assert truth["planted"] == shop[1][source]["planted"]
    cut = 1 if kind == "file_truncated" else 0
    accepted = 0 if "refused" in outcome else good["accepted"] - cut
    lines = accepted + outcome.get("rejected", 0)
    assert report == good | outcome | {"fault": kind, "accepted": accepted, "lines": lines}
    assert STRUCK[kind]((tmp_path / name).read_bytes(), (shop[0] / name).read_bytes())


def test_a_struck_file_has_no_other_fault(tmp_path: Path) -> None:
    """Rows are struck in the files after it only."""
    truth = generate("reviews", tmp_path, "--fault", "file_crlf", "--fault", "row_twice=1")
    first, *rest = truth["files"].values()

    assert first["duplicates"] == 0 < first["accepted"]
    assert all(report["duplicates"] == report["accepted"] for report in rest)


def test_file_faults_spare_no_kind() -> None:
    """Every kind of every source is tested."""
    kinds = {(name, kind) for name, source in SOURCES.items() for kind in file_kinds(source)}

    assert {(source, kind) for source, kind, _ in FILE_OUTCOMES} == {
        (source, kind) for source, kind in kinds if kind not in OF_MORE_FILES
    }


@pytest.mark.parametrize("source", ["transactions", "sales", "reviews"])
def test_unknown_ids(source: str, tmp_path: Path) -> None:
    """Some rows name a product or a customer that no catalogue has; they stay valid."""
    faults = ["--fault", "unknown_product=0.1", "--fault", "unknown_customer=0.1"]
    truth = generate(source, tmp_path, *faults)
    rows = {next(iter(row.values())): row for row in records(tmp_path, source)}

    for field in ("product", "customer"):
        unknown = sum(row[f"{field}_id"] == f"unknown_{field}" for row in rows.values())
        assert 0.05 < unknown / len(rows) < 0.15
        assert truth["planted"][source][f"unknown_{field}"] == unknown
    assert truth["totals"]["reasons"] == {}
