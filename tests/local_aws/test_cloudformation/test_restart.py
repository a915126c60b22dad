"""Stacks survive a restart; what was under way when the server died does not stay so for ever."""

import pickle  # ruff: ignore[suspicious-pickle-import] - the state file is our own

import pytest

from local_aws.cloudformation.engine import check_updatable
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.model import Stack, Store

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
