"""Environments side by side in one account: planned, deployed, left alone where nothing changed."""

import json
import re
from functools import partial
from pathlib import Path

import boto3
import pytest
import yaml

from commerce import deploy
from local_aws.calls import recording
from tests.template import COMMERCE, PROJECT, TEMPLATE, template
from tests.tools import calls
from tests.tools.stacks import stack_outputs

WORKFLOW = PROJECT / ".github/workflows/deploy.yml"
ENVIRONMENTS = {file.stem: json.loads(file.read_text()) for file in deploy.ENVIRONMENTS.iterdir()}
STUDENT = ENVIRONMENTS["dev"]["StudentId"]
FIRST, SECOND = f"capstone-{STUDENT}", f"capstone-commerce-{STUDENT}"

pytestmark = pytest.mark.usefixtures("aws_environment", "session")


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget where an earlier test's AWS was."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


def _run(capsys: pytest.CaptureFixture[str], *argv: str) -> list[str]:
    assert deploy.main([*argv]) == 0
    return capsys.readouterr().out.splitlines()


def _stacks() -> dict[str, str]:
    found = boto3.client("cloudformation").describe_stacks()["Stacks"]
    return {each["StackName"]: each["StackStatus"] for each in found}


def _keys() -> set[str]:
    bucket = stack_outputs(FIRST)["AnalyticsBucketName"]
    found = boto3.client("s3").list_objects_v2(Bucket=bucket)["Contents"]
    return {each["Key"] for each in found}


def test_plan_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing is, all of the first stack would be made; and nothing is there afterwards."""
    lines = _run(capsys, "dev", "--plan")

    assert f"{FIRST}: add AnalyticsBucket (AWS::S3::Bucket)" in lines
    assert lines[-1] == f"{SECOND}: planned once {FIRST} is there"
    assert FIRST not in _stacks()


def test_deploy(capsys: pytest.CaptureFixture[str]) -> None:
    """Both environments stand side by side, code in place; a second time nothing is changed."""
    for name, told in ENVIRONMENTS.items():
        lines = _run(capsys, name)
        for stack in (f"capstone-{told['StudentId']}", f"capstone-commerce-{told['StudentId']}"):
            assert f"{stack}: created" in lines
            assert _stacks()[stack] == "CREATE_COMPLETE"
    code = {"glue_jobs/curate_events.py", "glue_jobs/glue_jobs.zip", "glue_jobs/load_commerce.zip"}
    assert _keys() >= {*code, "queries/queries.sql"}

    assert _run(capsys, "dev") == [f"{FIRST}: nothing to change", f"{SECOND}: nothing to change"]


def test_plan(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A plan names what would change, and leaves stacks and code as they are."""
    told = ENVIRONMENTS["dev"]
    changed = {**told, "commerce": {**told["commerce"], "QueryApi": "true"}}
    (tmp_path / "dev.json").write_text(json.dumps(changed), encoding="utf-8")
    monkeypatch.setattr(deploy, "ENVIRONMENTS", tmp_path)
    before, outputs = _keys(), stack_outputs(SECOND)

    lines = _run(capsys, "dev", "--plan")

    assert lines == [
        f"{FIRST}: nothing to change",
        f"{SECOND}: add QueryRunnerLogGroup (AWS::Logs::LogGroup)",
        f"{SECOND}: add QueryRunnerFunction (AWS::Lambda::Function)",
    ]
    [plan] = _keys() - before
    assert plan.startswith("commerce/plans/")
    assert (stack_outputs(SECOND), _stacks()[SECOND]) == (outputs, "CREATE_COMPLETE")
    assert _run(capsys, "dev")[1:] == [*lines[1:], f"{SECOND}: updated"]


def test_query_api() -> None:
    """The function gives out what there is, which is nothing yet, by calls that are listed."""
    invoke = partial(boto3.client("lambda").invoke, FunctionName=f"capstone-query-runner-{STUDENT}")
    with recording() as recorded:
        for path, status, told in (
            ("/", 404, "there is no page yet"),
            ("/reports/commerce/dt=2026-03-02/index.html", 404, "its day has not been run"),
            ("/queries", 200, "daily_sales"),
            ("/queries/daily_sales", 200, '"rows": []'),
        ):
            event = {"rawPath": path, "requestContext": {"http": {"method": "GET"}}}
            answer = json.load(invoke(Payload=json.dumps(event))["Payload"])
            assert (answer["statusCode"], told in answer["body"]) == (status, True), answer
        calls.check("api", calls.made_by("api", recorded, calls.StackNames(FIRST, SECOND)))


def test_obstacles(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is in the way is one sentence."""
    told = ENVIRONMENTS["dev"]
    for name, events in {"bad": {"GeneratorState": "PAUSED"}, "unknown": {"Colour": "red"}}.items():
        text = json.dumps({**told, "StudentId": "other", "events": events})
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    monkeypatch.setattr(deploy, "ENVIRONMENTS", tmp_path)
    for argv, says in {
        "nowhere": "invalid choice: 'nowhere'",
        "bad": "GeneratorState",
        "unknown": "Colour",
    }.items():
        with pytest.raises(SystemExit) as ended:
            deploy.main([argv])
        assert ended.value.code == 2
        error = capsys.readouterr().err
        assert says in error
        assert "Traceback" not in error


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_environments(name: str) -> None:
    """An environment names parameters that the templates have, and no account."""
    told = ENVIRONMENTS[name]

    assert told.keys() == {"StudentId", "events", "commerce"}
    for part, file in (("events", TEMPLATE), ("commerce", COMMERCE)):
        assert told[part].keys() <= template(file)["Parameters"].keys() - {"StudentId", "RoleArn"}
    assert not re.search(r"\d{12}", json.dumps(told))


def test_workflow() -> None:
    """It runs only where it was set up, for a tag or this repository's own pull requests."""
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    plan, deployment = workflow["jobs"]["plan"], workflow["jobs"]["deploy"]

    assert "secrets." not in WORKFLOW.read_text(encoding="utf-8")
    assert workflow["permissions"] == {"contents": "read"}
    for job, role in ((plan, "AWS_PLAN_ROLE"), (deployment, "AWS_DEPLOY_ROLE")):
        assert f"vars.{role} != ''" in job["if"]
        [credentials] = (step for step in job["steps"] if "aws-actions" in step.get("uses", ""))
        assert credentials["with"]["role-to-assume"] == f"${{{{ vars.{role} }}}}"
        assert job["permissions"] == {"contents": "read", "id-token": "write"}
    assert "github.event.pull_request.head.repo.full_name == github.repository" in plan["if"]
    assert "startsWith(github.ref, 'refs/tags/v')" in deployment["if"]
    assert "--plan" in plan["steps"][-1]["run"]
    assert "--plan" not in deployment["steps"][-1]["run"]
