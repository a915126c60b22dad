"""What goes wrong with a whole file: the first that has records, and nothing else with it."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from commerce.generators.faults import Report, Source

NEW_FIELD = "channel"
NO_COLUMN = "missing_column"  # its name follows
TEXT = "review_text"


class FileFault(NamedTuple):
    """A change of a file's text, and why the file is refused for it; "" if it is not."""

    formats: tuple[str, ...]
    change: Callable[[str, Source], str]
    refused: str = ""


def _renamed(text: str, source: Source) -> str:
    return "id" + text.removeprefix(source.fields[0])


def _without_first(text: str, _: Source) -> str:
    return "".join(line.partition(",")[2] for line in text.splitlines(keepends=True))


def _with_new_field(text: str, source: Source) -> str:
    lines = text.splitlines()
    if source.format == "json":
        return "".join(f'{line[:-1]}, "{NEW_FIELD}": "web"}}\n' for line in lines)
    return f"{lines[0]},{NEW_FIELD}\n" + "".join(f"{line},web\n" for line in lines[1:])


def _csv(rows: list[list[str]], delimiter: str = ",") -> str:
    csv.writer(text := io.StringIO(), delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _with_semicolons(text: str, _: Source) -> str:
    return _csv(list(csv.reader(text.splitlines())), ";")


def _with_newline(text: str, source: Source) -> str:
    header, first, *rows = csv.reader(text.splitlines())
    first[source.fields.index(TEXT)] = "good value,\nand fast"
    return _csv([header, first, *rows])


def _truncated(text: str, _: Source) -> str:
    return text[: text.rfind("\n", 0, -1) + 7]  # six characters of the last record


BOTH = ("csv", "json")
FILE_FAULTS = {
    "file_bom": FileFault(BOTH, lambda text, _: "\ufeff" + text),
    "file_crlf": FileFault(BOTH, lambda text, _: text.replace("\n", "\r\n")),
    "file_new_column": FileFault(BOTH, _with_new_field),
    "file_truncated": FileFault(BOTH, _truncated),
    "file_quoted_newline": FileFault(("csv",), _with_newline),
    "file_renamed_column": FileFault(("csv",), _renamed, NO_COLUMN),
    "file_missing_column": FileFault(("csv",), _without_first, NO_COLUMN),
    "file_other_delimiter": FileFault(("csv",), _with_semicolons, "wrong_delimiter"),
}


def file_kinds(source: Source) -> list[str]:
    """Return the kinds that can strike a file of a source."""
    kinds = [kind for kind, fault in FILE_FAULTS.items() if source.format in fault.formats]
    return [kind for kind in kinds if kind != "file_quoted_newline" or TEXT in source.fields]


def strike(path: Path, source: Source, kind: str, good: Report) -> Report:
    """Change a good file; return the truth about it now."""
    fault = FILE_FAULTS[kind]
    path.write_bytes(fault.change(path.read_bytes().decode(), source).encode())
    if fault.refused:
        column = f"_{source.fields[0]}" if fault.refused == NO_COLUMN else ""
        return Report(0, 0, Counter(), kind, refused=fault.refused + column)
    if kind == "file_truncated":
        reason = "wrong_number_of_fields" if source.format == "csv" else "not_json"
        return Report(good.accepted - 1, 0, Counter({reason: 1}), kind)
    unknown = (NEW_FIELD,) if kind == "file_new_column" else ()
    return good._replace(fault=kind, unknown_fields=unknown)
