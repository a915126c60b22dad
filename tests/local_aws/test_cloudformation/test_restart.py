"""Stacks survive a restart; what was under way when the server died does not stay so for ever."""

import pickle  # ruff: ignore[suspicious-pickle-import] - the state file is our own
from pathlib import Path

import pytest

from local_aws.cloudformation.design import Request, make_design
from local_aws.cloudformation.engine import Engine, check_updatable
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.model import INTERRUPTED as REASON
from local_aws.cloudformation.model import Stack, Store
from local_aws.server import free_port
from local_aws.settings import Settings

INTERRUPTED = [
    ("CREATE_IN_PROGRESS", "CREATE_FAILED", True),
    ("UPDATE_IN_PROGRESS", "UPDATE_FAILED", True),
    ("UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_FAILED", True),
    ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE", True),
    ("ROLLBACK_IN_PROGRESS", "ROLLBACK_FAILED", False),
    ("DELETE_IN_PROGRESS", "DELETE_FAILED", False),
    ("REVIEW_IN_PROGRESS", "REVIEW_IN_PROGRESS", False),
    ("CREATE_COMPLETE", "CREATE_COMPLETE", True),
]


@pytest.mark.parametrize(("status", "after", "updatable"), INTERRUPTED)
def test_interrupted_operation(status: str, after: str, *, updatable: bool) -> None:
    """Every status has one after a restart in which the user can act, and says why."""
    stack = Stack("s", "arn:s", "us-west-2", status)
    store = pickle.loads(pickle.dumps(Store(stacks={"arn:s": stack})))  # ruff: ignore[suspicious-pickle-usage] - our own
    store.settle()
    restored = store.stacks["arn:s"]

    assert restored.status == after
    assert bool(restored.events) == (status != after)
    if updatable:
        check_updatable(restored)
    else:
        with pytest.raises(ValidationError, match="can not be updated"):
            check_updatable(restored)


def test_the_server_ends_during_a_creation(tmp_path: Path) -> None:
    """An endpoint that is gone is no resource's failure: nothing is rolled back in vain."""
    engine = Engine()
    engine.reset(Settings(root=tmp_path, port=free_port()))  # nobody listens there
    stack = engine.new_stack("s", "us-west-2", "REVIEW_IN_PROGRESS")
    body = "Resources: {Topic: {Type: AWS::SNS::Topic}}"
    engine.create(stack, make_design(Request(body, [], [], []), stack, engine.store))

    assert (stack.status, stack.reason) == ("CREATE_FAILED", REASON)
    assert "CREATE_FAILED" not in {
        event["ResourceStatus"] for event in stack.events if event["LogicalResourceId"] == "Topic"
    }
    check_updatable(stack)
