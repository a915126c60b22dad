"""Deliveries as the files that a sender puts under ``landing/``, and such files as deliveries."""

import csv
import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tests.commerce.oracle_records import JSON, Delivery


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
    """Return what ``write`` wrote, in the order of paths."""
    return [
        Delivery(file.parts[-3], date.fromisoformat(file.parts[-2][5:]), _records(file))
        for file in sorted(folder.glob("*/date=*/*"))
    ]


def _records(file: Path) -> list[dict]:
    with file.open(encoding="utf-8", newline="") as lines:
        if file.suffix == ".json":
            return [json.loads(line) for line in lines]
        return list(csv.DictReader(lines))
