"""``python -m tests.tools.bench.marts``: the marts of a year beside DuckDB's; writes their page."""

import argparse
import os
import sys
from operator import truediv
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.tools.bench import marts_year
from tests.tools.bench.data import KEPT
from tests.tools.bench.measure import BenchError, Figures, run
from tests.tools.bench.order_book import GB, shown, verdict
from tests.tools.bench.page import machine
from tests.tools.stacks import PROJECT

PAGE = PROJECT / "docs/marts-benchmark.md"
PROGRAMS = {"build_marts": "marts_job", "DuckDB": "marts_duckdb"}
TEXT = """# Benchmark of the marts

`make bench` wrote this page, rounds: {rounds}. Read the ratios, not the seconds; each figure is the
median of the rounds, with the least and the most in brackets.

{machine}

| all marts over 365 days of 100,000 transactions | seconds | CPU seconds | GB at the peak |
| --- | --- | --- | --- |
{took}

| ratio | measured | must | met |
| --- | --- | --- | --- |
{ratios}

The load average was {before:.1f} before and {after:.1f} after, this work included: where other work
took its share of the cores, compare CPU seconds.

- **build_marts**: what the job does with its session up, from reading the tables to swapping the
  marts, the proof included, in Spark as the local Glue runs it, with 2 GB of heap.
- **DuckDB**: the same statements in its dialect, from the same files to Parquet files, without
  proof and swap. Sums of customers and counts of baskets, which the job's workers make, are
  statements of its own.
- Seconds are those of the work alone, the peak is that of the whole program, beside which the
  job's has the local AWS in it.
"""


def main() -> None:
    """Measure, and write the page; a failure is one sentence and exit status 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.bench.marts")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    options = parser.parse_args()
    before = os.getloadavg()[0]
    KEPT.mkdir(parents=True, exist_ok=True)
    results: dict[str, list[Figures]] = {name: [] for name in PROGRAMS}
    try:
        with TemporaryDirectory(prefix="marts-", dir=KEPT) as work:
            marts_year.write(Path(work) / "year")
            for _ in range(options.rounds):
                for name, program in PROGRAMS.items():
                    results[name].append(_measure(program, Path(work)))
    except (BenchError, OSError) as error:
        sys.exit(str(error))
    PAGE.write_text(_page(results, options.rounds, before), encoding="utf-8")


def _measure(program: str, work: Path) -> Figures:
    """Run a program; its last line tells the seconds of its work, and the CPU seconds."""
    module = f"tests.tools.bench.{program}"
    paths = {"PYTHONPATH": str(PROJECT)}
    figures = run([sys.executable, "-m", module, work / "year"], os.environ | paths, work)
    seconds, cpu = map(float, (work / "log").read_text(encoding="utf-8").split()[-2:])
    sys.stdout.write(f"{seconds:7.1f} s {cpu:7.1f} CPU s  {program}\n")
    return figures._replace(seconds=seconds, cpu=cpu)


def _page(results: dict[str, list[Figures]], rounds: int, before: float) -> str:
    seconds = {name: [each.seconds for each in of] for name, of in results.items()}
    cpu = {name: [each.cpu for each in of] for name, of in results.items()}
    memory = {name: [each.memory / GB for each in of] for name, of in results.items()}
    took = [
        f"| {name} | {shown(seconds[name], '.1f')} | {shown(cpu[name], '.1f')} | "
        f"{shown(memory[name], '.1f')} |"
        for name in results
    ]
    job, duckdb = results
    ratios = [
        verdict(f"{job} / {duckdb}", [*map(truediv, seconds[job], seconds[duckdb])], 3.0),
        verdict("GB at the job's peak", [median(memory[job])], 4.0),
    ]
    return TEXT.format(
        rounds=rounds,
        machine=machine(),
        before=before,
        after=os.getloadavg()[0],
        took="\n".join(took),
        ratios="\n".join(ratios),
    )


if __name__ == "__main__":
    main()
