"""The shops whose order book is paid for, and what the second template says of it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from tests.template import COMMERCE, template
from tests.tools.cost import MONTH, firings
from tests.tools.cost_order_figures import MEASURED_DAYS

MACHINE = COMMERCE.with_name("orchestration.asl.yaml")
# States that a day does not pass, if all goes well and the bucket's events left no file.
_ASIDE = {"NothingNew", "ValidateFile", "KeepFile", "QualityIsBad", "TellFailure", "Failed"}


class OrderDefaults(NamedTuple):
    """What the second template says; pairs are without an API, and with one."""

    workers: int
    page_workers: int
    dpu_price: float
    raw_days: int
    archive_days: int  # of an original before it goes to Glacier
    monitors_a_day: int
    alarms: tuple[int, int]
    dashboards: int
    states: tuple[int, int]  # that a day passes
    memory_mb: dict[str, int]  # of each function


class Shop(NamedTuple):
    """A second stack in use. Counts are a month's, ``transactions`` a day's."""

    name: str
    transactions: int
    deliveries: int  # days whose files are delivered
    loads: int
    marts: int  # and runs of the gate
    days: int  # that the state machine runs, page included
    questions: int  # saved queries that people ask
    workers: int
    history: int = MEASURED_DAYS  # days that the tables have
    has_api: bool = False
    stands: int = MONTH  # days

    @property
    def part(self) -> float:
        """The part of the month that the stack stands."""
        return self.stands / MONTH


def read_order_defaults() -> OrderDefaults:
    """Read the second template, and its state machine."""
    sections = template(COMMERCE)
    default = {name: of.get("Default") for name, of in sections["Parameters"].items()}
    found = sections["Resources"]
    rules = found["LandingBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    [archived] = [rule["Transitions"] for rule in rules if "Transitions" in rule]
    monitor = found["QualityMonitorRule"]["Properties"]["ScheduleExpression"]
    alarms = [of.get("Condition") for of in _of_type("CloudWatch::Alarm")]
    states = {*_states(yaml.safe_load(MACHINE.read_text(encoding="utf-8")))} - _ASIDE
    return OrderDefaults(
        workers=int(default["LoadWorkers"]),
        page_workers=int(found["OrderReportJob"]["Properties"]["NumberOfWorkers"]),
        dpu_price=float(default["DpuHourPrice"]),
        raw_days=int(default["RawRetentionDays"]),
        archive_days=int(archived[0]["TransitionInDays"]),
        monitors_a_day=firings(monitor),
        alarms=(alarms.count(None), len(alarms)),
        dashboards=len(_of_type("CloudWatch::Dashboard")),
        states=(len(states - {"FetchCustomers"}), len(states)),
        memory_mb={
            name: int(of["Properties"]["MemorySize"])
            for name, of in found.items()
            if of["Type"] == "AWS::Lambda::Function"
        },
    )


def _of_type(kind: str) -> list[dict[str, Any]]:
    found = template(COMMERCE)["Resources"].values()
    return [of for of in found if of["Type"] == f"AWS::{kind}"]


def _states(machine: dict[str, Any]) -> Iterator[str]:
    for name, state in machine["States"].items():
        yield name
        inner = [state["ItemProcessor"]] if "ItemProcessor" in state else state.get("Branches", [])
        for machine_ in inner:
            yield from _states(machine_)


def shops(found: OrderDefaults) -> list[Shop]:
    """Return the columns of the table: sample, small, medium, busy."""
    sample = Shop("sample", 100, 6, 3, 1, 0, 100, found.workers, history=3, stands=7)
    small = Shop("small", 10_000, *[MONTH] * 4, 10 * MONTH, found.workers)
    medium = small._replace(name="medium", transactions=100_000, questions=30 * MONTH, has_api=True)
    busy = medium._replace(name="busy", transactions=1_000_000, questions=100 * MONTH, workers=5)
    return [sample, small, medium, busy]
