"""The page: numbers, charts and the tables behind them in one HTML file that asks no network."""

from base64 import b64encode
from datetime import timedelta
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files

import altair as alt
import vl_convert
from jinja2 import Environment, StrictUndefined

from glue_jobs.report.cards import COUNT, MONEY, cards, shown
from glue_jobs.report.drawing import CONFIG
from glue_jobs.report.facts import Facts
from glue_jobs.report.figures import figures
from glue_jobs.report.health import health

HOUR = 60  # minutes
_FOLDER = files("glue_jobs.report")
_FORMS = {"count": COUNT, "decimal": "{:,.1f}", "money": MONEY, "percent": "{:.1%}"}


def page(facts: Facts) -> str:
    """Return a day's report as HTML."""
    state = health(facts)
    scripts = [_library(), _text("page.js")]
    names = sorted({row["category"] for row in [*facts.steps, *facts.products]})
    return (
        _environment()
        .from_string(_text("page.html"))
        .render(
            facts=facts,
            cards=cards(facts),
            health=state,
            categories={name: number for number, name in enumerate(names)},
            data={"charts": figures(facts, state), "config": CONFIG, "categories": names},
            style=_text("page.css"),
            scripts=scripts,
            script_sources=" ".join(map(_source, scripts)),
        )
    )


def _text(name: str) -> str:
    """Return a file of this package, which may lie in a zip."""
    return (_FOLDER / name).read_text(encoding="utf-8")


@cache
def _library() -> str:
    """Return Vega with Vega-Lite and Vega-Embed, of the version that Altair writes for."""
    version = alt.VEGALITE_VERSION.rpartition(".")[0]
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=version)


def _source(script: str) -> str:
    """Return what a content security policy calls this very script and no other."""
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def _environment() -> Environment:
    environment = Environment(
        autoescape=True,  # names come from raw files: anybody's text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {name: partial(shown, form) for name, form in _FORMS.items()}
    environment.filters["span"] = _span
    return environment


def _span(time: timedelta) -> str:
    """Return a length of time to the minute, or to the second if it is shorter than one."""
    minutes = time // timedelta(minutes=1)
    if not minutes:
        return f"{time.seconds} s"
    return f"{minutes // HOUR} h {minutes % HOUR} min" if minutes >= HOUR else f"{minutes} min"
