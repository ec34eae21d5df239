"""Intake: the only way a matter comes in. One report is a batch of one; a page, the API, an import and the
simulator all call `report_many`."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from tongxin.apps.areas.locator import locator
from tongxin.apps.areas.queries import names
from tongxin.apps.matters import ids, kinds, numbers
from tongxin.apps.matters.incoming import (
    KEY_LIMIT,
    NAME_LIMIT,
    PHONE_LIMIT,
    PLACE_LIMIT,
    TITLE_LIMIT,
    Decided,
    Fresh,
    Incoming,
    Past,
    Place,
    Reported,
)
from tongxin.apps.matters.kinds import Kind
from tongxin.apps.matters.writing import save
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.queries import offices
from tongxin.postgres.batches import run
from tongxin.rules import deadlines
from tongxin.rules.area_codes import How, Level, level_of, up_to
from tongxin.rules.datum import Datum, to_wgs84
from tongxin.rules.deadlines import Clock, Running, Urgency, more_urgent
from tongxin.rules.errors import Invalid, NotAllowed, Refused
from tongxin.rules.lifecycles.matter import OPEN, State
from tongxin.rules.permissions import SYSTEM, Actor, Duty, Permission, duty_for
from tongxin.rules.routing import Case, Offices, Route, Rule, fallback, route
from tongxin.rules.rulebook import Rulebook
from tongxin.rules.working_time import SHANGHAI, WorkingCalendar

BATCH_LIMIT = 5_000
CLOCK_SKEW = timedelta(minutes=5)  # a phone's clock may run ahead of ours by this much
FEW_POINTS = 8  # up to here one by one is faster than all at once
KEYS_LOCKED_SINGLY = 64
OWNED = "owner"  # what stands for the routing rule where the thing is somebody's own
LOCK_KEYS = "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(%s::text[]) AS key"
KNOWN = """
    SELECT source_key, id, number, receipt::text, state, area, due_at
    FROM matters_matter WHERE source = %s AND source_key = ANY(%s::text[])"""


@dataclass(frozen=True, slots=True)
class _City:
    """What every decision of a batch looks at, read once; what was found for one row serves the rows like it."""

    kinds: Mapping[str, Kind]
    rules: Sequence[Rule]
    offices: Offices
    calendar: WorkingCalendar
    book: Rulebook
    candidates: dict[tuple[str, ...], Sequence[Rule]]
    _desks: dict[str, int] = field(default_factory=dict)

    def desk(self, area: str) -> int:
        """Return the unit whose desk accepts what is reported here. Raises Refused."""
        town = up_to(area, Level.TOWN)
        if town not in self._desks:
            self._desks[town] = fallback(area, self.offices).unit_id
        return self._desks[town]

    def route(self, case: Case) -> Route:
        """Return the unit that should handle it; rules that cannot match, wherever it lies, are asked once only."""
        rules = self.candidates.get(case[:4])
        if rules is None:
            rules = [rule for rule in self.rules if rule.looks_at_place or rule.matches(case)]
            self.candidates[case[:4]] = rules
        return route(case, rules, self.offices)


_last: tuple[Sequence[Rule], dict[tuple[str, ...], Sequence[Rule]]] = ([], {})


def _city() -> _City:
    """Return what decisions look at. Which rules may match which cases is kept for as long as the rules are."""
    global _last
    rules = kinds.routing()
    if _last[0] is not rules:
        _last = (rules, {})
    return _City(kinds.current(), rules, offices(), calendar(), kinds.current_book(), _last[1])


def report(incoming: Incoming, *, by: Actor, now: datetime, source: str = "") -> Reported:
    """Take in one report. Raises Refused, saying what is wrong with it."""
    answer = report_many([incoming], by=by, now=now, source=source)[0]
    if isinstance(answer, Refused):
        raise answer
    return answer


@transaction.atomic
def report_many(batch: Sequence[Incoming], *, by: Actor, now: datetime, source: str = "") -> list[Reported | Refused]:
    """Take in reports, each decided by all rules; answer each in its place with its number or its refusal.

    A refused row leaves nothing behind and stops no other row. Rows with a `source_key` known from this `source` are
    answered as before and write nothing. Raises NotAllowed. Four round trips however many rows.
    """
    duty = _duty(by)

    known = _known(batch, source)
    places = _places(batch)
    city = _city()
    decided = [
        known.get(incoming.source_key) or _attempt(incoming, place, city, now)
        for incoming, place in zip(batch, places, strict=True)
    ]

    answers, fresh = _numbered(decided, source)

    save(fresh, by, duty.post_id if duty else None, now, city.calendar.version)
    return answers


def try_report(incoming: Incoming, *, by: Actor, now: datetime) -> Place:
    """Say where this report would lie, all rules applied; nothing is written. Raises Refused as `report` would."""
    _duty(by)
    place = _places([incoming])[0]
    if isinstance(place, Refused):
        raise place
    return _decide(incoming, place, _city(), now).place


def _duty(by: Actor) -> Duty | None:
    duty = duty_for(by, Permission.REPORT)
    if duty is None and by is not SYSTEM:
        raise NotAllowed("permission.denied", permission=Permission.REPORT)
    return duty


# --- lock: who reported what before ----------------------------------------------------------------------


def _known(batch: Sequence[Incoming], source: str) -> dict[str | None, Reported]:
    keys = [key for incoming in batch if (key := incoming.source_key) and "\x00" not in key]
    if not keys:
        return {}
    # two requests with one key at once: the second waits here, then finds the first one's matter
    single = len(keys) <= KEYS_LOCKED_SINGLY
    run(LOCK_KEYS, [sorted(f"{source}:{key}" for key in keys) if single else [source]])
    found = run(KNOWN, [source, keys])
    return {
        key: Reported(id_, number, receipt, State(state), area, due, is_new=False)
        for key, id_, number, receipt, state, area, due in found
    }


# --- decide: purely, row by row --------------------------------------------------------------------------


def _places(batch: Sequence[Incoming]) -> list[Place | Refused]:
    """Find all areas at once; where the answer is a refusal, it stands in the row's place."""
    found: list[Place | Refused | None] = [None] * len(batch)
    points: list[tuple[int, float, float]] = []
    for index, incoming in enumerate(batch):
        if incoming.lon is None or incoming.lat is None:
            found[index] = _named_place(incoming)
        else:
            try:
                points.append((index, *_wgs84(incoming)))
            except Refused as refusal:
                found[index] = refusal
    for (index, lon, lat), (code, how, away) in zip(points, _located(points), strict=True):
        if code is None:
            found[index] = Invalid("point.outside", lon=round(lon, 5), lat=round(lat, 5))
        else:
            found[index] = Place(code, how, away, lon, lat)
    return found  # type: ignore[return-value]


def _located(points: Sequence[tuple[int, float, float]]) -> Iterable[tuple[str | None, How, float | None]]:
    """Return the area of each point, how it was found, and the metres where it is only the nearest."""
    if not points:
        return
    if len(points) <= FEW_POINTS:
        one = locator()
        yield from (one.at(lon, lat)[:3] for _, lon, lat in points)
        return
    found = locator().at_many([lon for _, lon, _ in points], [lat for _, _, lat in points])
    for code, how, away in zip(*found, strict=True):
        yield code, how, float(away) if how is How.NEAREST else None


def _wgs84(incoming: Incoming) -> tuple[float, float]:
    try:
        lon, lat = float(incoming.lon), float(incoming.lat)  # type: ignore[arg-type]
    except (TypeError, ValueError) as wrong:
        raise Invalid("point.invalid", lon=str(incoming.lon)[:20], lat=str(incoming.lat)[:20]) from wrong
    if not _is_on_earth(lon, lat):
        raise Invalid("point.invalid", lon=lon, lat=lat)
    if incoming.datum is not Datum.WGS84:
        lon, lat = to_wgs84(lon, lat, incoming.datum)
        if not _is_on_earth(lon, lat):  # the shift of a datum may carry a point on the edge over it
            raise Invalid("point.invalid", lon=lon, lat=lat)
    return lon, lat


def _is_on_earth(lon: float, lat: float) -> bool:
    return -180 <= lon <= 180 and -90 <= lat <= 90


def _named_place(incoming: Incoming) -> Place | Refused:
    if (incoming.lon is None) != (incoming.lat is None):
        return Invalid("point.half")
    if not incoming.area:
        return Invalid("place.missing")
    try:
        level = level_of(incoming.area)
    except ValueError:
        return Invalid("area.unknown", area=incoming.area[:20])
    if incoming.area not in names() or level < Level.CITY:
        return Invalid("area.unknown", area=incoming.area[:20])
    return Place(incoming.area, How.GIVEN, None, None, None)


def _attempt(incoming: Incoming, place: Place | Refused, city: _City, now: datetime) -> Decided | Refused:
    if isinstance(place, Refused):
        return place
    try:
        return _decide(incoming, place, city, now)
    except Refused as refusal:
        return refusal


def _decide(incoming: Incoming, place: Place, city: _City, now: datetime) -> Decided:
    kind = city.kinds.get(incoming.template)
    if kind is None:
        raise Invalid("template.unknown", template=str(incoming.template)[:20])
    _check_words(incoming)
    kind.check(incoming.form)
    at = incoming.at or now
    if at > now + CLOCK_SKEW:
        raise Invalid("report.in_future", at=at)
    if incoming.past:
        _check_past(incoming.past, now)
    urgency = _more_urgent(kind.urgency, incoming.urgency)
    case = Case(kind.code, kind.level, urgency, incoming.channel, place.area)
    return Decided(
        incoming,
        kind,
        place,
        urgency,
        at,
        city.desk(place.area),
        city.route(case) if incoming.owner is None else Route(incoming.owner, OWNED, place.area),
        _clocks(incoming.past, kind, urgency, incoming.reached_at or at, city),
        city.book.number,
    )


def _check_words(incoming: Incoming) -> None:
    if not incoming.text.strip():
        raise Invalid("report.no_text")
    for name, text, limit in (
        ("text", incoming.text, incoming.text_limit),
        ("title", incoming.title, TITLE_LIMIT),
        ("place", incoming.place, PLACE_LIMIT),
        ("contact_name", incoming.contact_name, NAME_LIMIT),
        ("contact_phone", incoming.contact_phone, PHONE_LIMIT),
        ("source_key", incoming.source_key or "", KEY_LIMIT),
    ):
        if len(text) > limit:
            raise Invalid("report.too_long", field=name, limit=limit, found=len(text))
        if "\x00" in text:
            raise Invalid("report.nul", field=name)


def _check_past(past: Past, now: datetime) -> None:
    if past.state in OPEN:
        return
    if past.closed_at is None:
        raise Invalid("past.not_closed", state=past.state)
    if past.closed_at > now + CLOCK_SKEW:
        raise Invalid("past.closed_in_future", at=past.closed_at)


def _more_urgent(template: Urgency, asked: Urgency | None) -> Urgency:
    """A reporter may press harder than the template, never softer."""
    return more_urgent(template, asked) if asked else template


def _clocks(past: Past | None, kind: Kind, urgency: Urgency, at: datetime, city: _City) -> tuple[Running, ...]:
    book, days = city.book, city.calendar
    whole = deadlines.whole(kind.limit)
    if past is None:
        accept = book.limit(Clock.ACCEPT, urgency)
        return (
            deadlines.start(Clock.ACCEPT, at, accept, urgency, days, amber=book.amber),
            deadlines.start(Clock.WHOLE, at, whole, Urgency.NORMAL, days, amber=book.amber),
        )
    if past.due_at is not None:
        begun = min(at, past.due_at)  # a target from before the report stays the target
        return (Running(Clock.WHOLE, begun, whole, past.due_at, begun + (past.due_at - begun) * 0.7, False),)
    if past.state in OPEN:
        return (deadlines.start(Clock.WHOLE, at, whole, Urgency.NORMAL, days, amber=book.amber),)
    return ()  # nobody promised anything, so nothing was kept or missed


# --- save: all rows of all tables, one round trip --------------------------------------------------------


def _numbered(
    decided: Sequence[Decided | Reported | Refused], source: str
) -> tuple[list[Reported | Refused], list[Fresh]]:
    """Give ids and numbers to what is new; a key that stands twice in one batch is one matter."""
    new = [row for row in decided if isinstance(row, Decided)]
    first: dict[str, Decided] = {}
    for row in new:
        if row.incoming.source_key:
            first.setdefault(row.incoming.source_key, row)
    new = [row for row in new if not row.incoming.source_key or first[row.incoming.source_key] is row]
    if not new:
        return [row for row in decided if not isinstance(row, Decided)], []
    given = numbers.give([row.place.area for row in new], [row.at.astimezone(SHANGHAI).date() for row in new])
    fresh = [
        Fresh(id_, number, receipt, source, row)
        for id_, number, receipt, row in zip(ids.give(len(new)), given, _receipts(len(new)), new, strict=True)
    ]
    answer_of = {id(row.decided): _answer(row) for row in fresh}

    answers: list[Reported | Refused] = []
    for row in decided:
        if not isinstance(row, Decided):
            answers.append(row)
        elif (key := row.incoming.source_key) and first[key] is not row:
            answers.append(answer_of[id(first[key])]._replace(is_new=False))
        else:
            answers.append(answer_of[id(row)])
    return answers, fresh


def _receipts(many: int) -> list[str]:
    """Return secrets of 128 random bits, written as UUIDs are."""
    bits = os.urandom(16 * many).hex()
    each = (bits[at : at + 32] for at in range(0, 32 * many, 32))
    return [f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}" for one in each]


def _answer(row: Fresh) -> Reported:
    decided = row.decided
    state = decided.incoming.past.state if decided.incoming.past else State.AWAITING_ACCEPTANCE
    due = decided.clocks[-1].due_at if state in OPEN else None
    return Reported(row.id, row.number, row.receipt, state, decided.place.area, due)
