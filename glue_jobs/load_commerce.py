"""The Glue job of the order book: raw files that are new become history, facts and daily sales.

Wiring only. A run that ends anywhere is completed by the next: the bookmark is committed after all
tables are written, so the files of a run that failed are read again, and add nothing twice.
"""

import sys
from collections.abc import Iterator
from functools import partial

from awsglue.job import Job
from pyspark.sql import DataFrame

from glue_jobs.commerce.arrivals import NO_DATES
from glue_jobs.commerce.contracts import CONTRACTS
from glue_jobs.commerce.lineage import DERIVED
from glue_jobs.commerce.raw_files import RawFiles
from glue_jobs.commerce.run import Outcome, Wanted, run
from glue_jobs.commerce.schemas import WRITTEN
from glue_jobs.glue_run import GlueRun
from glue_jobs.run_metrics import run_metrics

ARGUMENTS = (
    "JOB_NAME",
    "raw_path",
    "analytics_path",
    "bronze_database",
    "silver_database",
    "gold_database",
    "region",
    "sources",
    "dates",
    "source_time_zone",
    "max_files",
    "dpu_hour_price",
    "student_id",
)
DOMAIN = "commerce"  # what its lock and manifests are called after


def main(argv: list[str]) -> None:
    """Load every raw file that no committed run has loaded, and finish what dead runs began."""
    glue_run = GlueRun(argv, ARGUMENTS)
    args, lake = glue_run.args, glue_run.open_lake(DOMAIN, WRITTEN)
    with lake.lock:  # before the bookmark is read: another may move it
        job = Job(glue_run.glue)
        job.init(args["JOB_NAME"], args)
        outcome = run(
            partial(read_new, glue_run),
            lake,
            RawFiles(glue_run.clients["s3"], args["raw_path"]),
            partial(glue_run.is_over, args["JOB_NAME"]),
            Wanted(
                sources_of(args["sources"]),
                args["dates"],
                args["source_time_zone"],
                int(args["max_files"]),
            ),
        )
        glue_run.log_errors(troubles(outcome))
        lake.lock.check()
        if args["dates"] == NO_DATES:  # else nothing was read through the bookmark
            job.commit()  # after all that matters: what a failed run has read is read again in full
        lake.manifests.commit()
    # What fails here fails loud, but no data waits for it.
    glue_run.record_lineage(DOMAIN, [args["raw_path"]], WRITTEN, DERIVED)
    glue_run.publish(partial(run_metrics, outcome.counts))


def sources_of(names: str) -> list[str]:
    """Return the sources that are named, with commas between them.

    Raises:
        ValueError: there is no such source.
    """
    sources = names.split(",")
    if not CONTRACTS.keys() >= {*sources}:
        raise ValueError(f"--sources takes some of {','.join(CONTRACTS)}, but got {names!r}")
    return sources


def read_new(glue_run: GlueRun, source: str) -> DataFrame:
    """Plan to read the new lines of a source, each source with a bookmark of its own."""
    path = f"{glue_run.args['raw_path']}{source}/"
    return glue_run.read_lines(path, f"raw_{source}", ("col0", "col1"))


def troubles(outcome: Outcome) -> Iterator[str]:
    """Tell which files were held back, and what did not go as it should."""
    for row in outcome.rows:
        if row["error"]:
            yield f"{row['state']}: {row['source_file']}, {row['error']}"
    if outcome.without_glue:
        yield f"files were looked for one by one: {outcome.without_glue}"
    for key in outcome.unreadable_manifests:
        yield f"no manifest of a run, left alone: {key} of the analytics bucket"


if __name__ == "__main__":
    main(sys.argv)
