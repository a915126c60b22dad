"""Both stacks for tests: files are delivered, checked, loaded, and asked for."""

import time
from pathlib import Path

import boto3

from glue_jobs.commerce.schemas import FILE_RECEIPTS, TABLES
from tests.pipeline import Pipeline
from tests.tools import demo_order_book
from tests.tools.stacks import create_or_update_stack, stack_outputs

SECONDS = 120  # that checking some small files may take


class OrderBook(Pipeline):
    """The stack of the order book beside the first, on the AWS that the environment names."""

    def put(self, key: str, content: bytes) -> None:
        """Deliver a file, ``<source>/date=D/<name>``."""
        bucket = self.stack["LandingBucketName"]
        boto3.client("s3").put_object(Bucket=bucket, Key=f"landing/{key}", Body=content)

    def put_all(self, folder: Path) -> None:
        """Deliver the files of a folder with one folder for each source."""
        for file in sorted(folder.glob("*/date=*/**/*")):
            self.put(file.relative_to(folder).as_posix(), file.read_bytes())

    def settle(self) -> None:
        """Wait until nothing is left in ``landing/``: every file was checked."""
        for _ in range(SECONDS * 4):
            if not self.keys("landing/"):
                return
            time.sleep(0.25)
        raise TimeoutError(f"after {SECONDS} s there are still {self.keys('landing/')}")

    def keys(self, prefix: str) -> list[str]:
        """Return the keys of the landing bucket below a prefix."""
        pages = (
            boto3
            .client("s3")
            .get_paginator("list_objects_v2")
            .paginate(Bucket=self.stack["LandingBucketName"], Prefix=prefix)
        )
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def tables(self) -> dict[str, list[dict[str, str]]]:
        """Return the rows of every table that the job writes, with their partitions, sorted."""
        return {
            table.name: sorted(
                self.rows(f"select * from {table.name}", table.layer.title()),
                key=lambda row: [*row.values()],
            )
            for table in TABLES
            if table is not FILE_RECEIPTS
        }


def deploy(student_id: str, **parameters: str) -> OrderBook:
    """Create both stacks, their code in place, as the README's commands do."""
    first = f"capstone-{student_id}"
    create_or_update_stack(first, student_id, GeneratorState="DISABLED")
    second = demo_order_book.deploy(student_id, **parameters)
    return OrderBook(stack_outputs(first) | second, loads="LoadJobName")
