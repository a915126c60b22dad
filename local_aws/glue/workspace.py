"""The directory of one run: its script, its packages, its settings, its scratch space."""

import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import boto3
from botocore.exceptions import ClientError
from moto.glue.models import FakeJob

from local_aws import calls, class_archive
from local_aws.glue import spark
from local_aws.glue.arguments import RunArguments, RunRefusedError
from local_aws.java import java_home
from local_aws.settings import LocalAwsError, Settings

RUNTIME = Path(__file__).resolve().parent.parent / "runtime"  # holds awsglue
PID_FILE = "pid"  # in the home: the process id of the script
_GLUE_VERSION = "5.1"
_OF_THE_SERVER = ("AWS_", "PYTHON", "PYSPARK_", "SPARK_", "LOCAL_AWS_")


@dataclass(frozen=True)
class Workspace:
    """What a run needs to start, and where it writes while it lasts."""

    home: Path
    command: list[str]
    environment: dict[str, str]

    @property
    def error_file(self) -> Path:
        """Where the error that ended the script is written, if one did."""
        return self.home / "error.json"


def runs_directory(settings: Settings) -> Path:
    """Return the directory of the workspaces."""
    return settings.root / "glue" / "runs"


def home(settings: Settings, run_id: str) -> Path:
    """Return the directory of a run."""
    return (runs_directory(settings) / run_id).resolve()


def remove(home: Path) -> None:
    """Remove the directory of a run; what a run leaves is in S3 and in the logs."""
    shutil.rmtree(home, ignore_errors=True)


def bookmarks_directory(settings: Settings) -> Path:
    """Return the directory of the job bookmarks."""
    return settings.root / "glue" / "bookmarks"


def prepare(settings: Settings, job: FakeJob, run_id: str, arguments: RunArguments) -> Workspace:
    """Lay out the directory of a run.

    Raises:
        RunRefusedError: The script or a package is not in S3, an argument or the job asks for
            what is not here, or there is no Java.
    """
    _refuse_other_engines(job)
    arguments.refuse_what_is_not_here()
    directory = home(settings, run_id)
    for folder in ("script", "packages", "tmp"):
        (directory / folder).mkdir(parents=True, exist_ok=True)
    # Glue fetches the code with the job's own role, so it does so by the job's own key.
    aws = {**settings.environment, "AWS_ACCESS_KEY_ID": calls.access_key("glue", job.name)}
    script = _download(aws, job.command.get("ScriptLocation", ""), directory / "script")
    packages = [_download(aws, uri, directory / "packages") for uri in arguments.extra_py_files]
    properties = spark.write_properties(directory, settings.s3_root.resolve(), arguments.spark_conf)
    words = arguments.command_line(job.name, run_id)
    return Workspace(
        home=directory,
        command=[sys.executable, str(script), *words],
        environment={**_environment(settings, directory, properties, packages), **aws},
    )


def _environment(
    settings: Settings, home: Path, properties: Path, packages: list[Path]
) -> dict[str, str]:
    """Return the environment of the script, but for where AWS is: this machine's, without ours."""
    machine = {k: v for k, v in os.environ.items() if not k.startswith(_OF_THE_SERVER)}
    # A .py file is imported from its directory, a .zip is on the path itself.
    on_path = [path.parent if path.suffix == ".py" else path for path in packages]
    return {
        **machine,
        "JAVA_HOME": str(_java_home()),
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONNOUSERSITE": "1",
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(map(str, [RUNTIME, *on_path]))),
        "PYTHONUNBUFFERED": "1",
        "PYSPARK_SUBMIT_ARGS": shlex.join(["--properties-file", str(properties), "pyspark-shell"]),
        "SPARK_CONF_DIR": str(class_archive.CONF_DIR),
        "SPARK_LOCAL_DIRS": str(home / "tmp"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "TMPDIR": str(home / "tmp"),
        "TZ": "UTC",
        "LOCAL_AWS_GLUE_BOOKMARKS": str(bookmarks_directory(settings).resolve()),
        "LOCAL_AWS_GLUE_ERROR_FILE": str(home / "error.json"),
    }


def _refuse_other_engines(job: FakeJob) -> None:
    if job.command.get("Name") != "glueetl":
        raise RunRefusedError(
            f"The local AWS runs Spark jobs (Command.Name glueetl), not {job.command.get('Name')!r}"
        )
    if job.glue_version != _GLUE_VERSION:
        raise RunRefusedError(
            f"The local AWS runs Glue {_GLUE_VERSION} (Spark 3.5.6, Python 3.11); "
            f"the job asks for {job.glue_version}"
        )


def _java_home() -> Path:
    try:
        return java_home()
    except LocalAwsError as error:
        raise RunRefusedError(str(error)) from error


def _download(aws: dict[str, str], uri: str, folder: Path) -> Path:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not key:
        raise RunRefusedError(f"LAUNCH ERROR | {uri!r} is no S3 URI: s3://bucket/key is needed")
    s3 = boto3.client(
        "s3",
        endpoint_url=aws["AWS_ENDPOINT_URL"],
        region_name=aws["AWS_REGION"],
        aws_access_key_id=aws["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=aws["AWS_SECRET_ACCESS_KEY"],
    )
    target = folder / PurePosixPath(key).name
    try:
        target.write_bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    except ClientError as error:
        raise RunRefusedError(
            f"LAUNCH ERROR | Error downloading from S3 for bucket: {bucket}, key: {key}: "
            f"{error.response['Error']['Message']} Upload {uri} and start the job again."
        ) from error
    return target
