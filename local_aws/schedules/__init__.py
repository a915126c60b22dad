"""Schedules that fire when asked: a tick is the next five minutes of a clock of its own.

- ``clock``: the simulated time, a file under the root; ``expressions``: which minutes a schedule
  names; ``rules``, ``triggers``: EventBridge's and Glue's schedules that are switched on.
- ``firings``: what a schedule starts, in a thread each; ``engine``: the ticks.
- ``requests``: how one asks the running local AWS for a tick.

A tick goes minute by minute and starts what is due. What fails is reported and not tried again
here: the service's own retries (a Glue job's ``MaxRetries``) are all there are.
"""

from local_aws.schedules.engine import ENGINE
from local_aws.schedules.requests import PAGES
from local_aws.settings import Settings

__all__ = ["PAGES", "install", "stop", "tick"]


def install(settings: Settings) -> None:
    """Take up the clock under the root; nothing fires before a tick."""
    ENGINE.reset(settings)


def stop() -> None:
    """Fire nothing any more, and give up the tick under way."""
    ENGINE.stop()


def tick() -> None:
    """Start what the next five minutes name, without waiting for it; not amid another tick.

    Raises:
        LocalAwsError: the clock cannot be read or written.
    """
    ENGINE.tick(wait=False)
