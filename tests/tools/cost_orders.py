"""What the second stack adds to the bill, loaded once a day: by its template, at list price."""

from collections import Counter

from tests.template import COMMERCE, template
from tests.tools.cost_figures import ORDER_METRICS, ORDER_SECONDS, PRICES

DAYS = 30  # a month


def bill() -> dict[str, float]:
    """Return US dollars a month by item; metrics as if they were sent in every hour."""
    count = Counter(each["Type"] for each in template(COMMERCE)["Resources"].values())
    alarms, dashboards = (count[f"AWS::CloudWatch::{kind}"] for kind in ("Alarm", "Dashboard"))
    return {
        **{f"Glue job, {job}": DAYS * _run(seconds) for job, seconds in ORDER_SECONDS.items()},
        f"{ORDER_METRICS} metrics": ORDER_METRICS * PRICES["custom metric, month"][0],
        f"{alarms} alarms": alarms * PRICES["alarm, month"][0],
        "dashboard": dashboards * PRICES["dashboard, month"][0],
        "secret, if there is an API": PRICES["secret, month"][0],
    }


def _run(seconds: float) -> float:
    """Return US dollars of a run, as metric ``EstimatedCost`` has it."""
    default = {name: each.get("Default") for name, each in template(COMMERCE)["Parameters"].items()}
    return int(default["LoadWorkers"]) * seconds / 3600 * float(default["DpuHourPrice"])
