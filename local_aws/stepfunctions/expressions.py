"""JSONata as Step Functions evaluates it: no input document, variables, six functions of its own.

Values go in as they are, not written into the expression's text: SQL with quotes and newlines stays
what it is. JSONata tells null from "nothing"; in Python that is ``NULL_VALUE`` and ``None``.
"""

import hashlib
import json
import random
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

from local_aws.stepfunctions.moments import shown

LONGEST_SECONDS = 5
_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384"}
_HASHES["SHA-512"] = "sha512"
_EVAL = re.compile(r"\$eval\b")
# What the library raises for an expression that cannot be evaluated, or meets a defect of it with.
_FAILURES = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


class QueryError(Exception):
    """Why an expression has no value; without the expression itself."""


def check(expression: str) -> None:
    """Check what can be told of an expression before it runs.

    Raises:
        QueryError: it is no JSONata, or of what Step Functions leaves out.
    """
    if _EVAL.search(expression):
        raise QueryError("uses $eval, which Step Functions does not have; use $parse")
    _compiled(expression)


def evaluate(expression: str, variables: Mapping[str, Any]) -> Any:  # ruff: ignore[any-type] - JSON
    """Return the JSON value of an expression.

    Raises:
        QueryError: it has none: an error, nothing (undefined), or a function.
    """
    # A property without a value is left out of an object: so nothing is told from null.
    query = _compiled(f'{{"value": (\n{expression}\n)}}')
    bindings = {name: _inward(value) for name, value in variables.items()}
    try:
        found = query.evaluate(None, {**_FUNCTIONS, **bindings})
    except _FAILURES as error:
        raise QueryError(f"failed: {error}") from error
    if "value" not in found:
        raise QueryError("returned nothing (undefined)")
    return _outward(found["value"])


def _compiled(expression: str) -> Jsonata:
    try:
        query = Jsonata.jsonata(expression, timeout=LONGEST_SECONDS * 1000)
    except JException as error:
        raise QueryError(f"is not valid: {_told(error)}") from error
    except _FAILURES as error:
        raise QueryError(f"is not valid: {error}") from error
    query.set_output_convert_nulls(False)
    return query


def _told(error: JException) -> str:
    """Return what is wrong; of an escape the library says the same as of an empty regex."""
    is_escape = error.error == "S0301" and error.current
    return f"unsupported escape sequence \\{error.current}" if is_escape else str(error)


def _inward(value: Any) -> Any:  # ruff: ignore[any-type] - JSON
    """Return JSON as the library wants it."""
    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, datetime):
        return shown(value)
    if isinstance(value, Mapping):
        return {key: _inward(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_inward(item) for item in value]
    return value


def _outward(value: Any) -> Any:  # ruff: ignore[any-type] - JSON
    """Return what the library gives as plain JSON."""
    if value is Utils.NULL_VALUE or value is None:
        return None
    if isinstance(value, Mapping):
        return {key: _outward(item) for key, item in value.items()}
    if isinstance(value, list):  # by index: a range is a list that stores nothing
        return [_outward(value[index]) for index in range(len(value))]
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, (str, bool, int)):
        return value
    raise QueryError("returned a function, which is no JSON")


def _partition(array: object, size: float) -> list[Any]:
    size = _whole(size, "the size of $partition", least=1)
    items = array if isinstance(array, list) else [array]
    return [items[start : start + size] for start in range(0, len(items), size)]


def _range(first: float, last: float, step: float) -> list[int]:
    ends = [_whole(number, "a number of $range") for number in (first, last, step)]
    if not ends[2]:
        raise QueryError("the step of $range is 0")
    return list(range(ends[0], ends[1] + (1 if ends[2] > 0 else -1), ends[2]))


def _hash(text: str, algorithm: str) -> str:
    if not isinstance(text, str):
        raise QueryError("what $hash is given is no string; use $string")
    if algorithm not in _HASHES:
        raise QueryError(f"$hash knows {', '.join(_HASHES)}, not {algorithm!r}")
    return hashlib.new(_HASHES[algorithm], text.encode(), usedforsecurity=False).hexdigest()


def _random(seed: float | None = None) -> float:
    return random.Random(seed).random()  # ruff: ignore[suspicious-non-cryptographic-random-usage] - as JSONata's


def _parse(text: str) -> Any:  # ruff: ignore[any-type] - JSON
    return _inward(json.loads(text))


def _whole(number: float, what: str, least: float = float("-inf")) -> int:
    is_number = isinstance(number, (int, float)) and not isinstance(number, bool)
    if not is_number or number != int(number) or number < least:
        raise QueryError(f"{what} is {number!r}, not a whole number in its range")
    return int(number)


def _function(name: str, function: Callable[..., Any]) -> Jsonata.JLambda:
    """Return a function for expressions; what is wrong with its arguments is their error."""

    def call(*arguments: object) -> object:
        try:
            return function(*arguments)
        except (QueryError, TypeError, ValueError) as error:
            raise JException("D3137", -1, f"${name}: {error}") from error

    return Jsonata.JLambda(call)


_OF_STEP_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "partition": _partition,
    "range": _range,
    "hash": _hash,
    "random": _random,
    "uuid": lambda: str(uuid4()),
    "parse": _parse,
}
_FUNCTIONS = {name: _function(name, function) for name, function in _OF_STEP_FUNCTIONS.items()}
