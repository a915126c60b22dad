"""The page that tells what was measured, and its plot."""

import os
import platform
import re
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from operator import truediv
from pathlib import Path
from statistics import median

import psutil
from matplotlib.figure import Figure

from local_aws.java import java_home
from tests.spellings import SPELLINGS
from tests.tools.bench.measures import (
    COLD,
    DUCKDB,
    DUCKDB_ONE_FILE,
    FLOOR,
    HISTORY,
    JOB,
    PLAIN,
    START,
    WARM,
)
from tests.tools.bench.results import Results
from tests.tools.demo import PROJECT

GIB, GB, MB = 2**30, 1e9, 1e6
# What a figure must be at the most, and what it should be.
MEMORY = (4.0, 2.5)  # GB of a whole run over the backlog
FOOTPRINT = (0.01, 0.003)  # of silver's bytes, what a question reads of gold
RATIOS = (
    (f"{JOB}, clean", f"{PLAIN}, clean", "seconds", (0.55, 0.40)),
    (f"{JOB}, dirty", f"{PLAIN}, dirty", "seconds", (0.70, 0.55)),
    (f"{JOB}, clean", f"{DUCKDB}, clean", "seconds", (2.0, 1.4)),
    (f"{JOB}, dirty", f"{DUCKDB}, dirty", "seconds", (2.5, 1.8)),
    (f"{JOB}, clean", FLOOR, "seconds", ()),
    *((f"{JOB}, {name}", f"{JOB}, clean", "cpu", (1.30, 1.10)) for name in SPELLINGS),
    *((f"{JOB}, {name}", f"{PLAIN}, {name}", "seconds", ()) for name in SPELLINGS),
    *((f"{JOB}, {name}", f"{DUCKDB}, {name}", "seconds", ()) for name in SPELLINGS),
    (WARM, DUCKDB_ONE_FILE, "seconds", (3.0, 2.0)),
    (COLD, DUCKDB_ONE_FILE, "seconds", ()),
    (HISTORY, WARM, "seconds", (1.10, 1.03)),
    (HISTORY, WARM, "own", (1.10, 1.03)),
    (HISTORY, WARM, "cpu", ()),
)
VERDICT = ("must", "stretch", "met")
WORDS = {"seconds": "", "own": ", without AWS's answers", "cpu": ", CPU"}
LAYERS = {"Gold": "gold", "Silver": "silver", "Bronze": "raw"}
COLOURS = {"a": "#0072b2", "b": "#0072b2", "c": "#0072b2", "d": "#999999", "e": "#e69f00"}

HEAD = """# Benchmark

`make bench` wrote this page, rounds: {rounds}, over one hour of {files} files x {events:,} events
({raw:,.0f} MB packed). Each round takes every measure once, one after the other.

{machine}

Read the ratios, not the seconds: seconds belong to this machine, ratios carry over to others. Each
figure is the median of the rounds, with the least and the most in brackets.

![seconds of every measure]({plot})

"""
MEANING = """
- **a** is the job as the local Glue runs it, its process from start to end. **dirty**: 2 % of
  the events are there twice, and 0.1 % bad lines of thirty kinds on top. After each run of the job
  all tables are compared with those of DuckDB. **course** and **compact** are the clean hour
  in other spellings: times with `+00:00`, as Python's `isoformat()` writes them; no blanks, and
  nulls left out.
- **b** loads one new file into an hour that holds all the others; **warm**: in a session that has
  just done the same with the file before. **c** is b warm with 30 days of history around it: 720
  hours of partitions, full-size files of tables, and raw files. The bookmark lists the latter, here
  one after the other on the same cores; the ratio without AWS's answers leaves that out.
- **d** reads JSON with a schema, casts, drops duplicates on all columns, writes Parquet and five
  aggregates: no checks, rejects, ledger or increments. It has 4 GB of heap, the job 2.
- **e** is one DuckDB process with our rules. **f** unpacks and parses each line, on two processes.
  **s** starts Spark and asks a trivial query; that is part of a, b cold and d, and "less s" is
  without it.
- **g**, "files of the job": backlogs of clean files, one run each; the last with Spark's settings
  for one core, though Java and Python may use the other for their own ends.
- **q**, "bytes scanned": the five questions as the local Athena reports them, asked of gold, of
  silver and of the raw files, with the same answers.
- **o**, "table": what a reader finds in the partitions after one run over the clean hour, and after
  a run for each file. Files that a run has replaced are left out: they go two hours later.
- CPU and memory are those of a whole process tree; a page that processes share counts once.
"""


def write(results: Results, page: Path) -> None:
    """Write the page, and the plot beside it."""
    page.parent.mkdir(parents=True, exist_ok=True)
    plot = page.with_suffix(".svg")
    head = HEAD.format(
        rounds=results.rounds,
        files=results.files,
        events=results.events,
        raw=results.raw_bytes / MB,
        machine=machine(),
        plot=plot.name,
    )
    page.write_text(head + tables(results) + MEANING, encoding="utf-8")
    _draw(results, plot)


def machine() -> str:
    """Say where and when this is, and with which versions; no names of machines or folders."""
    memory = psutil.virtual_memory().total / GIB
    release = (java_home() / "release").read_text(encoding="utf-8")
    java = re.search(r'JAVA_VERSION="(.+)"', release)[1]
    versions = [f"{name} {version(name)}" for name in ("pyspark", "duckdb", "pyarrow")]
    git = ["git", "-C", PROJECT, "describe", "--always", "--dirty"]
    commit = subprocess.run(
        git, stdout=-1, stderr=subprocess.DEVNULL, text=True, check=False
    ).stdout
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB, {platform.system()}; "
        f"Python {platform.python_version()}, Java {java}, {', '.join(versions)}; "
        f"commit {commit.strip() or 'unknown'}; {datetime.now(UTC):%Y-%m-%d}."
    )


def tables(results: Results) -> str:
    """Return all tables that have rows, as Markdown."""
    parts = (_took, _ratios, _growth, _footprints, _objects)
    found = [[*part(results)] for part in parts]
    return "\n".join("\n".join(lines) + "\n" for lines in found if len(lines) > 1)


def _took(results: Results) -> Iterator[str]:
    yield _head("measure", "seconds", "less s", "CPU seconds", "GB at the peak")
    for name in sorted(results.figures):
        seconds, less = results.values(name), ""
        if START in results.figures and (name == COLD or name.startswith((JOB, PLAIN))):
            less = f"{median(seconds) - median(results.values(START)):,.1f}"
        cpu, memory = _shown(results.values(name, "cpu"), ",.1f"), _shown(_peaks(results, name))
        yield _row(name, _shown(seconds, ",.1f"), less, cpu, memory)


def _ratios(results: Results) -> Iterator[str]:
    yield _head("ratio", "measured", *VERDICT)
    for above, below, of, limits in RATIOS:
        if {above, below} <= results.figures.keys():
            rounds = [*map(truediv, results.values(above, of), results.values(below, of))]
            yield _row(
                f"{above} / {below}{WORDS[of]}", _shown(rounds, ".2f"), *_met(rounds, limits)
            )
    for name in (f"{JOB}, clean", f"{JOB}, dirty"):
        if name in results.figures:
            peaks = _peaks(results, name)
            yield _row(f"{name}, GB at the peak", _shown(peaks), *_met(peaks, MEMORY))


def _growth(results: Results) -> Iterator[str]:
    yield _head(
        "files of the job", "events", "cores", "seconds", "CPU seconds", "s a million events"
    )
    for files, cores, figures in results.growth:
        events = files * results.events
        took = (figures.seconds, figures.cpu, figures.seconds * 1e6 / events)
        yield _row(files, f"{events:,}", cores, *(f"{s:.1f}" for s in took))


def _footprints(results: Results) -> Iterator[str]:
    times = (f"s, {layer}" for layer in LAYERS.values())
    yield _head("bytes scanned by", *LAYERS.values(), "gold / silver", *VERDICT, *times)
    for title, answers in results.footprints.items():
        gold, silver, raw = (answers[layer] for layer in LAYERS)
        part = gold.scanned / silver.scanned
        scanned = (f"{answer.scanned:,}" for answer in (gold, silver, raw))
        times = (f"{answer.seconds:.2f}" for answer in (gold, silver, raw))
        yield _row(title, *scanned, f"{part:.3%}", *_met([part], FOOTPRINT, ".1%"), *times)
    if results.footprints:
        part = results.silver_bytes / results.raw_bytes
        yield f"\nSilver: {results.silver_bytes / MB:,.0f} MB, {part:.0%} of the raw files."


def _objects(results: Results) -> Iterator[str]:
    yield _head("table", "after runs", "partitions", "objects in each", "bytes in each")
    for of in results.objects:
        yield _row(*of[:2], len(of.counts), _shown(of.counts, ",.0f"), _shown(of.sizes, ",.0f"))


def _peaks(results: Results, name: str) -> list[float]:
    return [memory / GB for memory in results.values(name, "memory")]


def _met(values: Sequence[float], limits: Sequence[float], form: str = ".2f") -> list[str]:
    """Return both limits, and which of them the median keeps."""
    if not limits:
        return ["", "", ""]
    met = sum(median(values) <= limit for limit in limits)
    return [*(format(limit, form) for limit in limits), ("**no**", "yes", "stretch")[met]]


def _shown(values: Sequence[float], form: str = ".1f") -> str:
    middle, least, most = (format(of(values), form) for of in (median, min, max))
    return middle if least == most else f"{middle} ({least}-{most})"


def _head(*titles: str) -> str:
    return f"{_row(*titles)}\n{_row(*['---'] * len(titles))}"


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _draw(results: Results, file: Path) -> None:
    """Write an SVG: a bar for each measure's median, whiskers from the least to the most."""
    names = sorted(results.figures, reverse=True)  # the first is at the top
    figure = Figure(figsize=(9, 0.9 + 0.4 * len(names)), layout="constrained")
    axes = figure.subplots()
    for name in names:
        values = results.values(name)
        middle, most = median(values), max(values)
        whiskers = [[middle - min(values)], [most - middle]]
        axes.barh(name, middle, xerr=whiskers, color=COLOURS.get(name[0], "#cccccc"), capsize=3)
        place = {"xytext": (6, 0), "textcoords": "offset points", "va": "center"}
        axes.annotate(f"{middle:.1f}", (most, name), **place)
    axes.set_xlabel("seconds, median; whiskers from the least to the most")
    axes.margins(x=0.1)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, metadata={"Date": None, "Creator": None})
