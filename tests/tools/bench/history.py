"""Thirty days before the hour: as many partitions, tables' files and raw files as they leave.

Every past hour has the tables' files of the present one, as hard links that nobody should read:
they take no space, and the hours are as large as real ones. Its raw files are small, because the
local S3 reads each once for its ETag.
"""

import gzip
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.pipeline import WRITTEN_TABLES
from tests.tools.bench.data import HOUR
from tests.tools.bench.place import Place
from tests.tools.demo import raw_key

HOURS = 720
LONG_AGO = timedelta(days=60)  # before any time that the bookmark has


def add_history(place: Place, raw_file: Path) -> None:
    """Surround the one hour that is loaded by its past, up to two hours before.

    The hour before is left out: the job looks there for files that it has missed.
    """
    past = [HOUR - timedelta(hours=number) for number in range(2, HOURS + 2)]
    for table in WRITTEN_TABLES:
        _repeat_partition(place, table, past)
    _repeat_raw_file(place, raw_file, past)


def _repeat_partition(place: Place, name: str, past: list[datetime]) -> None:
    table = place.table(name)
    [here], [partition] = place.folders(name).values(), table.partitions.values()
    storage = partition.partition_input["StorageDescriptor"]
    root = "versions/jr_past/" if place.analytics / "versions" in here.parents else ""
    for at in past:
        folder = f"{root}{WRITTEN_TABLES[name].lower()}/{name}/{at:dt=%Y-%m-%d/hour=%H}/"
        shutil.copytree(here, place.analytics / folder, copy_function=os.link)
        location = {**storage, "Location": f"s3://{place.analytics.name}/{folder}"}
        values = {"Values": [f"{at:%Y-%m-%d}", f"{at:%H}"], "StorageDescriptor": location}
        table.create_partition(values)


def _repeat_raw_file(place: Place, raw_file: Path, past: list[datetime]) -> None:
    old = place.source / "events" / ".old"
    with gzip.open(raw_file) as lines:
        old.write_bytes(gzip.compress(lines.readline()))
    long_ago = (datetime.now(UTC) - LONG_AGO).timestamp()
    os.utime(old, (long_ago, long_ago))
    for at in past:
        for minutes in range(0, 60, 5):
            slot = at + timedelta(minutes=minutes)
            file = place.source / raw_key(f"{slot:events-%Y%m%dT%H%M%SZ.jsonl.gz}")
            file.parent.mkdir(parents=True, exist_ok=True)
            os.link(old, file)
    old.unlink()
