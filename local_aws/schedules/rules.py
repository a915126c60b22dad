"""EventBridge rules with a schedule."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import chain

from moto.events.models import Rule, events_backends

from local_aws.event_bus import Event, Place, event_of
from local_aws.event_bus.targets import deliver
from local_aws.schedules.expressions import names
from local_aws.schedules.firings import Schedule, Work


def enabled() -> Iterator[Schedule]:
    """Yield the rules that have a schedule and are not disabled."""
    for _, _, backend in list(events_backends.iter_backends()):
        buses = list(backend.event_buses.values())
        for rule in chain.from_iterable(list(bus.rules.values()) for bus in buses):
            if rule.scheduled_expression and rule.state != "DISABLED":
                is_due = partial(names, rule.scheduled_expression)
                yield Schedule(f"rule {rule.name}", is_due, partial(_deliveries, rule))


def scheduled_event(rule: Rule, instant: datetime) -> Event:
    """Return what EventBridge sends when a rule's time has come."""
    place = Place(rule.account_id, rule.region_name)
    event = event_of(place, "aws.events", "Scheduled Event", {}, instant)
    return {**event, "resources": [rule.arn]}


def _deliveries(rule: Rule, instant: datetime) -> Iterator[tuple[str, Work]]:
    event = scheduled_event(rule, instant)
    for target in list(rule.targets):
        *_, name = target["Arn"].split(":", 5)
        yield name.replace(":", " "), partial(deliver, rule.arn, target, event)
