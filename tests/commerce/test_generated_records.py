"""What the generators write is what the contracts take: each fault breaks the rule it names."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date
from pathlib import Path

import pytest

from commerce.generators.faults import SOURCES
from glue_jobs.commerce.contracts import Delivery
from glue_jobs.commerce.records import parse_line
from tests.commerce.order_book import files
from tests.commerce.shop import MAINS, SIZES

RATE = 0.05


def _raw_lines(file: Path) -> Iterator[bytes]:
    """Yield the records of a delivered file as lines of a raw file."""
    lines = file.read_bytes().splitlines()
    if file.suffix == ".json":
        yield from lines
        return
    [header] = csv.reader([lines.pop(0).decode()])
    for line in lines:
        text = line.decode(errors="surrogateescape")
        [values] = csv.reader([text])
        if len(values) == len(header):
            yield json.dumps(dict(zip(header, values, strict=True)), ensure_ascii=False).encode(
                errors="surrogateescape"
            )
        else:
            yield json.dumps({"_line": text, "_reason": "wrong_number_of_fields"}).encode()


@pytest.mark.parametrize("source", MAINS)
def test_reasons(source: str, tmp_path: Path) -> None:
    """Per file, the contracts reject what the truth says, for the reason that it says."""
    truth = tmp_path / "truth.json"
    faults = [f"{kind}={RATE}" for kind in SOURCES[source].kinds]
    argv = [*SIZES[source], "--days", "5", "--output", str(tmp_path), "--truth", str(truth)]

    MAINS[source]([*argv, *(word for fault in faults for word in ("--fault", fault))])

    found = {}
    for file in files(tmp_path, source):
        day = date.fromisoformat(file.parent.name.removeprefix("date="))
        parsed = [parse_line(line, source, Delivery(day, UTC)) for line in _raw_lines(file)]
        assert not any(line.unknown_fields for line in parsed)
        found[file.relative_to(tmp_path).as_posix()] = Counter(
            ",".join(line.reasons) for line in parsed if not line.record
        )
    told = json.loads(truth.read_text())["files"]
    assert found == {name: file["reasons"] for name, file in told.items()}
    assert {reason for reasons in found.values() for reason in reasons} >= {*SOURCES[source].faults}
