"""How a producer spells its lines, learned from lines that the definition accepts.

A layout is a line with its values left out: the same keys, in the same order, with the same blanks
between them, so that no key can be there twice. Its regular expression accepts events only; that
these are within the limits of the rules is not for it to say.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from glue_jobs.events.rules import EVENT_TYPES, FIELDS, parse_line

# What a layout is learned from has at most so many bytes and brackets, and its expression so many
# characters: some thirty fields beside the contract's.
LONGEST_MODEL = 1 << 13
MOST_BRACKETS = 40
LONGEST_PATTERN = 1 << 14

# Expressions are RE2's, over bytes. A character is none that a reader writes for lost bytes.
_BEYOND_ASCII = (
    r"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee][\x80-\xbf]{2}"
    r"|\xed[\x80-\x9f][\x80-\xbf]|\xef(?:[\x80-\xbe][\x80-\xbf]|\xbf[\x80-\xbc\xbe\xbf])"
    r"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_HEX = r"[0-9a-fA-F]"
_ESCAPED = (
    rf'\\(?:["\\/bfnrt]|u(?:[0-9abceABCE]{_HEX}{{3}}|[dD][0-7]{_HEX}{{2}}'
    rf"|[dD][89abAB]{_HEX}{{2}}\\u[dD][c-fC-F]{_HEX}{{2}}"
    rf"|[fF](?:[0-9a-eA-E]{_HEX}{{2}}|[fF](?:[0-9a-eA-E]{_HEX}|[fF][0-9a-ceA-CEfF]))))"
)
_CHARACTER = rf"(?:[\x20\x21\x23-\x5b\x5d-\x7f]|{_BEYOND_ASCII}|{_ESCAPED})"
_TEXT = f'"{_CHARACTER}+"'
_DATE = (
    r"20(?:[1-9]\d-(?:(?:0[13578]|1[02])-31|(?:0[13-9]|1[0-2])-(?:29|30)"
    r"|(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8]))"  # every day but February 29
    r"|(?:[13579][26]|[2468][048])-02-29)"
)
_ZONE = r"(?:Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)"
_SPELLINGS = {
    **dict.fromkeys(FIELDS, _TEXT),
    "timestamp": rf'"{_DATE}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{{1,6}})?{_ZONE}"',
    "quantity": r"[1-9]\d{0,8}",
    "price": r"(?:0|[1-9]\d{0,7})(?:\.\d{1,2}0{0,9})?(?:[eE]\+?\d)?",
}
# What Arrow's parser can hold as a double: it refuses larger numbers even where it ignores them.
_NUMBER = r"-?(?:0|[1-9]\d{0,17})(?:\.\d+)?(?:[eE][+-]?\d{1,2})?"
_ANY = rf'(?:"{_CHARACTER}*"|{_NUMBER}|true|false|null)'
_BLANKS = r"[ \t\r\n]*"
_ANY_LIST = rf"\[{_BLANKS}(?:{_ANY}(?:{_BLANKS},{_BLANKS}{_ANY})*)?{_BLANKS}\]"

_SCALAR = r'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null'
_TOKEN = re.compile(
    rf'(?P<key>"(?:[^"\\]|\\.)*")(?={_BLANKS}:)|(?P<value>{_SCALAR})'
    rf"|(?P<list>\[{_BLANKS}(?:(?:{_SCALAR})(?:{_BLANKS},{_BLANKS}(?:{_SCALAR}))*)?{_BLANKS}\])"
    r"|(?P<open>\{)|(?P<close>\})|(?P<other>.)".encode(),
    re.DOTALL,
)


class Layout(NamedTuple):
    """An expression for whole lines, and what the lines have beside the contract's fields."""

    pattern: str
    unknown_fields: tuple[str, ...]


def learn(line: bytes) -> Layout | None:
    """Return the layout of a line; None if it is no event, or no model for others."""
    if len(line) > LONGEST_MODEL or line.count(b"{") + line.count(b"[") > MOST_BRACKETS:
        return None
    event, _, unknown_fields = parse_line(line, None)
    tokens = [(token.lastgroup, token[0]) for token in _TOKEN.finditer(line)]
    if event is None or any(kind == "key" and b"\\" in text for kind, text in tokens):
        return None
    pattern = "".join(_pieces(tokens, event.event_type))
    return Layout(pattern, unknown_fields) if len(pattern) <= LONGEST_PATTERN else None


def _pieces(tokens: list[tuple[str | None, bytes]], event_type: str) -> Iterator[str]:
    depth, field = 0, ""
    for kind, text in tokens:
        depth += (kind == "open") - (kind == "close")
        if kind == "key" and depth == 1:
            field = text[1:-1].decode()
        if kind == "list":
            yield _ANY_LIST
        elif kind == "value" and depth == 1 and field in FIELDS:
            yield _spelling(field, text, event_type)
        else:
            yield _ANY if kind == "value" else _literal(text)


def _spelling(field: str, text: bytes, event_type: str) -> str:
    if field == "event_type":
        return f'"(?:{"|".join(_types_like(event_type))})"'
    return "null" if text == b"null" else _SPELLINGS[field]


@lru_cache
def _types_like(event_type: str) -> list[str]:
    """Return the event types that need the same fields."""
    return [
        other
        for other in EVENT_TYPES
        if all((other in types) == (event_type in types) for types in FIELDS.values())
    ]


def _literal(text: bytes) -> str:
    return re.sub(rb"\W", lambda found: b"\\x%02x" % ord(found[0]), text).decode()
