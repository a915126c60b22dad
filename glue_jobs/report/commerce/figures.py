"""The charts of the order book's page as Vega-Lite specifications.

Each has a data set ``rows``, empty at first: ``charts.js`` fills it with the cells that the filters
choose.
"""

from typing import Any

import altair as alt

from glue_jobs.report.drawing import AXIS, BLACK, BLUE, ORANGE, PALE, dollars, tip

# By rank, all others last; 4.5:1 on white, and told apart by numbers too.
RANKS = [1, 2, 3, 4, 5, 0]
COLOURS = [BLUE, "#b34d00", "#00735a", "#994d7a", "#7a6000", "#616e7c"]
SERIES = ["restated", "posted"]
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_MONEY = "$,.2f"


def figures() -> dict[str, dict[str, Any]]:
    """Return the specifications of the charts by name."""
    charts = {
        "days": (days(), "Revenue by day", 260),
        "categories": (categories(), "Revenue by category", 240),
        "hours": (hours(), "Revenue by weekday and hour", 34 * len(WEEKDAYS) + AXIS),
        "product": (product(), "Net revenue of the product by day", 160),
    }
    return {
        name: chart.properties(
            data=alt.NamedData(name="rows"),
            description=description,
            width="container",
            height=height,
        ).to_dict()
        for name, (chart, description, height) in charts.items()
    }


def days() -> alt.LayerChart:
    """Draw revenue by day, restated and posted; a day without sales is a gap, an anomaly a mark."""
    base = alt.Chart().encode(x=_day())
    chosen = base.mark_rect(opacity=0.07, color=BLUE, aria=False).transform_filter("datum.chosen")
    value = alt.Y("revenue:Q", title=None, axis=dollars())
    line = base.mark_line(strokeWidth=2, point=True).encode(
        y=value,
        color=alt.Color(
            "series:N", legend=None, scale=alt.Scale(domain=SERIES, range=[BLUE, BLACK])
        ),
        strokeDash=alt.StrokeDash(
            "series:N", legend=None, scale=alt.Scale(domain=SERIES, range=[[1, 0], [4, 3]])
        ),
    )
    odd = base.mark_point(shape="diamond", size=170, color=ORANGE, filled=True).encode(
        y=value, opacity=alt.when("datum.isOdd").then(alt.value(1)).otherwise(alt.value(0))
    )
    touch = base.mark_rect(opacity=0).encode(
        tooltip=[
            tip("date:N", "Day"),
            tip("shownRevenue:N", "Revenue"),
            tip("shownPosted:N", "Posted"),
            tip("transactions:Q", "Transactions", ","),
            tip("anomaly:N", "Anomaly"),
        ]
    )
    return chosen + line + odd + touch


def categories() -> alt.LayerChart:
    """Draw the parts of the categories as a ring; each has the number of its row of the table."""
    order = alt.Order("place:Q")
    shade = alt.when("datum.chosen").then(alt.value(1)).otherwise(alt.value(0.3))
    base = alt.Chart().encode(theta=alt.Theta("revenue:Q", stack=True), order=order, opacity=shade)
    ring = base.mark_arc(innerRadius=62, outerRadius=112, stroke="white", cursor="pointer").encode(
        color=alt.Color("rank:N", legend=None, scale=alt.Scale(domain=RANKS, range=COLOURS)),
        tooltip=[
            tip("name:N", "Category"),
            tip("revenue:Q", "Revenue", _MONEY),
            tip("part:Q", "Part", ".1%"),
        ],
    )
    label = base.mark_text(radius=87, color="white", fontSize=14, fontWeight=700).encode(
        text="label:N"
    )
    return ring + label


def hours() -> alt.Chart:
    """Draw a week as a grid of weekdays and hours: the darker, the more; pale: no sales."""
    shade = alt.Color("revenue:Q", scale=alt.Scale(scheme="blues"), legend=None)
    names = f"{WEEKDAYS}[datum.value - 1]"
    return (
        alt
        .Chart()
        .mark_rect(cornerRadius=2, stroke="white", strokeWidth=1)
        .encode(
            x=alt.X("hour:O", title="Hour", axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            y=alt.Y("weekday:O", title=None, axis=alt.Axis(labelExpr=names)),
            color=alt.when("datum.transactions > 0").then(shade).otherwise(alt.value(PALE)),
            tooltip=[
                tip("name:N", "Weekday"),
                tip("hour:O", "Hour"),
                tip("revenue:Q", "Revenue", _MONEY),
                tip("transactions:Q", "Transactions", ","),
            ],
        )
    )


def product() -> alt.Chart:
    """Draw the days of one product as bars."""
    return (
        alt
        .Chart()
        .mark_bar(color=BLUE, width={"band": 0.8})
        .encode(
            x=_day(),
            y=alt.Y("revenue:Q", title=None, axis=dollars()),
            tooltip=[
                tip("date:N", "Day"),
                tip("revenue:Q", "Net revenue", _MONEY),
                tip("units:Q", "Units", ","),
            ],
        )
    )


def _day() -> alt.X:
    label = "utcFormat(toDate(datum.value), '%d %b')"
    axis = alt.Axis(labelExpr=label, labelAngle=0, labelOverlap=True, labelSeparation=12)
    return alt.X("date:O", title=None, axis=axis)
