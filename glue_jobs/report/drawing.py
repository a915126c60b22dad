"""What the charts are put together from."""

from decimal import Decimal
from typing import TypeVar

import altair as alt

from glue_jobs.report.facts import Rows

Chart = TypeVar("Chart", alt.Chart, alt.LayerChart)

# Of Okabe and Ito's colours, told apart by the colour-blind, those with 3:1 on white.
BLUE, ORANGE, BLACK, PALE = "#0072b2", "#d55e00", "#1f2933", "#e4e7eb"
GREY = "#52606d"
AXIS, LEGEND = 40, 30  # pixels that they take below a chart
CONFIG = {
    "font": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
    "autosize": {"type": "fit", "contains": "padding"},
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "labelColor": GREY,
        "labelFontSize": 12,
        "labelLimit": 170,
        "labelPadding": 6,
        "gridColor": PALE,
        "domain": False,
        "ticks": False,
        "titleColor": GREY,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "legend": {"labelFontSize": 12, "orient": "bottom", "title": None},
    "text": {"fontSize": 12, "color": BLACK},
    "bar": {"cornerRadiusEnd": 3, "color": BLUE},
}


def chart_of(rows: Rows, description: str, chart: Chart, height: int) -> Chart:
    """Give a chart its rows, its place on the page and what is read out for it."""
    values = [
        {name: float(cell) if isinstance(cell, Decimal) else cell for name, cell in row.items()}
        for row in rows
    ]
    return chart.properties(
        data=alt.InlineData(values=values),
        description=description,
        width="container",
        height=height,
    )


def keyed(rows: Rows, name: str) -> Rows:
    """Give each row a ``key``: its name, as Vega may group by it, to whom ``toString`` is known."""
    return [{**row, "key": f":{row[name]}"} for row in rows]


def bars(
    number: str, sort: alt.EncodingSortField | None, tips: list[alt.Tooltip]
) -> alt.LayerChart:
    """Draw a lying bar for each key, its number beside it, in the order of the rows or a field."""
    axis = alt.Axis(labelExpr="slice(datum.value, 1)")
    base = alt.Chart().encode(
        x=length(number, room=80), y=alt.Y("key:N", title=None, sort=sort, axis=axis)
    )
    text = base.mark_text(align="left", dx=5).encode(text=alt.Text(f"{number}:Q", format=","))
    return base.mark_bar().encode(tooltip=tips) + text


def length(number: str, room: int) -> alt.X:
    """Return an axis without marks: the numbers stand beside the bars, which leave them room."""
    scale = alt.Scale(zero=True, range=[0, alt.ExprRef(f"width - {room}")])
    return alt.X(f"{number}:Q", title=None, axis=None, scale=scale)


def cells(y: alt.Y) -> alt.Chart:
    """Draw a grid of hours and something else."""
    axis = alt.Axis(labelAngle=0, labelOverlap=True)
    return (
        alt
        .Chart()
        .mark_rect(cornerRadius=2, stroke="white", strokeWidth=1)
        .encode(x=alt.X("hour:O", title="Hour, UTC", axis=axis), y=y)
    )


def times() -> alt.Axis:
    """Return an axis of 24-hour times, or of days where it is midnight."""
    form = "utchours(datum.value) == 0 ? '%a %d' : '%H:%M'"
    return alt.Axis(labelExpr=f"utcFormat(datum.value, {form})", tickCount=8, labelOverlap=True)


def dollars() -> alt.Axis:
    """Return an axis of US dollars, $2k for two thousand."""
    return alt.Axis(labelExpr="format(datum.value, '$~s')", tickCount=4, grid=True)


def filtered(chart: alt.LayerChart) -> alt.LayerChart:
    """Let the page choose the day and the category of a chart; null, as at first, lets all pass."""
    return chart.add_params(*(alt.param(name=name, value=None) for name in ("day", "category")))


def tip(field: str, title: str, form: str | None = None) -> alt.Tooltip:
    """Return a line of what a mark under the pointer tells."""
    return alt.Tooltip(field, title=title, format=form or alt.Undefined)
