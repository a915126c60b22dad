"""What a kill point is.

A run's durable steps are a handful of calls; between two of them nothing lasts that could differ,
so a point before or after each, and one amid those that write many files or partitions, is every
place where a run can die.
"""

from dataclasses import dataclass
from typing import Literal

BOTH = ("clean", "faulty")
CLEAN = ("clean",)
FAULTY = ("faulty",)

# Steps of every job.
API = "botocore.client.BaseClient._make_api_call"
COMMIT = "awsglue.job.Job.commit"
LAKE = "glue_jobs.lake.lake.Lake"
LOCK = "glue_jobs.lake.lock.Lock.__enter__"
MANIFESTS = "glue_jobs.lake.manifests.Manifests"
SWAP = "glue_jobs.lake.catalog.Catalog.set_locations"


@dataclass(frozen=True)
class KillPoint:
    """A call, and when the run dies: before it, or after it.

    ``target``: the function's dotted name, there where it is looked up. ``words``: what the
    arguments of the call must name. ``nth``: which of these calls. ``within``: count only those
    during a call of this function. ``one_by_one``: requests that take many items take one each, as
    if they were that many. ``inputs``: those that get there at all. ``alone``: of these, those with
    which the next run lives, None for all; else the point is one of the chain of deaths only.
    """

    name: str
    when: Literal["before", "after"]
    target: str
    words: tuple[str, ...] = ()
    nth: int = 1
    within: str | None = None
    one_by_one: bool = False
    inputs: tuple[str, ...] = BOTH
    alone: tuple[str, ...] | None = None
