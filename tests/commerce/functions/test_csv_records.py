"""CSV as people write it: header, records, and what is kept of records that do not fit."""

import csv
import io
import json
import tempfile
from datetime import UTC, date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.functions import csv_records, csv_text
from commerce.functions.raw_lines import RefusedError
from glue_jobs.commerce.contracts import CONTRACTS, Delivery
from glue_jobs.commerce.records import MAX_LINE, parse_line

REVIEWS = "review_id,product_id,customer_id,rating,review_date,review_text"
ROW = "r_1,p_1,u_1,5,2026-03-02,Good"
REVIEW = dict(zip(REVIEWS.split(","), ROW.split(","), strict=True))
DELIVERY = Delivery(date(2026, 3, 2), UTC)


def _read(content: bytes | str, source: str = "reviews") -> tuple[list[str], list[dict]]:
    """Return columns and records; every line is clean, and read as the same by the job."""
    with tempfile.TemporaryFile() as file:
        file.write(content if isinstance(content, bytes) else content.encode())
        file.flush()
        columns, lines = csv_records.read(file, CONTRACTS[source])
        found = list(lines)
    assert all(len(line) <= MAX_LINE and min(line) >= ord(" ") for line in found)
    records = [json.loads(line) for line in found]
    for line, record in zip(found, records, strict=True):
        if "_reason" in record:
            assert parse_line(line, source, DELIVERY).reasons == (record["_reason"],)
    return list(columns), records


def _refused(content: bytes | str, source: str = "reviews") -> tuple[str, ...]:
    with pytest.raises(RefusedError) as refused:
        _read(content, source)
    return refused.value.reasons


def _unread(text: str, reason: str = "wrong_number_of_fields") -> dict:
    return {"_line": text, "_reason": reason}


@pytest.mark.parametrize(
    "content",
    [
        f"{REVIEWS}\n{ROW}\n",
        f"{REVIEWS}\n{ROW}",
        f"\ufeff{REVIEWS}\r\n{ROW}\r\n",
        f"{REVIEWS}\r{ROW}\r",
        f"\n\r\n{REVIEWS}\n\n{ROW}\n\n \n,,,,,\n , ,\n",
        f"sep=,\r\n{REVIEWS}\r\n{ROW}\r\n",
        f" {REVIEWS.upper().replace(',', ' , ')} \n{ROW}\n",
        "\n".join(",".join(f'"{x}"' for x in line.split(",")) for line in (REVIEWS, ROW)),
        f"{REVIEWS},,\n{ROW},,\n",
        f"{REVIEWS},,,\n{ROW}, \n",
        f"{REVIEWS},,,\n{ROW}\n",
    ],
    ids=[
        "plain",
        "no end",
        "bom, crlf",
        "cr",
        "blanks",
        "sep",
        "upper",
        "quotes",
        "all",
        "some",
        "none",
    ],
)
def test_habits(content: str) -> None:
    """What Excel, pandas and people write reads as the plain file does."""
    assert _read(content) == (REVIEWS.split(","), [REVIEW])


def test_value_without_a_column() -> None:
    """A value below no name is not lost in silence."""
    rows = [f"{ROW},,x", f"{ROW},,,"]

    assert _read("\n".join([f"{REVIEWS},,", *rows]))[1] == [_unread(row) for row in rows]


def test_other_order() -> None:
    """Columns count by their names."""
    backwards = "\n".join(",".join(reversed(x.split(","))) for x in (REVIEWS, ROW))

    assert _read(backwards)[1] == [REVIEW]


@pytest.mark.parametrize(
    ("added", "names"),
    [
        (["channel"], ["channel"]),
        ([""], [""]),
        (["note", "note", "note_8"], ["note", "note_8", "note_8_9"]),
        ([" 50% ", 'a "b"'], ["50%", 'a "b"']),
        (["Umsätze"], ["Umsätze"]),
    ],
)
def test_further_columns(added: list[str], names: list[str]) -> None:
    """Columns that no contract has come first here, as pandas' index does; each has a name."""
    csv.writer(text := io.StringIO()).writerows([
        [*added[:1], *REVIEWS.split(","), *added[1:]],
        ["0", *ROW.split(","), *added[1:]],
    ])
    columns, (record,) = _read(text.getvalue())

    assert columns == [names[0], *REVIEWS.split(","), *names[1:]]
    assert record == {names[0]: "0", **REVIEW, **dict(zip(names[1:], added[1:], strict=True))}


def test_values_as_delivered() -> None:
    """No value is changed: neither blanks nor what stands for a missing value."""
    texts = [" nan ", "\\N", 'say ""hi""', "a,\r\nb\nc", "é😀\x01\t\x7f", "=1+1", ""]
    content = REVIEWS + "".join(f'\n{ROW.removesuffix("Good")}"{text}"' for text in texts)

    found = [record["review_text"] for record in _read(content)[1]]

    assert found == [text.replace('""', '"') for text in texts]


@pytest.mark.parametrize(
    ("rows", "records"),
    [
        ([ROW + ",x"], [_unread(ROW + ",x")]),
        ([ROW + ","], [_unread(ROW + ",")]),
        (["r_1,p_1"], [_unread("r_1,p_1")]),
        (["r_1;p_1"], [_unread("r_1;p_1")]),
        ([REVIEWS], [dict(zip(REVIEWS.split(","), REVIEWS.split(","), strict=True))]),
        (['r_0,"6" nail",u', ROW], [_unread('r_0,"6" nail",u'), REVIEW]),
        (['r_0,"open', ROW, 'r_2,"y"'], [_unread('r_0,"open'), REVIEW, _unread('r_2,"y"')]),
        (['r_0,"open', ROW], [_unread('r_0,"open', "too_long"), REVIEW]),
        ([ROW, '"'], [REVIEW, _unread('"', "too_long")]),
        ([ROW + '6" nail'], [{**REVIEW, "review_text": 'Good6" nail'}]),
    ],
    ids=[
        "more",
        "comma",
        "fewer",
        "other",
        "header again",
        "quote",
        "stray",
        "open",
        "at the end",
        "inch",
    ],
)
def test_records_that_do_not_fit(rows: list[str], records: list[dict]) -> None:
    """A record that does not fit is kept as text, and takes no other with it."""
    assert _read("\n".join([REVIEWS, *rows]))[1] == records


def test_no_utf8() -> None:
    """A byte that is no text spoils its record alone."""
    content = f"{REVIEWS}\n{ROW}é\n{ROW}\n".encode("latin-1")

    assert _read(content)[1] == [_unread(ROW + "\\xe9", "not_utf8"), REVIEW]


LONG = "x" * (MAX_LINE + 1)


@pytest.mark.parametrize(
    ("long", "begins"),
    [
        (f"{ROW}{LONG}", ROW),
        (f"{ROW}{LONG * 3}", ROW),
        (f"{ROW},{'y,' * MAX_LINE}", ROW),
        (f'r_2,"{LONG}\n', "r_2"),
        (ROW + "x" * (MAX_LINE - 100), ROW),
        (ROW + "\x01" * (MAX_LINE // 2), ROW),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_too_long(long: str, begins: str, end: str) -> None:
    """The beginning of a record that is too long is kept; reading resumes at the next line."""
    _, records = _read(end.join([REVIEWS, ROW, long, ROW, ROW, ""]))

    assert [r for r in records if "_reason" not in r] == [REVIEW] * 3
    (bad,) = (r for r in records if "_reason" in r)
    assert bad["_reason"] == "too_long"
    assert bad["_line"].startswith(begins)


def test_open_quote_at_the_start() -> None:
    """A quote that never closes costs its own line."""
    rows = [ROW.replace("r_1", f"r_{number}") for number in range(60_000)]

    _, records = _read("\n".join([REVIEWS, 'r_x,"', *rows]))

    assert records[0] == _unread('r_x,"', "too_long")
    assert [record["review_id"] for record in records[1:]] == [f"r_{n}" for n in range(60_000)]


def test_quotes_that_are_no_csv(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are not read again and again: a file of such quotes is refused."""
    stray = f'r_0,"open\n{ROW}\n"x"y"\n'

    monkeypatch.setattr(csv_text, "MAX_RESUMED", 3)

    assert len(_read(f"{REVIEWS}\n{stray * 3}")[1]) == 9
    assert _refused(f"{REVIEWS}\n{stray * 4}") == ("not_csv",)


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        ("\n \r\n", ["empty_file"]),
        ("\ufeff", ["empty_file"]),
        ("sep=,\n", ["empty_file"]),
        (REVIEWS.replace(",", ";") + "\n", ["wrong_delimiter"]),
        (REVIEWS.replace(",", "\t") + "\n", ["wrong_delimiter"]),
        (REVIEWS.replace(",", "|") + "\n", ["wrong_delimiter"]),
        ('"' + REVIEWS.replace(",", '";"') + '"\n', ["wrong_delimiter"]),
        ("sep=;\n" + REVIEWS.replace(",", ";"), ["wrong_delimiter"]),
        ("sep=\t\n" + REVIEWS.replace(",", "\t"), ["wrong_delimiter"]),
        ('{"review_id": "r_1", "rating": 5}\n', ["not_csv"]),
        ('[{"review_id": "r_1", "rating": 5}]\n', ["not_csv"]),
        ("<html>a, b\n", ["not_csv"]),
        ("Dear all\n", ["not_csv"]),
        (f'{REVIEWS},"\n{ROW}\n', ["not_csv"]),
        (f"{REVIEWS},{'x' * (1 << 16)}\n", ["not_csv"]),
        (f"{REVIEWS},{LONG}\n", ["not_csv"]),
        (REVIEWS.replace("rating", "stars"), ["missing_column_rating"]),
        (ROW, [f"missing_column_{name}" for name in REVIEWS.split(",")[:-1]]),
        (f"{REVIEWS},Rating", ["ambiguous_column_rating"]),
        (
            f"{REVIEWS}, REVIEW_TEXT ".replace("rating", "stars"),
            ["missing_column_rating", "ambiguous_column_review_text"],
        ),
    ],
)
def test_refused(content: str, reasons: list[str]) -> None:
    """A file without the promised columns is refused, by the names of its faults."""
    assert _refused(content) == tuple(reasons)


def test_header_only() -> None:
    """A header alone is a day without a record."""
    assert _read(REVIEWS) == (REVIEWS.split(","), [])
    assert _read(REVIEWS.removesuffix(",review_text") + "\n")[1] == []


def test_columns_of_a_refused_file() -> None:
    """A refused file's columns are told."""
    with pytest.raises(RefusedError) as refused:
        _read("Id,Rating\n")

    assert refused.value.columns == ("Id", "Rating")


def test_no_header() -> None:
    """A first line that names no column is a record: what it says is nobody's business."""
    with pytest.raises(RefusedError) as refused:
        _read("u_1,Ann,ann@example.com\n")

    assert refused.value.reasons[0] == "missing_column_review_id"
    assert refused.value.columns == ()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.text(st.sampled_from('ab",;\r\n\x01 é'), max_size=8), max_size=12),
    st.sampled_from([3, 7, 1 << 20]),
)
def test_any_text(lines: list[str], chunk: int) -> None:
    """The size of chunks makes no difference, and no text of a record is lost."""
    content = "\n".join([REVIEWS, *lines])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_text, "_CHUNK", chunk)
        found = _read(content)

    assert found == _read(content)
    kept = "".join("".join(record.values()) for record in found[1])
    for letter in "abé\x01":
        assert kept.replace("wrong_number_of_fields", "").replace("too_long", "").count(
            letter
        ) == "".join(lines).count(letter)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), max_size=5))
def test_what_python_writes(texts: list[str]) -> None:
    """What Python's own writer writes comes back as it was."""
    csv.writer(content := io.StringIO(), quoting=csv.QUOTE_ALL).writerows([
        REVIEWS.split(","),
        *([*ROW.split(",")[:-1], text] for text in texts),
    ])

    assert [record["review_text"] for record in _read(content.getvalue())[1]] == texts
