"""Whom the policy of a function or queue lets use it."""

from typing import Any

import pytest

from local_aws.policies import lets

RULE = "arn:aws:events:us-west-2:123456789012:rule/mine"
EVENTS = {"Service": "events.amazonaws.com"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, True),
        ({"Effect": "Deny"}, False),
        ({"Action": ["sqs:GetQueueUrl", "SQS:SendMessage"]}, True),
        ({"Action": "sqs:*"}, True),
        ({"Action": "sqs:ReceiveMessage"}, False),
        ({"Principal": "*"}, True),
        ({"Principal": {"AWS": "*"}}, True),
        ({"Principal": {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]}}, True),
        ({"Principal": {"Service": "sns.amazonaws.com"}}, False),
        ({"Condition": {"ArnEquals": {"aws:SourceArn": RULE}}}, True),
        ({"Condition": {"ArnLike": {"AWS:SourceArn": ["x", RULE[:-4] + "*"]}}}, True),
        ({"Condition": {"ArnLike": {"AWS:SourceArn": RULE + "2"}}}, False),
        ({"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}, True),
        ({"Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}, False),
        ({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o"}}}, False),
        ({"Condition": {"StringNotEquals": {"aws:SourceAccount": "1"}}}, False),
    ],
)
def test_lets(given: dict[str, Any], expected: bool) -> None:  # ruff: ignore[boolean-type-hint-positional-argument]
    """One statement that names service, action and source is enough."""
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": EVENTS, **given}
    none = {**statement, "Action": "sqs:None"}
    statements = [none, statement]
    assert lets(statements, "events.amazonaws.com", "sqs:SendMessage", RULE) == expected
