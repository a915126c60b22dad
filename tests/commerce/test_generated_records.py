"""What the generators write, the validator and the job read as the truth says."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from commerce.functions import file_validator
from commerce.functions.landing import address
from commerce.functions.raw_lines import RefusedError
from commerce.generators.faults import SOURCES
from commerce.generators.file_faults import file_kinds
from commerce.generators.sample import FOLDER
from glue_jobs.commerce.contracts import Delivery
from glue_jobs.commerce.records import parse_line
from tests.commerce.order_book import files
from tests.commerce.shop import MAINS, generate
from tests.commerce.test_sample import TRUTH

FILE_FAULTS = [(source, kind) for source in SOURCES for kind in file_kinds(SOURCES[source])]


def _judged(file: Path) -> dict:
    """Return a file's entry of the truth, without what only earlier files can tell."""
    place = address(f"landing/{'/'.join(file.parts[-3:])}", datetime.now(UTC))
    delivery = Delivery(place.day, UTC)
    with file.open("rb") as opened:
        try:
            records = file_validator.read(opened, file.stat().st_size, place)
        except RefusedError as refused:
            return {"lines": 0, "reasons": {}, "refused": ", ".join(refused.reasons)}
        parsed = [parse_line(line, place.source, delivery) for line in records.lines]
    unknown = sorted({name for line in parsed for name in line.unknown_fields})
    return {
        "lines": len(parsed),
        "reasons": Counter(",".join(line.reasons) for line in parsed if not line.record),
        **({"unknown_fields": unknown} if unknown else {}),
    }


def _check(folder: Path, source: str, truth: dict) -> None:
    told = {
        name: {field: file[field] for field in file if field in KEPT}
        for name, file in truth["files"].items()
        if name.startswith(source)
    }
    assert told == {
        file.relative_to(folder).as_posix(): _judged(file) for file in files(folder, source)
    }


KEPT = {"lines", "reasons", "refused", "unknown_fields"}


@pytest.mark.parametrize("source", MAINS)
def test_reasons(source: str, tmp_path: Path) -> None:
    """Per file, as many lines, and those rejected for the reason that the truth says."""
    faults = [f"--fault={kind}=0.05" for kind in SOURCES[source].kinds]
    truth = generate(source, tmp_path, "--days=5", *faults)

    _check(tmp_path, source, truth)
    assert truth["totals"]["reasons"].keys() == {*SOURCES[source].faults}


@pytest.mark.parametrize(("source", "kind"), FILE_FAULTS)
def test_file_faults(source: str, kind: str, tmp_path: Path) -> None:
    """A file is refused, or read in spite of its fault."""
    _check(tmp_path, source, generate(source, tmp_path, "--days=5", "--fault", kind))


@pytest.mark.parametrize("source", MAINS)
def test_sample(source: str) -> None:
    """So is the committed sample."""
    _check(FOLDER, source, TRUTH)
