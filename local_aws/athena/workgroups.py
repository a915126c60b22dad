"""What UpdateWorkGroup changes."""

from typing import Any

from moto.athena.models import WorkGroup

from local_aws.athena.backend import check_cutoff

_PLAIN = (
    "EnforceWorkGroupConfiguration",
    "PublishCloudWatchMetricsEnabled",
    "BytesScannedCutoffPerQuery",
    "RequesterPaysEnabled",
    "EngineVersion",
    "AdditionalConfiguration",
    "ExecutionRole",
    "CustomerContentEncryptionConfiguration",
    "EnableMinimumEncryptionConfiguration",
)
_RESULT = ("OutputLocation", "EncryptionConfiguration", "ExpectedBucketOwner", "AclConfiguration")


def update(
    group: WorkGroup, updates: dict[str, Any], *, description: str | None, state: str | None
) -> None:
    """Change a workgroup: what is not mentioned stays.

    Raises:
        InvalidRequestException: the cutoff is below Athena's least.
    """
    check_cutoff(updates)
    group.configuration = _changed(group.configuration, updates, _PLAIN)
    result = group.configuration.get("ResultConfiguration") or {}
    changes = updates.get("ResultConfigurationUpdates") or {}
    group.configuration["ResultConfiguration"] = _changed(result, changes, _RESULT)
    group.description = group.description if description is None else description
    group.state = state or group.state


def _changed(
    present: dict[str, Any], updates: dict[str, Any], names: tuple[str, ...]
) -> dict[str, Any]:
    kept = {name: value for name, value in present.items() if not updates.get(f"Remove{name}")}
    return {**kept, **{name: updates[name] for name in names if name in updates}}
