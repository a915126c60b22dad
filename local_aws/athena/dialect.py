"""The text of a query: one statement of Athena's SQL, parsed as it is written.

sqlglot's own dialect turns function calls into its canonical ones, which may mean something else
elsewhere. Here a call keeps its name and arguments, so functions.py decides about each by name.
"""

from typing import Any, ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError, TokenError
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokens import Token, TokenType

from local_aws.athena.errors import InvalidRequestError

_SYNTAX_FUNCTIONS = ("CAST", "TRY_CAST", "EXTRACT", "POSITION", "SUBSTRING", "TRIM")
DECIMAL_LITERAL = "decimal_literal"  # the name under which DECIMAL '0.12' is parsed
# Athena has statements of these words, in grammars that sqlglot knows in part; none is run here.
_NOT_RUN = {
    *("ALTER", "ANALYZE", "CALL", "COMMENT", "CREATE", "DEALLOCATE", "DELETE", "DESC", "DESCRIBE"),
    *("DROP", "EXECUTE", "EXPLAIN", "GRANT", "INSERT", "MERGE", "MSCK", "OPTIMIZE", "PREPARE"),
    *("REVOKE", "SET", "SHOW", "TRUNCATE", "UNLOAD", "UPDATE", "USE", "USING", "VACUUM"),
}
_STATEMENTS = (exp.Query, exp.Values, exp.Create, exp.Drop, exp.Command, exp.Anonymous)
_CONSTANTS = (exp.Literal, exp.Neg, exp.Boolean, exp.Null, exp.Cast, exp.Interval, exp.DataType)


def _decimal_literal(_parser: TrinoParser, this: exp.Expr, _type: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=DECIMAL_LITERAL, expressions=[this])


class AthenaText(Trino):
    """Trino's grammar, without sqlglot's opinion of what functions mean."""

    INDEX_OFFSET = 0  # array subscripts stay as written

    class Parser(TrinoParser):
        """Parses every call that is not syntax into ``exp.Anonymous``."""

        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
            name: TrinoParser.FUNCTION_PARSERS[name] for name in _SYNTAX_FUNCTIONS
        }
        TYPE_LITERAL_PARSERS: ClassVar[dict[Any, Any]] = {
            **TrinoParser.TYPE_LITERAL_PARSERS,
            exp.DType.DECIMAL: _decimal_literal,
        }


def single_statement(query: str) -> str:
    """Return the one statement of a query, without its semicolon.

    Raises:
        InvalidRequestError: the query is empty or holds a second statement.
    """
    found = tokens(query)
    semicolons = [at for at, token in enumerate(found) if token.token_type == TokenType.SEMICOLON]
    if semicolons and semicolons[0] < len(found) - 1:
        raise InvalidRequestError(f"Only one sql statement is allowed. Got: {query}")
    if len(found) == len(semicolons):
        raise InvalidRequestError("queryString is empty: line 1:1: mismatched input '<EOF>'")
    return query[: found[semicolons[0]].start] if semicolons else query


def bind(statement: str, values: list[str]) -> str:
    """Put execution parameters, written as SQL literals, where the question marks are.

    Raises:
        InvalidRequestError: their number differs, or one is not a literal.
    """
    marks = [token for token in tokens(statement) if token.token_type == TokenType.PLACEHOLDER]
    if len(marks) != len(values):
        raise InvalidRequestError(
            f"Incorrect number of parameters: expected {len(marks)} but found {len(values)}"
        )
    for mark, value in reversed(list(zip(marks, values, strict=True))):
        statement = statement[: mark.start] + _literal(value) + statement[mark.end + 1 :]
    return statement


def parse(statement: str) -> exp.Expr:
    """Return the syntax tree of a query or of what is done to a view.

    Of another statement, which is not run here, it is a command with the first word.

    Raises:
        InvalidRequestError: it is not SQL; Athena says so before a query exists.
    """
    word = statement_word(statement)
    if word in _NOT_RUN and not _names_view(statement):
        return exp.Command(this=word)
    try:
        tree = sqlglot.parse_one(statement, read=AthenaText)
    except ParseError as error:
        first = error.errors[0]
        near = first["highlight"]
        column = max(first["col"] - len(near) + 1, 1)
        raise InvalidRequestError(
            f"line {first['line']}:{column}: mismatched input '{near}'"
        ) from None
    if not isinstance(tree, _STATEMENTS):
        raise InvalidRequestError(f"line 1:1: mismatched input '{word.lower()}'")
    if any(not select.expressions for select in tree.find_all(exp.Select)):
        raise InvalidRequestError("line 1:1: mismatched input: SELECT without columns")
    return tree


def statement_word(statement: str) -> str:
    """Return the word that says what a statement does, in capitals, without parentheses."""
    words = (token.text.upper() for token in tokens(statement))
    return next((word.split()[0] for word in words if word.strip("(")), "")


def _names_view(statement: str) -> bool:
    words = [token.text.upper() for token in tokens(statement)[:4]]
    return words[:2] == ["DROP", "VIEW"] or (words[:1] == ["CREATE"] and "VIEW" in words[1:])


def _literal(value: str) -> str:
    wanted = f"execution parameter {value!r} must be one SQL literal, as 5 or 'text'"
    try:
        tree = sqlglot.parse_one(value, read=AthenaText)
    except (ParseError, TokenError):
        raise InvalidRequestError(wanted) from None
    if not all(isinstance(node, (*_CONSTANTS, exp.Anonymous, exp.Var)) for node in tree.walk()):
        raise InvalidRequestError(wanted)
    return value


def tokens(query: str) -> list[Token]:
    """Return the tokens of a text.

    Raises:
        InvalidRequestError: it has none, for example a quote that does not end.
    """
    try:
        return AthenaText().tokenize(query)
    except TokenError as error:
        raise InvalidRequestError(f"line 1:1: {error}") from None
