"""The command line that the generators share."""

import argparse
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from commerce.generators.delivery import Deliveries, Plan, write
from commerce.generators.faults import SOURCES, STATUS_BACK, Faults
from commerce.generators.file_faults import FILE_FAULTS, file_kinds
from commerce.generators.world import World
from generate_sample_data import CATALOGUE, FIRST_YEAR, LAST_YEAR, OneSentenceParser, number

SIZES = {
    "products": 200,
    "customers": 2000,
    "transactions": 10_000,
    "sales": 10_000,
    "reviews": 1000,
    "clickstream": 20_000,
}
LINES_A_CUSTOMER = 5  # of a shop that does not say how many customers it has
MOST_LINES_A_CUSTOMER = 10  # on average: many leave before
ENOUGH = f" (default: a fifth of the transactions, {SIZES['customers']} at the least)"
WriteEvents = Callable[[Plan, Path], None]
MOST = dict.fromkeys(SIZES, 100_000_000) | {"products": 100_000}


def run(
    source: str,
    make: Callable[[Plan], Deliveries],
    others: tuple[str, ...],
    argv: list[str] | None,
    write_events: WriteEvents | None = None,
) -> int:
    """Run the command of a source; bad input leaves everything as it was.

    ``others`` are the sources whose sizes decide what its records name; ``write_events`` writes
    the same for the events domain.
    """
    parser = _arguments(source, others)
    parser.set_defaults(events=None)
    if write_events:
        parser.add_argument("--events", type=Path, metavar="DIR", help="for five-minute files too")
    options = parser.parse_args(argv)
    sizes = _sizes(source, others, options)
    counts = (sizes.get(name, SIZES[name]) for name in ("products", "customers"))
    world = World(options.seed, options.start, options.days, *counts)
    rates = {kind: rate for kind, rate in options.fault if kind not in FILE_FAULTS}
    file_faults = [kind for kind, _ in options.fault if kind in FILE_FAULTS]
    plan = Plan(world, sizes, Faults(options.seed, source, rates), next(iter(file_faults), None))
    if len(file_faults) > 1:
        parser.error(f"one file fault at a time, not {' and '.join(file_faults)}")
    if problem := _problem(plan):
        parser.error(problem)
    try:
        if obstacle := _obstacle(source, options):
            parser.error(obstacle)
        _write(plan, make, options, write_events)
    except OSError as error:
        parser.error(f"cannot write {error.filename or options.output}: {error.strerror}")
    return 0


def _sizes(source: str, others: tuple[str, ...], options: argparse.Namespace) -> dict[str, int]:
    """Return rows by source; customers who were not counted are enough for what is sold."""
    sizes = {name: getattr(options, name) for name in (source, *others) if name in options}
    sold = sizes.get("transactions") or sizes.get("sales")
    if sold and "customers" not in sizes:
        sizes["customers"] = max(SIZES["customers"], -(-sold // LINES_A_CUSTOMER))
    if source == "customers":  # they are the same, whatever they buy
        del sizes["transactions"]
    return sizes


def _write(
    plan: Plan,
    make: Callable[[Plan], Deliveries],
    options: argparse.Namespace,
    write_events: WriteEvents | None,
) -> None:
    options.output.mkdir(parents=True, exist_ok=True)
    if write_events and options.events:
        write_events(plan, options.events)
    write(plan, make(plan), options.output, options.truth)


def _arguments(source: str, others: tuple[str, ...]) -> OneSentenceParser:
    parser = OneSentenceParser(
        description=f"Write the {source} of a make-believe shop. docs/commerce-data.md has more.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    for name in (source, *others):
        follows = name == "customers"  # from what they buy
        meaning = "distinct ones" if name == source else f"the --rows of generate_{name}"
        add(
            "--rows" if name == source else f"--{name}",
            dest=name,
            type=number(1, MOST[name]),
            default=argparse.SUPPRESS if follows else SIZES[name],
            metavar="N",
            help=f"{meaning}{ENOUGH if follows else ''}",
        )
    add("--seed", type=number(0, 2**53), default=42, metavar="S", help="same seed, same shop")
    add("--start", type=_date, default="2026-03-02", metavar="DATE", help="the first day")
    add("--days", type=number(1, 3650), default=30, metavar="K", help="a file each, at most")
    add("--output", type=Path, default=Path("landing"), metavar="DIR", help=f"for {source}/")
    add("--truth", type=Path, metavar="FILE", help="for counts and what was planted, as JSON")
    add(
        "--fault",
        type=_fault(source),
        action="append",
        default=[],
        metavar="KIND=RATE",
        help="what goes wrong, and how often from 0 to 1; any number of times",
    )
    return parser


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not FIRST_YEAR <= day.year <= LAST_YEAR or day.isoformat() != text:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-03-02")
    return day


def _fault(source: str) -> Callable[[str], tuple[str, float]]:
    def convert(text: str) -> tuple[str, float]:
        kind, _, rate = text.partition("=")
        of_files = file_kinds(SOURCES[source])
        if text in of_files:
            return text, 1.0
        if kind in of_files:
            raise argparse.ArgumentTypeError(f"{kind!r} strikes one file and has no rate")
        if kind not in SOURCES[source].kinds:
            known = ", ".join(SOURCES[source].kinds + of_files)
            raise argparse.ArgumentTypeError(f"{kind!r} is no fault of {source}; known: {known}")
        if not re.fullmatch(r"\d+(\.\d+)?", rate, re.ASCII) or float(rate) > 1:
            raise argparse.ArgumentTypeError(f"the rate in {text!r} is not a number from 0 to 1")
        return kind, float(rate)

    return convert


def _problem(plan: Plan) -> str | None:
    world, sizes = plan.world, plan.sizes
    transactions = sizes.get("transactions") or sizes.get("sales", 0)
    reviews = sizes.get("reviews", 0)
    if world.products < len(CATALOGUE):
        return f"{world.products} products are too few: the clickstream has {len(CATALOGUE)}"
    if transactions > world.customers * MOST_LINES_A_CUSTOMER:
        least = -(-transactions // MOST_LINES_A_CUSTOMER)
        return f"{transactions} transactions need --customers {least} or more"
    if plan.file_fault and STATUS_BACK in plan.faults.rates:
        return (
            f"{STATUS_BACK} and {plan.file_fault} do not go together: one may repeat what is lost"
        )
    if reviews > transactions and "transactions" in sizes:
        return f"{reviews} reviews need --transactions {reviews} or more"
    return None


def _obstacle(source: str, options: argparse.Namespace) -> str | None:
    folder, truth_file = options.output / source, options.truth
    if folder.exists():
        return f"{folder} exists; delete it or name another --output"
    if options.events and options.events.exists():
        return f"--events {options.events} exists; delete it or name another folder"
    if truth_file and truth_file.exists():
        return f"--truth {truth_file} exists; delete it or name another file"
    return None
