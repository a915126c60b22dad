"""The files of all days as a sender delivers them, and the truth about them."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from tqdm import tqdm

from commerce.generators.faults import (
    DUPLICATE,
    SOURCES,
    Faults,
    Record,
    Repeat,
    Report,
    csv_line,
    json_line,
)
from commerce.generators.file_faults import LATE, strike
from commerce.generators.world import World

GOOD = "good"


@dataclass(frozen=True)
class Plan:
    """What to generate: ``sizes`` are rows, by source."""

    world: World
    sizes: dict[str, int]
    faults: Faults
    file_fault: str | None = None


class Deliveries(Protocol):
    """The records of a source, day by day, and what was planted in them."""

    def days(self) -> Iterator[tuple[int, Iterable[Record]]]:
        """Yield each day's records in the order of days; each day's are read before the next."""

    def planted(self) -> dict[str, object]:
        """Return the truth that is no count of a file, once all days were read."""


def write(plan: Plan, deliveries: Deliveries, output: Path, truth_file: Path | None) -> None:
    """Generate beside the output, a folder that exists, and move there in the end."""
    with TemporaryDirectory(prefix=".making-", dir=output) as staging:
        source = plan.faults.source
        (folder := Path(staging) / source).mkdir()
        files = _write_files(plan, deliveries, folder)
        if truth_file:
            truth_file.parent.mkdir(parents=True, exist_ok=True)
            truth_file.write_text(_truth(plan, files, deliveries.planted()), encoding="utf-8")
        folder.replace(output / source)


def _write_files(plan: Plan, deliveries: Deliveries, folder: Path) -> dict[str, Report]:
    """Write all files; return the truth about each, in the order of delivery."""
    source, days = SOURCES[plan.faults.source], plan.world.days
    files: dict[Path, Report] = {}
    coming, late = plan.file_fault, None
    for day, records in tqdm(deliveries.days(), total=days, unit="day", delay=2, disable=None):
        path = folder / f"date={plan.world.date_of(day)}/{folder.name}.{source.format}"
        path.parent.mkdir()
        faults = plan.faults._replace(rates={}) if coming else plan.faults
        files[path] = report = _write_file(path, records, faults, day)
        if late:  # it comes after this one
            files[late], late = files.pop(late), None
        if coming and report.accepted:
            files |= strike(path, source, coming, report)
            coming, late = None, path if coming == LATE else None
    return {path.relative_to(folder.parent).as_posix(): report for path, report in files.items()}


def _write_file(path: Path, records: Iterable[Record], faults: Faults, day: int) -> Report:
    """Write the records and what goes wrong with them; return the truth about the file."""
    source, random = SOURCES[faults.source], faults.dice_of(day, "copies")
    as_line = csv_line if source.format == "csv" else json_line
    kinds = Counter[str]()
    with path.open("wb") as file:
        if source.format == "csv":
            file.write(",".join(source.fields).encode() + b"\n")
        for record in records:
            line = as_line(record)
            file.write(line + b"\n")
            kinds[DUPLICATE if isinstance(record, Repeat) else GOOD] += 1
            for kind, copy in faults.copies(record, line, random):
                file.write(copy + b"\n")
                kinds[kind] += 1
    return Report(kinds.pop(GOOD, 0), kinds.pop(DUPLICATE, 0), kinds)


def _truth(plan: Plan, files: dict[str, Report], planted: dict[str, object]) -> str:
    accepted, duplicates, reasons, *_ = zip(*files.values(), strict=True)
    totals = Report(sum(accepted), sum(duplicates), sum(reasons, Counter()))
    known = {
        "parameters": asdict(plan.world)
        | {"start": str(plan.world.start), "rows": plan.sizes, "faults": plan.faults.rates}
        | ({"file_fault": plan.file_fault} if plan.file_fault else {}),
        "files": {name: report.told() for name, report in files.items()},
        "totals": totals.told(),
        "planted": planted,
    }
    return as_text(known)


def as_text(known: Mapping[str, object]) -> str:
    """Return a truth as JSON, a list in one line."""
    text = json.dumps(known, indent=1)
    return (
        re.sub(r"\[\s+([^][{}]+?)\s+\]", lambda row: f"[{' '.join(row[1].split())}]", text) + "\n"
    )
