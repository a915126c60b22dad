"""Hours that a run is changing, noted so that its successor looks at them if it dies.

A note lies under ``unsettled/`` from before the run's first write until its bookmark is committed.
"""

import json
from collections.abc import Callable, Iterable

from glue_jobs.catalog import Hour
from glue_jobs.store import Store

UNSETTLED = "unsettled/"


class Doubts:
    """The notes of one run, whose ``publication`` names it, and those that it has taken over."""

    def __init__(self, store: Store, run_id: str, publication: str) -> None:
        self._store = store
        self._run_id = run_id
        self._own = f"{UNSETTLED}{publication}.json"
        self._hours: set[Hour] = set()
        self._taken: list[str] = []

    def note(self, hours: Iterable[Hour]) -> None:
        """Say that this run is about to change some more hours."""
        self._hours |= set(hours)
        note = {"run_id": self._run_id, "hours": sorted(self._hours)}
        self._store.write(self._own, json.dumps(note).encode())

    def take_over(self, is_over: Callable[[str], bool]) -> set[Hour]:
        """Return the hours that runs which are over left in doubt, to settle them with our own.

        The notes of another run that is still at work are its own affair.
        """
        hours = set()
        for found in self._store.list(UNSETTLED):
            note = json.loads(self._store.read(found.key))
            if note["run_id"] == self._run_id or is_over(note["run_id"]):
                self._taken.append(found.key)
                hours |= {(dt, hour) for dt, hour in note["hours"]}
        return hours

    def settle(self) -> None:
        """Drop the notes, once every table agrees with silver and the run is committed."""
        own = [self._own] if self._hours else []
        self._store.delete([*self._taken, *own])
