"""What ``awsglue`` offers a job, and that it names what it does not."""

import importlib
import pickle  # ruff: ignore[suspicious-pickle-import] - only written
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from py4j.protocol import Py4JJavaError
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from local_aws.runtime.awsglue.context import GlueContext
from local_aws.runtime.awsglue.dynamicframe import DynamicFrame
from local_aws.runtime.awsglue.errors import NotOfferedLocallyError
from local_aws.runtime.awsglue.gluetypes import Field, StringType, StructType
from local_aws.runtime.awsglue.job import BOOKMARKS_VARIABLE, Job
from local_aws.server import LocalAws

LINES = {"separator": "\x01", "quoteChar": -1}
PACKAGE = "local_aws.runtime.awsglue"


@pytest.fixture(scope="module")
def glue(spark: SparkSession) -> GlueContext:
    """Return a context on the tests' session."""
    return GlueContext(spark.sparkContext)


@pytest.fixture(scope="module")
def empty(aws: LocalAws) -> str:
    """Return the URI of an empty bucket."""
    name = f"empty-{uuid4().hex[:8]}"
    aws.client("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    return f"s3://{name}/"


def lines(glue: GlueContext, **changed: Any) -> DynamicFrame:  # ruff: ignore[any-type] - any of the arguments
    """Read as a job does, with these arguments instead."""
    return glue.create_dynamic_frame.from_options(**{
        "connection_type": "s3",
        "connection_options": {"paths": ["s3://nowhere/"]},
        "format": "csv",
        "format_options": LINES,
        **changed,
    })


def test_a_context_on_what_there_is(spark: SparkSession) -> None:
    """A SparkContext, a session or nothing; hints for a cluster are taken and mean nothing."""
    hints = {"minPartitions": 1, "targetPartitions": 2}
    for given in ((spark.sparkContext,), (spark,), ()):
        context = GlueContext(*given, **hints)
        assert context.spark_session.range(3).count() == 3
        assert context.sql("select 1").head()[0] == 1  # it is a SQLContext
    for accepted in (context, spark):
        assert not Job(accepted).isInitialized()


@pytest.mark.usefixtures("aws_environment")
def test_without_files_there_are_no_columns(glue: GlueContext, empty: str) -> None:
    """What a job then asks of the rows fails as on Glue, so it has to look first."""
    frame = lines(glue, connection_options={"paths": [empty], "recurse": True})

    assert (frame.toDF().columns, frame.count()) == ([], 0)
    with pytest.raises(AnalysisException, match="UNRESOLVED_COLUMN"):
        frame.toDF().select("col0")
    assert frame.select_fields(["col0"]).toDF().columns == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"connection_type": "mysql"}, "reads connection_type=\"s3\".* not 'mysql' with 'csv'"),
        ({"connection_type": "S3"}, "not 'S3' with 'csv'"),
        ({"format": "json"}, "not 's3' with 'json'"),
        ({"format": "CSV"}, "not 's3' with 'CSV'"),
        ({"format": None}, "not 's3' with None"),
        ({"push_down_predicate": "day = 1"}, "push_down_predicate"),
        ({"catalog_id": "1"}, "catalog_id"),
        ({"connection_options": {"paths": [], "groupSize": "1"}}, "'groupSize'.* it offers"),
        ({"format_options": {"jsonPath": "$", **LINES}}, "'jsonPath'.* it offers"),
    ],
)
def test_reads_that_are_not_offered(
    glue: GlueContext, changed: dict[str, Any], message: str
) -> None:
    """Before anything is listed, by name."""
    with pytest.raises(NotOfferedLocallyError, match=message):
        lines(glue, **changed)


@pytest.mark.usefixtures("aws_environment")
def test_a_declared_schema(glue: GlueContext, empty: str) -> None:
    """Its columns are the frame's, also of a frame that was made from others."""
    schema = StructType([Field("col1", StringType()), Field("col0", StringType())])
    frame = lines(glue, connection_options={"paths": [empty]}).with_frame_schema(schema)
    both = DynamicFrame.fromDF(glue.sql("select 'a' as col0, 'b' as col1"), glue, "both")

    assert frame.toDF().columns == ["col1", "col0"]
    assert frame.select_fields(["col0", "col9"]).toDF().columns == ["col0"]
    assert both.with_frame_schema(schema).toDF().head() == ("b", "a")
    renamed = both.rename_field("col0", "col2").rename_field("col2", "col0")
    assert renamed.with_frame_schema(schema).toDF().head() == ("b", "a")


@pytest.mark.usefixtures("aws_environment")
def test_a_commit_covers_what_was_listed(
    glue: GlueContext, aws: LocalAws, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also by a read that failed, and by one whose rows nobody asked for: neither comes again."""
    monkeypatch.setattr(Job, "_current", None)
    monkeypatch.setenv(BOOKMARKS_VARIABLE, str(tmp_path))
    bucket = empty.split("/")[2]
    mount = f"fs.viewfs.mounttable.{bucket}.linkFallback"
    folder = aws.settings.s3_root / bucket
    glue.spark_session.sparkContext._jsc.hadoopConfiguration().set(mount, folder.as_uri())  # ruff: ignore[private-member-access] - no public way while Spark runs
    aws.client("s3").put_object(Bucket=bucket, Key="bad/lines", Body=b"caf\xe9\n")
    job, source = Job(glue), {"paths": [f"{empty}bad/"]}

    job.init("job", {"job_bookmark_option": "job-bookmark-enable"})
    with pytest.raises(Py4JJavaError, match="Invalid UTF-8"):
        lines(glue, connection_options=source, transformation_ctx="read").toDF()
    lines(glue, connection_options=source, transformation_ctx="unused")
    job.commit()
    for context in ("read", "unused"):
        again = lines(glue, connection_options=source, transformation_ctx=context)
        assert again.toDF().columns == []


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (lambda glue: glue.create_data_frame, "GlueContext.create_data_frame"),
        (lambda glue: glue.write_dynamic_frame, "GlueContext.write_dynamic_frame"),
        (lambda glue: glue.getSink("s3"), "GlueContext.getSink"),
        (lambda glue: glue.purge_s3_path("s3://b/"), "GlueContext.purge_s3_path"),
        (lambda glue: glue.create_dynamic_frame.from_rdd, "create_dynamic_frame.from_rdd"),
        (lambda glue: glue.create_dynamic_frame.from_catalog, "create_dynamic_frame.from_catalog"),
        (lambda glue: glue.get_logger().debug("x"), "GlueLogger.debug"),
        (lambda glue: DynamicFrame.fromDF(None, glue).errorsCount(), "DynamicFrame.errorsCount"),
        (lambda glue: DynamicFrame.fromDF(None, glue).relationalize, "DynamicFrame.relationalize"),
        (lambda glue: DynamicFrame.fromDF(None, glue).toDF([1]), "choice types"),
        (lambda glue: Job(glue).runId(), "Job.runId"),
        (lambda glue: GlueContext(glue.spark_session, pools=1), "'pools'.* options of GlueContext"),
    ],
)
def test_parts_that_are_not_offered(
    glue: GlueContext, ask: Callable[[GlueContext], object], name: str
) -> None:
    """Whatever Glue has there, a job is told what it asked for and what there is instead."""
    with pytest.raises(NotOfferedLocallyError, match=rf"^awsglue here .*{name}.*"):
        ask(glue)


@pytest.mark.parametrize(
    ("module", "name", "message"),
    [
        ("transforms", "ApplyMapping", "no transform ApplyMapping; it has SelectFields"),
        ("transforms", "DropFields", "no transform DropFields; "),
        ("context", "DataSink", "no context.DataSink; it has GlueContext"),
        ("dynamicframe", "DynamicFrameCollection", "no dynamicframe.DynamicFrameCollection; "),
        ("gluetypes", "ChoiceType", "no gluetypes.ChoiceType; it has StructType, Field and S"),
        ("job", "Other", "no job.Other; it has Job"),
        ("utils", "makeOptions", "no utils.makeOptions; it has getResolvedOptions"),
    ],
)
def test_imports_that_are_not_offered(module: str, name: str, message: str) -> None:
    """A name of a module."""
    with pytest.raises(ImportError, match=f"^awsglue here has {message}"):
        getattr(importlib.import_module(f"{PACKAGE}.{module}"), name)


def test_modules_that_are_not_offered() -> None:
    """A module of the package; what others have, or lack, is left to them."""
    with pytest.raises(ModuleNotFoundError, match="awsglue here has no module blueprint; it has"):
        importlib.import_module(f"{PACKAGE}.blueprint")
    with pytest.raises(ModuleNotFoundError, match="No module named 'nobody_has_it'"):
        importlib.import_module("nobody_has_it")


def test_python_may_look_for_what_is_its_own(glue: GlueContext) -> None:
    """Names that begin with an underscore are no job's: copying and pickling asks for them."""
    frame = DynamicFrame.fromDF(None, glue)
    assert not hasattr(frame, "_repr_html_")
    with pytest.raises((TypeError, AttributeError), match="pickle"):
        pickle.dumps(frame)
    assert not hasattr(importlib.import_module(f"{PACKAGE}.job"), "__path__")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: GlueContext("local"), TypeError, "a SparkSession or nothing, not str"),
        (lambda: Job("curate"), Exception, "a GlueContext or a SparkSession, not str"),
    ],
)
def test_contexts_of_another_kind(
    make: Callable[[], object], error: type[Exception], message: str
) -> None:
    """Are refused where they are given; by Job with a plain Exception, as in Glue."""
    with pytest.raises(error, match=message) as refused:
        make()
    assert refused.type is error


def test_the_logger_writes_to_the_error_log(
    glue: GlueContext, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line with the time, UTC, and the level."""
    logger = glue.get_logger()
    for log in (logger.info, logger.warn, logger.error):
        log("100 % read")

    output, errors = capsys.readouterr()
    assert not output
    assert [line.split(" ", 1)[1] for line in errors.splitlines()] == [
        f"{level} GlueLogger: 100 % read" for level in ("INFO", "WARN", "ERROR")
    ]
