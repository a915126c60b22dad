"""The charts of the page, as Vega-Lite specifications: Altair writes them, Vega draws them.

A chart that can be filtered has the parameters ``day`` (YYYY-MM-DD) and ``category`` (a name),
which the page sets; null is for all of them.
"""

from typing import Any

import altair as alt

from glue_jobs.report.drawing import (
    AXIS,
    BLACK,
    BLUE,
    LEGEND,
    ORANGE,
    PALE,
    bars,
    cells,
    chart_of,
    dollars,
    filtered,
    keyed,
    length,
    times,
    tip,
)
from glue_jobs.report.facts import DAYS, Facts, Rows
from glue_jobs.report.health import LOADED, MISSING, UNREADABLE, Health

PLACES = 10  # of a ranking
SLOTS_AN_HOUR = 12
STEPS = {"page_views": "Viewed", "add_to_carts": "Put into a cart", "purchases": "Bought"}
_OF_DAY = "day === null || datum.dt === day"
_OF_CATEGORY = "category === null || datum.category === category"


def figures(facts: Facts, health: Health) -> dict[str, dict[str, Any]]:
    """Return the specifications of the charts that have something to show, by name."""
    hours = facts.week_hours
    has_events = any(row["has_events"] for row in hours)
    charts = {
        "revenue": has_events and revenue(hours),
        "products": facts.products and products(facts.products),
        "categories": facts.steps and categories(facts.steps),
        "funnel": facts.steps and funnel(facts.steps),
        "rhythm": has_events and rhythm(hours),
        "segments": facts.segments and segments(facts.segments),
        "slots": health.slots and slots(health.slots),
        "reasons": facts.reasons and reasons(facts.reasons[:PLACES]),
    }
    return {name: chart.to_dict() for name, chart in charts.items() if chart}


def revenue(hours: Rows) -> alt.LayerChart:
    """Draw revenue by hour as a line; the hour next to the pointer tells its numbers.

    Its axis reaches $100 at least, so that no revenue is at its foot and not in its middle.
    """
    base = alt.Chart().encode(
        x=alt.X("time:T", title=None, scale=alt.Scale(type="utc"), axis=times()),
        y=alt.Y("revenue:Q", title=None, axis=dollars()),
    )
    near = alt.selection_point(
        on="pointerover", nearest=True, fields=["time"], empty=False, clear="pointerout"
    )
    points = base.mark_circle(size=80, color=BLUE).encode(
        opacity=alt.when(near).then(alt.value(1)).otherwise(alt.value(0)),
        tooltip=[  # texts as they are would be "undefined" here, a fault of Vega-Lite 6.4
            tip("utcyearmonthdatehours(time):T", "Hour, UTC", "%a %d %b %H:%M"),
            tip("revenue:Q", "Revenue", "$,.2f"),
            tip("purchases:Q", "Purchases", ","),
        ],
    )
    line = base.mark_area(line={"color": BLUE, "strokeWidth": 2}, color=BLUE, opacity=0.12)
    least = alt.Chart().mark_rule(opacity=0, aria=False).encode(y=alt.datum(100))
    rows = [{**row, "time": f"{row['dt']}T{row['hour']}:00Z"} for row in hours]
    chart = chart_of(rows, "Revenue by hour", least + line + points.add_params(near), 240)
    return filtered(chart).transform_filter(_OF_DAY)


def products(rows: Rows) -> alt.LayerChart:
    """Draw the most viewed products as ranked bars."""
    place = alt.EncodingSortField("place", op="min", order="ascending")
    tips = [tip("product_id:N", "Product"), tip("category:N", "Category"), *_step_tips()]
    drawn = bars("page_views", place, tips)
    named = keyed(rows, "product_id")
    order: list[alt.SortField | dict[str, str]] = [
        alt.SortField("page_views", order="descending"),
        alt.SortField("product_id"),
    ]
    return (
        filtered(chart_of(named, "Most viewed products", drawn, 44 * PLACES))
        .transform_filter("datum.dt === day")
        .transform_filter(_OF_CATEGORY)
        .transform_window(place="row_number()", sort=order)
        .transform_filter(f"datum.place <= {PLACES}")
    )


def categories(rows: Rows) -> alt.LayerChart:
    """Draw the purchases of each category as ranked bars; the chosen one stands out."""
    most = alt.EncodingSortField("purchases", op="min", order="descending")
    drawn = bars("purchases", most, [tip("category:N", "Category"), *_step_tips()])
    for layer in drawn.layer:
        layer.encoding.opacity = alt.when(_OF_CATEGORY).then(alt.value(1)).otherwise(alt.value(0.3))
    height = 34 * len({row["category"] for row in rows})
    return (
        filtered(chart_of(keyed(rows, "category"), "Purchases by category", drawn, height))
        .transform_filter(_OF_DAY)
        .transform_aggregate(
            page_views="sum(page_views)",
            add_to_carts="sum(add_to_carts)",
            purchases="sum(purchases)",
            groupby=["key", "category"],
        )
    )


def funnel(rows: Rows) -> alt.LayerChart:
    """Draw how many events reached each step, and which part of the step before that is."""
    names = "{" + ", ".join(f"{step}: '{name}'" for step, name in STEPS.items()) + "}"
    base = alt.Chart().encode(
        y=alt.Y("name:N", sort=list(STEPS.values()), axis=None, scale=alt.Scale(paddingInner=0.6))
    )
    beams = base.mark_bar(height=18).encode(
        x=length("number", room=0),
        tooltip=[tip("name:N", "Step"), tip("number:Q", "Events", ",")],
    )
    text = base.mark_text(align="left", baseline="bottom", dy=-11).encode(
        x=alt.value(0), text="label:N"
    )
    return (
        filtered(chart_of(rows, "Funnel from view to purchase", beams + text, 54 * len(STEPS)))
        .transform_filter(_OF_DAY)
        .transform_filter(_OF_CATEGORY)
        .transform_fold(list(STEPS), as_=["step", "number"])
        .transform_aggregate(number="sum(number)", groupby=["step"])
        .transform_window(before="lag(number)")
        .transform_calculate(
            name=f"{names}[datum.step]",
            label="datum.name + ': ' + format(datum.number, ',') + (datum.before ? ', ' + "
            "format(datum.number / datum.before, '.1%') + ' of the step before' : '')",
        )
    )


def rhythm(hours: Rows) -> alt.Chart:
    """Draw the week as a grid of days and hours: the darker, the more revenue; pale: no events."""
    shade = alt.Color("revenue:Q", scale=alt.Scale(scheme="blues"), legend=None)
    day_name = "utcFormat(toDate(datum.value), '%a %d')"
    grid = cells(alt.Y("dt:O", title=None, axis=alt.Axis(labelExpr=day_name))).encode(
        color=alt.when("datum.has_events").then(shade).otherwise(alt.value(PALE)),
        tooltip=[
            tip("dt:N", "Day"),
            tip("hour:N", "Hour, UTC"),
            tip("revenue:Q", "Revenue", "$,.2f"),
            tip("purchases:Q", "Purchases", ","),
        ],
    )
    return chart_of(hours, "Revenue by day and hour", grid, 34 * DAYS + AXIS)


def segments(rows: Rows) -> alt.LayerChart:
    """Draw how many users each segment has."""
    tips = [
        tip("segment:N", "Segment"),
        tip("users:Q", "Users", ","),
        tip("frequency:Q", "Purchases", ","),
        tip("value:Q", "Revenue", "$,.2f"),
    ]
    drawn = bars("users", None, tips)
    return chart_of(keyed(rows, "segment"), "Users by segment", drawn, 34 * len(rows))


def slots(rows: Rows) -> alt.Chart:
    """Draw the day's five-minute slots as a grid of hours and minutes, coloured by state."""
    states = alt.Scale(domain=[LOADED, MISSING, UNREADABLE], range=[BLUE, ORANGE, BLACK])
    minutes = alt.Y("minute:O", title="Minute", axis=alt.Axis(labelOverlap=True))
    grid = cells(minutes).encode(
        color=alt.Color("state:N", scale=states),
        tooltip=[tip("time:N", "Slot"), tip("state:N", "State")],
    )
    return chart_of(rows, "Five-minute slots", grid, 16 * SLOTS_AN_HOUR + AXIS + LEGEND)


def reasons(rows: Rows) -> alt.LayerChart:
    """Draw the rejected lines of some reasons."""
    tips = [tip("reason:N", "Reason"), tip("lines:Q", "Lines", ",")]
    drawn = bars("lines", None, tips)
    return chart_of(keyed(rows, "reason"), "Rejected lines by reason", drawn, 26 * len(rows))


def _step_tips() -> list[alt.Tooltip]:
    return [tip(f"{step}:Q", name, ",") for step, name in STEPS.items()]
