"""How senders spell the contracts' fields: of each kind, what surely has its form.

Values may be padded with blanks, and what is optional may be blank or null. What the form does not
say (a text is no blank, a day in range, a status one of three) is for ``columns`` to look at.
"""

from collections.abc import Callable
from functools import partial

from glue_jobs.commerce.contracts import (
    DATE_OR_TIME,
    ID,
    JSON,
    MONEY,
    QUANTITY,
    RATING,
    STOCK,
    TIME_WITH_ZONE,
    Contract,
)
from glue_jobs.lines import layouts
from glue_jobs.lines.layouts import CHARACTER, DATE, TIME, ZONE, Layout, Model

_MONEY = layouts.MONEY
_WHOLE = r"(?:0|[1-9]\d{0,8})"
_JSON_NUMBERS = {MONEY: _MONEY, STOCK: _WHOLE}
_FORMS = {  # of texts; those of other kinds are any text
    ID: r"[A-Za-z0-9_.:-]+",  # counted by RE2, its length would cost a fifth more
    MONEY: _MONEY,
    QUANTITY: rf"{_WHOLE}(?:\.0)?",
    RATING: rf"{_WHOLE}(?:\.0)?",
    DATE_OR_TIME: rf"{DATE}(?:[T ]{TIME}{ZONE}?)?",
    TIME_WITH_ZONE: rf"{DATE}[T ]{TIME}{ZONE}",
}
_ANY_TEXT = f"{CHARACTER}*"

# Returns the unknown fields of a line that is a record, None of others.
Judge = Callable[[bytes], tuple[str, ...] | None]


def learn(line: bytes, contract: Contract, judge: Judge) -> Layout | None:
    """Return the layout of a line; None if it is no record, or no model for others."""
    return layouts.learn(line, partial(_model, contract, judge))


def _model(contract: Contract, judge: Judge, line: bytes) -> Model | None:
    unknown_fields = judge(line)
    return None if unknown_fields is None else Model(partial(_spelling, contract), unknown_fields)


def _spelling(contract: Contract, field: str, _: bytes) -> str | None:
    kind = contract.fields.get(field)
    if kind is None:
        return None
    if contract.format == JSON and kind in _JSON_NUMBERS:
        return _JSON_NUMBERS[kind]
    form = _FORMS.get(kind)
    if field in contract.required:
        return f'" *{form} *"' if form else f'"{_ANY_TEXT}"'
    return f'(?:null|" *(?:{form} *)?")' if form else f'(?:null|"{_ANY_TEXT}")'
