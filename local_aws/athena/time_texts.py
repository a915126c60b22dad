"""Functions that write moments as text and read them, by the patterns of MySQL and Joda."""

import re

from local_aws.athena.calls import Call, Compiler
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.literals import check_decimals, string
from local_aws.athena.moments import local
from local_aws.athena.scope import Typed
from local_aws.athena.types import DATE, TIMESTAMP, VARCHAR, ZONED

# MySQL's letters in DuckDB's.
_MYSQL = {
    "Y": "%Y", "m": "%m", "d": "%d", "H": "%H", "i": "%M", "s": "%S", "S": "%S", "T": "%H:%M:%S",
    "j": "%j", "y": "%y", "b": "%b", "M": "%B", "p": "%p", "I": "%I", "h": "%I",
    "r": "%I:%M:%S %p", "f": "%f",
}  # fmt: skip
_MYSQL_WRITTEN = {**_MYSQL, "a": "%a", "W": "%A", "c": "%-m", "e": "%-d", "k": "%-H", "l": "%-I",
                  "v": "%V", "x": "%G"}  # fmt: skip
_MYSQL_READ = {**_MYSQL, "c": "%m", "e": "%d", "k": "%H", "l": "%I"}
_MYSQL_REFUSED = "DUuVwX"  # Trino has no answer either

# Joda's letters that are numbers, in as many digits as there are letters.
_NUMBERS = {
    "y": "year({0})", "Y": "year({0})", "x": "isoyear({0})", "w": "week({0})",
    "e": "isodow({0})", "D": "dayofyear({0})", "d": "day({0})", "M": "month({0})",
    "h": "(hour({0}) + 11) % 12 + 1", "H": "hour({0})", "K": "hour({0}) % 12",
    "k": "(hour({0}) + 23) % 24 + 1", "m": "minute({0})", "s": "second({0})",
}  # fmt: skip
_SHORT, _LONG = 3, 4  # letters of Mon and of Monday
_JODA = re.compile(
    r"(?P<quote>'')|'(?P<quoted>(?:[^']|'')*)'?|(?P<letters>(?P<one>[A-Za-z])(?P=one)*)|(?P<other>.)",
    re.DOTALL,
)


def _invalid(sentence: str, call: Call) -> QueryFailedError:
    return QueryFailedError("INVALID_FUNCTION_ARGUMENT", sentence, call.node)


def _from_mysql(call: Call, letters: dict[str, str]) -> str:
    """Return a DuckDB string of DuckDB's format. A letter without a meaning stands for itself."""
    pattern = ""
    for escaped, plain in re.findall(r"%(.?)|([^%]+)", call.text(1), re.DOTALL):
        if escaped and escaped in _MYSQL_REFUSED:
            raise _invalid(f"%{escaped} not supported in date format string", call)
        if escaped in "vxaW" and escaped not in letters and escaped:
            raise not_supported(f"%{escaped} in the format of {call.name}", call.node)
        pattern += plain or letters.get(escaped, escaped.replace("%", "%%"))
    return string(pattern)


def _date_format(call: Call) -> Typed:
    call.expect(2)
    value = local(call, 0)
    written = _from_mysql(call, _MYSQL_WRITTEN)
    return Typed(f"strftime(cast({value.sql} as timestamp), {written})", VARCHAR)


def _date_parse(call: Call) -> Typed:
    call.expect(2)
    if call.values[0].type.name not in {"varchar", "unknown"}:
        raise call.mismatch()
    pattern = _from_mysql(call, _MYSQL_READ)
    if "%Y" not in pattern and "%y" not in pattern:  # Trino's is 1970, DuckDB's 1900
        raise not_supported("date_parse without a year", call.node)
    text = f"cast({call.values[0].sql} as varchar)"
    return Typed(f"parsed_moment({text}, {pattern})", TIMESTAMP)


def _format_datetime(call: Call) -> Typed:
    call.expect(2)
    value = f"cast({local(call, 0).sql} as timestamp)"
    pieces = [_piece(call, found, value) for found in _JODA.finditer(call.text(1))]
    if not pieces:
        raise _invalid("Invalid pattern specification: Pattern is null or empty", call)
    return Typed(f"({' || '.join(pieces)})", VARCHAR)


def _piece(call: Call, found: re.Match[str], value: str) -> str:
    if found["letters"]:
        return _letters(call, found["one"], len(found[0]), value)
    if found["quote"]:
        return string("'")
    return string(found["other"] or (found["quoted"] or "").replace("''", "'"))


def _letters(call: Call, letter: str, count: int, value: str) -> str:
    if letter in "zZ":
        return _zone(call, letter, count)
    if letter in "yYx" and count == 2:  # ruff: ignore[magic-value-comparison] - two digits of a year
        return f"printf('%02d', {_NUMBERS[letter].format(value)} % 100)"
    if letter == "M" and count >= _SHORT:
        return f"strftime({value}, '{'%b' if count == _SHORT else '%B'}')"
    if letter in _NUMBERS:
        return f"printf('%0{count}d', {_NUMBERS[letter].format(value)})"
    if letter == "S":
        return f"left(rpad(printf('%03d', millisecond({value}) % 1000), {count}, '0'), {count})"
    if letter in "Ea":
        name = "%p" if letter == "a" else "%A" if count >= _LONG else "%a"
        return f"strftime({value}, '{name}')"
    if letter in "GC":
        raise not_supported(f"{letter} in the pattern of format_datetime", call.node)
    raise _invalid(f"Illegal pattern component: {letter * count}", call)


def _zone(call: Call, letter: str, count: int) -> str:
    zoned = call.values[0]
    if zoned.type != ZONED:
        sentence = (
            "format_datetime for TIMESTAMP type, cannot use 'Z' nor 'z' in format, as this type"
            " does not contain TZ information"
        )
        raise _invalid(sentence, call)
    if letter == "z":
        raise not_supported("z in the pattern of format_datetime", call.node)
    if count >= _SHORT:
        return f"({zoned.sql}).zone"
    return f"offset_text({zoned.sql}, '{':' if count > 1 else ''}')"


def _to_iso8601(call: Call) -> Typed:
    call.expect(1)
    value, of = local(call, 0), call.values[0].type
    if of == DATE:
        return Typed(f"cast({value.sql} as varchar)", VARCHAR)
    check_decimals(call.node, "to_iso8601")
    text = f"strftime({value.sql}, '%Y-%m-%dT%H:%M:%S.%g')"
    if of == ZONED:
        zoned = call.values[0].sql
        offset = f"offset_text({zoned}, ':')"
        text += f" || case when ({zoned}).zone = 'UTC' then 'Z' else {offset} end"
    return Typed(f"({text})", VARCHAR)


TIME_TEXTS: dict[str, Compiler] = {
    "date_format": _date_format,
    "date_parse": _date_parse,
    "format_datetime": _format_datetime,
    "to_iso8601": _to_iso8601,
}
