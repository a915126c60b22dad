"""Kill a run anywhere: the next makes every table what it would have been."""

from collections.abc import Iterator
from itertools import takewhile
from typing import ClassVar

import pytest

from tests.crash.commerce.domain import DOMAIN as ORDER_BOOK
from tests.crash.commerce.kill_points import POINTS as ORDER_BOOK_POINTS
from tests.crash.deployment import Domain
from tests.crash.events.domain import DOMAIN as CLICKSTREAM
from tests.crash.events.kill_points import POINTS as CLICKSTREAM_POINTS
from tests.crash.kill_points import BOTH, KillPoint
from tests.crash.runs import Runs
from tests.tools import demo

pytestmark = pytest.mark.crash


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try every point of a job with its inputs, each alone."""
    if "point" in metafunc.fixturenames:
        cases = metafunc.cls.cases()
        ids = [f"{name}-{point.name.replace(' ', '_')}" for name, point in cases]
        metafunc.parametrize(("name", "point"), cases, ids=ids)
    if "folder" in metafunc.fixturenames:
        metafunc.parametrize(("name", "folder"), metafunc.cls.folders)


@pytest.fixture(scope="class")
def runs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runs]:
    """The domain of a class, deployed, and a process to run its job."""
    request.getfixturevalue("aws_environment")
    folder = tmp_path_factory.mktemp("states")
    runs = Runs(request.getfixturevalue("aws"), request.cls.domain, folder)
    yield runs
    runs.close()


class KillAnywhere:
    """The tests of a job; ``heading``: that of its points in docs/exactly-once.md.

    ``chained``: the input of which runs die at one point after the other. ``folders``: of an input,
    where its run dies amid a write.
    """

    domain: ClassVar[Domain]
    points: ClassVar[tuple[KillPoint, ...]]
    heading: ClassVar[str]
    chained: ClassVar[str]
    folders: ClassVar[tuple[tuple[str, str], ...]]

    @classmethod
    def cases(cls) -> list[tuple[str, KillPoint]]:
        """Return input and point of every run that dies alone."""
        return [
            (name, of)
            for name in BOTH
            for of in cls.points
            if name in (of.inputs if of.alone is None else of.alone)
        ]

    def test_kill(self, runs: Runs, name: str, point: KillPoint) -> None:
        """Wherever a run dies, readers see whole partitions, and the next completes the rest."""
        runs.begin(name)

        runs.kill(point, "sigkill")

        runs.assert_whole(name)
        runs.make()
        runs.assert_complete(name)

    def test_points_are_listed(self) -> None:
        """The page that promises the points has them all, and no other."""
        page = (demo.PROJECT / "docs/exactly-once.md").read_text(encoding="utf-8")
        table = page.split(f"| {self.heading} |", 1)[1].split("\n\n", 1)[0]
        listed = [row.split("|")[1].strip() for row in table.splitlines()[2:]]

        assert listed == [point.name for point in self.points]
        assert f"{len(self.cases())} cases" in page

    def test_kill_amid_a_write(self, runs: Runs, name: str, folder: str) -> None:
        """The same when the process dies as its first new file shows up, whatever it does then."""
        runs.begin(name)

        runs.kill_amid_a_write(folder)

        runs.assert_whole(name)
        runs.make()
        runs.assert_complete(name)

    def test_killed_again_and_again(self, runs: Runs) -> None:
        """However many runs die one after the other, the one that lives completes the work."""
        runs.begin(self.chained)

        # Once one has committed, nothing is left to do for the next.
        for point in takewhile(lambda point: point.name != "committed", self.points):
            if self.chained in point.inputs:
                runs.kill(point, "exception")
                runs.assert_whole(self.chained)

        runs.make()
        runs.assert_complete(self.chained)

    @pytest.mark.parametrize("name", BOTH)
    def test_readers(self, runs: Runs, name: str) -> None:
        """Whoever asks again and again while a run is at work sees whole partitions only."""
        runs.begin(name)

        answers = runs.make_while_reading()

        assert len(answers) > 5
        for answer in answers:
            runs.assert_whole(name, answer)

    def test_run_after_the_repair(self, runs: Runs) -> None:
        """A third run changes nothing; long after, it removes all that the killed run left."""
        runs.begin("faulty")
        [point] = [of for of in self.points if of.name == "all written, nothing swapped"]
        runs.kill(point, "exception")
        runs.make()
        runs.deployment.age_manifests()

        runs.make()

        runs.assert_complete("faulty")
        assert not [*runs.deployment.manifests.glob("*")]


class TestCurateEvents(KillAnywhere):
    """The clickstream's job."""

    domain, points, heading = CLICKSTREAM, CLICKSTREAM_POINTS, "the run dies when"
    chained, folders = "clean", (("clean", "versions"), ("faulty", "silver"))


class TestLoadCommerce(KillAnywhere):
    """The order book's job."""

    domain, points, heading = ORDER_BOOK, ORDER_BOOK_POINTS, "the load dies when"
    chained, folders = "faulty", (("clean", "versions"), ("faulty", "versions"))
