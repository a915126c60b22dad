"""The Glue job: raw files that are new become events, aggregates and a balanced ledger.

Wiring only. A run that ends anywhere is completed by the next: the bookmark is committed after all
tables are written, so the files of a run that failed are read again, and add nothing twice.
"""

import operator
import sys
from collections.abc import Iterator
from functools import partial

from awsglue.job import Job

from glue_jobs.events.lineage import DERIVED
from glue_jobs.events.metrics import metrics
from glue_jobs.events.parsing import LINE_COLUMNS
from glue_jobs.events.raw_files import RawFiles
from glue_jobs.events.run import Outcome, run
from glue_jobs.events.schemas import TABLES, WRITTEN
from glue_jobs.glue_run import GlueRun

ARGUMENTS = (
    "JOB_NAME",
    "raw_path",
    "analytics_path",
    "bronze_database",
    "silver_database",
    "gold_database",
    "region",
    "max_files",
    "rebuild_hours",
    "dpu_hour_price",
)
DOMAIN = "events"  # what its lock is called after
BOOKMARK = "raw_events"  # its key: renaming it replays every file


def main(argv: list[str]) -> None:
    """Load every raw file that no committed run has loaded, and repair what dead runs left."""
    glue_run = GlueRun(argv, ARGUMENTS)
    args, lake = glue_run.args, glue_run.open_lake(DOMAIN, TABLES)
    with lake.lock:  # before the bookmark is read: another may move it
        job = Job(glue_run.glue)
        job.init(args["JOB_NAME"], args)
        outcome = run(
            partial(glue_run.read_lines, args["raw_path"], BOOKMARK, LINE_COLUMNS),
            lake,
            RawFiles(glue_run.clients["s3"], args["raw_path"], is_replay=glue_run.is_replay),
            partial(glue_run.is_over, args["JOB_NAME"]),
            args["rebuild_hours"],
        )
        glue_run.log_errors(troubles(outcome))
        lake.lock.check()
        job.commit()  # after all that matters, so what a failed run has read is read again in full
        lake.manifests.commit()
    # What fails here fails loud, but no data waits for it.
    glue_run.record_lineage(DOMAIN, [args["raw_path"]], WRITTEN, DERIVED)
    glue_run.publish(partial(metrics, outcome.intake.loaded, outcome.counts))


def troubles(outcome: Outcome) -> Iterator[str]:
    """Tell what could not be read as it should: raw files, and what is no manifest of a run."""
    for found in filter(operator.attrgetter("error"), outcome.intake.silent):
        yield f"{found.state}: {found.uri}, {found.error}"
    if outcome.intake.one_by_one:
        yield f"files were read one by one: {outcome.intake.one_by_one}"
    for key in outcome.unreadable_manifests:
        yield f"no manifest of a run, left alone: {key} of the analytics bucket"


if __name__ == "__main__":
    main(sys.argv)
