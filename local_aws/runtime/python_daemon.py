"""Spark's daemon of Python workers (``spark.python.daemon.module``), with less to do between tasks.

Before a task a worker reads the list of every archive on its path anew; after it, it looks through
all that was ever imported for garbage: together some 50 ms, more than a small task takes.
"""

import gc
import sys
from types import SimpleNamespace
from zipimport import zipimporter

# Spark puts its archives first; what they hold is installed beside them, compiled.
ARCHIVES = ("pyspark.zip", "-src.zip", ".jar")
sys.path[:] = [entry for entry in sys.path if not entry.endswith(ARCHIVES)]

import pyarrow as pa  # ruff: ignore[module-import-not-at-top-of-file] - the path comes first
import pyspark.daemon  # ruff: ignore[module-import-not-at-top-of-file]

SHARED = pa  # by all workers, where else each would import it


def collect() -> None:
    """Collect what a task left; what stays is not looked at again."""
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    gc.freeze()
    # No archive changes while a run lasts.
    setattr(zipimporter, "invalidate_caches", lambda _: None)  # ruff: ignore[set-attr-with-constant]
    setattr(pyspark.daemon, "gc", SimpleNamespace(collect=collect))  # ruff: ignore[set-attr-with-constant]
    pyspark.daemon.manager()  # type: ignore[no-untyped-call]
