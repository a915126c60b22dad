"""How producers spell the contract's fields: of each, what is certainly an event's."""

from functools import lru_cache, partial

from glue_jobs.events.rules import EVENT_TYPES, FIELDS, parse_line
from glue_jobs.lines import layouts
from glue_jobs.lines.layouts import CHARACTER, DATE, MONEY, TIME, ZONE, Layout, Model

_SPELLINGS = {
    **dict.fromkeys(FIELDS, f'"{CHARACTER}+"'),
    "timestamp": f'"{DATE}T{TIME}{ZONE}"',
    "quantity": r"[1-9]\d{0,8}",
    "price": rf"{MONEY}(?:[eE]\+?\d)?",
}


def learn(line: bytes) -> Layout | None:
    """Return the layout of a line; None if it is no event, or no model for others."""
    return layouts.learn(line, _judge)


def _judge(line: bytes) -> Model | None:
    event, _, unknown_fields = parse_line(line, None)
    return Model(partial(_spelling, event.event_type), unknown_fields) if event else None


def _spelling(event_type: str, field: str, text: bytes) -> str | None:
    if field == "event_type":
        return f'"(?:{"|".join(_types_like(event_type))})"'
    return "null" if field in FIELDS and text == b"null" else _SPELLINGS.get(field)


@lru_cache
def _types_like(event_type: str) -> list[str]:
    """Return the event types that need the same fields."""
    return [
        other
        for other in EVENT_TYPES
        if all((other in types) == (event_type in types) for types in FIELDS.values())
    ]
