"""Look at the quality of a day's deliveries: ``python -m commerce.quality check --date D``.

Exit code 0 if it passes or only warns, 1 if it fails, 2 on misuse. What a whole ``check`` finds is
recorded and decides the day's verdict; a part of it (--checks, --table, --bound) is only shown.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from uuid import uuid4

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from commerce.gate.checks import CHECKS, UnknownCheckError, chosen, tuned
from commerce.gate.drift import changes
from commerce.gate.gate import Gate
from commerce.gate.judging import Run, new_run
from commerce.gate.options import parser_of
from commerce.gate.rendering import Report, as_text, of_changes, of_results, write_report
from commerce.package import CURE
from glue_jobs.athena import Athena, AthenaError
from glue_jobs.commerce.quality_results import read_results, write_results
from glue_jobs.commerce.verdict import (
    ACCEPTED,
    FAIL,
    UNCHECKED,
    Result,
    UnreadableResultError,
    newest_run,
    verdict,
)
from glue_jobs.lake.store import Store


class Place(NamedTuple):
    """Where a student's results lie, and who asks the tables."""

    store: Store
    gate: Gate


class MisuseError(Exception):
    """The command cannot do what it is told to; its text is one sentence."""


def main(argv: list[str] | None = None) -> int:
    """Do what the command says; return its exit code."""
    helps = {name: (command.__doc__ or "").split("\n")[0] for name, command in COMMANDS.items()}
    parser = parser_of(__doc__.split("\n")[0], helps)
    options = parser.parse_args(argv)
    try:
        return int(COMMANDS[options.command](_place(options.student_id), options))
    except (MisuseError, UnknownCheckError, UnreadableResultError) as error:
        parser.error(str(error))
    except AthenaError as error:
        parser.error(str(error).partition("; it was:")[0])
    except ClientError as error:
        parser.error(_obstacle(options.student_id, error))
    except (BotoCoreError, OSError) as error:
        parser.error(f"AWS was not reached: {error}; {CURE}")


def check(place: Place, options: argparse.Namespace) -> int:
    """Run checks over a day; record a whole run."""
    is_whole = not (options.checks or options.table or options.bound)
    checks = tuned(chosen(options.checks) if options.checks else CHECKS, dict(options.bound))
    run = _new_run()
    found = place.gate.check(options.date, checks, run, anomalies=not options.checks)
    if is_whole:
        write_results(place.store, str(options.date), found)
    before = read_results(place.store, str(options.date))
    return _tell(options, found, [each for each in before if each.severity == ACCEPTED])


def anomalies(place: Place, options: argparse.Namespace) -> int:
    """Show what is unlike the same weekdays before; warnings at the most."""
    return _tell(options, place.gate.check(options.date, [], _new_run(), anomalies=True))


def freshness(place: Place, options: argparse.Namespace) -> int:
    """Show how old the newest day of each source is: now, or at the end of a day."""
    run = _new_run()
    if options.date:
        midnight = datetime.combine(options.date + timedelta(days=1), time(), UTC)
        run = run._replace(checked_at=midnight)
    return _tell(options, place.gate.freshness(run))


def report(place: Place, options: argparse.Namespace) -> int:
    """Show what was recorded of a day: its newest run, and who accepted what."""
    results = read_results(place.store, str(options.date))
    consents = [each for each in results if each.severity == ACCEPTED]
    return _tell(options, newest_run(results), consents)


def schema(place: Place, options: argparse.Namespace) -> int:
    """Show which columns of the day's files are not those of the contracts."""
    columns = place.gate.columns(options.date)
    rows = [row for row in columns if options.table in {None, row["source"]}]
    found = changes(rows)
    of = "" if options.table is None else f" of {options.table}"
    told = f"{len(found)} changes of columns" if rows else f"no file{of} with columns was delivered"
    _show(options, of_changes(f"{options.date}: {told}", found))
    return int(any(change.is_breaking for change in found))


def accept(place: Place, options: argparse.Namespace) -> int:
    """Take a failure of a day as it is, also in later runs that observe the same."""
    day, run = str(options.date), _new_run()
    results = read_results(place.store, day)
    failed = verdict(results).failed
    consents = [
        Result(
            each.check_name, each.source, ACCEPTED, each.observed, None, None, options.reason, *run
        )
        for each in newest_run(results)
        if each.label in failed
        and each.check_name == options.check
        and options.source in {None, each.source}
    ]
    if not consents:
        of = options.check if options.source is None else f"{options.check} ({options.source})"
        raise MisuseError(
            f"{of} should be a failure of the newest run over {day} to be accepted, but that "
            f"run's are: {', '.join(failed) or 'nothing'}; see them by python -m commerce.quality "
            f"report --date {day}"
        )
    uri = write_results(place.store, day, consents)
    labels = ", ".join(each.label for each in consents)
    after = verdict([*results, *consents]).verdict
    sys.stdout.write(f"{labels} of {day} is accepted, the day is {after}: {uri}\n")
    return 0


COMMANDS: dict[str, Callable[[Place, argparse.Namespace], int]] = {
    each.__name__: each for each in (check, freshness, schema, anomalies, report, accept)
}


def _tell(
    options: argparse.Namespace, found: Sequence[Result], consents: Sequence[Result] = ()
) -> int:
    """Show results, of one table on demand; return the exit code that follows."""
    shown = [each for each in found if options.table in {None, each.source}]
    if found and not shown:
        known = ", ".join(sorted({each.source for each in found if each.source}))
        raise MisuseError(f"nothing was found of table {options.table!r}, only of {known}")
    judged = verdict([*shown, *consents])
    title = f"{options.date or 'now'}: {judged.verdict}"
    _show(options, of_results(title, [*shown, *consents], judged.accepted))
    return int(judged.verdict == FAIL or (judged.verdict == UNCHECKED and bool(options.date)))


def _show(options: argparse.Namespace, shown: Report) -> None:
    sys.stdout.write(as_text(shown))
    if options.report_output:
        write_report(shown, options.report_output)


def _new_run() -> Run:
    return new_run(f"by-hand-{uuid4().hex[:12]}")


def _place(student: str) -> Place:
    account = boto3.client("sts").get_caller_identity()["Account"]
    job = boto3.client("glue").get_job(JobName=f"capstone-load-commerce-{student}")["Job"]
    zone = job["DefaultArguments"]["--source_time_zone"]  # days are those that the job made
    store = Store(boto3.client("s3"), f"s3://capstone-analytics-{student}-{account}/")
    return Place(store, Gate(Athena(boto3.client("athena"), f"capstone-{student}"), student, zone))


def _obstacle(student: str, error: ClientError) -> str:
    if error.response["Error"]["Code"] in {"EntityNotFoundException", "NoSuchBucket"}:
        return (
            f"there is no order book of {student!r} in this account; create its stack first, as "
            f"docs/commerce-operations.md shows"
        )
    return (
        f"AWS refused: {error}; you need what docs/permissions/quality.json lists: to read the "
        f"load job, to query in the workgroup, to read and write results in the analytics bucket"
    )


if __name__ == "__main__":
    sys.exit(main())
