"""Deliveries as the files that a sender puts under ``landing/``, and such files as deliveries."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any

from tests.commerce.oracle_records import JSON, Delivery

MARK = "\ufeff".encode()  # some programs begin a file with it
MAX_RECORD = 1 << 20  # bytes
REASONS: dict[type[Exception], str] = {
    UnicodeDecodeError: "not_utf8",
    json.JSONDecodeError: "not_json",
    KeyError: "duplicate_field",
    ValueError: "wrong_number_of_fields",
    csv.Error: "too_long",  # a quote that nothing closes
}

Record = dict[str, Any]


def write(deliveries: Iterable[Delivery], folder: Path) -> list[Path]:
    """Write ``<source>/date=D/<source>-<number>.csv`` or ``.json``, lines of objects.

    Records of a CSV file have the same fields, texts.
    """
    numbers, files = Counter[tuple[str, date]](), []
    for delivery in deliveries:
        source, day, records = delivery
        numbers[source, day] += 1
        name = f"{source}-{numbers[source, day]}.{'json' if source in JSON else 'csv'}"
        files.append(folder / source / f"date={day}" / name)
        files[-1].parent.mkdir(parents=True, exist_ok=True)
        with files[-1].open("w", encoding="utf-8", newline="") as file:
            if source in JSON:
                file.writelines(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records)
            elif records:
                writer = csv.DictWriter(file, records[0], lineterminator="\n")
                writer.writeheader()
                writer.writerows(records)
    return files


def read(folder: Path) -> list[Delivery]:
    """Return what ``write`` or a generator wrote, in the order of paths."""
    files = sorted(file for file in folder.glob("*/date=*/**/*") if file.is_file())
    return [delivery(file.relative_to(folder).as_posix(), file) for file in files]


def delivery(path: str, file: Path) -> Delivery:
    """Return a file as a delivery; ``path`` is ``<source>/date=D/<name>``."""
    source, day, _ = path.split("/", 2)
    lines = file.read_bytes().removeprefix(MARK).splitlines(keepends=True)
    fields = next(csv.reader([lines.pop(0).decode()])) if lines and source not in JSON else None
    records = [
        {"_reason": found} if isinstance(found, str) else found
        for found in (record(line, fields) for line in _whole(lines))
    ]
    return Delivery(source, date.fromisoformat(day.removeprefix("date=")), records)


def _whole(lines: list[bytes]) -> Iterator[bytes]:
    """Yield lines, two as one if a quote of the first ends in the second."""
    pairs = zip_longest(lines, lines[1:], fillvalue=b"")
    for line, following in pairs:
        is_open = line.count(b'"') % 2 and following.count(b'"') % 2
        yield line + following if is_open else line
        if is_open:
            next(pairs)


def record(line: bytes, fields: list[str] | None) -> Record | str:
    """Return the record of a line, of CSV by the names of its fields; or why it is none."""
    if len(line) > MAX_RECORD:
        return "too_long"
    try:
        if fields is None:
            return json.loads(line.decode(), object_pairs_hook=_no_field_twice)
        [values] = csv.reader([line.decode()], strict=True)
        return dict(zip(fields, values, strict=True))
    except tuple(REASONS) as error:
        return REASONS[type(error)]


def _no_field_twice(pairs: list[tuple[str, Any]]) -> Record:
    if len({name for name, _ in pairs}) < len(pairs):
        raise KeyError
    return dict(pairs)
