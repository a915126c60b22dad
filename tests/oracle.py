"""What the pipeline should answer, in plain Python straight from the raw files.

The yardstick: slow, exact, and independent of the pipeline and of the generator, with neither of
which it shares a line. Everything is held in memory and judged one line after the other.
"""

import gzip
import json
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from operator import itemgetter
from pathlib import Path

FIELDS = (
    "timestamp",
    "user_id",
    "session_id",
    "event_type",
    "product_id",
    "quantity",
    "price",
    "category",
    "search_query",
)
ALWAYS = {"timestamp", "user_id", "session_id", "event_type"}
OF_ITEMS = ALWAYS | {"product_id", "category", "quantity", "price"}
REQUIRED = {
    "page_view": ALWAYS | {"product_id", "category"},
    "add_to_cart": OF_ITEMS,
    "remove_from_cart": OF_ITEMS,
    "purchase": OF_ITEMS,
    "search": ALWAYS | {"search_query"},
}
TIMESTAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?"
    r"(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)",
    flags=re.ASCII,
)
SLOT_OF_KEY = ("year=dddd", "month=dd", "day=dd", "hour=dd", "minute=dd")  # d: a digit
SLOT_OF_NAME = re.compile(r"events-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)\d\dZ\.jsonl\.gz$", re.ASCII)
YEARS = range(2010, 2100)
LONGEST_LINE, BEGINNING = 1_048_576, 65_536

# A question's rows: text, int, float, Decimal, date, naive UTC datetime or None, as SQL has them.
Answers = dict[str, list[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Event:
    """A valid line; two equal events are duplicates. Prices are equal by value."""

    time: datetime
    user_id: str
    session_id: str
    event_type: str
    product_id: str | None
    quantity: int | None
    price: Decimal | None
    category: str | None
    search_query: str | None


@dataclass
class File:
    """What became of a file's lines: lines = accepted + duplicates + rejected.

    ``rejected`` counts (reason, text of the line); ``unknown_fields`` are those of valid and
    invalid lines alike, sorted.
    """

    is_readable: bool = True
    lines: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: Counter[tuple[str, str]] = field(default_factory=Counter)
    unknown_fields: list[str] = field(default_factory=list)

    def reasons(self) -> Counter[str]:
        """Count the rejected lines by reason."""
        reasons: Counter[str] = Counter()
        for (reason, _), lines in self.rejected.items():
            reasons[reason] += lines
        return reasons


@dataclass(frozen=True)
class Record:
    """A JSON object as (name, value) pairs, so that a name twice is seen."""

    pairs: list[tuple[str, object]]


class Integer(Decimal):
    """A JSON number without fraction and exponent."""


def refuse(constant: str) -> None:
    """Refuse NaN and Infinity, which Python reads but JSON does not know."""
    raise ValueError(constant)


def number(token: str) -> Decimal:
    """Return a number's value, infinity for one with more digits than atoms in the world."""
    mantissa = token.lower().split("e")[0]
    if not mantissa.strip("-0."):
        return Decimal(0)
    try:
        return Decimal(token)
    except InvalidOperation:
        return Decimal("Infinity")


STRICT_JSON = json.JSONDecoder(
    object_pairs_hook=Record, parse_int=Integer, parse_float=number, parse_constant=refuse
)


def judge(paths: Iterable[Path]) -> tuple[dict[str, File], list[Event]]:
    """Return what became of each file, by its name, and the distinct events.

    Of equal events the file whose path sorts first keeps the one, as in a run over them all.
    """
    files: dict[str, File] = {}
    seen: set[Event] = set()
    for path in sorted(paths, key=Path.as_posix):
        files[path.name] = _judge_file(path, seen)
    return files, list(seen)


def _judge_file(path: Path, seen: set[Event]) -> File:
    try:
        lines = list(lines_of(path.read_bytes()))
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return File(is_readable=False)
    file, unknown_fields = File(lines=len(lines)), set[str]()
    for line in lines:
        verdict, unknown = judge_line(line, slot_of(path))
        unknown_fields |= unknown
        if isinstance(verdict, str):
            file.rejected[verdict, kept(line)] += 1
        elif verdict in seen:
            file.duplicates += 1
        else:
            file.accepted += 1
            seen.add(verdict)
    file.unknown_fields = sorted(unknown_fields)
    return file


def kept(line: bytes) -> str:
    """Return what is kept of a rejected line: its beginning, marked if that is not the whole."""
    text = line.decode(errors="backslashreplace").encode()
    return (
        text.decode() if len(text) <= 65_536 else f"{text[:65_536].decode(errors='ignore')} [cut]"
    )


def lines_of(packed: bytes) -> Iterator[bytes]:
    """Yield the lines of a gzip file that hold more than white space.

    Raises: EOFError, gzip.BadGzipFile or zlib.error if it is no whole gzip file; nor is nothing.
    """
    if not packed:
        raise EOFError
    for line in re.split(rb"\r\n|\r|\n", gzip.decompress(packed)):
        if line.strip(b" \t"):
            yield line


def slot_of(path: Path) -> datetime | None:
    """Return the minute that a key, or else a flat file's name, tells; None if neither does.

    Of a key with several slots the last tells.
    """
    folders = path.parts[:-1]
    for end in range(len(folders), 0, -1):
        slot = folders[max(0, end - 5) : end]
        if tuple(re.sub(r"[0-9]", "d", folder) for folder in slot) == SLOT_OF_KEY:
            return minute_of([folder.split("=")[1] for folder in slot])
    found = SLOT_OF_NAME.search(path.name)
    return minute_of(found.groups()) if found else None


def minute_of(numbers: Iterable[str]) -> datetime | None:
    """Return year, month, day, hour and minute as a time, if it is one of the valid years."""
    try:
        minute = datetime(*map(int, numbers), tzinfo=UTC)
    except ValueError:
        return None
    return minute if minute.year in YEARS else None


def judge_line(line: bytes, slot: datetime | None) -> tuple[Event | str, set[str]]:
    """Return the event, or the reasons joined by commas; and the unknown fields."""
    parsed = parse(line)
    if isinstance(parsed, str):
        return parsed, set()
    record = dict(parsed.pairs)
    unknown = set(sorted({name[:100] for name in set(record) - set(FIELDS)})[:100])
    reasons = [reason for name in FIELDS for reason in reasons_of(name, record)]
    time = instant(record.get("timestamp"))
    if time and time.year < YEARS.start:
        reasons.append("too_old")
    elif time and (time.year >= YEARS.stop or (slot and time - slot > timedelta(hours=24))):
        reasons.append("too_early")
    if reasons:
        return ",".join(reasons), unknown
    rest = {name: record.get(name) for name in FIELDS[1:]}
    if rest["quantity"] is not None:
        rest["quantity"] = int(rest["quantity"])
    return Event(time, **rest), unknown


def parse(line: bytes) -> Record | str:
    """Return the fields of a line, or the reason why it has none."""
    if len(line) > LONGEST_LINE:
        beginning = line[:BEGINNING].decode("utf-8", errors="replace")
        return "several_objects" if has_several_objects(beginning) else "too_long"
    try:
        text = line.decode("utf-8")
        value = None if "\ufffd" in text else STRICT_JSON.decode(text)
    except UnicodeDecodeError:
        return "not_utf8"
    except (ValueError, RecursionError):  # no JSON, or nested beyond all reason
        return "several_objects" if has_several_objects(text) else "not_json"
    if "\ufffd" in text or ("\\u" in text and has_no_text(value)):  # as readers write lost bytes
        return "not_utf8"
    if has_name_twice(value):
        return "duplicate_field"
    return value if isinstance(value, Record) else "not_an_object"


def has_several_objects(text: str) -> bool:
    """Whether a whole object is followed by the beginning of another value."""
    text = text.lstrip(" \t\r\n")
    try:
        first, end = STRICT_JSON.raw_decode(text)
    except (ValueError, RecursionError):
        return False
    follows = text[end:].strip(" \t\r\n")
    begins = follows[:1] in set('{["-0123456789') or follows[:4] in {"true", "null"}
    return isinstance(first, Record) and bool(follows) and (begins or follows[:5] == "false")


def has_no_text(value: object) -> bool:
    r"""Whether a text holds U+FFFD or half a character (JSON's \ud83d alone), no text in UTF-8."""
    if isinstance(value, str):
        return re.search(r"[\ud800-\udfff\ufffd]", value) is not None
    return any(map(has_no_text, parts_of(value)))


def has_name_twice(value: object) -> bool:
    """Whether an object, however deep, holds a name twice."""
    names = [name for name, _ in value.pairs] if isinstance(value, Record) else []
    return len(set(names)) < len(names) or any(map(has_name_twice, parts_of(value)))


def parts_of(value: object) -> list[object]:
    """Return what an array or object is made of."""
    if isinstance(value, Record):
        return [part for pair in value.pairs for part in pair]
    return value if isinstance(value, list) else []


def reasons_of(name: str, record: dict[str, object]) -> Iterator[str]:
    """Yield the rules that a field breaks."""
    value, event_type = record.get(name), record.get("event_type")
    rules_known = isinstance(event_type, str) and event_type in REQUIRED
    required = name in (REQUIRED[event_type] if rules_known else ALWAYS)
    is_blank = isinstance(value, str) and not value
    if value is None or (is_blank and required):
        if required:
            yield f"missing_{name}"
        return
    if not has_type(name, value):
        yield f"wrong_type_{name}"
    elif not is_valid(name, value):
        yield f"invalid_{name}"
    if rules_known and not required:
        yield f"forbidden_{name}"


def has_type(name: str, value: object) -> bool:
    """Whether a value has the JSON type of its field."""
    expected = {"quantity": Integer, "price": Decimal}.get(name, str)
    return isinstance(value, expected)


def is_valid(name: str, value: object) -> bool:
    """Whether a value of the right type is one that its field can have."""
    if name == "timestamp":
        return instant(value) is not None
    if name == "event_type":
        return value in REQUIRED
    if name == "quantity":
        return 1 <= value <= 2**31 - 1
    if name == "price":
        return 0 <= value <= Decimal("99999999.99") and decimals(value) <= 2
    return True


def decimals(number: Decimal) -> int:
    """Count the decimal places that the value needs: 2 for 1.250, 0 for 1e1."""
    _, digits, exponent = number.as_tuple()
    significant = "".join(map(str, digits)).rstrip("0")
    return len(significant) - len(digits) - exponent if significant else 0


def instant(timestamp: object) -> datetime | None:
    """Return what an ISO 8601 timestamp with a zone means, in UTC; None if it is none."""
    found = TIMESTAMP.fullmatch(timestamp) if isinstance(timestamp, str) else None
    if not found:
        return None
    *whole, fraction, sign, hours, minutes = found.groups(default="")
    if fraction[6:].strip("0"):  # beyond microseconds
        return None
    try:
        local = datetime(*map(int, whole), int(fraction[:6].ljust(6, "0")), tzinfo=UTC)
        if not sign:
            return local
        if int(hours) > 23 or int(minutes or 0) > 59:
            return None
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return local - offset if sign == "+" else local + offset
    except (ValueError, OverflowError):  # no such day, or beyond the years 1 to 9999
        return None


def answers(events: Iterable[Event]) -> Answers:
    """Answer the five questions from distinct events."""
    events = list(events)
    return {
        "1": conversion_funnel(events),
        "2": hourly_revenue(events),
        "3": top_products(events),
        "4": category_performance(events),
        "5": user_activity(events),
    }


def conversion_funnel(events: list[Event]) -> list[tuple[object, ...]]:
    """Rows: one per product, most viewed first."""
    steps: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for event in events:
        if event.product_id is not None:
            steps[event.product_id][event.event_type] += 1
    rows = []
    for product_id, count in steps.items():
        views, carts, bought = count["page_view"], count["add_to_cart"], count["purchase"]
        rates = rate(carts, views), rate(bought, carts), rate(bought, views)
        rows.append((product_id, views, carts, bought, *rates))
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def rate(part: int, whole: int) -> float | None:
    """Divide; nobody knows the rate of nothing."""
    return None if whole == 0 else part / whole


def hourly_revenue(events: list[Event]) -> list[tuple[object, ...]]:
    """Rows: one per hour that has events, zero where nothing was bought."""
    revenue: defaultdict[datetime, Decimal] = defaultdict(lambda: Decimal("0.00"))
    for event in events:
        hour = event.time.replace(minute=0, second=0, microsecond=0, tzinfo=None)
        revenue[hour] += event.price * event.quantity if event.event_type == "purchase" else 0
    return sorted(revenue.items())


def top_products(events: list[Event]) -> list[tuple[object, ...]]:
    """Rows: the ten most viewed products, fewer if fewer were viewed."""
    views = Counter(event.product_id for event in events if event.event_type == "page_view")
    return sorted(views.items(), key=lambda row: (-row[1], row[0]))[:10]


def category_performance(events: list[Event]) -> list[tuple[object, ...]]:
    """Rows: one per day and category, the searches under None, last in their day."""
    counts = Counter((event.time.date(), event.category) for event in events)
    rows = [(day, category, count) for (day, category), count in counts.items()]
    return sorted(rows, key=lambda row: (row[0], row[1] is None, row[1] or ""))


def user_activity(events: list[Event]) -> list[tuple[object, ...]]:
    """Rows: one per day."""
    users: defaultdict[date, set[str]] = defaultdict(set)
    sessions: defaultdict[date, set[str]] = defaultdict(set)
    for event in events:
        users[event.time.date()].add(event.user_id)
        sessions[event.time.date()].add(event.session_id)
    rows = [(day, len(users[day]), len(sessions[day])) for day in users]
    return sorted(rows, key=itemgetter(0))


def read_answers(truth: dict[str, dict[str, list[list[object]]]]) -> Answers:
    """Return the answers of a truth file with the types that ``answers`` gives."""
    types = {
        "1": (str, int, int, int, float, float, float),
        "2": (datetime.fromisoformat, Decimal),
        "3": (str, int),
        "4": (date.fromisoformat, str, int),
        "5": (date.fromisoformat, int, int),
    }
    return {
        question: [
            tuple(
                None if cell is None else convert(cell)
                for cell, convert in zip(row, types[question], strict=True)
            )
            for row in rows
        ]
        for question, rows in truth["answers"].items()
    }
