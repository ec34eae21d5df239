"""Which suggester serves: the newest one trained, while it is on; every process remembers it for some seconds."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from tongxin.apps.matters.models import Suggester
from tongxin.apps.matters.suggesting import keywords
from tongxin.apps.matters.suggesting.measuring import Report
from tongxin.apps.matters.suggesting.model import Guesser
from tongxin.apps.people.queries import Remembered


class Basis(StrEnum):
    """What suggestions rest on."""

    TRAINED = "trained"  # the city's own matters
    KEYWORDS = "keywords"  # the catalog's words: nothing was learnt yet
    OFF = "off"  # somebody switched suggestions off


@dataclass(frozen=True, slots=True)
class Serving:
    """The suggester in force, as this process knows it."""

    basis: Basis
    guesser: Guesser | None = None


@lru_cache(maxsize=1)
def _guesser(suggester_id: int) -> Guesser | None:
    content = Suggester.objects.values_list("content", flat=True).get(pk=suggester_id)
    return Guesser.of(bytes(content)) if content else None


def _read() -> Serving:
    """Return what the newest row says; its content is read once, for it never changes."""
    newest = Suggester.objects.order_by("-pk").values_list("pk", "is_on").first()
    if newest is None:
        return Serving(Basis.KEYWORDS)
    if not newest[1]:
        return Serving(Basis.OFF)
    guesser = _guesser(newest[0])
    return Serving(Basis.TRAINED if guesser else Basis.KEYWORDS, guesser)


_serving = Remembered(_read, seconds=10)


def current() -> Serving:
    """Return the suggester in force. A change of another process is seen within ten seconds."""
    return _serving()


@dataclass(frozen=True, slots=True)
class Training:
    """One training as administrators read it: who (a reference), when, from how many matters, how good."""

    trained_at: datetime
    by: str
    rows: int
    report: Report


def trainings() -> list[Training]:
    """Return the trainings that are kept, the last one first. One statement."""
    rows = Suggester.objects.filter(rows__gt=0).order_by("-pk").values_list("trained_at", "by", "rows", "report")
    return [Training(at, by, many, Report.of(report)) for at, by, many, report in rows]


def forget() -> None:
    """Ask anew which suggester serves; called by every action that changes it."""
    _serving.forget()
    keywords.forget()
    _guesser.cache_clear()
