"""The tables of docs/cost.md, as ``make cost`` writes them; the words around them stay."""

import re

from tests.template import PROJECT
from tests.tools.cost import (
    MONTH,
    Defaults,
    Setting,
    bill,
    each_hour,
    read_defaults,
    run_cost,
    settings,
)
from tests.tools.cost_figures import ASSUMED, MEASURED, PRICES, RUNS, Run
from tests.tools.cost_order_page import order_tables
from tests.tools.cost_tables import bills_table, figures_table, markdown, shown

PAGE = PROJECT / "docs/cost.md"


def moves(found: Defaults) -> dict[str, float]:
    """Return what a change adds to the month's bill of the default, or of the lab."""
    lab, default, hourly, _ = settings(found)

    def added(changed: Setting, to: Setting = default, by: Defaults = found) -> float:
        return sum(bill(changed, by).values()) - sum(bill(to, found).values())

    one_day_more = found._replace(raw_days=found.raw_days + 1)
    folders = (found.files_a_day + 24 + 1) * found.raw_days  # minutes, hours, days
    return {
        "`CurateSchedule` once an hour": added(hourly),
        "one worker more in `CurateWorkers`": added(default._replace(workers=default.workers + 1)),
        "one day more of `RawRetentionDays`": added(default, by=one_day_more),
        "`OrchestrationSchedule` once an hour": added(default._replace(**each_hour())),
        "`OrchestrationSchedule` once a day": added(
            default._replace(state_machine_runs=MONTH, reports=MONTH, report_hours=7 * 24)
        ),
        "every further month's tables": bill(default, found)["S3, a month's tables"],
        "a lab whose trigger stays on for its seven days": added(
            lab._replace(runs={12: 1, 0: found.runs_a_day * 7}), to=lab
        ),
        **_slower(default, found),
        **_metrics_of_glue(found),
        "if Glue lists the raw files folder by folder": PRICES["S3 PUT, COPY, LIST"][0]
        * folders
        * found.runs_a_day
        * MONTH,
    }


def _slower(default: Setting, found: Defaults) -> dict[str, float]:
    """Return what the default's runs cost more, should they take longer than they are taken to."""
    return {
        f"if a run of the default takes {seconds} s": sum(default.runs.values())
        * found.workers
        * seconds
        / 3600
        * found.dpu_price
        - bill(default, found)["Glue job"]
        for seconds in ASSUMED["seconds of a default run, if Glue is slower than that"]
    }


def _metrics_of_glue(found: Defaults) -> dict[str, float]:
    """Return what metrics with the run's id cost: each is seen in one hour of a month's."""
    hours = PRICES["custom metric, month"][0] / (24 * MONTH)
    return {
        f"the job with `{flag}`, {names} names a run": found.runs_a_day * MONTH * names * hours
        for flag in ("--enable-metrics", "--enable-observability-metrics")
        for names in [ASSUMED[f"names of metrics a run, {flag}"]]
    }


def tables(found: Defaults) -> dict[str, str]:
    """Return the tables of the page by their names there."""
    bills = {of.name: bill(of, found) for of in settings(found)}
    runs = [
        [files, f"{run_cost(files, found.workers, found.dpu_price):.4f}", *RUNS[files]]
        for files in RUNS
    ]
    figures = {**found._asdict(), **MEASURED, **ASSUMED}
    prices = [
        [unit, shown(usd), f"aws.amazon.com/{page}/pricing", who]
        for unit, (usd, page, who) in PRICES.items()
    ]
    return {
        "bill": bills_table(bills),
        "moves": markdown(
            ["what", "USD a month"], [[what, f"{usd:+,.2f}"] for what, usd in moves(found).items()]
        ),
        "runs": markdown(["files", "USD a run", *Run._fields], runs),
        "limits": _limits(found),
        "figures": figures_table(figures),
        "prices": markdown(["unit", "USD", "page", "said by"], prices),
        **order_tables(bills),
    }


def _limits(found: Defaults) -> str:
    """Return what the template's limits mean, in words."""
    _, default, _, busy = settings(found)
    of_default, of_busy = (
        found.runs_a_day * run_cost(max(of.runs), of.workers, found.dpu_price)
        for of in (default, busy)
    )
    largest = max(MEASURED["bytes an hour for the five statements"])
    return (
        f"- The estimates of a day add up to {of_default:.2f} USD for the default and to "
        f"{of_busy:.2f} USD\n  for busy; `DailyCostLimit` is {found.daily_cost_limit:.2f} USD.\n"
        f"- The fifth statement asks for all days. `ScanLimitBytes` cancels it once there are "
        f"{found.scan_limit_bytes / largest / 24:.0f}\n  days; until then its cost grows with them."
    )


def written(page: str, made: dict[str, str]) -> str:
    """Return a page with its tables, each between ``<!-- its name -->`` and end, replaced."""
    for name, text in made.items():
        block = f"<!-- {name} -->\n\n{text}\n\n<!-- end -->"
        page = re.sub(
            f"<!-- {name} -->.*?<!-- end -->", lambda _, new=block: new, page, flags=re.DOTALL
        )
    return page


def main() -> None:
    """Write the tables of the page."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(written(page, tables(read_defaults())), encoding="utf-8")


if __name__ == "__main__":
    main()
