"""Runs of a job that are killed, and what must hold after each and after the next."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from local_aws.server import LocalAws
from tests.crash.deployment import Deployment, Domain, State, Tables
from tests.crash.kill_points import KillPoint
from tests.crash.workers import Worker

ENDINGS = {"sigkill": "SIGKILL", "exception": "Killed: here"}


@dataclass(frozen=True)
class Undisturbed:
    """New files over a loaded state, and what readers see before and after their run."""

    start: State
    before: Tables
    after: Tables


class Runs:
    """A deployed domain and the process that makes its runs.

    ``folder`` takes the states that are kept.
    """

    def __init__(self, aws: LocalAws, domain: Domain, folder: Path) -> None:
        self._aws, self._domain = aws, domain
        self.deployment = Deployment(aws, domain)
        self._worker = Worker(aws.settings, self.deployment.job)
        self._undisturbed = self._let_run(folder)

    def make(self) -> None:
        """Make an ordinary run."""
        error = self._worker.run()
        assert error is None, self._worker.log()

    def kill(self, point: KillPoint, how: str) -> None:
        """Make a run that dies at a point, by SIGKILL or an exception."""
        ending = self._worker.run(how=how, point=point)
        assert ending == ENDINGS[how], self._worker.log()

    def kill_amid_a_write(self, folder: str) -> None:
        """Make a run that dies, together with Spark, when the first rows appear in a folder."""
        assert self._worker.run(folder=str(self.deployment.analytics / folder)) == "SIGKILL"
        self._worker = Worker(self._aws.settings, self.deployment.job)

    def make_while_reading(self) -> list[Tables]:
        """Make an ordinary run; return what a reader sees who asks again and again meanwhile."""
        answers, is_over = [], Event()

        def ask() -> None:
            while not is_over.is_set():
                answers.append(self.published())

        reader = Thread(target=ask)
        reader.start()
        self.make()
        is_over.set()
        reader.join()
        return answers

    def begin(self, name: str) -> None:
        """Bring back what is there when an input has arrived and no run was made."""
        self.deployment.restore(self._undisturbed[name].start)

    def assert_whole(self, name: str, seen: Tables | None = None) -> None:
        """Each published partition has its rows from before the run, or those from after it."""
        expected = self._undisturbed[name]
        seen = seen or self.published()
        for table, partitions in seen.items():
            before, after = expected.before[table], expected.after[table]
            halves = {
                partition: rows
                for partition in partitions.keys() | after.keys()
                if (rows := partitions.get(partition)) != before.get(partition)
                and rows != after.get(partition)
            }
            assert halves == {}, table

    def assert_complete(self, name: str) -> None:
        """Every table is row for row what an undisturbed run leaves, and nothing else is left."""
        expected, seen = self._undisturbed[name], self.deployment.tables(self._domain.tables)
        wrong = {
            (table, at): (rows - after.get(at, Counter()), after.get(at, Counter()) - rows)
            for table, after in expected.after.items()
            for at in seen[table].keys() | after.keys()
            if (rows := seen[table].get(at, Counter())) != after.get(at)
        }
        assert wrong == {}  # (rows too many, rows missing)
        assert self.deployment.leftovers() == []

    def published(self) -> Tables:
        """Return what readers see of the tables that are published."""
        return self.deployment.tables(self._domain.published)

    def close(self) -> None:
        """End the worker."""
        self._worker.close()

    def _let_run(self, folder: Path) -> dict[str, Undisturbed]:
        """Return what is there when runs are killed, and what should be there in the end."""
        for files in self._domain.loaded:
            self.deployment.deliver(files)
            self.make()
        self.deployment.age_manifests()
        loaded, states = self.deployment.save(folder / "loaded"), {}
        for name, files in self._domain.inputs.items():
            self.deployment.restore(loaded)
            self.deployment.deliver(files)
            if name == "faulty":
                self._domain.left(self.deployment)
            states[name] = self._let_one_run(name, folder / name)
        return states

    def _let_one_run(self, name: str, folder: Path) -> Undisturbed:
        tables = self._domain.tables
        start, before = self.deployment.save(folder), self.deployment.tables(tables)
        self.make()
        after = self.deployment.tables(tables)
        doubled = [
            (table, row)
            for table, partitions in after.items()
            for rows in partitions.values()
            for row, count in rows.items()
            if count > 1
        ]
        assert doubled == []  # no table has two equal rows
        self._domain.check(self.deployment, name, after)
        return Undisturbed(start, before, after)
