"""``python -m tests.tools.bench.order_book``: the order book's load beside plain Spark."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from operator import truediv
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from local_aws.java import java_home
from local_aws.settings import LocalAwsError
from tests.order_book import deploy
from tests.tools.bench.data import KEPT
from tests.tools.bench.measure import BenchError, Figures
from tests.tools.bench.order_book_scenes import DAILY, NEXT, TABLES, Scenes, returns, sales
from tests.tools.bench.page import machine
from tests.tools.bench.place import Place, local_aws
from tests.tools.stacks import PROJECT

PAGE = PROJECT / "docs/commerce-benchmark.md"
MANY, DAYS, YEAR = 1_000_000, 60, 365
MOST_MEMORY = 4.0  # GB of a whole run
GB = 1e9
HEAD = """# Benchmark of the order book

`make bench` wrote this page, rounds: {rounds}. Read the ratios, not the seconds; each figure is the
median of the rounds, with the least and the most in brackets.

{machine}

"""
MEANING = """
- **a million**: transactions of one day in one file, without returns. Plain Spark reads the CSV,
  casts, drops duplicates and writes Parquet.
- **returns**: 100,000 transactions of a new day, and 50 returns of each of the 60 days before it,
  which have 100,000 each. Plain Spark reads the CSV and those days, takes each id's latest row,
  and writes the 61 days.
- **a day**: 100,000 transactions, where the tables have one day, or 365.
- Each is a whole process, Spark's start included: the job as the local Glue runs it, with 2 GB of
  heap, plain Spark with 4. The job also validates, keeps every version, sums by product, customer
  and day, proves what it wrote, and swaps all of it in one publication.
"""
A_MILLION, RETURNS, A_DAY, IN_A_YEAR = "a million", "returns", "a day", "a day after 365"
JOB, PLAIN = ", job", ", plain Spark"
RATIOS = (
    (A_MILLION + JOB, A_MILLION + PLAIN, 2.5),
    (RETURNS + JOB, RETURNS + PLAIN, 2.5),
    (IN_A_YEAR + JOB, A_DAY + JOB, 1.15),
)

Results = dict[str, list[Figures]]


def main() -> None:
    """Measure, and write the page; a failure is one sentence and exit status 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.bench.order_book")
    parser.add_argument("--rounds", type=int, default=3, help="how often each measure is taken")
    parser.add_argument("--page", type=Path, default=PAGE, help="what to write")
    options = parser.parse_args()
    KEPT.mkdir(parents=True, exist_ok=True)
    try:
        java_home()  # the job would fail without; say so now
        with TemporaryDirectory(prefix="work-", dir=KEPT) as work, local_aws(Path(work)) as aws:
            place = Place(aws, deploy("bench"), "LandingBucketName", TABLES)
            results = _measure(measures(Scenes(place)), options.rounds)
    except (BenchError, LocalAwsError, OSError, RuntimeError) as error:
        sys.exit(str(error))
    head = HEAD.format(rounds=options.rounds, machine=machine())
    options.page.write_text(head + tables(results) + MEANING, encoding="utf-8")


def measures(scenes: Scenes) -> dict[str, Callable[[], Figures]]:
    """Return every measure by its name."""
    many, day = sales(MANY, NEXT), sales(DAILY, NEXT)
    returned = day + returns(DAYS)
    return {
        A_MILLION + PLAIN: partial(scenes.plain, 0, many),
        A_MILLION + JOB: partial(scenes.job, 0, many),
        RETURNS + PLAIN: partial(scenes.plain, DAYS, returned),
        RETURNS + JOB: partial(scenes.job, DAYS, returned),
        A_DAY + JOB: partial(scenes.job, 1, day),
        IN_A_YEAR + JOB: partial(scenes.job, YEAR, day),
    }


def _measure(found: dict[str, Callable[[], Figures]], rounds: int) -> Results:
    """Take every measure once in each round, so that what disturbs one round disturbs all."""
    results: Results = {}
    for number in range(rounds):
        for name, measure in found.items():
            figures = measure()
            results.setdefault(name, []).append(figures)
            sys.stdout.write(f"{figures.seconds:7.1f} s  round {number + 1}: {name}\n")
            sys.stdout.flush()
    return results


def tables(results: Results) -> str:
    """Return what was measured, and what it must be, as Markdown."""
    return "\n".join([*_took(results), "", *_ratios(results), ""])


def _took(results: Results) -> Iterator[str]:
    yield "| measure | seconds | CPU seconds | GB at the peak |\n| --- | --- | --- | --- |"
    for name, of in results.items():
        columns = zip(*((each.seconds, each.cpu, each.memory / GB) for each in of), strict=True)
        yield f"| {name} | {' | '.join(shown(values, '.1f') for values in columns)} |"


def _ratios(results: Results) -> Iterator[str]:
    yield "| ratio | measured | must | met |\n| --- | --- | --- | --- |"
    for above, below, most in RATIOS:
        seconds = ([each.seconds for each in results[name]] for name in (above, below))
        yield verdict(f"{above} / {below}", [*map(truediv, *seconds)], most)
    peaks = [max(each.memory for each in of) / GB for name, of in results.items() if JOB in name]
    yield verdict("GB at the job's peak", [max(peaks)], MOST_MEMORY)


def verdict(what: str, values: list[float], most: float) -> str:
    """Return a row that says what was measured, at the most, and whether it is."""
    met = "yes" if median(values) <= most else "**no**"
    return f"| {what} | {shown(values, '.2f')} | {most} | {met} |"


def shown(values: Sequence[float], form: str) -> str:
    """Return the median, with the least and the most."""
    middle, least, most = (format(of(values), form) for of in (median, min, max))
    return middle if least == most else f"{middle} ({least}-{most})"


if __name__ == "__main__":
    main()
