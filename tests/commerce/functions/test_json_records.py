"""JSON in its three forms: verbatim slices, and what is kept of records that do not fit."""

import json
import tempfile
from datetime import UTC, date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.functions import json_records
from commerce.functions.raw_lines import RefusedError
from glue_jobs.commerce.contracts import Delivery
from glue_jobs.commerce.records import MAX_LINE, parse_line

DELIVERY = Delivery(date(2026, 3, 2), UTC)
LAMP = '{"product_id": "p_1", "name": "Lamp", "category": "home", "price": 9.90, "stock": 3}'
SOFA = '{"stock":1e0,"price":1E2,"name":"S\\u00f6fa","category":"home","product_id":"p_2"}'
NAMES = ["product_id", "name", "category", "price", "stock"]


def _read(content: bytes | str) -> tuple[list[str], list[str]]:
    """Return the names found and the lines, which are clean."""
    content = content if isinstance(content, bytes) else content.encode()
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        columns, lines = json_records.read(file, len(content))
        found = list(lines)
    assert all(len(line) <= MAX_LINE and min(line) >= ord(" ") for line in found)
    assert all(isinstance(json.loads(line, parse_int=str), dict) for line in found)
    return list(columns), [line.decode() for line in found]


def _refused(content: bytes | str) -> tuple[str, ...]:
    with pytest.raises(RefusedError) as refused:
        _read(content)
    return refused.value.reasons


def _reasons(line: str) -> tuple[str, ...]:
    return parse_line(line.encode(), "products", DELIVERY).reasons


@pytest.mark.parametrize(
    "content",
    [
        f"{LAMP}\n{SOFA}\n",
        f"\ufeff{LAMP}\r\n\r\n{SOFA}",
        f"{LAMP}\r{SOFA}",
        f"\n \n  {LAMP}  \n{SOFA}",
        f"[{LAMP},{SOFA}]",
        f"\ufeff [\r\n{LAMP},\r\n{SOFA},\r\n]\r\n",
        f"{LAMP}{SOFA}",
        f"{LAMP} {SOFA}\n",
    ],
    ids=["lines", "bom, crlf", "cr", "blanks", "array", "array over lines", "joined", "in a line"],
)
def test_forms(content: str) -> None:
    """Each form holds the same records, as the sender spelt them."""
    assert _read(content) == (NAMES, [LAMP, SOFA])


@pytest.mark.parametrize("content", [LAMP, f"{LAMP}\n", json.dumps(json.loads(LAMP), indent="\t")])
def test_one_object(content: str) -> None:
    """One object is one record, on one line or over several."""
    (line,) = _read(content)[1]

    assert json.loads(line) == json.loads(LAMP)


def test_pretty_printed() -> None:
    """Line ends and tabs between tokens become blanks; those in texts are escaped anyway."""
    records = [{"name": 'a\n"b"\t[{', "tags": [{"a": [1, {}]}, "]}"]}, {"name": None}]
    pretty = [json.dumps(record, indent="\t").replace("\n", "\r\n") for record in records]

    for content in (
        json.dumps(records, indent=2),
        "\n".join(pretty),
        "[" + ",\n".join(pretty) + "]",
    ):
        columns, lines = _read(content)
        assert [json.loads(line) for line in lines] == records
        assert columns == ["name", "tags"]


def test_no_records() -> None:
    """An empty array is a file without a record."""
    assert _read("[ \n ]") == ([], [])


@pytest.mark.parametrize(
    "record",
    [
        '{"a": 1, "a": 1.50}',
        '{"a": 123456789012345678901234567890.10, "b": -0.0, "c": 1e999999}',
        '{"a": ' + "9" * 5_000 + "}",
        '{"a": NaN}',
        '{"a": "\\ud83d"}',
        '{"a": "\\u0000\\n\u2028\x7fé😀"}',
        "{}",
    ],
)
@pytest.mark.parametrize("form", ["%s\n%s", "[%s, %s]", "%s%s"])
def test_verbatim(record: str, form: str) -> None:
    """Numbers, repeated names and escapes are the sender's."""
    assert _read(form % (record, record))[1] == [record, record]


BAD = [
    (b'{"name": "caf\xe9"}', "not_utf8", '{"name": "caf\\xe9"}'),
    (b'{"name": "a\tb"}', "not_json", '{"name": "a\tb"}'),
    (b'{"name": "a\x00b"}', "not_json", '{"name": "a\x00b"}'),
    (b"{'name': 1}", "not_json", "{'name': 1}"),
    (b"7", "not_json", "7"),
    (b"null", "not_json", "null"),
    (b'"Lamp"', "not_json", '"Lamp"'),
    (b"[1]", "not_json", "[1]"),
    (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "not_json", '{"a":{"a":'),
    (b'{"a": "' + b"x" * MAX_LINE + b'"}', "too_long", '{"a": "xxx'),
    (b'{"a": "' + b"\xc3\xa9" * (MAX_LINE // 2) + b'"}', "too_long", '{"a": "éé'),
    (b"[" + b"0," * (MAX_LINE // 2) + b"0]", "too_long", "[0,0"),
]


@pytest.mark.parametrize(("record", "reason", "text"), BAD, ids=range(len(BAD)))
@pytest.mark.parametrize("form", ["lines", "array"])
def test_records_that_do_not_fit(record: bytes, reason: str, text: str, form: str) -> None:
    """A record that is no clean line is kept as text, and takes no other with it."""
    first, last = LAMP.encode(), SOFA.encode()
    whole = b"\n".join([first, record, last])
    content = whole if form == "lines" else b"[" + whole.replace(b"\n", b",\n") + b"]"

    columns, lines = _read(content)

    assert (columns, lines[0], lines[2]) == (NAMES, LAMP, SOFA)
    assert json.loads(lines[1])["_line"].startswith(text)
    assert _reasons(lines[1]) == (reason,)


def test_newline_in_a_text() -> None:
    """A raw line end in a text is no JSON; in an array it spoils its record alone."""
    _, lines = _read(f'[{{"name": "a\nb"}}, {LAMP}]')

    assert (_reasons(lines[0]), lines[1]) == (("not_json",), LAMP)


@pytest.mark.parametrize("first", ['{"name": "La', "garbage", "product_id,name", "{'name': 1}"])
def test_broken_first_line(first: str) -> None:
    """Lines behind one that is broken are read."""
    _, lines = _read(f"{first}\n{LAMP}\n{SOFA}\n")

    assert lines[1:] == [LAMP, SOFA]
    assert _reasons(lines[0]) == ("not_json",)


MANY = 2 * MAX_LINE // len(LAMP)


@pytest.mark.parametrize(
    "content",
    [f"[{','.join([LAMP] * MANY)}]", LAMP * MANY, f"[{LAMP},\n{','.join([LAMP] * (MANY - 1))}]"],
    ids=["array", "joined", "array, two lines"],
)
def test_one_long_line(content: str) -> None:
    """Many records may stand in a line that is longer than one may be."""
    assert _read(content)[1] == [LAMP] * MANY


@pytest.mark.parametrize("first", [LAMP[:-1] + f', "x": "{"x" * MAX_LINE}"}}', "x" * 2 * MAX_LINE])
def test_long_first_line(first: str) -> None:
    """Lines behind one that is too long are read, also beside a broken one."""
    _, lines = _read(f"{first}\n{LAMP}\n{LAMP[:-1]}\n{SOFA}")

    assert [lines[1], lines[3]] == [LAMP, SOFA]
    assert _reasons(lines[0]) == ("too_long",)


def test_truncated_lines() -> None:
    """Of lines that were cut off the last is broken."""
    _, lines = _read(f"{LAMP}\n{SOFA[:-4]}")

    assert (lines[0], _reasons(lines[1])) == (LAMP, ("not_json",))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("\ufeff \r\n", "empty_file"),
        (" " * (1 << 21), "empty_file"),
        (f"[{LAMP},{SOFA}", "not_json"),
        (f"[{LAMP},\n{SOFA[:-4]}", "not_json"),
        (f"[{LAMP}}}", "not_json"),
        (f"[{LAMP}] x", "not_json"),
        (f"[{LAMP}][{SOFA}]", "not_json"),
        (json.dumps(json.loads(LAMP), indent=1)[:-1], "not_json"),
        (json.dumps(json.loads(LAMP), indent=1) + "x", "not_json"),
        ("{'name':\n1}}", "not_json"),
        ('["a\\', "not_json"),
        ("product_id,name\np_1,Lamp\n", "not_json"),
        ("<html>", "not_json"),
        ("7\n", "not_json"),
    ],
)
def test_refused(content: str, reason: str) -> None:
    """What is none of the forms is refused."""
    assert _refused(content) == (reason,)


@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ('{"a": [', "]}")])
def test_whole_that_is_too_large(begin: str, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An array or object is looked at whole, so it has a limit; lines have none."""
    content = f"{begin}{LAMP},\n{LAMP}{end}"
    _read(content)
    monkeypatch.setattr(json_records, "MAX_WHOLE", len(content) - 1)

    assert _refused(content) == ("too_large",)
    assert len(_read(f"{LAMP}\n" * 9)[1]) == 9
    assert len(_read(f"{{\n{LAMP}\n" * 9)[1]) == 18


def test_names() -> None:
    """The first names are told, each cut; they are text."""
    many = json.dumps({f"{number:04}" + "x" * 200: 0 for number in range(1_200)})

    assert _read(f'{{"\\ud83d": 1}}\n{many}\n{many}')[0] == [
        "\\ud83d",
        *(f"{number:04}" + "x" * 96 for number in range(999)),
    ]


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.dictionaries(st.text(max_size=3), JSONS, max_size=3), min_size=1, max_size=4),
    st.sampled_from([None, 1]),
    st.booleans(),
)
def test_any_records(records: list[dict], indent: int | None, is_array: bool) -> None:  # ruff: ignore[boolean-type-hint-positional-argument] - drawn
    """Whatever the records and the form, they come back as they were."""
    texts = [json.dumps(record, indent=indent) for record in records]
    content = f"[{','.join(texts)}]" if is_array else "\n".join(texts)

    assert [json.loads(line) for line in _read(content)[1]] == records
