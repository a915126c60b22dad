"""The raw files of one hour, made once by the project's generator and kept."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.spellings import SPELLINGS, respell
from tests.tools.bench.measure import BenchError
from tests.tools.demo import PROJECT, raw_key

HOUR = datetime(2026, 3, 2, 18, tzinfo=UTC)  # of all raw files and their events
KEPT = PROJECT / "build/bench"
SEED = 9
# Half of the duplicates are in the file itself; the bad lines are of all thirty kinds.
FAULTS = {
    "clean": [],
    "dirty": ["duplicate_in_file=0.01", "duplicate_across_files=0.01", "malformed=0.001"],
}

NAMES = (*FAULTS, *SPELLINGS)  # the spellings are of the clean hour


@dataclass(frozen=True)
class RawSet:
    """Raw files by the key under which the producer delivers them, oldest first.

    ``totals`` are the generator's counts of lines, accepted, duplicates and rejected.
    """

    files: dict[str, Path]
    totals: dict[str, int]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.stat().st_size for file in self.files.values())


def raw_set(name: str, files: int, events: int) -> RawSet:
    """Return the clean or the dirty hour, or the clean one respelled, made now if not there.

    Raises:
        BenchError: the generator failed.
    """
    folder = KEPT / f"raw/{name}-{files}x{events}"
    truth = folder.with_suffix(".json")
    if not truth.exists() and name in FAULTS:
        _generate(folder, truth, files, events, FAULTS[name])
    elif not truth.exists():
        _respell(raw_set("clean", files, events), folder, truth, name)
    found = {raw_key(file.name): file for file in sorted(folder.glob("*.gz"))}
    if len(found) != files:
        raise BenchError(f"{folder} should hold {files} files, not {len(found)}; remove {truth}")
    return RawSet(found, json.loads(truth.read_text(encoding="utf-8"))["totals"])


def _generate(folder: Path, truth: Path, files: int, events: int, faults: list[str]) -> None:
    command = [sys.executable, PROJECT / "generate_sample_data.py", "--force"]
    command += ["--num-files", files, "--events-per-file", events, "--seed", SEED]
    command += ["--start", f"{HOUR:%Y-%m-%dT%H:%M:%SZ}", "--output", folder, "--truth", truth]
    command += [word for fault in faults for word in ("--fault", fault)]
    if subprocess.run(list(map(str, command)), check=False).returncode:
        raise BenchError(f"the generator did not make {folder}; its own output tells more")


def _respell(clean: RawSet, folder: Path, truth: Path, spelling: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in clean.files.values():
        respell(file, folder / file.name, spelling)
    truth.write_text(json.dumps({"totals": clean.totals}), encoding="utf-8")
