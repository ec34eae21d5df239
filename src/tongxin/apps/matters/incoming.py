"""A report on its way in: as somebody told it, as it was decided, as it will be written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from tongxin.apps.matters.kinds import Kind
from tongxin.rules.area_codes import How
from tongxin.rules.channels import Channel
from tongxin.rules.datum import Datum
from tongxin.rules.deadlines import Running, Urgency
from tongxin.rules.lifecycles.matter import TEXT_LIMIT, CloseKind, State
from tongxin.rules.routing import Route
from tongxin.rules.sealing import Seal, is_handed_over, seal_of

TITLE_LIMIT, PLACE_LIMIT, NAME_LIMIT, PHONE_LIMIT, KEY_LIMIT = 80, 120, 60, 40, 120


@dataclass(frozen=True, slots=True)
class Past:
    """How a matter that was run elsewhere stands there: kept as it is, clocks included. Moments are aware.

    `due_at` is the target it was promised there. What is finished needs `closed_at`; closed without `close_as`, it
    was closed normally or late, as its target says. Open and without a target, it is held to ours.
    """

    state: State
    due_at: datetime | None = None
    closed_at: datetime | None = None
    close_as: CloseKind | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """What somebody reports. Either a point (`lon`, `lat` in `datum`) or an `area` code says where.

    `owner` is the unit whose thing it is, where the reporter knows it: suggested before all rules, as a device's is.
    `at` is when it was reported; where it reached us later, as from a phone without a network, `reached_at` says when,
    and the clocks count from there: nobody is late for what nobody could know.
    """

    template: str
    text: str
    title: str = ""
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    datum: Datum = Datum.WGS84
    area: str = ""
    form: Mapping[str, Any] = field(default_factory=dict)
    channel: Channel = Channel.GRID
    urgency: Urgency | None = None
    is_secret: bool = False
    contact_name: str = ""
    contact_phone: str = ""
    source_key: str | None = None
    at: datetime | None = None
    reached_at: datetime | None = None
    past: Past | None = None
    text_limit: int = TEXT_LIMIT  # a standard of the outside may allow more than our forms
    owner: int | None = None


class Reported(NamedTuple):
    """The answer to one report. `is_new` is False where the same key was reported before: nothing was written then."""

    id: int
    number: str
    receipt: str
    state: State
    area: str
    due_at: datetime | None
    is_new: bool = True


class Place(NamedTuple):
    """Where a report lies: the deepest known area, and how it was found."""

    area: str
    how: How
    metres: float | None
    lon: float | None
    lat: float | None


class Decided(NamedTuple):
    """One report with everything decided, before it has an id."""

    incoming: Incoming
    kind: Kind
    place: Place
    urgency: Urgency
    at: datetime
    desk: int
    route: Route
    clocks: tuple[Running, ...]
    rulebook: int

    @property
    def seal(self) -> Seal | None:
        """Which seal lies on it, if any."""
        kind, incoming = self.kind, self.incoming
        is_sealed = kind.is_sealed or is_handed_over(kind.code, incoming.channel)
        return seal_of(kind.code, incoming.form, is_sealed=is_sealed, is_secret=incoming.is_secret)


class Fresh(NamedTuple):
    """A decided report with the id, the number and the receipt it is given."""

    id: int
    number: str
    receipt: str
    source: str
    decided: Decided


def headline(text: str) -> str:
    """Return the first sentence, short enough for one line of a list."""
    first = text.strip().splitlines()[0]
    for stop in "。！？；":
        first = first.split(stop, 1)[0]
    return first[:40] or text.strip()[:40]
