"""EventBridge's default bus: what services tell, and whom rules tell of it.

- ``bus``: events, and the rules whose pattern they match; ``targets``: what a target is given.
- ``inputs``: the text that it is given; ``machines``: the state machines among them.
- ``dead_letters``: what no target could be given; ``errors``: why.

Rules with a schedule are fired by ``local_aws/schedules``.
"""

from local_aws.event_bus.bus import Event, Place, event_of, send

__all__ = ["Event", "Place", "event_of", "send"]
