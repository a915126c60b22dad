from pathlib import Path

from pyspark.sql import SparkSession

from local_aws.glue import spark as spark_settings


def test_a_task_does_nothing_again(spark: SparkSession, tmp_path: Path) -> None:
    """No archive is listed anew, what was imported is no garbage, and pyspark is compiled."""
    archive = tmp_path / "archive.zip"

    def look(_: object) -> tuple[bool, int, str]:
        import gc
        import importlib
        import sys
        import zipfile
        from zipimport import zipimporter

        import pyspark

        with zipfile.ZipFile(archive, "w") as written:
            written.writestr("first.py", "")
        importer = sys.path_importer_cache[str(archive)] = zipimporter(str(archive))
        with zipfile.ZipFile(archive, "a") as written:
            written.writestr("second.py", "")
        importlib.invalidate_caches()
        return importer.find_spec("second") is None, gc.get_freeze_count(), pyspark.__cached__

    [(is_as_listed, frozen, compiled)] = (
        spark.sparkContext.range(1, numSlices=1).map(look).collect()
    )

    assert is_as_listed
    assert frozen > 10_000
    assert Path(compiled).is_file()


def test_runs_have_it(tmp_path: Path) -> None:
    """Spark starts it in every run, from the folder that is on the run's path."""
    file = spark_settings.write_properties(tmp_path, tmp_path, {})

    assert "spark.python.daemon.module python_daemon\n" in file.read_text(encoding="utf-8")
