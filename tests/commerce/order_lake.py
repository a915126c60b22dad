"""The order book's tables without a stack, and runs over what a validator would have delivered."""

import gzip
import json
from collections.abc import Iterable
from functools import partial

from pyspark.sql import DataFrame, SparkSession

from glue_jobs.commerce.arrivals import NO_DATES
from glue_jobs.commerce.contracts import CONTRACTS
from glue_jobs.commerce.raw_files import RawFiles
from glue_jobs.commerce.run import Outcome, Wanted, run
from glue_jobs.commerce.schemas import WRITTEN
from glue_jobs.lake.lake import Lake
from local_aws.server import LocalAws
from tests.empty_lake import EmptyLake


class OrderLake(EmptyLake):
    """Twelve empty tables, and runs over the raw files that are delivered."""

    def __init__(self, aws: LocalAws, spark: SparkSession) -> None:
        super().__init__(aws, spark, "commerce", WRITTEN)
        self.raw_path = f"s3://{self.raw_folder.name}/raw/"

    def deliver(
        self, source: str, day: str, records: Iterable[dict | bytes], name: str = "file"
    ) -> str:
        """Put records, or lines, of a source where the validator would; return the file's URI."""
        lines = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in records]
        key = f"{source}/date={day}/{name}.jsonl.gz"
        self.s3.put_object(
            Bucket=self.raw_folder.name,
            Key=f"raw/{key}",
            Body=gzip.compress(b"".join(line + b"\n" for line in lines)),
            Metadata={"records": str(len(lines))},
        )
        return self.raw_path + key

    def run(
        self,
        *uris: str,
        lake: Lake | None = None,
        dates: str = NO_DATES,
        zone: str = "UTC",
        max_files: int = 1000,
    ) -> Outcome:
        """Make one run that finds these raw files new."""
        lake = lake or self.open()
        with lake.lock:
            outcome = run(
                read_new=partial(self._read, uris),
                lake=lake,
                raw=RawFiles(self.s3, self.raw_path),
                is_over=lambda run_id: run_id not in self.at_work,
                wanted=Wanted([*CONTRACTS], dates, zone, max_files),
            )
            lake.lock.check()
            lake.manifests.commit()  # after the bookmark, which nobody keeps here
        self._spark.catalog.clearCache()  # as the end of Spark does
        return outcome

    def _read(self, uris: Iterable[str], source: str) -> DataFrame:
        """Read names of files as the raw reader delivers them."""
        found = [(uri,) for uri in uris if uri.startswith(f"{self.raw_path}{source}/")]
        return self._spark.createDataFrame(found, "source_file string")
