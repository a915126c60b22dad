"""What the pages share: cards, how numbers read, templates, and scripts that the policy names."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from typing import Any

import altair as alt
import vl_convert
from jinja2 import Environment, FunctionLoader, StrictUndefined

Filters = dict[str, Callable[..., str]]  # of templates, by name
Number = int | float | Decimal
COUNT, MONEY = "{:,}", "${:,.2f}"
_FOLDER = files("glue_jobs.report")
_FORMS = {"count": COUNT, "decimal": "{:,.1f}", "money": MONEY, "percent": "{:.1%}"}


@dataclass(frozen=True)
class Card:
    """One number: its name, what that means if it is not plain, how it reads, and a note."""

    name: str
    meaning: str
    value: str
    note: str = ""


def shown(form: str, number: Number | None) -> str:
    """Return how a number reads; what nobody knows, such as the rate of nothing, is a dash."""
    if number is None:
        return "\N{EN DASH}"
    return ("-" if number < 0 else "") + form.format(abs(number))


def text(name: str) -> str:
    """Return a file below this package, which may lie in a zip."""
    return _FOLDER.joinpath(name).read_text(encoding="utf-8")


@cache
def library() -> str:
    """Return Vega with Vega-Lite and Vega-Embed, of the version that Altair writes for."""
    version = alt.VEGALITE_VERSION.rpartition(".")[0]
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=version)


def render(template: str, scripts: list[str], filters: Filters, known: dict[str, Any]) -> str:
    """Return a page: a template that extends ``layout.html``, and what it knows.

    Only these scripts may run in it; ``data`` of what it knows is what they find as JSON.
    """
    environment = Environment(
        autoescape=True,  # names come from raw files: anybody's text
        loader=FunctionLoader(text),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    environment.filters |= {name: partial(shown, form) for name, form in _FORMS.items()} | filters
    sources = " ".join(map(_source, scripts))
    return environment.get_template(template).render(
        **known, scripts=scripts, script_sources=sources
    )


def _source(script: str) -> str:
    """Return what a content security policy calls this very script and no other."""
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
