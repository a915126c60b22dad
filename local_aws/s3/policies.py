"""Bucket policies without their conditions."""

import json

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket


def permission_of_unconditional_statements(
    bucket: FakeBucket, action: str, resource: str
) -> PermissionResult:
    """Evaluate the policy of ``bucket`` without the statements that carry a ``Condition``.

    moto ignores conditions, so the usual "deny unless aws:SecureTransport" would deny everything.
    """
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(bucket.policy)
    statements = policy["Statement"]
    if isinstance(statements, dict):
        statements = [statements]
    policy["Statement"] = [each for each in statements if not each.get("Condition")]
    return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)
