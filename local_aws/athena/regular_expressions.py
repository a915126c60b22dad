"""Functions of regular expressions. Trino's are Java's, DuckDB's RE2's; what differs is refused."""

import re

from local_aws.athena.calls import Call, Compiler
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.literals import string
from local_aws.athena.scope import Typed
from local_aws.athena.types import BIGINT, BOOLEAN, VARCHAR, Type, array

# A group that may take no part in a match is NULL in Trino and empty in DuckDB.
_OPTIONAL_GROUP = re.compile(r"\)[?*{]|\|")
_ONLY_IN_JAVA = re.compile(
    r"\(\?[=!>]|\(\?<[=!]"  # looking ahead and behind, atomic groups
    r"|\\[1-9]|\\k|[*+?}]\+"  # what a group matched, possessive quantifiers
    r"|&&|\\[GRXZhHvV]|\\p\{\w{3,}\}|\(\?\w*x"
)

# What Python finds wrong that Java does too.
_WRONG_ANYWHERE = re.compile(
    r"missing \)|unbalanced|unterminated character set|nothing to repeat|min repeat greater"
)


class _Pattern:
    """The pattern of a call, a literal, and the text that it is applied to."""

    def __init__(self, call: Call) -> None:
        if any(value.type.name not in {"varchar", "unknown"} for value in call.values[:2]):
            raise call.mismatch()
        self.written = call.text(1)
        self._call = call
        self.groups, self.matches_empty = self._read()
        self.sql = string(self.written)
        self.text = call.values[0].sql
        if re.search(r"\\[bB]", self.written):  # Java's words have more letters
            self.text = f"plain_words({self.text})"
        if "$" in self.written:  # in Java, also before a line break at the end
            self.text = f"plain_end({self.text})"

    def _read(self) -> tuple[int, bool]:
        if found := _ONLY_IN_JAVA.search(self.written):
            raise self.refusal(f"with {found[0]}")
        python = self.written.replace(r"\z", r"\Z").replace("(?<", "(?P<")
        try:
            compiled = re.compile(re.sub(r"\\[pP](\{\w+\}|\w)", r"\\w", python))
        except re.error as error:
            if _WRONG_ANYWHERE.match(error.msg):
                sentence = f"Invalid pattern: {error.msg}"
                raise QueryFailedError(
                    "INVALID_FUNCTION_ARGUMENT", sentence, self._call.node
                ) from None
            raise self.refusal(f"with this pattern: {error}") from None
        return compiled.groups, compiled.fullmatch("") is not None

    def refusal(self, why: str) -> QueryFailedError:
        """Return a refusal of this call."""
        return not_supported(f"{self._call.name} {why}", self._call.node)

    def group(self, position: int) -> int:
        """Return the number of the group that an argument names, 0 if there is none."""
        if len(self._call.arguments) <= position:
            return 0
        group = self._call.number(position)
        if not 0 <= group <= self.groups:
            sentence = f"Pattern has {self.groups} groups. Cannot access group {group}"
            raise QueryFailedError("INVALID_FUNCTION_ARGUMENT", sentence, self._call.node)
        if group and _OPTIONAL_GROUP.search(self.written):
            raise self.refusal("of a group that may be absent from a match")
        return group


def _like(call: Call) -> Typed:
    call.expect(2)
    pattern = _Pattern(call)
    return Typed(f"regexp_matches({pattern.text}, {pattern.sql})", BOOLEAN)


def _extract(call: Call) -> Typed:
    call.expect(2, 3)
    pattern = _Pattern(call)
    found = f"regexp_extract({pattern.text}, {pattern.sql}, {pattern.group(2)})"
    matches = f"regexp_matches({pattern.text}, {pattern.sql})"
    return Typed(f"(case when {matches} then {found} end)", VARCHAR)


def _all(pattern: _Pattern) -> str:
    return f"regexp_extract_all({pattern.text}, {pattern.sql}, {pattern.group(2)})"


def _extract_all(call: Call) -> Typed:
    call.expect(2, 3)
    return Typed(_all(_Pattern(call)), array(VARCHAR))


def _count(call: Call) -> Typed:
    call.expect(2)
    return Typed(f"cast(len({_all(_Pattern(call))}) as bigint)", BIGINT)


def _split(call: Call) -> Typed:
    call.expect(2)
    pattern = _Pattern(call)
    if pattern.matches_empty:
        raise pattern.refusal("where the pattern matches nothing at all")
    of: Type = array(VARCHAR)
    return Typed(f"regexp_split_to_array({pattern.text}, {pattern.sql})", of)


def _replace(call: Call) -> Typed:
    call.expect(2, 3)
    pattern = _Pattern(call)
    replacement = call.text(2) if call.arguments[2:] else ""
    if "\\" in replacement or re.search(r"\$(?!\d(?!\d))", replacement):
        raise pattern.refusal(f"with the replacement {replacement!r}")
    for group in re.findall(r"\$(\d)", replacement):
        if int(group) > pattern.groups:
            sentence = f"Illegal replacement sequence: unknown group {group}"
            raise QueryFailedError("INVALID_FUNCTION_ARGUMENT", sentence, call.node)
    by = string(re.sub(r"\$(\d)", r"\\\1", replacement))
    return Typed(f"regexp_replace({pattern.text}, {pattern.sql}, {by}, 'g')", VARCHAR)


REGULAR_EXPRESSIONS: dict[str, Compiler] = {
    "regexp_like": _like,
    "regexp_extract": _extract,
    "regexp_extract_all": _extract_all,
    "regexp_count": _count,
    "regexp_split": _split,
    "regexp_replace": _replace,
}
