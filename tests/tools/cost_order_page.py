"""The tables of docs/cost.md about the order book, both stacks together, and a sum of others."""

from collections.abc import Mapping

from tests.tools import cost_claims
from tests.tools.cost_order_figures import FUNCTION_SECONDS, OF_ORDERS, QUERIES, REQUESTS, Requests
from tests.tools.cost_orders import charged_bytes, load_seconds, marts_seconds, order_bill
from tests.tools.cost_shop import Shop, read_order_defaults, shops
from tests.tools.cost_tables import bills_table, figures_table, markdown, shown

# Which use of the first stack goes with which shop.
MATCHING = {"sample": "lab", "small": "hourly", "medium": "default", "busy": "busy"}


def order_tables(events: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    """Return the tables by their names on the page; ``events``: the first stack's bills."""
    found = read_order_defaults()
    bills = {shop.name: order_bill(shop, found) for shop in shops(found)}
    both = {
        f"{shop}, {other}": {
            "order book": sum(bills[shop].values()),
            "events": sum(events[other].values()),
        }
        for shop, other in MATCHING.items()
    }
    figures = {
        **found._asdict(),
        "memory_mb": tuple(found.memory_mb.values()),
        **{f"seconds of a call, {name}": of for name, of in FUNCTION_SECONDS.items()},
        **OF_ORDERS,
    }
    return {
        "orders": bills_table(bills),
        "both": bills_table(both),
        "days": _days(shops(found)),
        "claims": _claims(),
        "order figures": figures_table(figures),
        "queries": _queries(),
        "requests": markdown(
            ["of", *Requests._fields], [[name, *of] for name, of in REQUESTS.items()]
        ),
    }


def _days(found: list[Shop]) -> str:
    """Return what a day takes in each setting."""
    rows = {
        "transactions": [f"{shop.transactions:,}" for shop in found],
        "seconds, load_commerce": [f"{load_seconds(shop.transactions):,.0f}" for shop in found],
        "seconds, build_marts": [f"{marts_seconds(shop):,.0f}" for shop in found],
        "USD, jobs": [f"{_jobs(shop):,.2f}" for shop in found],
        **{
            f"MB charged, {name}": [
                f"{charged_bytes(of, shop.transactions) / 1e6:,.0f}" for shop in found
            ]
            for name, of in QUERIES.items()
        },
    }
    return markdown(["a day", *(shop.name for shop in found)], [[n, *of] for n, of in rows.items()])


def _jobs(shop: Shop) -> float:
    """Return what the jobs of a day cost: a run of each."""
    one = shop._replace(loads=1, marts=1, days=1)
    bill = order_bill(one, read_order_defaults())
    return sum(usd for item, usd in bill.items() if item.startswith("Glue job"))


def _queries() -> str:
    rows = [[name, of.number, shown(of.large)] for name, of in QUERIES.items()]
    return markdown(["statements", "number", "bytes of the large ones"], rows)


def _claims() -> str:
    lines = cost_claims.lines()
    rows = [[of.what, f"{of.said:,.2f}", f"{of.usd:,.2f}", of.wrong] for of in lines]
    said, usd = (sum(values) for values in zip(*((of.said, of.usd) for of in lines), strict=True))
    total = ["**total**", f"**{said:,.2f}**", f"**{usd:,.2f}**", ""]
    return markdown(["USD a month", "said", "list price", "what was said is"], [*rows, total])
