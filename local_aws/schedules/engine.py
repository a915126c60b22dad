"""The ticks: the clock goes on by a slot, and what it passes is started."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import chain
from threading import Event, Lock
from typing import NoReturn

from local_aws import cloudwatch
from local_aws.event_bus.errors import RefusedError
from local_aws.schedules import rules, triggers
from local_aws.schedules.clock import MINUTE, SLOT, Clock, shown, slot_of
from local_aws.schedules.firings import Firing
from local_aws.settings import Settings

LOOK_EVERY = 0.1  # seconds


class Engine:
    """Lets time pass, one tick after another."""

    def __init__(self) -> None:
        self._ticking = Lock()
        self._stopping = Event()

    def reset(self, settings: Settings) -> None:
        """Go by the clock of this root from now on."""
        self._clock = Clock(settings.clock_file)
        self._stopping.clear()

    def stop(self) -> None:
        """Fire nothing any more; returns when the tick under way has been given up."""
        self._stopping.set()
        with self._ticking:
            pass

    def tick(self, *, wait: bool) -> list[str]:
        """Let the clock reach the next slot; return a line for all that this fired.

        When it ends, alarms are evaluated: the last lines are of those that changed their states.
        With ``wait`` this is done in order: after another tick, and each minute only when all has
        ended that the minute before started. Without, nothing happens amid another tick.

        Raises:
            LocalAwsError: the clock cannot be read or written.
        """
        if not self._ticking.acquire(blocking=wait):
            return []
        try:
            firings = list(self._pass_a_slot(wait=wait))
            nothing = f"{shown(self._clock.now())}  nothing was due"
            fired = [firing.line for firing in firings] or [nothing]
            return [*fired, *cloudwatch.evaluate()]
        finally:
            self._ticking.release()

    def _pass_a_slot(self, *, wait: bool) -> Iterator[Firing]:
        instant = self._clock.now()
        end = slot_of(instant) + SLOT
        while instant < end and not self._stopping.is_set():
            instant += MINUTE
            self._clock.set(instant)  # first: what a crash interrupts is not fired again
            firings = list(_due(instant))
            for firing in firings:
                firing.start()
            if wait:
                self._await(firings)
            yield from firings

    def _await(self, firings: list[Firing]) -> None:
        for firing in firings:
            while firing.is_alive() and not self._stopping.is_set():
                firing.join(LOOK_EVERY)


ENGINE = Engine()


def _due(instant: datetime) -> Iterator[Firing]:
    """Yield what is to be started at a minute; once a slot, also the schedules refused."""
    for schedule in chain(rules.enabled(), triggers.activated()):
        try:
            if schedule.is_due(instant):
                for target, work in schedule.start(instant):
                    yield Firing(instant, schedule.name, target, work)
        except RefusedError as refusal:
            if instant == slot_of(instant):
                yield Firing(instant, schedule.name, "schedule", partial(_refuse, refusal))


def _refuse(refusal: RefusedError) -> NoReturn:
    raise refusal
