"""Things built from the areas and kept in the process until the areas change."""

import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Generic, TypeVar
from uuid import UUID, uuid4

from django.utils import timezone

from tongxin.apps.areas.models import AreaEdition

T = TypeVar("T")
Edition = tuple[UUID | None, date]

LOOK_AGAIN_SECONDS = 2.0  # how long another process's write may go unseen


def _read() -> Edition:
    """Return the token of the last write, and the local day: areas begin and end at midnight. One statement."""
    return AreaEdition.objects.values_list("token", flat=True).first(), timezone.localdate()


class Watch:
    """Knows the current edition, asking the database at most once in so many seconds."""

    def __init__(
        self,
        read: Callable[[], Edition] = _read,
        seconds: float = LOOK_AGAIN_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read, self._seconds, self._clock = read, seconds, clock
        self._edition: Edition | None = None
        self._look_at = 0.0

    def edition(self) -> Edition:
        now = self._clock()
        if self._edition is None or now >= self._look_at:
            self._edition = self._read()
            self._look_at = now + self._seconds
        return self._edition

    def look(self) -> None:
        """Ask the database at the next call: this process has just written."""
        self._edition = None


class Kept(Generic[T]):
    """Something built from the areas that are valid on a day, built anew when they change.

    While one thread builds, the others are served the old one; only the first ever built is waited for.
    """

    def __init__(self, build: Callable[[date], T], watch: Watch) -> None:
        self._build, self._watch = build, watch
        self._lock = threading.Lock()
        self._kept: tuple[Edition, T] | None = None

    def __call__(self) -> T:
        edition, kept = self._watch.edition(), self._kept
        if kept is not None and kept[0] == edition:
            return kept[1]
        if not self._lock.acquire(blocking=kept is None):
            return kept[1]
        try:
            if self._kept is None or self._kept[0] != edition:
                self._kept = edition, self._build(edition[1])
            return self._kept[1]
        finally:
            self._lock.release()


WATCH = Watch()


def bump() -> None:
    """Begin a write: give the areas a new edition. Holds the one row, so that writes of areas follow one another."""
    AreaEdition.objects.update_or_create(pk=1, defaults={"token": uuid4()})
    WATCH.look()


def forget() -> None:
    """Have the next call look at the areas anew: for tests, whose databases follow one another."""
    WATCH.look()
