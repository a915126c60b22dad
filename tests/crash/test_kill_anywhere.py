"""Kill a run anywhere: the next makes every table what it would have been."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import pytest

from local_aws.server import LocalAws
from tests import oracle
from tests.crash.deployment import GOLD, Deployment, State, Tables
from tests.crash.inputs import DOUBTFUL, INPUTS, LOADED
from tests.crash.kill_points import FAULTY, POINTS, KillPoint
from tests.crash.workers import Worker
from tests.pipeline import deploy
from tests.tools import demo

pytestmark = pytest.mark.crash


@dataclass(frozen=True)
class Undisturbed:
    """New files over a loaded state, and what readers see before and after their run."""

    start: State
    before: Tables
    after: Tables


class Runs:
    """A deployed stack and the process that makes its runs."""

    def __init__(self, aws: LocalAws) -> None:
        self._aws, self.deployment = aws, Deployment(aws, deploy("capstone-crash", "crash"))
        self._worker = Worker(aws.settings, self.deployment.job)

    def make(self) -> None:
        """Make an ordinary run."""
        error = self._worker.run()
        assert error is None, self._worker.log()

    def kill(self, point: KillPoint, how: str) -> None:
        """Make a run that dies at a point, by SIGKILL or an exception."""
        endings = {"sigkill": "SIGKILL", "exception": "Killed: here"}
        ending = self._worker.run(how=how, point=point)
        assert ending == endings[how], self._worker.log()

    def kill_amid_a_write(self, folder: Path) -> None:
        """Make a run that dies, together with Spark, when the first rows appear in a folder."""
        assert self._worker.run(folder=str(folder)) == "SIGKILL"
        self._worker = Worker(self._aws.settings, self.deployment.job)

    def close(self) -> None:
        """End the worker."""
        self._worker.close()


@pytest.fixture(scope="module")
def runs(request: pytest.FixtureRequest) -> Iterator[Runs]:
    """A deployed stack, and a process to run its job."""
    request.getfixturevalue("aws_environment")
    runs = Runs(request.getfixturevalue("aws"))
    yield runs
    runs.close()


@pytest.fixture(scope="module")
def undisturbed(runs: Runs, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Undisturbed]:
    """What is there when runs are killed, and what should be there in the end."""
    folder, deployment = tmp_path_factory.mktemp("states"), runs.deployment
    for files in LOADED:
        deployment.deliver(files)
        runs.make()
    deployment.age_manifests()
    loaded, states = deployment.save(folder / "loaded"), {}
    for name, files in INPUTS.items():
        deployment.restore(loaded)
        deployment.deliver(files)
        if name == "faulty":
            deployment.double(DOUBTFUL)
        states[name] = _let_run(runs, folder / name)
    return states


def _let_run(runs: Runs, folder: Path) -> Undisturbed:
    start, before = runs.deployment.save(folder), runs.deployment.tables()
    runs.make()
    after = runs.deployment.tables()
    doubled = [
        (table, row)
        for table, hours in after.items()
        for rows in hours.values()
        for row, count in rows.items()
        if count > 1
    ]
    assert doubled == []  # no table has two equal rows
    _, events = oracle.judge((runs.deployment.source / "events").rglob("*.gz"))
    assert runs.deployment.pipeline.answers() == oracle.answers(events)
    return Undisturbed(start, before, after)


# Then nothing is left to do for the next.
COMMITTED = {"committed", "notes of doubt dropped", "lock released, no metrics"}
CASES = [
    pytest.param(name, "sigkill", point, id=f"{name}-sigkill-{point.name.replace(' ', '_')}")
    for name in INPUTS
    for point in POINTS
    if name in point.inputs
] + [  # the others die by an exception in test_killed_again_and_again
    pytest.param("faulty", "exception", point, id=f"exception-{point.name.replace(' ', '_')}")
    for point in POINTS
    if point.inputs == FAULTY
]


@pytest.mark.parametrize(("name", "how", "point"), CASES)
def test_kill(
    runs: Runs, undisturbed: dict[str, Undisturbed], name: str, how: str, point: KillPoint
) -> None:
    """Wherever a run dies, readers see whole partitions, and the next run completes the rest."""
    expected = undisturbed[name]
    runs.deployment.restore(expected.start)

    runs.kill(point, how)

    _assert_whole(runs.deployment.tables(GOLD), expected)
    runs.make()
    _assert_complete(runs.deployment, expected)


def test_points_are_listed() -> None:
    """The page that promises the points has them all, and no other."""
    page = (demo.PROJECT / "docs/exactly-once.md").read_text(encoding="utf-8")
    table = page.split("| the run dies when |", 1)[1].split("\n\n", 1)[0]
    listed = [row.split("|")[1].strip() for row in table.splitlines()[2:]]

    assert listed == [point.name for point in POINTS]
    assert f"{len(CASES)} cases" in page


@pytest.mark.parametrize(("name", "folder"), [("clean", "versions"), ("faulty", "silver")])
def test_kill_amid_a_write(
    runs: Runs, undisturbed: dict[str, Undisturbed], name: str, folder: str
) -> None:
    """The same when the process dies as its first new file shows up, whatever it does then."""
    expected = undisturbed[name]
    runs.deployment.restore(expected.start)

    runs.kill_amid_a_write(runs.deployment.analytics / folder)

    _assert_whole(runs.deployment.tables(GOLD), expected)
    runs.make()
    _assert_complete(runs.deployment, expected)


def test_killed_again_and_again(runs: Runs, undisturbed: dict[str, Undisturbed]) -> None:
    """However many runs die one after the other, the one that lives completes the work of all."""
    expected = undisturbed["clean"]
    runs.deployment.restore(expected.start)

    for point in POINTS:
        if "clean" in point.inputs and point.name not in COMMITTED:
            runs.kill(point, "exception")
            _assert_whole(runs.deployment.tables(GOLD), expected)

    runs.make()
    _assert_complete(runs.deployment, expected)


@pytest.mark.parametrize("name", INPUTS)
def test_readers(runs: Runs, undisturbed: dict[str, Undisturbed], name: str) -> None:
    """Whoever asks gold again and again while a run is at work sees whole partitions only."""
    expected, answers, is_over = undisturbed[name], [], Event()
    runs.deployment.restore(expected.start)

    def ask() -> None:
        while not is_over.is_set():
            answers.append(runs.deployment.tables(GOLD))

    reader = Thread(target=ask)
    reader.start()
    runs.make()
    is_over.set()
    reader.join()

    assert len(answers) > 5
    for answer in answers:
        _assert_whole(answer, expected)


def test_run_after_the_repair(runs: Runs, undisturbed: dict[str, Undisturbed]) -> None:
    """A third run changes nothing; long after, it removes all that the killed run left."""
    expected = undisturbed["faulty"]
    runs.deployment.restore(expected.start)
    [point] = [point for point in POINTS if point.name == "all written, nothing swapped"]
    runs.kill(point, "exception")
    runs.make()
    runs.deployment.age_manifests()

    runs.make()

    _assert_complete(runs.deployment, expected)
    assert not [*runs.deployment.manifests.glob("*")]


def _assert_complete(deployment: Deployment, expected: Undisturbed) -> None:
    """Every table is row for row what an undisturbed run leaves, and nothing else is left."""
    seen = deployment.tables()
    wrong = {
        (table, hour): (rows - after.get(hour, Counter()), after.get(hour, Counter()) - rows)
        for table, after in expected.after.items()
        for hour in seen[table].keys() | after.keys()
        if (rows := seen[table].get(hour, Counter())) != after.get(hour)
    }
    assert wrong == {}  # (rows too many, rows missing)
    assert deployment.leftovers() == []


def _assert_whole(seen: Tables, expected: Undisturbed) -> None:
    """Each partition has its rows from before the run, or those from after it."""
    for table in GOLD:
        before, after = expected.before[table], expected.after[table]
        halves = {
            hour: seen[table].get(hour)
            for hour in seen[table].keys() | after.keys()
            if seen[table].get(hour) != before.get(hour)
            and seen[table].get(hour) != after.get(hour)
        }
        assert halves == {}
