"""Which AWS calls each role makes: what tests record is compared with docs/permissions/calls.json.

As a program it is the demo, recorded: ``python -m tests.tools.calls FILE [options of demo.py]``.
"""

import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest

from local_aws.calls import Call, access_key, recording
from tests.tools import demo

LIST = demo.PROJECT / "docs/permissions/calls.json"
RECORD = "RECORD_CALLS"  # the environment variable: write the list instead of comparing with it
HOW = (
    f"if that is meant, record again: {RECORD}=1 .venv/bin/python -m pytest "
    "tests/stack/test_operations.py tests/stack/test_orchestration.py tests/stack/test_pipeline.py "
    "tests/stack/test_end_to_end.py tests/stack/test_order_book.py tests/stack/test_deploy.py "
    "tests/month tests/notebook/test_runbook.py && make permissions"
)
_TYPES = {
    "database": "AWS::Glue::Database",
    "function": "AWS::Lambda::Function",
    "job": "AWS::Glue::Job",
    "rule": "AWS::Events::Rule",
    "table": "AWS::Glue::Table",
    "trigger": "AWS::Glue::Trigger",
    "workgroup": "AWS::Athena::WorkGroup",
}

# Who calls in the stack's name: the service that starts it, and its name in the template.
_CALLERS = {
    "job": ("glue", "CurateEventsJob"),
    "report": ("glue", "ReportJob"),
    "generator": ("lambda", "GeneratorFunction"),
    "emptier": ("lambda", "EmptierFunction"),
    "orchestration": ("states", "OrchestrationStateMachine"),
    "load": ("glue", "LoadCommerceJob"),
    "validator": ("lambda", "ValidatorFunction"),
    "fetch": ("lambda", "FetchCustomersFunction"),
    "marts": ("glue", "BuildMartsJob"),
    "page": ("glue", "OrderReportJob"),
    "views": ("lambda", "RefreshViewsFunction"),
    "commerce": ("states", "CommerceStateMachine"),
    "list": ("lambda", "ListLandingFunction"),
    "schema": ("lambda", "SchemaChangesFunction"),
    "gate": ("lambda", "QualityGateFunction"),
    "api": ("lambda", "QueryRunnerFunction"),
    "monitor": ("lambda", "QualityMonitorFunction"),
}
# How the ARNs end that a ``Ref`` gives as a whole.
_ENDS = {
    "AWS::SNS::Topic": "${{{}.TopicName}}",
    "AWS::StepFunctions::StateMachine": "stateMachine:${{{}.Name}}",
    "AWS::SecretsManager::Secret": "secret:${{{}.Name}}-*",
}

Calls = dict[str, list[str]]  # resources by ``service:Operation``, both sorted


@contextmanager
def calling_as(caller: str) -> Generator[None]:
    """Let boto3's functions and the programs that are started sign as a caller of that name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", caller)
        patch.setattr(boto3, "DEFAULT_SESSION", None)  # it would remember its credentials
        yield


class StackNames:
    """What the resources of some stacks are called in their templates."""

    def __init__(self, *stack_names: str) -> None:
        client = boto3.client("cloudformation")
        self._logical = {
            (found["ResourceType"], found["PhysicalResourceId"]): found["LogicalResourceId"]
            for name in stack_names
            for found in client.describe_stack_resources(StackName=name)["StackResources"]
        }
        self._stack_names = "|".join(stack_names)
        self._outputs = {
            value for name in stack_names for value in demo.stack_outputs(name).values()
        }
        physical = {logical: name for (_, name), logical in self._logical.items()}
        self.access_keys = {
            role: access_key(service, physical[logical].rpartition(":")[2])
            for role, (service, logical) in _CALLERS.items()
            if logical in physical
        }

    def generalize(self, resource: str) -> str:
        """Return what a call named, in the template's names; of an object's key the folder.

        Raises:
            KeyError: it names something that is not the stack's.
        """
        if " -> " in resource:
            return " -> ".join(map(self.generalize, resource.split(" -> ")))
        if not resource.startswith("arn:"):
            return resource
        _, _, service, region, _, name = resource.split(":", 5)
        place = "${AWS::Region}:${AWS::AccountId}" if region else ":"
        general = self._known_by_arn(resource) or self._name(service, name)
        return f"arn:${{AWS::Partition}}:{service}:{place}:{general}"

    def _known_by_arn(self, arn: str) -> str | None:
        """Return the end of the ARN of a resource whose ``Ref`` is its ARN."""
        for resource_type, end in _ENDS.items():
            if logical := self._logical.get((resource_type, arn)):
                return end.format(logical)
        return None

    def _name(self, service: str, name: str) -> str:
        if service == "s3":
            bucket, slash, key = name.partition("/")
            folder = key if f"s3://{name}" in self._outputs else re.sub(r"/.*", "/*", key)
            return self._reference("AWS::S3::Bucket", bucket) + slash + folder
        kind, separator, rest = re.match(r"(\w+)([:/])(.*)", name).groups()
        if kind == "stack":
            return re.sub(rf"/({self._stack_names})/.*", "/${AWS::StackName}/*", name)
        *databases, last = rest.split("/")
        known = [self._reference(_TYPES["database"], database) for database in databases]
        return kind + separator + "/".join([*known, self._reference(_TYPES[kind], last)])

    def _reference(self, resource_type: str, name: str) -> str:
        return f"${{{self._logical[resource_type, name]}}}"


def made_by(role: str, recorded: set[Call], names: StackNames) -> Calls:
    """Return a role's calls: what the stack starts for it, or whoever signed by that name."""
    made = defaultdict(set)
    for call in set(recorded):  # it may still grow
        if call.caller == names.access_keys.get(role, role):
            resource = names.generalize(call.resource)
            if role == "emptier":  # whatever lies there
                resource = re.sub(r"(:::\$\{\w+\}/).*", r"\1*", resource)
            made[call.operation].add(resource)
    return {operation: sorted(resources) for operation, resources in sorted(made.items())}


def check(role: str, made: Calls) -> None:
    """Compare all that a role called with its list; or, if asked to, write the list."""
    if os.environ.get(RECORD):
        listed = {**read_list(), role: made}
        LIST.parent.mkdir(exist_ok=True)
        LIST.write_text(json.dumps(listed, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    check_known(role, made)
    gone = sorted(_pairs(read_list()[role]) - _pairs(made))
    assert not gone, f"{LIST.name} says that the {role} calls {gone}, but it did not; {HOW}"


def check_some(role: str, made: Calls) -> None:
    """Check calls of which timing decides some; or, if asked to, add those to the list."""
    if os.environ.get(RECORD):
        before = read_list()
        of_role = before.get(role, {})
        together = {
            operation: sorted({*of_role.get(operation, []), *made.get(operation, [])})
            for operation in of_role.keys() | made.keys()
        }
        text = json.dumps({**before, role: together}, indent=2, sort_keys=True)
        LIST.write_text(f"{text}\n", encoding="utf-8")
    check_known(role, made)


def check_known(role: str, made: Calls) -> None:
    """Check that what a role called is in its list."""
    new = sorted(_pairs(made) - _pairs(read_list()[role]))
    assert not new, f"the {role} calls {new}, but {LIST.name} does not say so; {HOW}"


def read_list() -> dict[str, Calls]:
    """Return the calls of every role."""
    return json.loads(LIST.read_text(encoding="utf-8")) if LIST.exists() else {}


def _pairs(made: Calls) -> set[tuple[str, str]]:
    return {(operation, name) for operation, names in made.items() for name in names}


def main() -> None:
    """Run the demo; write what its notebook and its jobs called."""
    file = Path(sys.argv.pop(1))
    made = {}
    execute = demo.execute_notebook

    def execute_recorded(notebook: Path, executed: Path) -> None:
        with calling_as("notebook"):
            execute(notebook, executed)
        names = StackNames(demo.STACK_NAME)  # while the stack's AWS is there to ask
        made.update({
            role: made_by(role, recorded, names) for role in ("notebook", "job", "report")
        })

    demo.execute_notebook = execute_recorded
    with recording() as recorded:
        demo.main()
    file.write_text(json.dumps(made), encoding="utf-8")


if __name__ == "__main__":
    main()
