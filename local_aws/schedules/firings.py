"""What schedules start, and what became of it."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Thread

from local_aws import state
from local_aws.event_bus.errors import FAILURES, RefusedError, code_of
from local_aws.schedules.clock import shown

_log = logging.getLogger(__name__)

Work = Callable[[], str]  # starts something, waits for its end and tells what came of it


@dataclass(frozen=True)
class Schedule:
    """A schedule that is switched on.

    ``is_due`` tells whether it names a minute; ``start`` returns what it starts then, by name.
    """

    name: str
    is_due: Callable[[datetime], bool]
    start: Callable[[datetime], Iterable[tuple[str, Work]]]


class Firing(Thread):
    """Something that a schedule starts at an instant; runs until that has ended."""

    def __init__(self, instant: datetime, schedule: str, target: str, work: Work) -> None:
        super().__init__(name=f"firing of {schedule}", daemon=True)
        self._what = f"{shown(instant)}  {schedule}  {target}"
        self._work = work
        self._outcome = "has not ended; the output of the local AWS may tell why"

    @property
    def line(self) -> str:
        """Simulated time, schedule, what it started, and what came of it."""
        return f"{self._what}: {self._outcome}"

    def run(self) -> None:
        """Do the work and log the line; refusals and services' errors are outcomes too."""
        level = logging.INFO
        try:
            self._outcome = self._work()
        except RefusedError as refusal:
            level, self._outcome = logging.WARNING, f"refused: {refusal}"
        except FAILURES as error:
            self._outcome = f"failed: {code_of(error)}: {error.message}"
        _log.log(level, "%s", self.line)
        state.touch()
