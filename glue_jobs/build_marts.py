"""The Glue job of the marts: all that was loaded until the latest day becomes what it says.

Wiring only. It reads published tables only and replaces each mart whole, so a run that ends
anywhere leaves the marts of before or those of now, and the next makes all of them. Of a day that
has not passed the quality gate nothing is made: readers keep the marts of before.
"""

import json
import sys
from functools import partial

from glue_jobs.glue_run import GlueRun
from glue_jobs.lake.vacuum import vacuum
from glue_jobs.marts.build import READ, build, latest_day
from glue_jobs.marts.gate import require_verdict
from glue_jobs.marts.limits import Limits, limits_of
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
    "student_id",
)
DOMAIN = "marts"  # what its lock and manifests are called after


def main(argv: list[str]) -> None:
    """Make every mart as of the latest day."""
    glue_run = GlueRun(argv, ARGUMENTS)
    args, lake = glue_run.args, glue_run.open_lake(DOMAIN, MARTS)
    with lake.lock:
        lake.manifests.recover(partial(glue_run.is_over, args["JOB_NAME"]))
        as_of = latest_day(lake)
        require_verdict(lake)
        rows = build(lake, as_of, limits_of(args), partial(require_verdict, lake))
        vacuum(lake)
        lake.manifests.commit()
    glue_run.glue.get_logger().info(json.dumps({"as_of": str(as_of), **rows}))
    # Of which columns theirs are made their SQL says: docs/lineage.md.
    glue_run.record_lineage(DOMAIN, READ, MARTS, {})
    glue_run.publish(partial(run_metrics, {}))


if __name__ == "__main__":
    main(sys.argv)
