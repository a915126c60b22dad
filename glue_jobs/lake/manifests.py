"""What a run is about to read and to change, noted so that its successor knows if it dies.

A note lies under ``unsettled/`` from before the run reads until its bookmark is committed.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from glue_jobs.lake.catalog import Hour
from glue_jobs.lake.notes import parse_note
from glue_jobs.lake.store import Store

UNSETTLED = "unsettled/"


class TakenOver(NamedTuple):
    """What dead runs left: hours in doubt; whether one died while it read; notes unreadable."""

    hours: set[Hour]
    is_reader_dead: bool
    unreadable: list[str]


class Doubts:
    """The notes of one run, whose ``publication`` names it, and those that it has taken over."""

    def __init__(self, store: Store, run_id: str, publication: str) -> None:
        self._store = store
        self._run_id = run_id
        self._own = f"{UNSETTLED}{publication}.json"
        self._hours: set[Hour] = set()
        self._taken: list[str] = []

    def note_reading(self) -> None:
        """Say that this run is about to read; so it is until it next notes hours."""
        self._write(is_reading=True)

    def note(self, hours: Iterable[Hour]) -> None:
        """Say that this run is about to change some more hours; what it reads has been read."""
        self._hours |= set(hours)
        self._write(is_reading=False)

    def take_over(self, is_over: Callable[[str], bool]) -> TakenOver:
        """Return what runs that are over left in doubt, to settle it with our own.

        The notes of another run that is still at work are its own affair; what is no note stays.
        """
        taken = TakenOver(set(), is_reader_dead=False, unreadable=[])
        for found in self._store.list(UNSETTLED):
            note = parse_note(self._store.read(found.key), _note)
            if note is None:
                taken.unreadable.append(found.key)
            elif note.run_id == self._run_id or is_over(note.run_id):
                self._taken.append(found.key)
                taken.hours.update(note.hours)
                taken = taken._replace(is_reader_dead=taken.is_reader_dead or note.is_reading)
        return taken

    def settle(self) -> None:
        """Drop the notes, once every table agrees with silver and the run is committed."""
        self._store.delete([*self._taken, self._own])

    def _write(self, *, is_reading: bool) -> None:
        note = {"run_id": self._run_id, "reading": is_reading, "hours": sorted(self._hours)}
        self._store.write(self._own, json.dumps(note).encode())


class _Note(NamedTuple):
    run_id: str
    hours: list[Hour]
    is_reading: bool


def _note(note: Any) -> _Note:  # ruff: ignore[any-type] - JSON
    """Raise what ``parse_note`` expects, or return the note; older ones do not say ``reading``."""
    hours = [(dt, hour) for dt, hour in note["hours"]]
    for text, pattern in [
        (note["run_id"], r"[\w-]{1,255}"),
        *((dt + "T" + hour, r"\d{4}-\d\d-\d\dT\d\d") for dt, hour in hours),
    ]:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(text)
    return _Note(note["run_id"], hours, note.get("reading") is True)
