"""The events of a stack, as the console shows them: order, status, reason, who asked."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.local_aws.test_cloudformation.conftest import Stacks

TEMPLATE = """
Parameters: {Name: {Type: String}, Days: {Type: Number, Default: 7}}
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: !Ref Name, RetentionInDays: !Ref Days}
"""
# Of every event: logical id, status, reason, and whether it names a physical id.
CREATED = [
    ("events", "CREATE_IN_PROGRESS", "User Initiated", True),
    ("Logs", "CREATE_IN_PROGRESS", None, False),
    ("Logs", "CREATE_IN_PROGRESS", "Resource creation Initiated", True),
    ("Logs", "CREATE_COMPLETE", None, True),
    ("events", "CREATE_COMPLETE", None, True),
]
UPDATED = [
    ("events", "UPDATE_IN_PROGRESS", "User Initiated", True),
    ("Logs", "UPDATE_IN_PROGRESS", None, True),
    ("Logs", "UPDATE_COMPLETE", None, True),
    ("events", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", None, True),
    ("events", "UPDATE_COMPLETE", None, True),
]
REPLACED = [
    ("events", "UPDATE_IN_PROGRESS", "User Initiated", True),
    (
        "Logs",
        "UPDATE_IN_PROGRESS",
        "Requested update requires the creation of a new physical resource; hence creating one.",
        True,
    ),
    ("Logs", "UPDATE_IN_PROGRESS", "Resource creation Initiated", True),
    ("Logs", "UPDATE_COMPLETE", None, True),
    ("events", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", None, True),
    ("Logs", "DELETE_IN_PROGRESS", None, True),
    ("Logs", "DELETE_COMPLETE", None, True),
    ("events", "UPDATE_COMPLETE", None, True),
]
DELETED = [
    ("events", "DELETE_IN_PROGRESS", "User Initiated", True),
    ("Logs", "DELETE_IN_PROGRESS", None, True),
    ("Logs", "DELETE_COMPLETE", None, True),
    ("events", "DELETE_COMPLETE", None, True),
]
Row = tuple[str, str, str | None, bool]


def told(stacks: "Stacks", stack_id: str, token: str | None) -> list[Row]:
    """Return the events that one request caused, oldest first."""
    events = stacks.api.describe_stack_events(StackName=stack_id)["StackEvents"][::-1]
    return [
        (
            event["LogicalResourceId"],
            event["ResourceStatus"],
            event.get("ResourceStatusReason"),
            bool(event.get("PhysicalResourceId")),
        )
        for event in events
        if event.get("ClientRequestToken") == token
    ]


def test_events_of_every_operation(stacks: "Stacks") -> None:
    """Each operation tells every step, under the token of the request that began it."""

    def ask(operation: str, name: str, days: str, **more: str) -> str:
        given = {"Name": name, "Days": days}
        parameters = [{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()]
        request = {"StackName": "events", "TemplateBody": TEMPLATE, "Parameters": parameters}
        getattr(stacks.api, operation)(**request, **more)
        return stacks.ended("events")["StackId"]

    stack_id = ask("create_stack", "events-one", "7", ClientRequestToken="make")
    ask("update_stack", "events-one", "14", ClientRequestToken="change")
    ask("update_stack", "events-two", "14", ClientRequestToken="replace")
    ask("update_stack", "events-two", "30")
    stacks.api.delete_stack(StackName="events", ClientRequestToken="end")
    stacks.ended(stack_id)

    assert told(stacks, stack_id, "make") == CREATED
    assert told(stacks, stack_id, "change") == UPDATED
    assert told(stacks, stack_id, "replace") == REPLACED
    assert told(stacks, stack_id, None) == UPDATED
    assert told(stacks, stack_id, "end") == DELETED


def test_events_of_a_change_set(stacks: "Stacks") -> None:
    """A stack under review waits for its change set; what that does has the executor's token."""
    proposal = {"StackName": "events", "ChangeSetName": "plan", "ChangeSetType": "CREATE"}
    given = [{"ParameterKey": "Name", "ParameterValue": "events-planned"}]
    stacks.api.create_change_set(**proposal, TemplateBody=TEMPLATE, Parameters=given)
    stacks.api.execute_change_set(
        StackName="events", ChangeSetName="plan", ClientRequestToken="execute"
    )
    stack_id = stacks.ended("events")["StackId"]

    assert told(stacks, stack_id, None) == [
        ("events", "REVIEW_IN_PROGRESS", "User Initiated", True)
    ]
    assert told(stacks, stack_id, "execute") == CREATED
    stacks.delete("events")


def test_events_of_a_creation_that_fails(stacks: "Stacks") -> None:
    """The resource tells why, the stack names the resource."""
    stacks.create("events-first", TEMPLATE, Name="events-taken")
    stack_id = stacks.create("events", TEMPLATE, Name="events-taken")["StackId"]

    assert told(stacks, stack_id, None) == [
        *CREATED[:2],
        (
            "Logs",
            "CREATE_FAILED",
            (
                'Resource handler returned message: "The specified log group already exists" '
                "(CreateLogGroup: ResourceAlreadyExistsException)"
            ),
            False,
        ),
        (
            "events",
            "ROLLBACK_IN_PROGRESS",
            "The following resource(s) failed to create: [Logs]. Rollback requested by user.",
            True,
        ),
        ("events", "ROLLBACK_COMPLETE", None, True),
    ]
    stacks.delete("events")
    stacks.delete("events-first")
