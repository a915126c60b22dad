"""String functions, and what is read of JSON."""

import re

from local_aws.athena.arrays import concatenation
from local_aws.athena.calls import Call, Compiler, Overload, function, overloaded
from local_aws.athena.casts import coerce
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.scope import Typed
from local_aws.athena.types import BIGINT, BOOLEAN, UNKNOWN, VARBINARY, VARCHAR, array

_WHITESPACE = "e' \\t\\n\\r\\f\\x0b'"
_JSON_PATH = re.compile(r"\$(\.[A-Za-z_][A-Za-z0-9_]*|\[\d+\])*")
_TEXT = {"varchar", "unknown"}


def _concat(call: Call) -> Typed:
    """Join texts or arrays; || is a function of this name too."""
    if len(call.values) == 1:
        raise call.mismatch()
    if any(value.type.name == "array" for value in call.values):
        return concatenation(call.values, call)
    if any(value.type.name not in _TEXT for value in call.values):
        raise call.mismatch()
    if UNKNOWN in {value.type for value in call.values}:
        return _concat_null(call)
    return Typed(
        "(" + " || ".join(coerce(each, VARCHAR).sql for each in call.values) + ")", VARCHAR
    )


def _concat_null(call: Call) -> Typed:
    """Join a text and a NULL without a type: Trino takes it for an array's, or for ambiguous."""
    known = [value for value in call.values if value.type != UNKNOWN]
    if len(call.values) == len(known) + 1 == 2 and known[0].type.parameters:  # ruff: ignore[magic-value-comparison] - one of each
        of = array(known[0].type)
        return Typed(f"cast(null as {of.duckdb})", of)
    if all(value.type.parameters for value in known):
        sentence = "Could not choose a best candidate operator. Explicit type casts must be added."
        raise QueryFailedError("AMBIGUOUS_FUNCTION_CALL", sentence, call.node)
    raise not_supported(f"{call.name} of a NULL without a type; cast it to varchar", call.node)


def _concat_ws(call: Call) -> Typed:
    if len(call.values) > 1 and call.values[1].type.name == "array":
        call.expect(2)
        if call.values[1].type.element.name not in _TEXT:
            raise call.mismatch()
        delimiter, pieces = call.values
        return Typed(f"joined({pieces.sql}, {coerce(delimiter, VARCHAR).sql})", VARCHAR)
    if len(call.values) == 1 or any(value.type.name not in _TEXT for value in call.values):
        raise call.mismatch()
    texts = ", ".join(coerce(value, VARCHAR).sql for value in call.values)
    return Typed(f"concat_ws({texts})", VARCHAR)


def _json_extract_scalar(call: Call) -> Typed:
    call.expect(2)
    if call.values[0].type.name not in _TEXT or not _JSON_PATH.fullmatch(call.text(1)):
        raise not_supported(
            "json_extract_scalar but of a varchar with a path like $.a[0].b", call.node
        )
    return Typed(f"json_scalar({call.values[0].sql}, {call.values[1].sql})", VARCHAR)


def _reverse(call: Call) -> Typed:
    call.expect(1)
    value = call.values[0]
    if value.type.name not in {*_TEXT, "array"}:
        raise call.mismatch()
    name = "list_reverse" if value.type.name == "array" else "reverse"
    return Typed(f"{name}({value.sql})", value.type)


def _trimming(name: str) -> Compiler:
    return overloaded(
        Overload((VARCHAR,), VARCHAR, f"{name}({{0}}, {_WHITESPACE})"),
        Overload((VARCHAR, VARCHAR), VARCHAR, f"{name}({{0}}, {{1}})"),
    )


def _padding(name: str) -> Compiler:
    sql = f"case when pads({{1}}, {{2}}) then {name}({{0}}, cast({{1}} as integer), {{2}}) end"
    return function(VARCHAR, f"({sql})", VARCHAR, BIGINT, VARCHAR)


STRINGS: dict[str, Compiler] = {
    "chr": function(VARCHAR, "code_point({0})", BIGINT),
    "lower": function(VARCHAR, "lower({0})", VARCHAR),
    "upper": function(VARCHAR, "trino_upper({0})", VARCHAR),
    "length": overloaded(
        Overload((VARCHAR,), BIGINT, "length({0})"),
        Overload((VARBINARY,), BIGINT, "octet_length({0})"),
    ),
    "concat": _concat,
    "||": _concat,
    "concat_ws": _concat_ws,
    "substr": overloaded(
        Overload((VARCHAR, BIGINT), VARCHAR, "trino_substr({0}, {1})"),
        Overload((VARCHAR, BIGINT, BIGINT), VARCHAR, "trino_substr_length({0}, {1}, {2})"),
    ),
    "trim": _trimming("trim"),
    "ltrim": _trimming("ltrim"),
    "rtrim": _trimming("rtrim"),
    "replace": overloaded(
        Overload((VARCHAR, VARCHAR), VARCHAR, "replace({0}, {1}, '')"),
        Overload((VARCHAR, VARCHAR, VARCHAR), VARCHAR, "replaced({0}, {1}, {2})"),
    ),
    "reverse": _reverse,
    "translate": function(VARCHAR, "translate({0}, {1}, {2})", VARCHAR, VARCHAR, VARCHAR),
    "strpos": overloaded(
        Overload((VARCHAR, VARCHAR), BIGINT, "strpos({0}, {1})"),
        Overload((VARCHAR, VARCHAR, BIGINT), BIGINT, "nth_place({0}, {1}, {2})"),
    ),
    "starts_with": function(BOOLEAN, "starts_with({0}, {1})", VARCHAR, VARCHAR),
    "split": overloaded(
        Overload((VARCHAR, VARCHAR), array(VARCHAR), "split_texts({0}, {1})"),
        Overload((VARCHAR, VARCHAR, BIGINT), array(VARCHAR), "split_some({0}, {1}, {2})"),
    ),
    "split_part": function(VARCHAR, "split_field({0}, {1}, {2})", VARCHAR, VARCHAR, BIGINT),
    "lpad": _padding("lpad"),
    "rpad": _padding("rpad"),
    "json_extract_scalar": _json_extract_scalar,
}
STRINGS["substring"] = STRINGS["substr"]
