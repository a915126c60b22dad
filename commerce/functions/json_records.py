"""JSON in its three forms, also pretty-printed: from bytes to the lines of a raw file.

A file has an object a line, or is one array of objects, or one object (or several, one after
another). A line is the sender's own text: numbers and repeated names stay as they are, and line
ends between tokens become blanks.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import BinaryIO

from commerce.functions.raw_lines import (
    EMPTY_FILE,
    MAX_NAMES,
    TOO_LARGE,
    Records,
    RefusedError,
    printable_name,
    text_of,
    unread,
)
from glue_jobs.commerce.records import MAX_LINE, NOT_JSON, NOT_UTF8, TOO_LONG

MAX_WHOLE = 64 << 20  # bytes of an array, or of an object over several lines
_LINE_ENDS = str.maketrans("\t\r\n", "   ")
# Numbers are not needed, and may be too long for Python.
_STRICT, _LENIENT = (
    json.JSONDecoder(parse_int=bool, parse_float=bool, strict=strict) for strict in (True, False)
)
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.?[^"\\]*+)*+(?:"|\Z)|[][{},]', re.DOTALL)


def read(file: BinaryIO, size: int) -> Records:
    """Return what a file of so many bytes holds.

    Raises:
        RefusedError: it is no JSON, or too large to be looked at as a whole.
    """
    columns: dict[str, None] = {}
    return Records(columns, _raw_lines(_texts(file, size), columns))


def _texts(file: BinaryIO, size: int) -> Iterator[str]:
    """Return the text of every record, found by the form of the file."""
    text = text_of(file)
    while (head := text.read(MAX_LINE)) and not head.strip():
        pass
    if not head:
        raise RefusedError(EMPTY_FILE)
    lines = [line for line in re.split(r"[\r\n]+", head) if line.strip()]
    ended = lines[:-1] if len(head) == MAX_LINE else lines
    if ended and all(map(_is_object, ended)):
        return _lines(file)
    mark = head.lstrip()[0]
    if mark in "[{" and size <= MAX_WHOLE:
        whole = text_of(file).read()
        split = _elements if mark == "[" else _objects
        try:
            is_whole = all(mark == "[" or _is_object(text) for text in split(whole))
        except RefusedError:
            is_whole = False
        if is_whole:
            return split(whole)
    if mark != "[" and (not ended or any(map(_is_object, lines))):
        return _lines(file)  # the first is too long, or some are broken
    raise RefusedError(TOO_LARGE if mark in "[{" and size > MAX_WHOLE else NOT_JSON)


def _lines(file: BinaryIO) -> Iterator[str]:
    """Yield the lines of a file; of a longer one than a record may be, the beginning."""
    is_begun = False
    for line in iter(partial(text_of(file).readline, MAX_LINE + 1), ""):
        if not is_begun:
            yield line
        is_begun = line[-1] not in "\r\n"


def _elements(text: str) -> Iterator[str]:
    """Yield the elements of an array; none for nothing between two commas.

    Raises:
        RefusedError: it does not end where the text ends.
    """
    depth, begin = 0, text.index("[") + 1
    for token in _TOKEN.finditer(text, begin - 1):
        mark, end = text[token.start()], token.start()
        depth += (mark in "[{") - (mark in "]}")
        if depth == 0 or (mark == "," and depth == 1):
            yield text[begin:end]
            begin = token.end()
        if depth == 0:
            break
    if depth or text[begin - 1] != "]" or text[begin:].strip():
        raise RefusedError(NOT_JSON)


def _objects(text: str) -> Iterator[str]:
    """Yield objects that stand one after another.

    Raises:
        RefusedError: there is anything else, or the last one does not end.
    """
    depth = begin = 0
    for token in _TOKEN.finditer(text):
        mark = text[token.start()]
        if depth == 0 and (mark != "{" or text[begin : token.start()].strip()):
            raise RefusedError(NOT_JSON)
        depth += (mark in "[{") - (mark in "]}")
        if depth == 0:
            yield text[begin : token.end()]
            begin = token.end()
    if depth or text[begin:].strip():
        raise RefusedError(NOT_JSON)


def _raw_lines(texts: Iterable[str], columns: dict[str, None]) -> Iterator[bytes]:
    for text in texts:
        if stripped := text.strip():
            yield _raw_line(stripped, columns)


def _raw_line(text: str, columns: dict[str, None]) -> bytes:
    if len(text) > MAX_LINE:
        return unread(text, TOO_LONG)
    found = _decoded(text)
    try:
        line = text.translate(_LINE_ENDS).encode()
    except UnicodeEncodeError:
        return unread(text, NOT_UTF8)
    if len(line) > MAX_LINE:
        return unread(text, TOO_LONG)
    if not isinstance(found, dict):
        return unread(text, NOT_JSON)
    if not found.keys() <= columns.keys():
        _add(found, columns)
    return line


def _is_object(text: str) -> bool:
    """Return whether a text may be an object: it is too long to say, or only its texts are bad."""
    return len(text) > MAX_LINE or isinstance(_decoded(text, _LENIENT), dict)


def _decoded(text: str, decoder: json.JSONDecoder = _STRICT) -> object:
    """Return what JSON says, None if it is none; names are right, numbers are not."""
    try:
        return decoder.decode(text)
    except (ValueError, RecursionError):
        return None


def _add(names: Iterable[str], columns: dict[str, None]) -> None:
    for name in names:
        if len(columns) < MAX_NAMES:
            columns[printable_name(name)] = None
