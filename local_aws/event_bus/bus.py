"""Events, and the rules whose pattern they match."""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from threading import Thread
from typing import Any, NamedTuple
from uuid import uuid4

from moto.events.models import Rule, events_backends

from local_aws import state
from local_aws.event_bus.errors import FAILURES, RefusedError
from local_aws.event_bus.targets import deliver

Event = dict[str, Any]

_log = logging.getLogger(__name__)


class Place(NamedTuple):
    """Whose bus it is."""

    account: str
    region: str


def event_of(
    place: Place, source: str, detail_type: str, detail: dict[str, Any], time: datetime
) -> Event:
    """Return an event as EventBridge hands it on."""
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": place.account,
        "time": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "region": place.region,
        "resources": [],
        "detail": detail,
    }


def send(
    place: Place,
    source: str,
    detail_type: str,
    detail: dict[str, Any],
    resources: Sequence[str] = (),
) -> None:
    """Hand an event of this moment to the targets of all rules that match; returns at once."""
    event = event_of(place, source, detail_type, detail, datetime.now(UTC))
    event["resources"] = list(resources)
    for rule in _matching(place, event):
        for target in list(rule.targets):
            Thread(target=_hand_over, args=(rule, target, event), daemon=True).start()


def _matching(place: Place, event: Event) -> Iterator[Rule]:
    bus = events_backends[place.account][place.region].event_buses["default"]
    for rule in list(bus.rules.values()):
        pattern = rule.event_pattern
        if rule.state != "DISABLED" and pattern.get_pattern() and pattern.matches_event(event):
            yield rule


def _hand_over(rule: Rule, target: dict[str, Any], event: Event) -> None:
    """Give a target the event; what keeps it from it is logged, as nobody else would hear of it."""
    try:
        level, outcome = logging.INFO, deliver(rule.arn, target, event)
    except RefusedError as refusal:
        level, outcome = logging.WARNING, f"refused: {refusal}"
    except FAILURES as error:
        level, outcome = logging.WARNING, f"failed: {error.message}"
    what = f"event {event['detail-type']}  rule {rule.name}  {target['Arn']}"
    _log.log(level, "%s: %s", what, outcome)
    state.touch()
