"""``make bench``: how fast the job is, beside what others would take for the same hour."""

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from local_aws.java import java_home
from local_aws.settings import LocalAwsError
from tests.tools.bench import page
from tests.tools.bench.data import KEPT, NAMES, raw_set
from tests.tools.bench.footprints import footprints
from tests.tools.bench.measure import BenchError
from tests.tools.bench.measures import growth, job, measures, objects
from tests.tools.bench.place import deployed
from tests.tools.bench.results import Results
from tests.tools.bench.scenes import Scenes
from tests.tools.demo import PROJECT

LETTERS = "abcdefsgqo"
FILES = range(3, 13)  # two are kept for the runs over one file


def main() -> None:
    """Measure, and write the page; a failure is one sentence and exit status 1."""
    options = _options()
    try:
        java_home()  # the job would fail without; say so now
        results = _bench(options)
    except (BenchError, LocalAwsError, OSError, RuntimeError, duckdb.Error) as error:
        sys.exit(str(error))
    sys.stdout.write(f"\n{page.tables(results)}\n")
    if options.page or not options.only:
        page.write(results, options.page or PROJECT / "docs/benchmark.md")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.tools.bench", description=__doc__)
    add = parser.add_argument
    add("--rounds", type=int, default=3, help="how often each measure is taken")
    add("--files", type=int, default=12, choices=FILES, help="raw files of the hour")
    add("--events", type=int, default=625_000, help="events in each")
    add("--only", default="", metavar="ad", help=f"measures to take, letters of {LETTERS}")
    add("--page", type=Path, help="what to write; docs/benchmark.md, but nothing with --only")
    options = parser.parse_args()
    if min(options.rounds, options.events) < 1:
        parser.error("--rounds and --events are 1 at least")
    if unknown := set(options.only) - {*LETTERS, ","}:
        parser.error(f"--only takes letters of {LETTERS}, not {''.join(sorted(unknown))}")
    return options


def _bench(options: argparse.Namespace) -> Results:
    """Take every measure once in each round, so that what disturbs one round disturbs all."""
    sets = {name: raw_set(name, options.files, options.events) for name in NAMES}
    results = Results(options.files, options.events, options.rounds, sets["clean"].size)
    chosen = options.only or LETTERS
    with TemporaryDirectory(prefix="work-", dir=KEPT) as work, deployed(Path(work)) as place:
        scenes = Scenes(place, Path(work) / "made", sets)
        for number in range(options.rounds):
            for name, measure in measures(scenes).items():
                if name[0] in chosen:
                    figures = measure()
                    results.figures.setdefault(name, []).append(figures)
                    _say(f"round {number + 1}: {name}", figures.seconds)
        if "g" in chosen:
            for run in growth(scenes):
                results.growth.append(run)
                _say(f"g job, {run.files} files, {run.cores} cores", run.figures.seconds)
        if "q" in chosen:
            _ask(scenes, results)
        if "o" in chosen:
            began = time.perf_counter()
            results.objects = objects(scenes)
            _say("o objects, after one run and after many", time.perf_counter() - began)
    return results


def _ask(scenes: Scenes, results: Results) -> None:
    """Ask the five questions of the clean hour, loaded once more."""
    job(scenes, "clean")
    silver = scenes.place.analytics / "silver/events"
    results.silver_bytes = sum(file.stat().st_size for file in silver.rglob("*.parquet"))
    results.footprints = footprints(scenes.place.stack)
    answers = (answer for layers in results.footprints.values() for answer in layers.values())
    _say("q five questions, three layers", sum(answer.seconds for answer in answers))


def _say(what: str, seconds: float) -> None:
    sys.stdout.write(f"{seconds:7.1f} s  {what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
