"""Spark's settings for a run on this machine, as a file for ``--properties-file``."""

import os
from pathlib import Path

from local_aws import class_archive
from local_aws.glue.arguments import RunRefusedError

_VIEWFS = "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme"
_S3_SCHEMES = ("s3", "s3a", "s3n")
_OURS = ("spark.master", *(f"spark.hadoop.fs.{scheme}.impl" for scheme in _S3_SCHEMES))


def write_properties(run_home: Path, s3_root: Path, conf: dict[str, str]) -> Path:
    """Write the settings of a run; return their file.

    ``conf`` is what the job asks for with ``--conf``; it wins, except over where S3 is.

    Raises:
        RunRefusedError: ``conf`` would take the run off this machine's S3 or Spark.
    """
    taken = sorted(set(conf) & set(_OURS))
    if taken:
        raise RunRefusedError(
            f"--conf must leave {', '.join(taken)} alone: the local AWS keeps its buckets there"
        )
    settings = {**_defaults(run_home), **_s3_mounts(s3_root), **conf}
    lines = [f"{name} {_escaped(value)}\n" for name, value in settings.items()]
    file = run_home / "spark.properties"
    file.write_text("".join(lines), encoding="utf-8")
    return file


def _defaults(run_home: Path) -> dict[str, str]:
    cores, scratch = os.cpu_count() or 1, run_home / "tmp"
    return {
        "spark.master": f"local[{cores}]",
        "spark.driver.memory": "2g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        # The parallel collector takes half a gigabyte less than G1 over a full hour, and no longer.
        "spark.driver.defaultJavaOptions": (
            # A run without memory ends, as on Glue, where else it might hang.
            "-XX:+UseParallelGC -XX:+ExitOnOutOfMemoryError -Duser.timezone=UTC "
            f'-Djava.io.tmpdir="{scratch}" {class_archive.JAVA_OPTIONS}'
        ),
        "spark.python.daemon.module": "python_daemon",  # of the runtime
        "spark.sql.warehouse.dir": (run_home / "warehouse").as_uri(),
        "spark.sql.session.timeZone": "UTC",
        # Glue sizes shuffles to its workers, here they are this machine's cores.
        "spark.sql.shuffle.partitions": str(2 * cores),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # Files of a finished task are visible before the job is: the less kind of what AWS may do.
        "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "2",
    }


def _s3_mounts(s3_root: Path) -> dict[str, str]:
    """Let ``s3://bucket/key`` be the file of that key; buckets made later are not seen."""
    mounts = {f"spark.hadoop.fs.{scheme}.impl": _VIEWFS for scheme in _S3_SCHEMES}
    # Hadoop's other local file system keeps checksum files, which break when S3 rewrites a key.
    mounts["spark.hadoop.fs.file.impl"] = "org.apache.hadoop.fs.RawLocalFileSystem"
    for bucket in sorted(path for path in s3_root.iterdir() if path.is_dir()):
        mount = f"spark.hadoop.fs.viewfs.mounttable.{bucket.name}.linkFallback"
        mounts[mount] = bucket.resolve().as_uri()
    return mounts


def _escaped(value: str) -> str:
    """Write a value as a Java properties file has it."""
    return value.replace("\\", "\\\\")
