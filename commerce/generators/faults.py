"""What goes wrong with a record: a broken copy comes on top of it, for a reason known here."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from commerce.generators.draws import Dice
from commerce.generators.orders import Line
from generate_sample_data import dice

Record = dict[str, object]  # by field; a CSV record holds texts only


class Repeat(Record):
    """A record that says, but for the time, what one before it said: a duplicate."""


DUPLICATE, UNKNOWN_PRODUCT, UNKNOWN_CUSTOMER = "row_twice", "unknown_product", "unknown_customer"
LATE, CORRECTION, STATUS_BACK = "row_late", "correction", "status_back"
ID_REUSED = "id_reused"
BAD_ID = "two words"


class Report(NamedTuple):
    """The truth about a file: distinct valid lines, repeated ones, bad ones by reason.

    ``fault`` struck it as a whole; ``refused`` is why nothing of it is loaded then.
    """

    accepted: int
    duplicates: int
    reasons: Counter[str]
    fault: str = ""
    refused: str = ""
    unknown_fields: tuple[str, ...] = ()

    def told(self) -> dict[str, object]:
        """Return it with sums, as a ledger has it."""
        rejected = self.reasons.total()
        of_file = {"fault": self.fault, "refused": self.refused}
        return {
            "lines": self.accepted + self.duplicates + rejected,
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "rejected": rejected,
            "reasons": dict(sorted(self.reasons.items())),
            **{name: value for name, value in of_file.items() if value},
            **({"unknown_fields": self.unknown_fields} if self.unknown_fields else {}),
        }


@dataclass(frozen=True)
class Source:
    """How the records of a source are delivered, and what is no value of a field.

    ``invalid`` and ``wrong_types`` hold such values; a CSV field has no type.
    """

    format: str
    fields: tuple[str, ...]
    optional: tuple[str, ...]
    invalid: Mapping[str, object]
    wrong_types: Mapping[str, object]
    others: tuple[str, ...] = ()  # kinds of faults that break no rule

    @cached_property
    def faults(self) -> dict[str, Callable[[Record], bytes]]:
        """How a broken copy is made, by the reason for which it is rejected."""
        as_line = csv_line if self.format == "csv" else json_line
        nothing = "" if self.format == "csv" else None
        faults: dict[str, Callable[[Record], bytes]] = {}
        for field in [field for field in self.fields if field not in self.optional]:
            faults[f"missing_{field}"] = _replacing(as_line, field, nothing)
        for field, value in self.wrong_types.items():
            faults[f"wrong_type_{field}"] = _replacing(as_line, field, value)
        for field, value in self.invalid.items():
            faults[f"invalid_{field}"] = _replacing(as_line, field, value)
        faults["not_utf8"] = lambda record: b"\xff" + as_line(record)
        if self.format == "csv":
            faults["wrong_number_of_fields"] = lambda record: csv_line(record) + b","
        else:
            faults["not_json"] = lambda record: json_line(record)[:-1]
            faults["duplicate_field"] = _with_field_twice
        return faults

    @property
    def kinds(self) -> list[str]:
        """All that ``--fault`` takes."""
        return [*self.faults, DUPLICATE, *self.others]


def csv_line(record: Record) -> bytes:
    """Return a record as a line of CSV, without its end."""
    return ",".join([_quoted(str(value)) for value in record.values()]).encode()


def _quoted(text: str) -> str:
    if "," not in text and '"' not in text:
        return text
    return '"' + text.replace('"', '""') + '"'


def json_line(record: Record) -> bytes:
    """Return a record as a line of JSON, without its end."""
    return json.dumps(record, ensure_ascii=False).encode()


def _replacing(
    as_line: Callable[[Record], bytes], field: str, value: object
) -> Callable[[Record], bytes]:
    return lambda record: as_line(record | {field: value})


def _with_field_twice(record: Record) -> bytes:
    first = next(iter(record))
    return json_line(record)[:-1] + f", {json.dumps(first)}: null}}".encode()


TIME = {"updated_at": "soon"}
IDS = ("transaction_id", "order_id", "customer_id", "product_id")
SOURCES = {
    "products": Source(
        "json",
        ("product_id", "name", "category", "brand", "price", "stock", "updated_at"),
        optional=("brand", "updated_at"),
        invalid={"product_id": BAD_ID, "price": -0.01, "stock": -1} | TIME,
        wrong_types={"price": "9.99", "stock": "3"}
        | dict.fromkeys(("product_id", "name", "category", "brand", "updated_at"), 7),
    ),
    "customers": Source(
        "json",
        fields := ("customer_id", "name", "email", "city", "signup_date", "updated_at"),
        optional=("city", "updated_at"),
        invalid={"customer_id": BAD_ID, "email": "nobody", "signup_date": "2026-02-30"} | TIME,
        wrong_types=dict.fromkeys(fields, 7),
    ),
    "transactions": Source(
        "csv",
        (*IDS, "quantity", "price", "total_amount", "transaction_date", "status", "updated_at"),
        optional=("order_id", "updated_at"),
        invalid=dict.fromkeys(IDS, BAD_ID)
        | {"quantity": "0", "price": "9.999", "total_amount": "-1.00"}
        | {"transaction_date": "2026-02-30", "status": "lost"}
        | TIME,
        wrong_types={},
        others=(UNKNOWN_PRODUCT, UNKNOWN_CUSTOMER, LATE, CORRECTION, STATUS_BACK, ID_REUSED),
    ),
    "sales": Source(
        "csv",
        ("transaction_id", "customer_id", "product_id", "quantity", "amount", "transaction_date"),
        optional=(),
        invalid=dict.fromkeys(("transaction_id", "customer_id", "product_id"), BAD_ID)
        | {"quantity": "0", "amount": "-1.00", "transaction_date": "2026-02-30"},
        wrong_types={},
        others=(UNKNOWN_PRODUCT, UNKNOWN_CUSTOMER),
    ),
    "reviews": Source(
        "csv",
        ("review_id", "product_id", "customer_id", "rating", "review_text", "review_date"),
        optional=("review_text",),
        invalid=dict.fromkeys(("review_id", "product_id", "customer_id"), BAD_ID)
        | {"rating": "6", "review_date": "2026-02-30"},
        wrong_types={},
        others=(UNKNOWN_PRODUCT, UNKNOWN_CUSTOMER),
    ),
    "clickstream": Source(
        "json",
        clicks := (
            *("session_id", "event_type", "timestamp"),
            *("customer_id", "page", "device", "product_id"),
        ),
        optional=("customer_id", "page", "device", "product_id"),
        invalid=dict.fromkeys(("session_id", "customer_id", "product_id"), BAD_ID)
        | {"event_type": "wishlist", "timestamp": "2026-03-02T18:00:00", "device": "toaster"},
        wrong_types=dict.fromkeys(clicks, 7),
    ),
}


class Faults(NamedTuple):
    """The rates of the faults of a source, and the seed by which they strike."""

    seed: int
    source: str
    rates: dict[str, float]

    def dice_of(self, day: int, what: str) -> Dice:
        """Return the dice of a day, one pair for broken copies, another for strangers."""
        return dice(self.seed, self.source, what, day)

    def strikes(self, kind: str, random: Dice) -> bool:
        """Whether a kind strikes now; one that was not asked for draws nothing."""
        return kind in self.rates and random() < self.rates[kind]

    def copies(self, record: Record, line: bytes, random: Dice) -> Iterator[tuple[str, bytes]]:
        """Yield the kinds that strike a record, each with the line that comes on top of it."""
        faults = SOURCES[self.source].faults
        for kind, rate in self.rates.items():
            if kind == DUPLICATE and random() < rate:
                yield kind, line
            elif kind in faults and random() < rate:
                yield kind, faults[kind](record)

    def with_stranger(self, line: Line, random: Dice, counts: Counter[str]) -> Line:
        """Return a transaction, perhaps of a product or a customer that no catalogue has."""
        if struck := random() < self.rates.get(UNKNOWN_PRODUCT, 0):
            line = line._replace(article=line.article._replace(product_id=UNKNOWN_PRODUCT))
        counts[UNKNOWN_PRODUCT] += struck
        if struck := random() < self.rates.get(UNKNOWN_CUSTOMER, 0):
            line = line._replace(customer_id=UNKNOWN_CUSTOMER)
        counts[UNKNOWN_CUSTOMER] += struck
        return line
