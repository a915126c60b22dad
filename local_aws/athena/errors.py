"""Why a query fails, in Athena's words."""

import re
from operator import itemgetter

import duckdb
from sqlglot import exp

USER_ERROR = 2  # AthenaError.ErrorCategory
SYSTEM_ERROR = 1

_OWN_WORDS = re.compile(r"^[A-Z_]{6,}: ")
_INTEGERS = {"INT8": "tinyint", "INT16": "smallint", "INT32": "integer", "INT64": "bigint"}
_OVERFLOW = re.compile(r"Overflow in (\w+) of (INT\d+) \((.*)\)")
_NO_GROUP_BY = (
    "A GROUPING() operation can only be used with a corresponding GROUPING SET/CUBE/ROLLUP/GROUP BY"
    " clause"
)
_BAD_PATTERN = (  # what DuckDB's regular expressions complain of
    r"^(missing [\])]|no argument for repetition operator|invalid escape sequence|bad repetition"
    r"|unexpected \)|invalid (character class|perl operator|named capture)).*"
)
# A pattern of DuckDB's message, and what Athena says instead.
_TRANSLATIONS = (
    (r"Division by zero", "DIVISION_BY_ZERO: Division by zero"),
    (
        r"More than one row returned by a subquery",
        "SUBQUERY_MULTIPLE_ROWS: Scalar sub-query has returned multiple rows",
    ),
    (
        r"must appear in the GROUP BY clause|is not a grouping column",
        "EXPRESSION_NOT_AGGREGATE: an expression must be an aggregate or appear in GROUP BY clause",
    ),
    (
        r"aggregate function calls cannot be nested",
        "NESTED_AGGREGATION: Cannot nest aggregations inside aggregation",
    ),
    (
        r"Type INT128 with value \d+ can't be cast .* INT64",  # what sum() gathers in
        "NUMERIC_VALUE_OUT_OF_RANGE: bigint addition overflow",
    ),
    (r"GROUPING statement cannot be used without groups", f"MISSING_GROUP_BY: {_NO_GROUP_BY}"),
    (
        r"cannot contain window function calls",
        "NESTED_WINDOW: Cannot nest window functions inside aggregation",
    ),
    (_BAD_PATTERN, r"INVALID_FUNCTION_ARGUMENT: \g<0>"),
    (r"Map keys must be unique", "INVALID_FUNCTION_ARGUMENT: Duplicate map keys are not allowed"),
    (
        r"map key list does not align",
        "INVALID_FUNCTION_ARGUMENT: Key and value arrays must be the same length",
    ),
    (r"Could not parse string \"(.*?)\"", r'INVALID_FUNCTION_ARGUMENT: Invalid format: "\1"'),
)


class QueryFailedError(Exception):
    """A query that ends in the state FAILED; its text is the StateChangeReason."""

    def __init__(self, word: str, sentence: str, node: exp.Expr | None = None) -> None:
        super().__init__(f"{word}: {_position(node)}{sentence}")
        self.category = SYSTEM_ERROR if word == "GENERIC_INTERNAL_ERROR" else USER_ERROR


class CutoffError(Exception):
    """A query that would scan more bytes than its workgroup allows; Athena cancels it."""

    def __init__(self, scanned: int) -> None:
        super().__init__("Bytes scanned limit was exceeded")
        self.scanned = scanned


class InvalidRequestError(Exception):
    """A request that Athena refuses before a query exists."""


def not_supported(what: str, node: exp.Expr | None = None) -> QueryFailedError:
    """Return the refusal of what the local Athena cannot answer as Trino does."""
    return QueryFailedError("NOT_SUPPORTED", f"the local Athena does not run {what}", node)


def from_duckdb(error: duckdb.Error) -> QueryFailedError:
    """Translate what DuckDB said while it ran the rewritten query."""
    said = str(error).split("\n\n", maxsplit=1)[0]
    text = re.sub(r"^[A-Za-z ]*Error: ", "", said)
    if _OWN_WORDS.match(text):  # raised by the rewritten SQL itself, through error()
        word, _, sentence = text.partition(": ")
        return QueryFailedError(word, sentence)
    for pattern, translation in _TRANSLATIONS:
        if match := re.search(pattern, text):
            word, _, sentence = match.expand(translation).partition(": ")
            return QueryFailedError(word, sentence)
    return _from_error_class(error, text)


def _from_error_class(error: duckdb.Error, text: str) -> QueryFailedError:
    if match := _OVERFLOW.search(text):
        name = _INTEGERS.get(match[2], "decimal")
        return QueryFailedError(
            "NUMERIC_VALUE_OUT_OF_RANGE", f"{name} {match[1]} overflow: {match[3]}"
        )
    if isinstance(error, duckdb.OutOfRangeException):
        return QueryFailedError("NUMERIC_VALUE_OUT_OF_RANGE", text)
    if isinstance(error, duckdb.ConversionException):
        return QueryFailedError("INVALID_CAST_ARGUMENT", text)
    if isinstance(error, duckdb.OutOfMemoryException):
        return QueryFailedError(
            "EXCEEDED_LOCAL_MEMORY_LIMIT", "Query exhausted resources at this scale factor"
        )
    return QueryFailedError("GENERIC_INTERNAL_ERROR", text)


def _position(node: exp.Expr | None) -> str:
    """Return ``line 1:8: ``, where the node begins in the query text; nothing if unknown."""
    inner = [each.meta for each in node.walk() if "line" in each.meta] if node is not None else []
    if not inner:
        return ""
    first = min(inner, key=itemgetter("start"))
    column = first["col"] - (first["end"] - first["start"])
    return f"line {first['line']}:{max(column, 1)}: "
