"""Put the order book's code where its stack expects it: ``python -m commerce.package``.

The functions' code is one zip, named by its content: the modules of ``commerce/functions``, what
they import of this project, the statements of ``commerce``, and the definition of the state
machine, which lies beside it too. Its key, the last line printed, is the parameter CodeKey; before
it stands the URL of the template, which is longer than CloudFormation takes with a request. The
jobs' scripts and modules lie beside those of the first stack, which stay as they are.
"""

import argparse
import hashlib
import io
import re
import sys
import zipfile
from collections.abc import Iterable
from modulefinder import ModuleFinder
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from generate_sample_data import OneSentenceParser

PROJECT = Path(__file__).parents[1]
PACKED = {".py", ".css", ".html", ".js", ".sql"}  # of the jobs, as build_pipeline.ipynb packs them
TEMPLATE = "commerce/commerce.cfn.yaml"
DEFINITION = "commerce/orchestration.asl.yaml"
CURE = "see docs/set-up.md for credentials and region, or start the local AWS: make aws"
JOB_SCRIPTS = {  # by key; the report's is not where the first stack has its own
    "glue_jobs/load_commerce.py": "glue_jobs/load_commerce.py",
    "glue_jobs/build_marts.py": "glue_jobs/build_marts.py",
    "commerce/write_report.py": "glue_jobs/write_report.py",
}
EVENT_FILES = {  # of the first stack, by key
    "glue_jobs/curate_events.py": "glue_jobs/curate_events.py",
    "glue_jobs/write_report.py": "glue_jobs/write_report.py",
    "glue_jobs/orchestration.asl.yaml": "glue_jobs/orchestration.asl.yaml",
    "queries/queries.sql": "queries.sql",
}
EVENT_MODULES = "glue_jobs/glue_jobs.zip"
JOB_MODULES = "glue_jobs/load_commerce.zip"  # its own: the jobs of the first stack keep theirs


def main(argv: list[str] | None = None) -> int:
    """Upload the code, print where each part lies; what keeps it from there is one sentence."""
    parser = OneSentenceParser(
        prog="python -m commerce.package", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--student-id", required=True, type=student_id, help="of the first stack")
    options = parser.parse_args(argv)
    try:
        for line in upload(options.student_id):
            print(line)  # ruff: ignore[print] - what the next command needs
    except ClientError as error:
        parser.error(_obstacle(options.student_id, error))
    except (BotoCoreError, OSError) as error:
        parser.error(f"AWS was not reached: {error}; {CURE}")
    return 0


def upload(student_id: str) -> list[str]:
    """Put all code into the analytics bucket of the first stack.

    Returns URIs, then the template's URL, then the key of the functions' code.
    """
    code = function_code()
    uris = _put(
        student_id,
        {
            **{key: (PROJECT / file).read_bytes() for key, file in JOB_SCRIPTS.items()},
            TEMPLATE: (PROJECT / TEMPLATE).read_bytes(),
            JOB_MODULES: job_modules(),
            f"{code_key(code)}.asl.yaml": (PROJECT / DEFINITION).read_bytes(),
            code_key(code): code,
        },
    )
    [template] = (uri for uri in uris if uri.endswith(TEMPLATE))
    return [*uris, _url(template), code_key(code)]


def upload_plan(student_id: str, key: str) -> str:
    """Put the template there under another key, of what may never be deployed; return its URL."""
    [uri] = _put(student_id, {key: (PROJECT / TEMPLATE).read_bytes()})
    return _url(uri)


def upload_events(student_id: str) -> list[str]:
    """Put the code of the first stack's jobs where its notebook puts it; return URIs."""
    files = {key: (PROJECT / file).read_bytes() for key, file in EVENT_FILES.items()}
    return _put(student_id, {**files, EVENT_MODULES: job_modules()})


def _put(student_id: str, bodies: dict[str, bytes]) -> list[str]:
    """Put objects into the analytics bucket of the first stack; return their URIs."""
    account = boto3.client("sts").get_caller_identity()["Account"]
    bucket, s3 = f"capstone-analytics-{student_id}-{account}", boto3.client("s3")
    for key, body in bodies.items():
        s3.put_object(Bucket=bucket, Key=key, Body=body, ExpectedBucketOwner=account)
    return [f"s3://{bucket}/{key}" for key in bodies]


def _url(uri: str) -> str:
    bucket, key = uri.removeprefix("s3://").split("/", 1)
    return f"https://{bucket}.s3.{boto3.client('s3').meta.region_name}.amazonaws.com/{key}"


def code_key(code: bytes) -> str:
    """Return the key of the functions' code."""
    return f"commerce/functions-{hashlib.sha256(code).hexdigest()[:16]}.zip"


def function_code() -> bytes:
    """Return the functions' modules, what they import of the project, and statements, as a zip."""
    finder = ModuleFinder([str(PROJECT)])  # the runtime has the standard library and boto3
    for file in sorted((PROJECT / "commerce" / "functions").glob("*.py")):
        finder.import_hook(f"commerce.functions.{file.stem}".removesuffix(".__init__"))
    found = (vars(module)["__file__"] for module in finder.modules.values())
    modules = (Path(file) for file in found if file)  # what is built in has none
    return zipped([*modules, *(PROJECT / "commerce").rglob("*.sql"), PROJECT / DEFINITION])


def job_modules() -> bytes:
    """Return the jobs' modules, and what they read, as a zip."""
    return zipped(each for each in (PROJECT / "glue_jobs").rglob("*") if each.suffix in PACKED)


def zipped(files: Iterable[Path]) -> bytes:
    """Return files of the project as a zip that depends on nothing but names and text."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in sorted(files):
            entry = zipfile.ZipInfo(file.relative_to(PROJECT).as_posix())
            entry.external_attr = 0o644 << 16  # whoever unpacks it may read it
            archive.writestr(entry, file.read_bytes())
    return buffer.getvalue()


def student_id(text: str) -> str:
    """Return an option's text if both templates take it as StudentId."""
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not 1 to 20 lower-case letters, digits and inner hyphens"
        )
    return text


def _obstacle(student_id: str, error: ClientError) -> str:
    code = error.response["Error"]["Code"]
    if code == "NoSuchBucket":
        return (
            f"there is no analytics bucket of {student_id!r} in this account; create the stack of "
            f"capstone-starter.cfn.yaml with this StudentId first, as the README shows"
        )
    if code in {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId"}:
        return f"AWS does not know these credentials ({code}); get new ones, see docs/set-up.md"
    return f"AWS refused: {error}; the bucket must be yours, and you need s3:PutObject on it"


if __name__ == "__main__":
    sys.exit(main())
