"""The bell in the head of every page: how many notices are unread, counted now and then and not for every page."""

import time

from django.http import HttpRequest

from tongxin.apps.notify import queries
from tongxin.rules.permissions import Actor

SECONDS = 15.0  # so long a count is believed, in this process
MOST = 10_000
RUNG = "bell"  # the session's key: when this person last read something, so that no process shows an older count

_counted: dict[int, tuple[int, float]] = {}


def unread(request: HttpRequest) -> int:
    """Return how many notices of the person are unread. A statement at most every fifteen seconds."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.person_id is None:
        return 0
    count, at = _counted.get(actor.person_id, (0, 0.0))
    now = time.time()
    if now - at >= SECONDS or request.session.get(RUNG, 0.0) >= at:
        if len(_counted) >= MOST:
            _counted.clear()
        count = queries.unread(actor)
        _counted[actor.person_id] = count, now
    return count


def answered(request: HttpRequest) -> None:
    """Note that the person has read something: the next page counts anew, in whatever process."""
    request.session[RUNG] = time.time()


def forget() -> None:
    """Count anew for everybody: for tests."""
    _counted.clear()
