"""How senders spell their lines, learned from lines that a domain's definition accepts.

A layout is a line with its values left out: the same keys, in the same order, with the same blanks
between them, so that no key can be there twice. Its regular expression accepts valid lines only, as
far as form goes; that these are within all limits is not for it to say.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

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
CHARACTER = rf"(?:[\x20\x21\x23-\x5b\x5d-\x7f]|{_BEYOND_ASCII}|{_ESCAPED})"
DATE = (
    r"20(?:\d\d-(?:(?:0[13578]|1[02])-31|(?:0[13-9]|1[0-2])-(?:29|30)"
    r"|(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8]))"  # every day but February 29
    r"|(?:[13579][26]|[02468][048])-02-29)"
)
TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?"
ZONE = r"(?:Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)"
MONEY = r"(?:0|[1-9]\d{0,7})(?:\.\d{1,2}0{0,9})?"
# What Arrow's parser can hold as a double: it refuses larger numbers even where it ignores them.
_NUMBER = r"-?(?:0|[1-9]\d{0,17})(?:\.\d+)?(?:[eE][+-]?\d{1,2})?"
_ANY = rf'(?:"{CHARACTER}*"|{_NUMBER}|true|false|null)'
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


class Model(NamedTuple):
    """A valid line: how lines like it spell a field, by its name and JSON; of others None."""

    spelling: Callable[[str, bytes], str | None]
    unknown_fields: tuple[str, ...]


def learn(line: bytes, judge: Callable[[bytes], Model | None]) -> Layout | None:
    """Return the layout of a line; None if it is not valid, or no model for others."""
    if len(line) > LONGEST_MODEL or line.count(b"{") + line.count(b"[") > MOST_BRACKETS:
        return None
    model = judge(line)
    tokens = [(token.lastgroup, token[0]) for token in _TOKEN.finditer(line)]
    if model is None or any(kind == "key" and b"\\" in text for kind, text in tokens):
        return None
    pattern = "".join(_pieces(tokens, model.spelling))
    return Layout(pattern, model.unknown_fields) if len(pattern) <= LONGEST_PATTERN else None


def _pieces(
    tokens: list[tuple[str | None, bytes]], spelling: Callable[[str, bytes], str | None]
) -> Iterator[str]:
    depth, field = 0, ""
    for kind, text in tokens:
        depth += (kind == "open") - (kind == "close")
        if kind == "key" and depth == 1:
            field = text[1:-1].decode()
        if kind == "list":
            yield _ANY_LIST
        elif kind == "value":
            yield (spelling(field, text) if depth == 1 else None) or _ANY
        else:
            yield _literal(text)


def _literal(text: bytes) -> str:
    return re.sub(rb"\W", lambda found: b"\\x%02x" % ord(found[0]), text).decode()
