"""However lines are split, grouped, ordered, repeated and delayed, the tables are the same."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from glue_jobs.events.schemas import EVENTS, GOLD, LOAD_LEDGER, REJECTED_EVENTS, Table
from local_aws.server import LocalAws
from tests import oracle
from tests.dataset import Dataset, key, line
from tests.pipeline import Pipeline

CART = {"event_type": "add_to_cart", "quantity": 3, "price": 19.9}
BOUGHT = {**CART, "event_type": "purchase"}
SEARCH = {"event_type": "search", "product_id": None, "category": None, "search_query": "caf\u00e9"}
# None is too early for any file below: that rule alone depends on the file.
LINES = [
    # one event, written in five ways
    line(),
    line("2026-03-01T10:00:00.000Z"),
    line("2026-03-01T11:00:00+01:00"),
    line("2026-03-01T10:00:00.000000+00:00", quantity=None, price=None),
    line(colour="red"),
    # neighbours of it
    line("2026-03-01T10:00:00.000001Z"),
    line("2026-03-01T10:00:00.000999Z"),
    line("2026-03-01T10:00:00.001Z"),
    line(session_id="s_2"),
    line(category="toys"),
    line(user_id="u_2", session_id="s_3"),
    # a purchase in three ways, and what else happens in a shop
    line("2026-03-01T10:30:00Z", **BOUGHT),
    line("2026-03-01T10:30:00Z", **{**BOUGHT, "price": 19.90}, search_query=None),
    line("2026-03-01T02:30:00-08:00", **BOUGHT),
    line("2026-03-01T10:29:00Z", **CART),
    line("2026-03-01T10:29:30Z", **{**CART, "event_type": "remove_from_cart"}),
    line("2026-03-01T10:31:00Z", **SEARCH),
    line("2026-03-01T10:31:00.000001Z", **SEARCH, user_agent="x"),
    # at the edges of hours and days
    line("2026-03-01T10:59:59.999999Z"),
    line("2026-03-01T11:00:00Z"),
    line("2026-03-01T11:00:00.5Z", **{**BOUGHT, "price": 0.01, "quantity": 1}),
    line("2026-03-01T23:59:59.999999Z", **SEARCH),
    line("2026-03-02T00:00:00Z", **BOUGHT),
    # late by months and by decades
    line("2025-12-31T23:59:59.999Z"),
    line("2025-12-31T23:59:59.999Z", **BOUGHT),
    line("1999-01-01T00:00:00Z", **CART),
    # no events
    line(user_id=None),
    line(quantity=1),
    line("2026-02-30T10:00:00Z"),
    line("2026-03-01T10:30:00Z", **{**BOUGHT, "price": 19.999}),
    b'{"half',
    b"[]",
    b'{"timestamp": "2026-03-01T10:00:00Z", "timestamp": null}',
    b"\xff no text",
    # no lines
    b"",
    b" \t",
]
NAMES = (
    key("2026-03-01T10:00", "b.jsonl.gz"),
    key("2026-03-01T10:05", "a.jsonl.gz"),
    key("2026-03-01T11:55"),
    key("2026-03-02T00:00"),
    key("2026-07-01T12:00"),
    "by-hand/again.jsonl.gz",
)
FILES, RUNS = 4, 3  # at the most, of an example


@dataclass
class Delivery:
    """What each file holds, and which files each run finds new."""

    contents: dict[str, list[bytes]]
    runs: list[list[str]]


@st.composite
def deliveries(draw: st.DrawFn) -> Delivery:
    """Every line lies in some files, every file comes in some run, and perhaps again in a later."""
    names = draw(st.permutations(NAMES))[:FILES]
    contents = {name: [LINES[0]] for name in names}
    for text in draw(st.permutations(LINES)):
        for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=3)):
            contents[name].append(text)
    arrival = {name: draw(st.integers(0, RUNS - 1)) for name in names}
    runs = []
    for number in range(RUNS):
        again = draw(st.sets(st.sampled_from(names)))
        runs.append([
            name
            for name in names
            if arrival[name] == number or (arrival[name] < number and name in again)
        ])
    return Delivery(contents, [names for names in runs if names])


@dataclass
class Books:
    """What plain Python says of the files that have come so far."""

    owners: dict[oracle.Event, str] = field(default_factory=dict)
    accounts: dict[str, Counter[str]] = field(default_factory=dict)
    rejects: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def enter(self, uri: str, lines: list[bytes]) -> None:
        """Judge the lines of a file, unless it was judged before."""
        if uri in self.accounts:
            return
        account = self.accounts[uri] = Counter()
        for text in filter(bytes.strip, lines):
            verdict, _ = oracle.judge_line(text, oracle.slot_of(Path(uri)))
            account["lines"] += 1
            if isinstance(verdict, str):
                account["rejected"] += 1
                self.rejects[uri, verdict, text.decode(errors="backslashreplace")] += 1
            elif verdict in self.owners:
                account["duplicates"] += 1
            else:
                account["accepted"] += 1
                self.owners[verdict] = uri


def _silver(dataset: Dataset) -> Counter[tuple[oracle.Event, str]]:
    """Count (event, source_file); an event in the wrong partition is one too many."""
    events = Counter()
    for row in dataset.rows(EVENTS):
        time = row.pop("event_time") + timedelta(microseconds=row.pop("event_time_micros"))
        partition, source_file = (row.pop("dt"), row.pop("hour")), row.pop("source_file")
        assert partition == (f"{time:%Y-%m-%d}", f"{time:%H}")
        events[oracle.Event(time, **row), source_file] += 1
    return events


def _rows(dataset: Dataset, table: Table) -> Counter[tuple[object, ...]]:
    return Counter(tuple(row.values()) for row in dataset.rows(table))


def _assert_books(dataset: Dataset, books: Books) -> None:
    """Silver, ledger and rejects say what plain Python says, and the ledger balances."""
    assert _silver(dataset) == Counter(books.owners.items())
    ledger = {row["source_file"]: row for row in dataset.rows(LOAD_LEDGER)}
    assert sum(row["accepted"] for row in ledger.values()) == len(books.owners)
    for row in ledger.values():
        assert row["lines"] == row["accepted"] + row["duplicates"] + row["rejected"]
    counts = ("lines", "accepted", "duplicates", "rejected")
    assert {uri: [row[count] for count in counts] for uri, row in ledger.items()} == {
        uri: [account[count] for count in counts] for uri, account in books.accounts.items()
    }
    assert {
        (row["source_file"], row["reason"], row["raw_line"]): row["occurrences"]
        for row in dataset.rows(REJECTED_EVENTS)
    } == books.rejects


def _run(dataset: Dataset, books: Books, files: dict[str, list[bytes]]) -> None:
    uris = {dataset.deliver(name, lines): lines for name, lines in files.items()}
    for uri in sorted(uris):
        books.enter(uri, uris[uri])
    dataset.run(*uris)
    _assert_books(dataset, books)


@pytest.fixture(scope="module")
def undivided(aws: LocalAws, spark: SparkSession) -> Dataset:
    """One run over one file that holds every line."""
    dataset, books = Dataset(aws, spark), Books()
    _run(dataset, books, {NAMES[0]: LINES})
    return dataset


@pytest.mark.usefixtures("aws_environment")
def test_answers(undivided: Dataset, aws: LocalAws) -> None:
    """Athena's five answers from one undivided run are those of plain Python."""
    athena, name = aws.client("athena"), undivided.folder.name
    results = {"OutputLocation": undivided.store.uri("athena/")}
    athena.create_work_group(Name=name, Configuration={"ResultConfiguration": results})
    stack = {"WorkGroupName": name, "GoldDatabaseName": undivided.databases["gold"]}

    assert Pipeline(stack).answers() == oracle.answers(event for event, _ in _silver(undivided))


@settings(derandomize=True, database=None, max_examples=6, deadline=None, phases=[Phase.generate])
@given(delivery=deliveries())
def test_any_delivery(
    delivery: Delivery, undivided: Dataset, aws: LocalAws, spark: SparkSession
) -> None:
    """Any split, grouping, order, repetition and lateness: books right after every run, same gold.

    The books compare silver with plain Python; gold is compared with that of the undivided run.
    """
    dataset, books = Dataset(aws, spark), Books()
    for names in delivery.runs:
        _run(dataset, books, {name: delivery.contents[name] for name in names})

    for table in GOLD:
        assert _rows(dataset, table) == _rows(undivided, table), table.name
