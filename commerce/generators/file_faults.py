"""What goes wrong with a whole file: the first that has records, and nothing else with it."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from commerce.generators.faults import Report, Source

NEW_FIELD = "channel"
NO_COLUMN, TWO_COLUMNS = "missing_column_{field}", "ambiguous_column_{field}"
PACKED = "PK\x03\x04"  # how a zip file begins, and a workbook of Excel
WEB_PAGE = "<html>502 Bad Gateway</html>\n"
TEXT = "review_text"
TWICE, LATE = "file_twice", "file_late"
MAX_RECORD = 1 << 20  # bytes


class FileFault(NamedTuple):
    """A change of a file's text, the sources that it can strike, and its outcome.

    ``refused`` is why the whole file is, with ``field`` for its first field; ``added`` the reason
    of the one record that is added.
    """

    change: Callable[[str, Source], str]
    strikes: Callable[[Source], bool] = lambda _: True
    refused: str = ""
    added: str = ""


def _is_csv(source: Source) -> bool:
    return source.format == "csv"


def _has_text(source: Source) -> bool:
    return TEXT in source.fields


def _has_no_quotes(source: Source) -> bool:
    return _is_csv(source) and not _has_text(source)


def _unchanged(text: str, _: Source) -> str:
    return text


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


def _with_first_twice(text: str, source: Source) -> str:
    header, *lines = text.splitlines()
    return f"{header},{source.fields[0]}\n" + "".join(f"{line},x\n" for line in lines)


def _with_semicolons(text: str, _: Source) -> str:
    return _csv(list(csv.reader(text.splitlines())), ";")


def _with_newline(text: str, source: Source) -> str:
    header, first, *rows = csv.reader(text.splitlines())
    first[source.fields.index(TEXT)] = "good value,\nand fast"
    return _csv([header, first, *rows])


def _truncated(text: str, _: Source) -> str:
    return text[: text.rfind("\n", 0, -1) + 7]  # six characters of the last record


def _reordered(text: str, source: Source) -> str:
    lines = text.splitlines(keepends=True)
    header = [lines.pop(0)] if _is_csv(source) else []
    return "".join(header + lines[::-1])


def _with_long_record(text: str, source: Source) -> str:
    """Add the first record again, its first field prolonged."""
    place = text.index("\n") + 1 if _is_csv(source) else text.index(': "') + 3
    begin, end = text.rfind("\n", 0, place) + 1, text.index("\n", place) + 1
    return text[:end] + text[begin:place] + "x" * MAX_RECORD + text[place:]


def _with_open_quote(text: str, _: Source) -> str:
    """Add the first record again, behind a quote that nothing closes."""
    header, first, *rows = text.splitlines(keepends=True)
    return "".join([header, first, f'"{first}', *rows])


FILE_FAULTS = {
    "file_bom": FileFault(lambda text, _: "\ufeff" + text),
    "file_crlf": FileFault(lambda text, _: text.replace("\n", "\r\n")),
    "file_new_column": FileFault(_with_new_field),
    "file_reordered": FileFault(_reordered),
    TWICE: FileFault(_unchanged),
    LATE: FileFault(_unchanged),
    "file_truncated": FileFault(_truncated),
    "file_long_record": FileFault(_with_long_record, added="too_long"),
    "file_open_quote": FileFault(_with_open_quote, _has_no_quotes, added="too_long"),
    "file_quoted_newline": FileFault(_with_newline, _has_text),
    "file_renamed_column": FileFault(_renamed, _is_csv, refused=NO_COLUMN),
    "file_missing_column": FileFault(_without_first, _is_csv, refused=NO_COLUMN),
    "file_column_twice": FileFault(_with_first_twice, _is_csv, refused=TWO_COLUMNS),
    "file_empty": FileFault(lambda *_: "", refused="empty_file"),
    "file_binary": FileFault(lambda text, _: PACKED + text, refused="binary"),
    "file_web_page": FileFault(lambda *_: WEB_PAGE, refused="not_{format}"),
    "file_other_delimiter": FileFault(_with_semicolons, _is_csv, refused="wrong_delimiter"),
}


def file_kinds(source: Source) -> list[str]:
    """Return the kinds that can strike a file of a source."""
    return [kind for kind, fault in FILE_FAULTS.items() if fault.strikes(source)]


def strike(path: Path, source: Source, kind: str, good: Report) -> dict[Path, Report]:
    """Change a good file; return the truth about it now, and about its copy if it comes twice."""
    fault = FILE_FAULTS[kind]
    path.write_bytes(fault.change(path.read_bytes().decode(), source).encode())
    reports = {path: _report(source, kind, good)}
    if kind == TWICE:
        again = path.with_stem(f"{path.stem}-2")
        again.write_bytes(path.read_bytes())
        reports[again] = good._replace(accepted=0, duplicates=good.accepted, fault=kind)
    return reports


def _report(source: Source, kind: str, good: Report) -> Report:
    fault = FILE_FAULTS[kind]
    if fault.refused:
        refused = fault.refused.format(field=source.fields[0], format=source.format)
        return Report(0, 0, Counter(), kind, refused=refused)
    if kind == "file_truncated":
        reason = "wrong_number_of_fields" if _is_csv(source) else "not_json"
        return Report(good.accepted - 1, 0, Counter({reason: 1}), kind)
    unknown = (NEW_FIELD,) if kind == "file_new_column" else ()
    reasons = Counter([fault.added] if fault.added else [])
    return good._replace(reasons=reasons, fault=kind, unknown_fields=unknown)
