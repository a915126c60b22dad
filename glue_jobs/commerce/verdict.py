"""What the quality gate found of a day, and what follows from it.

The rows of ``quality_results``, a line of JSON each as Athena's JSON SerDe reads them, and the
verdict over those of one day. The order of rows and of objects does not matter.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

# What a row is about: a bound that decides, one that is told, or somebody's consent to a failure.
FAIL, WARN, ACCEPTED = "fail", "warn", "accepted"
# What a day is; FAIL and WARN too.
PASS, UNCHECKED = "pass", "unchecked"
SEVERITIES = (FAIL, WARN, ACCEPTED)


class Result(NamedTuple):
    """A row of ``quality_results``: what a run of the gate found for a check and a source.

    ``checked_at`` is UTC, whole milliseconds. An acceptance has check, source and ``observed`` of
    the failure that it is for, and no ``bound`` and ``passed``.
    """

    check_name: str
    source: str | None
    severity: str
    observed: float | None
    bound: float | None
    passed: bool | None
    detail: str | None
    run_id: str
    checked_at: datetime

    @property
    def label(self) -> str:
        """The check, and of what."""
        return self.check_name if self.source is None else f"{self.check_name} ({self.source})"

    @property
    def finding(self) -> tuple[str, str | None, float | None]:
        """What an acceptance is for: another value is another failure."""
        return self.check_name, self.source, self.observed

    @property
    def run(self) -> tuple[datetime, str]:
        """What all results of a run share; of two runs the newer has the greater."""
        return self.checked_at, self.run_id


class Verdict(NamedTuple):
    """The verdict of a day, and the labels of the newest run's checks that did not pass, sorted."""

    verdict: str
    failed: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()  # they failed, and somebody takes them as they are


class UnreadableResultError(Exception):
    """A stored result is none, so the day's verdict is not known."""


def newest_run(results: Iterable[Result]) -> list[Result]:
    """Return what the newest run of the gate found of a day, without acceptances."""
    runs = [each for each in results if each.severity != ACCEPTED]
    newest = max((each.run for each in runs), default=None)
    return [each for each in runs if each.run == newest]


def verdict(results: Iterable[Result]) -> Verdict:
    """Return the verdict of a day from all its results.

    Its newest run decides. It is ``fail`` if a check of that severity did not pass and nobody
    accepted just what it observed, ``warn`` if anything else did not pass, ``unchecked`` without a
    run.
    """
    found = [*results]
    run = newest_run(found)
    if not run:
        return Verdict(UNCHECKED)
    wrong = [each for each in run if not each.passed]
    consents = {each.finding for each in found if each.severity == ACCEPTED}
    failures = [each for each in wrong if each.severity == FAIL]
    accepted = [each for each in failures if each.finding in consents]
    failed = [each for each in failures if each not in accepted]
    return Verdict(
        FAIL if failed else WARN if wrong else PASS,
        failed=_labels(failed),
        warned=_labels(each for each in wrong if each.severity == WARN),
        accepted=_labels(accepted),
    )


def _labels(results: Iterable[Result]) -> tuple[str, ...]:
    return tuple(sorted({each.label for each in results}))


def to_line(result: Result) -> str:
    """Return a result as a line of JSON."""
    moment = result.checked_at.astimezone(UTC)
    text = f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03}"
    return json.dumps({**result._asdict(), "checked_at": text}, allow_nan=False)


def from_lines(body: bytes, uri: str) -> list[Result]:
    """Return the results that an object holds.

    Raises:
        UnreadableResultError: a line is no result.
    """
    return [_from_line(line, f"{uri}, line {n}") for n, line in enumerate(body.splitlines(), 1)]


def _from_line(line: bytes, where: str) -> Result:
    try:
        found = json.loads(line)
        moment = datetime.fromisoformat(found["checked_at"]).replace(tzinfo=UTC)
        result = Result(**{**found, "checked_at": moment})
    except (ValueError, TypeError, KeyError) as error:
        raise _unreadable(where, line, error) from error
    if wrong := [*_mistyped(result)]:
        raise _unreadable(where, line, ", ".join(wrong))
    return result


def _mistyped(result: Result) -> Iterable[str]:
    """Yield the columns that hold what they never do."""
    if result.severity not in SEVERITIES:
        yield f"severity {result.severity!r}"
    if not isinstance(result.check_name, str) or not isinstance(result.run_id, str):
        yield "check_name or run_id without a text"
    if result.severity != ACCEPTED and not isinstance(result.passed, bool):
        yield f"passed {result.passed!r}"


def _unreadable(where: str, line: bytes, what: Any) -> UnreadableResultError:  # ruff: ignore[any-type]
    return UnreadableResultError(
        f"{where} should be a row of quality_results, but is {line[:200]!r} ({what}); remove the "
        f"object and check the day again: python -m commerce.quality check"
    )
