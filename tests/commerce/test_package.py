"""The command that puts the order book's code into the first stack's bucket."""

import ast
import io
import os
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import boto3
import nbformat
import pytest

from commerce import package
from local_aws.server import LocalAws
from local_aws.settings import ACCOUNT_ID, REGION
from tests.template import COMMERCE, template
from tests.tools.demo import NOTEBOOK

BUCKET = f"capstone-analytics-packed-{ACCOUNT_ID}"
FUNCTION = "import sys\nimport boto3\nfrom glue_jobs.commerce import contracts\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose only function imports one module, which imports another."""
    for name, text in {
        "commerce/__init__.py": "",
        "commerce/package.py": "",
        "commerce/commerce.cfn.yaml": "Resources: {}",
        "commerce/orchestration.asl.yaml": "States: {}",
        "commerce/functions/__init__.py": "",
        "commerce/functions/file_validator.py": FUNCTION,
        "glue_jobs/__init__.py": "",
        "glue_jobs/load_commerce.py": "import sys\n",
        "glue_jobs/build_marts.py": "import sys\n",
        "glue_jobs/write_report.py": "import sys\n",
        "glue_jobs/commerce/__init__.py": "",
        "glue_jobs/commerce/contracts.py": "import re\nimport glue_jobs.commerce.words\n",
        "glue_jobs/commerce/words.py": "",
        "glue_jobs/commerce/schemas.py": "import pyspark\n",
        "glue_jobs/report/page.css": "",
        "glue_jobs/orchestration.asl.yaml": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(package, "PROJECT", tmp_path)
    return tmp_path


@pytest.fixture
def aws_of_the_command(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalAws]:
    """Let the command talk to the local AWS."""
    for name, value in aws.settings.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it would remember where it was
    yield aws
    boto3.DEFAULT_SESSION = None


def _names(code: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(code)).namelist()


@pytest.mark.usefixtures("project")
def test_function_code() -> None:
    """The functions' modules, what they import of the project, however far, and the definition."""
    assert _names(package.function_code()) == [
        "commerce/__init__.py",
        "commerce/functions/__init__.py",
        "commerce/functions/file_validator.py",
        "commerce/orchestration.asl.yaml",
        "glue_jobs/__init__.py",
        "glue_jobs/commerce/__init__.py",
        "glue_jobs/commerce/contracts.py",
        "glue_jobs/commerce/words.py",
    ]


def test_functions_need_what_lambda_has() -> None:
    """All that the functions' code imports is in it, or the runtime has it."""
    code = zipfile.ZipFile(io.BytesIO(package.function_code()))
    trees = [ast.parse(code.read(name)) for name in code.namelist() if name.endswith(".py")]
    imported = {
        name.partition(".")[0]
        for node in (node for tree in trees for node in ast.walk(tree))
        for name in _imported(node)
    }

    ours = {"commerce", "glue_jobs"}
    assert imported - sys.stdlib_module_names - ours == {"boto3", "botocore", "urllib3"}
    assert "commerce/checks/freshness.sql" in code.namelist()


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [str(node.module)] if isinstance(node, ast.ImportFrom) else []


def test_same_content_same_key(project: Path) -> None:
    """The key follows from what is in the files, not from when or by whom they were written."""
    code = package.function_code()
    module = project / "glue_jobs/commerce/contracts.py"
    os.utime(module, (0, 0))
    module.chmod(0o600)
    assert package.function_code() == code

    module.write_text("import re\nimport glue_jobs.commerce.words\nX = 1\n", encoding="utf-8")
    changed = package.function_code()
    assert package.code_key(changed) != package.code_key(code)

    (project / package.DEFINITION).write_text("States: {A: {}}", encoding="utf-8")
    assert package.code_key(package.function_code()) != package.code_key(changed)


def test_job_modules(project: Path) -> None:
    """The job's zip is made as the notebook makes that of the first stack."""
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    [cell] = (cell.source for cell in cells if "def zipped" in cell.source)
    defined = {"Path": Path, "io": io, "zipfile": zipfile}
    exec(cell.partition("def upload")[0], defined)  # ruff: ignore[exec-builtin] - our own

    found = package.job_modules()
    assert found == defined["zipped"](project / "glue_jobs")
    assert "glue_jobs/report/page.css" in _names(found)


@pytest.mark.usefixtures("project")
def test_upload(aws_of_the_command: LocalAws, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything lies where it is said to lie; the last line is what the template takes."""
    s3 = aws_of_the_command.client("s3")
    where = {"LocationConstraint": s3.meta.region_name}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)

    assert package.main(["--student-id", "packed"]) == 0

    *uris, url, key = capsys.readouterr().out.split()
    found = {
        f"s3://{BUCKET}/{each['Key']}" for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    }
    assert found == set(uris)
    assert uris[-1] == f"s3://{BUCKET}/{key}"
    assert url == f"https://{BUCKET}.s3.{REGION}.amazonaws.com/commerce/commerce.cfn.yaml"
    assert re.fullmatch(template(COMMERCE)["Parameters"]["CodeKey"]["AllowedPattern"], key)
    code = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    assert code == package.function_code()


@pytest.mark.usefixtures("project", "aws_of_the_command")
@pytest.mark.parametrize(
    ("student", "environment", "says"),
    [
        (
            "nobody",
            {},
            "there is no analytics bucket of 'nobody' in this account; create the stack",
        ),
        ("No_Id", {}, "'No_Id' is not 1 to 20 lower-case letters, digits and inner hyphens"),
        ("packed", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "AWS was not reached: "),
        ("packed", {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "Unable to locate cred"),
    ],
)
def test_obstacles(
    student: str,
    environment: dict[str, str],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is in the way is one sentence, with what to do, and exit code 2."""
    nowhere = {"AWS_SHARED_CREDENTIALS_FILE": "/none", "AWS_EC2_METADATA_DISABLED": "true"}
    for name, value in {**nowhere, "AWS_MAX_ATTEMPTS": "1", **environment}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as ended:
        package.main(["--student-id", student])

    [line] = capsys.readouterr().err.splitlines()
    assert says in line
    assert ended.value.code == 2
