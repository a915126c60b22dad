"""The Glue job of the marts: all that was loaded until the latest day becomes what it says.

Wiring only. It reads published tables only and replaces each mart whole, so a run that ends
anywhere leaves the marts of before or those of now, and the next makes all of them. Of a day that
has not passed the quality gate nothing is made: readers keep the marts of before.
"""

import json
import re
import sys
from functools import partial

from glue_jobs.glue_run import GlueRun
from glue_jobs.lake.vacuum import vacuum
from glue_jobs.marts.build import Limits, build, latest_day
from glue_jobs.marts.gate import require_verdict
from glue_jobs.marts.schemas import MARTS
from glue_jobs.run_metrics import run_metrics

ARGUMENTS = (
    "JOB_NAME",
    "analytics_path",
    "bronze_database",
    "silver_database",
    "gold_database",
    "region",
    *Limits._fields,
    "dpu_hour_price",
)
FLAGS = {"true": True, "false": False}
DOMAIN = "marts"  # what its lock and manifests are called after


def main(argv: list[str]) -> None:
    """Make every mart as of the latest day."""
    glue_run = GlueRun(argv, ARGUMENTS)
    args, lake = glue_run.args, glue_run.open_lake(DOMAIN, MARTS)
    with lake.lock:
        lake.manifests.recover(partial(glue_run.is_over, args["JOB_NAME"]))
        as_of = latest_day(lake)
        require_verdict(lake, as_of)
        rows = build(lake, as_of, limits_of(args))
        vacuum(lake)
        lake.manifests.commit()
    glue_run.glue.get_logger().info(json.dumps({"as_of": str(as_of), **rows}))
    glue_run.publish(partial(run_metrics, {}))


def limits_of(args: dict[str, str]) -> Limits:
    """Return the limits that the arguments give.

    Raises:
        ValueError: one is not what it should be.
    """
    for name in ("recency_days", "order_counts"):
        if not re.fullmatch(r"\d+(,\d+){3}", args[name]):
            raise ValueError(f"--{name} takes four numbers, as 2,3,5,8, but got {args[name]!r}")
    if args["show_pii"] not in FLAGS:
        raise ValueError(f"--show_pii takes true or false, but got {args['show_pii']!r}")
    return Limits(
        args["recency_days"],
        args["order_counts"],
        int(args["order_days"]),
        int(args["session_days"]),
        int(args["most_products"]),
        int(args["least_baskets"]),
        FLAGS[args["show_pii"]],
    )


if __name__ == "__main__":
    main(sys.argv)
