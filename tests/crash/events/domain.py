"""The clickstream, as the crash tests of ``curate_events`` see it."""

from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq

from glue_jobs.events.schemas import GOLD, HOURLY_REVENUE, RAW_EVENTS, TABLES
from glue_jobs.lake.tables import Partition
from tests import oracle
from tests.crash.deployment import Deployment, Domain, Tables
from tests.crash.events.inputs import DOUBTFUL, INPUTS, LOADED, OTHER_FILE
from tests.pipeline import deploy


def double(deployment: Deployment, hour: Partition) -> None:
    """Leave an hour as two runs at once do: events twice, gold missing, a manifest."""
    folder = deployment.analytics / "silver" / "events" / f"dt={hour[0]}" / f"hour={hour[1]}"
    for number, file in enumerate(sorted(folder.glob("*.parquet"))):
        rows = pq.ParquetFile(file).read()
        claimed = pa.array([f"s3://{deployment.source.name}/{OTHER_FILE}"] * len(rows))
        column = rows.schema.get_field_index("source_file")
        pq.write_table(
            rows.set_column(column, rows.schema.field(column), claimed),
            folder / f"z-copy-{number}.parquet",
        )
    deployment.drop(HOURLY_REVENUE, [hour])  # they died before they built it
    deployment.leave_manifest(hour)


def check(deployment: Deployment, *_: str | Tables) -> None:
    """Compare the answers with those of plain Python."""
    _, events = oracle.judge((deployment.source / "events").rglob("*.gz"))
    assert deployment.pipeline.answers() == oracle.answers(events)


DOMAIN = Domain(
    deploy=partial(deploy, "capstone-crash", "crash"),
    raw_bucket="SourceBucketName",
    manifests="manifests",
    tables=tuple(table for table in TABLES if table is not RAW_EVENTS),
    published=GOLD,
    loaded=LOADED,
    inputs=INPUTS,
    left=partial(double, hour=DOUBTFUL),
    check=check,
)
