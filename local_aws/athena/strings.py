"""String, regular expression and JSON functions."""

import re

from local_aws.athena.calls import Call, Compiler, Overload, function, overloaded
from local_aws.athena.casts import coerce
from local_aws.athena.errors import not_supported
from local_aws.athena.scope import Typed
from local_aws.athena.types import BIGINT, BOOLEAN, VARCHAR, array

_WHITESPACE = "e' \\t\\n\\r\\f\\x0b'"
# A group that may take no part in a match is NULL in Trino and empty in DuckDB.
_OPTIONAL_GROUP = re.compile(r"\)[?*{]|\|")
_JSON_PATH = re.compile(r"\$(\.[A-Za-z_][A-Za-z0-9_]*|\[\d+\])*")


def _concat(call: Call) -> Typed:
    if len(call.values) == 1:
        raise call.mismatch()
    if any(value.type.name not in {"varchar", "unknown"} for value in call.values):
        raise call.mismatch()
    return Typed(
        "(" + " || ".join(coerce(each, VARCHAR).sql for each in call.values) + ")", VARCHAR
    )


def _regexp_extract(call: Call) -> Typed:
    call.expect(2, 3)
    pattern = call.text(1)
    group = int(call.text(2)) if call.arguments[2:] else 0
    if group and _OPTIONAL_GROUP.search(pattern):
        raise not_supported("regexp_extract of a group that may be absent from a match", call.node)
    text, regex = call.values[0].sql, call.values[1].sql
    found = f"regexp_extract({text}, {regex}, {group})"
    return Typed(f"(case when regexp_matches({text}, {regex}) then {found} end)", VARCHAR)


def _regexp_replace(call: Call) -> Typed:
    call.expect(2, 3)
    replacement = call.text(2) if call.arguments[2:] else ""
    if "\\" in replacement or "${" in replacement:
        raise not_supported(f"regexp_replace with the replacement {replacement!r}", call.node)
    by = re.sub(r"\$(\d)", r"\\\1", replacement).replace("'", "''")
    text, regex = (value.sql for value in call.values[:2])
    return Typed(f"regexp_replace({text}, {regex}, '{by}', 'g')", VARCHAR)


def _json_extract_scalar(call: Call) -> Typed:
    call.expect(2)
    if call.values[0].type.name != "varchar" or not _JSON_PATH.fullmatch(call.text(1)):
        raise not_supported(
            "json_extract_scalar but of a varchar with a path like $.a[0].b", call.node
        )
    return Typed(f"json_scalar({call.values[0].sql}, {call.values[1].sql})", VARCHAR)


def _replace(call: Call) -> Typed:
    call.expect(2, 3)
    if not call.text(1):
        raise not_supported("replace of an empty string", call.node)
    by = call.values[2].sql if call.values[2:] else "''"
    return Typed(f"replace({call.values[0].sql}, {call.values[1].sql}, {by})", VARCHAR)


STRINGS: dict[str, Compiler] = {
    "lower": function(VARCHAR, "lower({0})", VARCHAR),
    "upper": function(VARCHAR, "trino_upper({0})", VARCHAR),
    "length": function(BIGINT, "length({0})", VARCHAR),
    "concat": _concat,
    "substr": overloaded(
        Overload((VARCHAR, BIGINT), VARCHAR, "trino_substr({0}, {1})"),
        Overload((VARCHAR, BIGINT, BIGINT), VARCHAR, "trino_substr_length({0}, {1}, {2})"),
    ),
    "trim": function(VARCHAR, f"trim({{0}}, {_WHITESPACE})", VARCHAR),
    "ltrim": function(VARCHAR, f"ltrim({{0}}, {_WHITESPACE})", VARCHAR),
    "rtrim": function(VARCHAR, f"rtrim({{0}}, {_WHITESPACE})", VARCHAR),
    "replace": _replace,
    "strpos": function(BIGINT, "strpos({0}, {1})", VARCHAR, VARCHAR),
    "starts_with": function(BOOLEAN, "starts_with({0}, {1})", VARCHAR, VARCHAR),
    "split": function(array(VARCHAR), "string_split({0}, {1})", VARCHAR, VARCHAR),
    "split_part": function(VARCHAR, "split_field({0}, {1}, {2})", VARCHAR, VARCHAR, BIGINT),
    "lpad": function(VARCHAR, "lpad({0}, cast({1} as integer), {2})", VARCHAR, BIGINT, VARCHAR),
    "rpad": function(VARCHAR, "rpad({0}, cast({1} as integer), {2})", VARCHAR, BIGINT, VARCHAR),
    "regexp_like": function(BOOLEAN, "regexp_matches({0}, {1})", VARCHAR, VARCHAR),
    "regexp_extract": _regexp_extract,
    "regexp_replace": _regexp_replace,
    "json_extract_scalar": _json_extract_scalar,
}
STRINGS["substring"] = STRINGS["substr"]
