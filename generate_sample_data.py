"""Sample files with the events of a make-believe shop, and the truth about them.

The figures are explained in docs/sample-data.md.
"""

import argparse
import gzip
import io
import json
import re
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property, lru_cache, partial
from itertools import chain, count, islice
from math import sqrt
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple, NoReturn

from tqdm import tqdm

SECOND = 1_000_000  # all times are microseconds, UTC, since 1970
SLOT = 300 * SECOND  # a file holds the five minutes that begin at the time in its name
PRODUCTS = 200
MOST_PRODUCTS_A_VISIT = 8
LONGEST_STEP = 9 * SECOND  # 8 products x 4 steps x 9 s: a visit is shorter than a slot
SEARCH_CHANCE = 0.25  # that a product is searched for before it is viewed
LEAVE_CHANCE = 0.3  # after each product
RHYTHM = [0.3, 0.2, 0.2, 0.2, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.7, 0.8]  # hours 0 to 11, UTC
RHYTHM += [0.9, 0.8, 0.7, 0.7, 0.7, 0.8, 0.9, 1.0, 1.0, 0.9, 0.7, 0.5]  # hours 12 to 23
QUERIES = {
    "books": ("cookbook", "crime novel", "picture book"),
    "electronics": ('27" monitor', "headphones", "power bank", "usb cable"),
    "garden": ("hose", "lawn mower", "tomato seeds"),
    "home": ("cr\u00e8me br\u00fbl\u00e9e set", "desk lamp", "kettle"),
    "shoes": ("rain boots", "running shoes", "sandals", "sneakers"),
    "toys": ("kite", "puzzle", "wooden train"),
}


class Product(NamedTuple):
    """An article of the shop; ``search_query`` is what people type to find it."""

    product_id: str
    category: str
    search_query: str
    cents: int
    cart_chance: float
    regret_chance: float  # that it leaves the cart again

    @property
    def price(self) -> str:
        """US dollars, two decimals."""
        return f"{self.cents // 100}.{self.cents % 100:02}"


class Event(NamedTuple):
    """One line to be; sorts by time. ``quantity`` is 0 where the event type has none."""

    time: int
    session: int
    user: int
    event_type: str
    product: Product
    quantity: int


class Shop(NamedTuple):
    """A seed, and about how many events a file has: more events, more users."""

    seed: str
    events_per_file: int


Step = tuple[str, Product, int]


def dice(*seed: object) -> Callable[[], float]:
    """Random fractions by seed; of all Random only `random()` is the same in every Python."""
    return Random(" ".join(map(str, seed))).random  # ruff: ignore[suspicious-non-cryptographic-random-usage] - no secrets here


def _catalogue() -> list[Product]:
    """All products, most popular first, whatever the seed."""
    random = dice("catalogue")
    kinds = [(category, query) for category, queries in QUERIES.items() for query in queries]
    return [
        Product(
            f"p_{1 + rank * 77 % PRODUCTS:04}",
            *kinds[int(random() * len(kinds))],
            cents=199 + int(random() * random() * 30_000),
            cart_chance=0.05 + 0.3 * random(),
            regret_chance=0.05 + 0.25 * random(),
        )
        for rank in range(PRODUCTS)
    ]


CATALOGUE = _catalogue()
# Zipf: the product of rank r is drawn about 1 / (r + 6) as often as the others.
SHELF = [product for rank, product in enumerate(CATALOGUE) for _ in range(6000 // (rank + 6))]


def _visit(random: Callable[[], float], rhythm: float) -> list[Step]:
    """Search, view, put into the cart, perhaps take out again, and buy what is left."""
    steps, cart = [], []
    for _ in range(MOST_PRODUCTS_A_VISIT):
        product = SHELF[int(random() * len(SHELF))]
        if random() < SEARCH_CHANCE:
            steps.append(("search", product, 0))
        steps.append(("page_view", product, 0))
        if random() < product.cart_chance:
            quantity = 1 + int(random() * random() * 4)
            steps.append(("add_to_cart", product, quantity))
            if random() < product.regret_chance:
                steps.append(("remove_from_cart", product, quantity))
            else:
                cart.append(("purchase", product, quantity))
        if random() < LEAVE_CHANCE:
            break
    return steps + cart if random() < 0.2 + 0.6 * rhythm else steps


def _visits(shop: Shop, slot: int, numbers: Iterable[int], share: str) -> Iterator[list[Event]]:
    """Visits "within" the slot, or "across" its end; at night only some users are awake."""
    random = dice(shop.seed, share, slot)
    rhythm = RHYTHM[slot // 12 % 24]
    users_awake = 20 * shop.events_per_file * rhythm
    for number in numbers:
        steps = _visit(random, rhythm)
        user = int(users_awake * (fraction := random()) * sqrt(fraction))  # some come often
        times = [0]
        for _ in steps:
            times.append(times[-1] + 1 + int(random() * (LONGEST_STEP - 1)))
        stay = times.pop()
        if share == "within":
            start = slot * SLOT + int(random() * (SLOT - stay))
        else:
            start = (slot + 1) * SLOT - 1 - int(random() * stay)
        session = slot << 23 | number
        yield [
            Event(start + time, session, user, *step)
            for time, step in zip(times, steps, strict=True)
        ]


def events_of_slot(shop: Shop, slot: int, number: int, *, opening: bool = False) -> list[Event]:
    """Exactly ``number`` events of the five minutes, in order of time.

    Unless the shop is ``opening``, visits from the slot before go on.
    """
    begin, end, across = slot * SLOT, (slot + 1) * SLOT, shop.events_per_file // 64
    before = () if opening else _visits(shop, slot - 1, range(across), "across")
    events = [event for visit in before for event in visit if event.time >= begin]
    after = _visits(shop, slot, range(across), "across")
    events += [event for visit in after for event in visit if event.time < end]
    within = chain.from_iterable(_visits(shop, slot, count(across), "within"))
    events += islice(within, max(0, number - len(events)))
    return sorted(events[:number])


@lru_cache
def _minute(minute: int) -> str:
    return f"{datetime.fromtimestamp(minute * 60, UTC):%Y-%m-%dT%H:%M}"


def session_id(session: int) -> str:
    """Return a number below 2**48 as an id that looks random; no two have the same."""
    return f"s_{session * 0x9E3779B97F4B % 2**48:012x}"


def line(event: Event) -> bytes:
    """The event as the producer writes it: all nine fields, no line end."""
    minute, micros = divmod(event.time, 60 * SECOND)
    product_id = quantity = price = category = search_query = "null"
    if event.event_type == "search":
        search_query = json.dumps(event.product.search_query, ensure_ascii=False)
    else:
        product_id = f'"{event.product.product_id}"'
        category = f'"{event.product.category}"'
    if event.quantity:
        quantity, price = event.quantity, event.product.price
    return (
        f'{{"timestamp": "{_minute(minute)}:{micros // SECOND:02}.{micros % SECOND:06}Z", '
        f'"user_id": "u_{event.user:08}", '
        f'"session_id": "{session_id(event.session)}", '
        f'"event_type": "{event.event_type}", "product_id": {product_id}, '
        f'"quantity": {quantity}, "price": {price}, "category": {category}, '
        f'"search_query": {search_query}}}'
    ).encode()


def compress(lines: Iterable[bytes]) -> bytes:
    """Gzip, piece by piece, with neither time nor name: same lines, same bytes."""
    packed, lines = io.BytesIO(), iter(lines)
    with gzip.GzipFile("", "wb", 6, packed, mtime=0) as file:
        while piece := list(islice(lines, 10_000)):
            file.write(b"\n".join([*piece, b""]))
    return packed.getvalue()


SEARCHES = frozenset({"search"})
VIEWS = frozenset({"page_view"})
ITEMS = frozenset({"add_to_cart", "remove_from_cart", "purchase"})
PRODUCTS_SEEN = VIEWS | ITEMS
ALL = PRODUCTS_SEEN | SEARCHES

MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
START = "2026-03-02T18:00:00Z"
WORTH_PROCESSES = 500_000  # events
ALL_RATES = 1 + 1e-9  # a group's rate divided among its kinds adds up to about itself
FIRST_YEAR, LAST_YEAR = 2011, 2098  # with what is late, or a month on, from 2010 to 2099
MOST_EVENTS = 1_000_000_000
LONG = 5_000_000  # bytes of a long line
LATENESS = {"late_minutes": (MINUTE, HOUR), "late_hours": (HOUR, DAY), "late_days": (DAY, 7 * DAY)}
ABSENT = object()

# How a copy of an event becomes a bad line: the event types that can, what changes (values or
# bytes), and the reason that the line is rejected for.
Breakage = tuple[frozenset[str], dict[str, object] | Callable[[bytes], bytes], str]
MALFORMED: dict[str, Breakage] = {
    "broken_json": (ALL, lambda good: good[: len(good) // 2], "not_json"),
    "nan_price": (ITEMS, {"price": float("nan")}, "not_json"),
    "not_utf8": (ALL, lambda good: good.replace(b'"u_', b'"u_\xff'), "not_utf8"),
    "array": (ALL, lambda good: b"[" + good + b"]", "not_an_object"),
    "field_twice": (ALL, lambda good: good[:-1] + b', "price": null}', "duplicate_field"),
    "null_timestamp": (ALL, {"timestamp": None}, "missing_timestamp"),
    "absent_user": (ALL, {"user_id": ABSENT}, "missing_user_id"),
    "null_session": (ALL, {"session_id": None}, "missing_session_id"),
    "empty_event_type": (ALL, {"event_type": ""}, "missing_event_type"),
    "absent_product": (PRODUCTS_SEEN, {"product_id": ABSENT}, "missing_product_id"),
    "absent_quantity": (ITEMS, {"quantity": ABSENT}, "missing_quantity"),
    "null_price": (ITEMS, {"price": None}, "missing_price"),
    "empty_category": (PRODUCTS_SEEN, {"category": ""}, "missing_category"),
    "null_query": (SEARCHES, {"search_query": None}, "missing_search_query"),
    "number_as_timestamp": (ALL, {"timestamp": 1772474400}, "wrong_type_timestamp"),
    "number_as_user": (ALL, {"user_id": 7}, "wrong_type_user_id"),
    "text_as_quantity": (ITEMS, {"quantity": "2"}, "wrong_type_quantity"),
    "fraction_as_quantity": (ITEMS, {"quantity": 2.0}, "wrong_type_quantity"),
    "text_as_price": (ITEMS, {"price": "9.99"}, "wrong_type_price"),
    "unknown_event_type": (ALL, {"event_type": "wishlist"}, "invalid_event_type"),
    "impossible_day": (ALL, {"timestamp": "2026-02-30T12:00:00Z"}, "invalid_timestamp"),
    "no_zone": (ALL, {"timestamp": "2026-03-02T18:00:00"}, "invalid_timestamp"),
    "zero_quantity": (ITEMS, {"quantity": 0}, "invalid_quantity"),
    "negative_price": (ITEMS, {"price": -9.99}, "invalid_price"),
    "over_precise_price": (ITEMS, {"price": 9.999}, "invalid_price"),
    "quantity_on_view": (VIEWS, {"quantity": 1}, "forbidden_quantity"),
    "product_on_search": (SEARCHES, {"product_id": "p_0001"}, "forbidden_product_id"),
    "query_on_product": (PRODUCTS_SEEN, {"search_query": "kettle"}, "forbidden_search_query"),
    "two_rules": (ITEMS, {"user_id": "", "quantity": 0}, "missing_user_id,invalid_quantity"),
    "far_future": (ALL, {"timestamp": "2999-01-01T00:00:00Z"}, "too_early"),
}
# Of the same kind, from senders that are broken themselves.
MISSENT: dict[str, Breakage] = {
    "zero_time": (ALL, {"timestamp": "0001-01-01T00:00:00Z"}, "too_old"),
    "two_objects": (ALL, lambda good: good + good, "several_objects"),
    "lost_characters": (ALL, {"user_id": "u_\ufffd"}, "not_utf8"),
}
BAD_LINES = {"malformed": MALFORMED, "missent": MISSENT}
UNREADABLE = ("empty_file", "truncated_gzip", "not_gzip")
# At most one kind of each group strikes an event, or, of the last group, a file.
GROUPS = {
    "duplicates": ("duplicate_in_file", "duplicate_respelled", "duplicate_across_files"),
    "late": tuple(LATENESS),
    **{group: tuple(kinds) for group, kinds in BAD_LINES.items()},
    "harmless": ("extra_field", "other_spelling"),
    "files": ("missing_slot", *UNREADABLE, "file_twice", "long_line", "long_query"),
}


@dataclass(frozen=True)
class Plan:
    """What to generate. ``start`` counts slots since 1970; ``faults`` are kinds or groups."""

    seed: int
    start: int
    num_files: int
    events_per_file: int
    faults: dict[str, float] = field(default_factory=dict)

    @cached_property
    def rates(self) -> Counter[str]:
        """The rate of each kind of fault; the kinds of a group share its rate equally."""
        rates: Counter[str] = Counter()
        for name, rate in self.faults.items():
            kinds = GROUPS.get(name, (name,))
            rates.update({kind: rate / len(kinds) for kind in kinds if rate})
        return rates

    @cached_property
    def group_rates(self) -> dict[str, float]:
        """The rate of each group: the sum of its kinds' rates."""
        return {group: sum(self.rates[kind] for kind in kinds) for group, kinds in GROUPS.items()}

    def pick(self, group: str, fraction: float) -> str | None:
        """Return the kind of fault on which a random fraction falls, None for most fractions."""
        if fraction < self.group_rates[group]:
            for kind in GROUPS[group]:
                fraction -= self.rates[kind]
                if fraction < 0:
                    return kind
        return None

    def file_fault(self, slot: int) -> str | None:
        """Return what strikes the file of a slot as a whole."""
        return self.pick("files", dice(self.seed, "files", slot)())

    def is_read(self, slot: int) -> bool:
        """Whether the file of a slot exists and can be read."""
        return self.file_fault(slot) not in {"missing_slot", *UNREADABLE}


@dataclass
class Tally:
    """Accepted events, counted as the five questions need them; hours and days since 1970."""

    events: Counter[tuple[int, str, str | None, str | None]] = field(default_factory=Counter)
    cents: Counter[int] = field(default_factory=Counter)
    users: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    sessions: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(self, events: Iterable[Event]) -> None:
        """Count events."""
        for time, session, user, event_type, product, quantity in events:
            hour, day = time // HOUR, time // DAY
            is_search = event_type == "search"
            key = (None, None) if is_search else (product.product_id, product.category)
            self.events[hour, event_type, *key] += 1
            if event_type == "purchase":
                self.cents[hour] += product.cents * quantity
            self.users[day].add(user)
            self.sessions[day].add(session)

    def merge(self, other: "Tally") -> None:
        """Count what another file's tally counted."""
        self.events.update(other.events)
        self.cents.update(other.cents)
        for mine, theirs in ((self.users, other.users), (self.sessions, other.sessions)):
            for day, members in theirs.items():
                mine[day] |= members


@dataclass
class Faults:
    """What is wrong with a file's lines, by the place of the event that it strikes."""

    instead: dict[int, bytes] = field(default_factory=dict)  # harmless
    after: defaultdict[int, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    duplicates: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    unknown_fields: set[str] = field(default_factory=set)
    strangers: list[Event] = field(default_factory=list)  # whose own file nobody can read


def name_of(slot: int, second: int = 0) -> str:
    """Return the name of the file of a slot."""
    return f"events-{utc(slot * SLOT + second * SECOND):%Y%m%dT%H%M%SZ}.jsonl.gz"


def utc(micros: int) -> datetime:
    """Return a time of the shop as a datetime."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


def delivered_events(plan: Plan, slot: int) -> list[Event]:
    """Return the events of a file in the order of arrival, late ones with their true time."""
    shop = Shop(str(plan.seed), plan.events_per_file)
    opening = slot == plan.start
    events = events_of_slot(shop, slot, plan.events_per_file, opening=opening)
    if not plan.group_rates["late"]:
        return events
    lateness = {session: _lateness(plan, session) for session in {e.session for e in events}}
    return [
        event._replace(time=event.time - lateness[event.session])
        if lateness[event.session]
        else event
        for event in events
    ]


def _lateness(plan: Plan, session: int) -> int:
    """Return by how much a whole visit is late, so that its events keep their order."""
    random = dice(plan.seed, "late", session)
    kind = plan.pick("late", random())
    least, most = LATENESS[kind] if kind else (0, 0)
    return least + int(random() * (most - least))


def faults_of(plan: Plan, slot: int, events: list[Event]) -> Faults:
    """Draw what is wrong with the lines of a file."""
    faults = Faults()
    if plan.group_rates["duplicates"]:
        _repeat_lines(plan, slot, events, faults)
    if "duplicate_across_files" in plan.rates and slot > plan.start:
        _repeat_lines_of_last_file(plan, slot, faults)
    for group in BAD_LINES:
        if plan.group_rates[group]:
            _add_bad_lines(plan, slot, events, faults, group)
    if plan.group_rates["harmless"]:
        _spell_otherwise(plan, slot, events, faults)
    if long := _long_line(plan.file_fault(slot), events[0]):
        faults.after[0].append(long)
        faults.reasons["too_long"] += 1
    return faults


def _long_line(fault: str | None, event: Event) -> bytes | None:
    if fault == "long_line":
        return b'{"user_id": "' + b"x" * LONG
    if fault == "long_query":
        product = event.product._replace(search_query="x" * LONG)
        return line(event._replace(event_type="search", product=product, quantity=0))
    return None


def _repeat_lines(plan: Plan, slot: int, events: list[Event], faults: Faults) -> None:
    random = dice(plan.seed, "duplicates", slot)
    for place, event in enumerate(events):
        kind = plan.pick("duplicates", random())
        if kind in {"duplicate_in_file", "duplicate_respelled"}:
            copy = line(event) if kind == "duplicate_in_file" else respelled(event)
            faults.after[place + int(random() * (len(events) - place))].append(copy)
            faults.duplicates += 1


def _repeat_lines_of_last_file(plan: Plan, slot: int, faults: Faults) -> None:
    random = dice(plan.seed, "across files", slot)
    rate = plan.rates["duplicate_across_files"]
    for place, event in enumerate(delivered_events(plan, slot - 1)):
        if random() < rate:
            faults.after[place].append(line(event))
            if plan.is_read(slot - 1):
                faults.duplicates += 1
            else:
                faults.strangers.append(event)


def _add_bad_lines(plan: Plan, slot: int, events: list[Event], faults: Faults, group: str) -> None:
    random = dice(plan.seed, group, slot)
    for place in range(len(events)):
        if kind := plan.pick(group, random()):
            strikes, change, reason = BAD_LINES[group][kind]
            nearby = (events[place - step] for step in range(len(events)))
            fitting = (event for event in nearby if event.event_type in strikes)
            if model := next(fitting, None):  # a tiny file may have no search, for one
                faults.after[place].append(_broken(model, change))
                faults.reasons[reason] += 1


def _broken(event: Event, change: dict[str, object] | Callable[[bytes], bytes]) -> bytes:
    if callable(change):
        return change(line(event))
    fields = json.loads(line(event)) | change
    present = {name: value for name, value in fields.items() if value is not ABSENT}
    return json.dumps(present, ensure_ascii=False).encode()


def _spell_otherwise(plan: Plan, slot: int, events: list[Event], faults: Faults) -> None:
    random = dice(plan.seed, "harmless", slot)
    for place, event in enumerate(events):
        kind = plan.pick("harmless", random())
        if kind == "other_spelling":
            faults.instead[place] = respelled(event)
        elif kind:
            faults.instead[place] = line(event)[:-1] + b', "campaign": "spring"}'
            faults.unknown_fields.add("campaign")


def respelled(event: Event) -> bytes:
    """Return the same event in other bytes: zone, order, spaces, escapes, nulls left out."""
    fields = json.loads(line(event))
    zone = timezone(timedelta(hours=5, minutes=30))
    fields["timestamp"] = utc(event.time).astimezone(zone).isoformat(timespec="microseconds")
    backwards = {name: fields[name] for name in reversed(fields) if fields[name] is not None}
    return json.dumps(backwards, separators=(" , ", ":")).encode()


Report = dict[str, object]


def make_files(plan: Plan, slot: int, folder: Path) -> tuple[dict[str, Report], Tally]:
    """Write the file of a slot, as its fault will have it; return the truth about it."""
    tally, fault, name = Tally(), plan.file_fault(slot), name_of(slot)
    if fault == "missing_slot":
        return {name: {"state": "missing"}}, tally
    events = delivered_events(plan, slot)
    faults = faults_of(plan, slot, events)
    packed = compress(_lines(events, faults))
    (folder / name).write_bytes(_spoilt(packed, fault))
    if fault in UNREADABLE:
        return {name: {"state": "unreadable", "fault": fault}}, tally
    tally.add(events)
    tally.add(faults.strangers)
    reports = {name: _report(len(events) + len(faults.strangers), faults)}
    if fault == "file_twice":  # the producer's retry, a second later
        again = name_of(slot, second=1)
        (folder / again).write_bytes(packed)
        reports[again] = _report(0, faults, reports[name]["valid"])
    return reports, tally


def _lines(events: list[Event], faults: Faults) -> Iterator[bytes]:
    for place, event in enumerate(events):
        yield faults.instead.get(place) or line(event)
        yield from faults.after.get(place, ())


def _spoilt(packed: bytes, fault: str | None) -> bytes:
    if fault == "empty_file":
        return b""
    if fault == "truncated_gzip":
        return packed[: len(packed) // 2]
    return gzip.decompress(packed) if fault == "not_gzip" else packed


def _report(accepted: int, faults: Faults, copies: int | None = None) -> Report:
    duplicates = faults.duplicates if copies is None else copies
    rejected = faults.reasons.total()
    return {
        "state": "loaded",
        "lines": accepted + duplicates + rejected,
        "valid": accepted + duplicates,
        "accepted": accepted,
        "duplicates": duplicates,
        "rejected": rejected,
        "reasons": dict(sorted(faults.reasons.items())),
        "unknown_fields": sorted(faults.unknown_fields),
    }


def answers(tally: Tally) -> dict[str, list[list[object]]]:
    """Return the rows of the five questions, each in the order of queries.sql."""
    funnel: defaultdict[str, Counter[str]] = defaultdict(Counter)
    categories: Counter[tuple[int, str | None]] = Counter()
    for (hour, event_type, product_id, category), events in tally.events.items():
        categories[hour * HOUR // DAY, category] += events
        if product_id:
            funnel[product_id][event_type] += events
    views = sorted((-steps["page_view"], product) for product, steps in funnel.items())
    hours = sorted({hour for hour, *_ in tally.events})
    return {
        "1": [_funnel_row(product, funnel[product]) for _, product in views],
        "2": [[_hour(hour), _dollars(tally.cents[hour])] for hour in hours],
        "3": [[product, -negative] for negative, product in views[:10] if negative],
        "4": [
            [_day(day), category, categories[day, category]]
            for day, category in sorted(categories, key=_searches_last)
        ],
        "5": [[_day(d), len(tally.users[d]), len(tally.sessions[d])] for d in sorted(tally.users)],
    }


def _searches_last(key: tuple[int, str | None]) -> tuple[int, bool, str]:
    day, category = key
    return day, category is None, category or ""


def _funnel_row(product: str, steps: Counter[str]) -> list[object]:
    views, carts, purchases = (steps[t] for t in ("page_view", "add_to_cart", "purchase"))
    rates = _rate(carts, views), _rate(purchases, carts), _rate(purchases, views)
    return [product, views, carts, purchases, *rates]


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _hour(hour: int) -> str:
    return f"{utc(hour * HOUR):%Y-%m-%d %H:%M:%S}"


def _day(day: int) -> str:
    return f"{utc(day * DAY):%Y-%m-%d}"


def truth(plan: Plan, files: dict[str, Report], tally: Tally) -> str:
    """Return all that is known of the files, as JSON with a line for each row."""
    loaded = [report for report in files.values() if report["state"] == "loaded"]
    counts = ("lines", "valid", "accepted", "duplicates", "rejected")
    totals: Report = {name: sum(report[name] for report in loaded) for name in counts}
    reasons = sum((Counter(report["reasons"]) for report in loaded), Counter())
    known = {
        "parameters": {**asdict(plan), "start": f"{utc(plan.start * SLOT):%Y-%m-%dT%H:%M:%SZ}"},
        "files": dict(sorted(files.items())),
        "totals": {**totals, "reasons": dict(sorted(reasons.items()))},
        "answers": answers(tally),
    }
    text = json.dumps(known, indent=1)
    return re.sub(r"\[\s+([^][{}]+?)\s+\]", _in_one_line, text) + "\n"


def _in_one_line(row: re.Match[str]) -> str:
    return f"[{' '.join(row[1].split())}]"


def generate(plan: Plan, folder: Path) -> tuple[dict[str, Report], Tally]:
    """Write all files into a folder, on all cores if that pays; return the truth about them."""
    files: dict[str, Report] = {}
    tally = Tally()
    slots = range(plan.start, plan.start + plan.num_files)
    with ExitStack() as stack:
        each = map
        if plan.num_files * plan.events_per_file > WORTH_PROCESSES:
            pool = ProcessPoolExecutor(mp_context=get_context("spawn"))
            each = stack.enter_context(pool).map
        made = each(partial(make_files, plan, folder=folder), slots)
        for reports, part in tqdm(made, total=len(slots), unit="file", delay=2, disable=None):
            files |= reports
            tally.merge(part)
    return files, tally


class OneSentenceParser(argparse.ArgumentParser):
    """Says what is wrong without repeating the usage."""

    def error(self, message: str) -> NoReturn:
        """Leave with exit code 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def number(least: int, most: int) -> Callable[[str], int]:
    """Return what an option's text is converted by: a whole number within limits."""

    def convert(text: str) -> int:
        if not re.fullmatch(r"\d{1,18}", text, re.ASCII) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least} to {most}")
        return int(text)

    return convert


def _slot(text: str) -> int:
    try:
        start = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        start = datetime(1, 1, 1, tzinfo=UTC)
    slot, rest = divmod(int(start.timestamp()) * SECOND, SLOT)
    if rest or not FIRST_YEAR <= start.year <= LAST_YEAR:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not the beginning of five minutes such as {START}"
        )
    return slot


def _fault(text: str) -> tuple[str, float]:
    name, _, rate = text.partition("=")
    if not any(name in names for names in (GROUPS, *GROUPS.values())):
        raise argparse.ArgumentTypeError(f"{name!r} is no fault; docs/sample-data.md lists all")
    if not re.fullmatch(r"\d+(\.\d+)?", rate, re.ASCII) or float(rate) > 1:
        raise argparse.ArgumentTypeError(f"the rate in {text!r} is not a number from 0 to 1")
    return name, float(rate)


def arguments() -> OneSentenceParser:
    """Describe the command line."""
    parser = OneSentenceParser(
        description="Write files of events of a make-believe shop. docs/sample-data.md has more.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--num-files", type=number(1, 10_000), default=12, metavar="N", help="one per 5 minutes")
    add(
        "--events-per-file",
        type=number(1, 5_000_000),
        default=5000,
        metavar="M",
        help="valid ones",
    )
    add("--seed", type=number(0, 2**53), default=42, metavar="S", help="same seed, same events")
    add("--start", type=_slot, default=START, metavar="TIME", help="the first file's five minutes")
    add("--output", type=Path, default=Path("sample-data"), metavar="DIR", help="for the files")
    add("--truth", type=Path, metavar="FILE", help="for counts and the five answers, as JSON")
    add("--force", action="store_true", help="replace the events in DIR")
    add(
        "--fault",
        type=_fault,
        action="append",
        default=[],
        metavar="KIND=RATE",
        help="what goes wrong, and how often from 0 to 1; any number of times",
    )
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; bad input leaves everything as it was."""
    parser = arguments()
    options = parser.parse_args(argv)
    faults = dict(options.fault)
    plan = Plan(options.seed, options.start, options.num_files, options.events_per_file, faults)
    try:
        if problem := _problem(plan) or _obstacle(options):
            parser.error(problem)
        made = write(plan, options.output, options.truth)
    except OSError as error:
        parser.error(f"cannot write {error.filename or options.output}: {error.strerror}")
    sys.stdout.write(made)
    return 0


def _problem(plan: Plan) -> str | None:
    if plan.num_files * plan.events_per_file > MOST_EVENTS:
        return f"--num-files x --events-per-file is more than {MOST_EVENTS:,} events"
    for group in GROUPS:
        if plan.group_rates[group] > ALL_RATES:
            return f"the rates of the {group!r} faults add up to more than 1"
    return None


def _obstacle(options: argparse.Namespace) -> str | None:
    output, truth_file = options.output, options.truth
    if truth_file and truth_file.is_dir():
        return f"--truth {truth_file} is a folder; name a file"
    if output.is_file():
        return f"--output {output} is a file; name a folder"
    if options.force:
        return None
    if output.exists() and any(output.iterdir()):
        return f"--output {output} is not empty; --force replaces its events"
    if truth_file and truth_file.exists():
        return f"--truth {truth_file} exists; --force replaces it"
    return None


def write(plan: Plan, output: Path, truth_file: Path | None) -> str:
    """Generate beside the output and move there in the end; return what was made, in a line."""
    output.mkdir(parents=True, exist_ok=True)
    if truth_file:
        truth_file.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".making-", dir=output) as staging:
        folder = Path(staging)
        files, tally = generate(plan, folder)
        made = sorted(folder.iterdir())
        if truth_file:
            (folder / "truth").write_text(truth(plan, files, tally), encoding="utf-8")
            shutil.move(folder / "truth", truth_file)
        for old in output.glob("events-*.jsonl.gz"):
            old.unlink()
        for path in made:
            path.replace(output / path.name)
    events = sum(tally.events.values())
    return f"{len(made)} files with {events:,} distinct valid events in {output}\n"


if __name__ == "__main__":
    sys.exit(main())
