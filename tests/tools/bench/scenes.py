"""What measures begin from, and what the tables must hold when they have ended."""

import json
import os
import shutil
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from tests.pipeline import WRITTEN_TABLES
from tests.tools.bench import tables
from tests.tools.bench.data import HOUR, RawSet
from tests.tools.bench.history import add_history
from tests.tools.bench.measure import Figures, run
from tests.tools.bench.place import Place, State
from tests.tools.bench.tables import Tables
from tests.tools.demo import PROJECT

WORKER = Path(__file__).with_name("warm_worker.py")
PARTITION = str([f"{HOUR:%Y-%m-%d}", f"{HOUR:%H}"])


class Scenes:
    """The place with raw files and tables as a measure needs them.

    What takes long to prepare is prepared when it is first needed, and kept. ``work`` is a new
    folder, for what other programs than the job write.
    """

    def __init__(self, place: Place, work: Path, raw_sets: dict[str, RawSet]) -> None:
        self.place, self._work, self.raw_sets = place, work, raw_sets
        work.mkdir()
        self._empty = place.save("empty")
        self._states: dict[tuple[int, bool], State] = {}
        self._made_by_duckdb: dict[tuple[str, int], tuple[Path, Tables]] = {}

    @property
    def files(self) -> int:
        """How many raw files the hour has."""
        return len(self.raw_sets["clean"].files)

    def backlog(self, name: str, files: int | None = None) -> None:
        """Empty the tables and deliver a set, or its first files."""
        self.place.restore(self._empty)
        self.deliver(name, 0, files)

    def deliver(self, name: str, first: int, end: int | None = None) -> None:
        """Put a set's files, from ``first`` up to but without ``end``, where the producer would."""
        for key, file in [*self.raw_sets[name].files.items()][first:end]:
            target = self.place.source / key
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)  # dated now

    def all_but(self, last: int, *, history: bool = False) -> None:
        """Have the tables hold the dirty hour but its last files, perhaps after thirty days."""
        if (last, history) not in self._states:
            if history:
                self.all_but(last)
                add_history(self.place, next(iter(self.raw_sets["dirty"].files.values())))
            else:
                self.backlog("dirty", self.files - last)
                self.place.run_job()
            self._states[last, history] = self.place.save(f"all but {last} {history}")
        self.place.restore(self._states[last, history])

    def raw(self, name: str, files: int | None = None) -> Path:
        """Return a folder like the source bucket, of a set or its first files, for DuckDB."""
        bucket = self.folder(f"raw-{name}-{files}") / self.place.source.name
        for key, file in [*self.raw_sets[name].files.items()][:files]:
            (bucket / key).parent.mkdir(parents=True)
            os.link(file, bucket / key)
        return bucket

    def made_by_duckdb(self, name: str, files: int | None = None) -> tuple[Path, Tables]:
        """Return where DuckDB's tables of a set, or of its first files, are, and what they hold."""
        files = files or self.files
        if (name, files) not in self._made_by_duckdb:
            out = self.folder(f"duckdb-{name}-{files}")
            self.run_duckdb(self.raw(name, files), out)
            if files == self.files:
                tables.refuse_untruth(out / "bronze/load_ledger", self.raw_sets[name].totals)
            self._made_by_duckdb[name, files] = out, tables.read(_folders(out))
        return self._made_by_duckdb[name, files]

    def check_job(self, where: str, name: str, files: int | None = None) -> None:
        """Refuse tables that the job has made if they are not DuckDB's of the same files."""
        nowhere, found = self.place.analytics / "nowhere", {}
        for table in WRITTEN_TABLES:
            found[table] = self.place.folders(table).get(PARTITION, nowhere)
        _, expected = self.made_by_duckdb(name, files)
        tables.refuse_difference(tables.read(found), expected, where)

    def check_duckdb(self, out: Path, where: str, name: str) -> None:
        """Refuse other tables than DuckDB has made of the same files before."""
        _, expected = self.made_by_duckdb(name)
        tables.refuse_difference(tables.read(_folders(out)), expected, where)

    def run_warm(self, name: str, numbers: Iterable[int]) -> Figures:
        """Deliver files of a set one by one and run the job after each, all in one process.

        Seconds and CPU are the last run's own.
        """
        files = [*self.raw_sets[name].files.items()]
        with self.place.prepared() as (one_id, run_of), ExitStack() as known:
            python, *argv = run_of.command
            runs = []
            for key, file in (files[number] for number in numbers):
                run_id = known.enter_context(self.place.known_run())
                words = [run_id if word == one_id else word for word in argv]
                runs.append((str(file), str(self.place.source / key), words))
            (run_of.home / "runs.json").write_text(json.dumps(runs), encoding="utf-8")
            whole = run([python, WORKER, argv[0]], run_of.environment, run_of.home)
            figures = json.loads((run_of.home / "figures.json").read_text(encoding="utf-8"))
        seconds, cpu, waiting = figures[-1]
        return Figures(seconds, cpu, whole.memory, waiting)

    def run_duckdb(self, raw: Path, out: Path) -> Figures:
        """Run the DuckDB script."""
        return self.run_python("-m", "tests.tools.bench.duckdb_script", raw, out)

    def run_python(self, *words: object) -> Figures:
        """Run Python with the project on its path, and nothing else of the environment."""
        return run([sys.executable, *words], {"PYTHONPATH": str(PROJECT)}, self._work)

    def folder(self, name: str) -> Path:
        """Return an empty folder for what a program writes."""
        folder = self._work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def _folders(out: Path) -> dict[str, Path]:
    return {table: out / layer.lower() / table for table, layer in WRITTEN_TABLES.items()}
