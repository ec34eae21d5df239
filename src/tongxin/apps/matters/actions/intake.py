"""Intake: the only way a matter comes in. One report is a batch of one; a page, the API, an import and the
simulator all call `report_many`."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction

from tongxin.apps.areas.locator import locator
from tongxin.apps.areas.queries import names
from tongxin.apps.journal.entries import Draft, record_many
from tongxin.apps.matters import ids, kinds, numbers, rows
from tongxin.apps.matters.kinds import Kind
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.queries import offices
from tongxin.postgres.batches import pipeline, run
from tongxin.rules import deadlines
from tongxin.rules.area_codes import How, Level, level_of, up_to
from tongxin.rules.channels import Channel
from tongxin.rules.datum import Datum, to_wgs84
from tongxin.rules.deadlines import Clock, Running, Urgency, Verdict
from tongxin.rules.errors import Invalid, NotAllowed, Refused
from tongxin.rules.lifecycles.matter import OPEN, TEXT_LIMIT, VOIDABLE, CloseKind, State
from tongxin.rules.matching import words_of
from tongxin.rules.permissions import SYSTEM, Actor, Permission, duty_for
from tongxin.rules.routing import Case, Offices, Route, Rule, fallback, route
from tongxin.rules.working_time import SHANGHAI, WorkingCalendar

BATCH_LIMIT = 5_000
TITLE_LIMIT, PLACE_LIMIT, NAME_LIMIT, PHONE_LIMIT, KEY_LIMIT = 80, 120, 60, 40, 120
CLOCK_SKEW = timedelta(minutes=5)  # a phone's clock may run ahead of ours by this much
PRESSING = {urgency: rank for rank, urgency in enumerate(Urgency)}
WITHOUT_UNIT = VOIDABLE | {State.VERIFYING, State.REFUSED, State.VOIDED}  # states in which nobody handles a matter
FEW_POINTS = 8  # up to here one by one is faster than all at once
KEYS_LOCKED_SINGLY = 64
LOCK_KEYS = "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(%s::text[]) AS key"
KNOWN = """
    SELECT source_key, id, number, receipt::text, state, area, due_at
    FROM matters_matter WHERE source = %s AND source_key = ANY(%s::text[])"""


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
    """What somebody reports. Either a point (`lon`, `lat` in `datum`) or an `area` code says where."""

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
    past: Past | None = None


class Reported(NamedTuple):
    """The answer to one report. `is_new` is False where the same key was reported before: nothing was written then."""

    id: int
    number: str
    receipt: str
    state: State
    area: str
    due_at: datetime | None
    is_new: bool = True


class _Place(NamedTuple):
    area: str
    how: How
    metres: float | None
    lon: float | None
    lat: float | None


class _Decided(NamedTuple):
    """One report with everything decided, before it has an id."""

    incoming: Incoming
    kind: Kind
    place: _Place
    urgency: Urgency
    at: datetime
    desk: int
    route: Route
    clocks: tuple[Running, ...]


@dataclass(frozen=True, slots=True)
class _City:
    """What every decision of a batch looks at, read once; what was found for one row serves the rows like it."""

    kinds: Mapping[str, Kind]
    rules: Sequence[Rule]
    offices: Offices
    calendar: WorkingCalendar
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
            rules = [rule for rule in self.rules if rule.areas or rule.matches(case)]
            self.candidates[case[:4]] = rules
        return route(case, rules, self.offices)


_last: tuple[Sequence[Rule], dict[tuple[str, ...], Sequence[Rule]]] = ([], {})


def _city() -> _City:
    """Return what decisions look at. Which rules may match which cases is kept for as long as the rules are."""
    global _last
    rules = kinds.routing()
    if _last[0] is not rules:
        _last = (rules, {})
    return _City(kinds.current(), rules, offices(), calendar(), _last[1])


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
    duty = duty_for(by, Permission.REPORT)
    if duty is None and by is not SYSTEM:
        raise NotAllowed("permission.denied", permission=Permission.REPORT)

    known = _known(batch, source)
    places = _places(batch)
    city = _city()
    decided = [
        known.get(incoming.source_key) or _attempt(incoming, place, city, now)
        for incoming, place in zip(batch, places, strict=True)
    ]

    answers, fresh = _numbered(decided, source, by)

    _save(fresh, by, duty.post_id if duty else None, now, city.calendar.version)
    return answers


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


def _places(batch: Sequence[Incoming]) -> list[_Place | Refused]:
    """Find all areas at once; where the answer is a refusal, it stands in the row's place."""
    found: list[_Place | Refused | None] = [None] * len(batch)
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
            found[index] = _Place(code, how, away, lon, lat)
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


def _named_place(incoming: Incoming) -> _Place | Refused:
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
    return _Place(incoming.area, How.GIVEN, None, None, None)


def _attempt(incoming: Incoming, place: _Place | Refused, city: _City, now: datetime) -> _Decided | Refused:
    if isinstance(place, Refused):
        return place
    try:
        return _decide(incoming, place, city, now)
    except Refused as refusal:
        return refusal


def _decide(incoming: Incoming, place: _Place, city: _City, now: datetime) -> _Decided:
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
    return _Decided(
        incoming,
        kind,
        place,
        urgency,
        at,
        city.desk(place.area),
        city.route(case),
        _clocks(incoming.past, kind, urgency, at, city.calendar),
    )


def _check_words(incoming: Incoming) -> None:
    if not incoming.text.strip():
        raise Invalid("report.no_text")
    for name, text, limit in (
        ("text", incoming.text, TEXT_LIMIT),
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
    return asked if asked and PRESSING[asked] > PRESSING[template] else template


def _clocks(
    past: Past | None, kind: Kind, urgency: Urgency, at: datetime, days: WorkingCalendar
) -> tuple[Running, ...]:
    whole = deadlines.whole(kind.limit)
    if past is None:
        accept = deadlines.LIMITS[Clock.ACCEPT][urgency]
        return (
            deadlines.start(Clock.ACCEPT, at, accept, urgency, days),
            deadlines.start(Clock.WHOLE, at, whole, Urgency.NORMAL, days),
        )
    if past.due_at is not None:
        begun = min(at, past.due_at)  # a target from before the report stays the target
        return (Running(Clock.WHOLE, begun, whole, past.due_at, begun + (past.due_at - begun) * 0.7, False),)
    if past.state in OPEN:
        return (deadlines.start(Clock.WHOLE, at, whole, Urgency.NORMAL, days),)
    return ()  # nobody promised anything, so nothing was kept or missed


# --- save: all rows of all tables, one round trip --------------------------------------------------------


class _Fresh(NamedTuple):
    id: int
    number: str
    receipt: str
    source: str
    decided: _Decided


def _numbered(
    decided: Sequence[_Decided | Reported | Refused], source: str, by: Actor
) -> tuple[list[Reported | Refused], list[_Fresh]]:
    """Give ids and numbers to what is new; a key that stands twice in one batch is one matter."""
    new = [row for row in decided if isinstance(row, _Decided)]
    first: dict[str, _Decided] = {}
    for row in new:
        if row.incoming.source_key:
            first.setdefault(row.incoming.source_key, row)
    new = [row for row in new if not row.incoming.source_key or first[row.incoming.source_key] is row]
    if not new:
        return [row for row in decided if not isinstance(row, _Decided)], []
    given = numbers.give([row.place.area for row in new], [row.at.astimezone(SHANGHAI).date() for row in new])
    fresh = [
        _Fresh(id_, number, receipt, source, row)
        for id_, number, receipt, row in zip(ids.give(len(new)), given, _receipts(len(new)), new, strict=True)
    ]
    answer_of = {id(row.decided): _answer(row) for row in fresh}

    answers: list[Reported | Refused] = []
    for row in decided:
        if not isinstance(row, _Decided):
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


def _answer(row: _Fresh) -> Reported:
    decided = row.decided
    state = decided.incoming.past.state if decided.incoming.past else State.AWAITING_ACCEPTANCE
    due = decided.clocks[-1].due_at if state in OPEN else None
    return Reported(row.id, row.number, row.receipt, state, decided.place.area, due)


def _save(fresh: Sequence[_Fresh], by: Actor, post_id: int | None, now: datetime, version: int) -> None:
    if not fresh:
        return
    if len(fresh) >= rows.COPY_FROM:
        _write(fresh, by, post_id, now, version)
        return
    with pipeline():
        _write(fresh, by, post_id, now, version)


def _write(fresh: Sequence[_Fresh], by: Actor, post_id: int | None, now: datetime, version: int) -> None:
    """Write the rows of every table; a large batch is built row by row while PostgreSQL takes in those before."""
    many = len(fresh)
    rows.matters.add((_matter_row(row, by) for row in fresh), many)
    rows.reports.add((_report_row(row) for row in fresh), many)
    rows.contacts.add([_contact_row(row) for row in fresh if _has_contact(row)])
    rows.deadlines.add((_deadline_row(row, clock, version) for row in fresh for clock in row.decided.clocks), many)
    record_many([_entry(row, by, post_id, now) for row in fresh], fresh=True)


def _matter_row(row: _Fresh, by: Actor) -> tuple[Any, ...]:
    decided, incoming, place = row.decided, row.decided.incoming, row.decided.place
    past = incoming.past
    state = past.state if past else State.AWAITING_ACCEPTANCE
    shown = decided.clocks[0] if state in OPEN else None
    closed_at, close_as, is_late = _closing(decided) if past and shown is None else (None, "", None)
    return (
        row.id,
        row.number,
        row.receipt,
        row.source,
        incoming.source_key,
        decided.kind.code,
        decided.kind.version,
        incoming.title.strip() or _headline(incoming.text),
        incoming.place.strip(),
        incoming.channel.value,
        decided.kind.level,
        decided.urgency.value,
        decided.kind.is_sealed or incoming.is_secret,
        place.area,
        place.how.value,
        place.metres,
        place.lon,
        place.lat,
        state.value,
        closed_at or decided.at,
        decided.at,
        by.person_id,
        decided.desk,
        decided.desk,
        decided.route.unit_id,
        decided.route.rule or "",
        _unit(decided),
        shown.due_at if shown else None,
        shown.amber_at if shown else None,
        shown.is_provisional if shown else False,
        closed_at,
        close_as,
        is_late,
    )


def _closing(decided: _Decided) -> tuple[datetime | None, str, bool | None]:
    """Return when and how a past matter ended, and whether late: unknown where nothing was promised or nothing done."""
    past = decided.incoming.past
    if past is None or past.state is not State.CLOSED:
        return past.closed_at if past else None, "", None
    if not decided.clocks:
        return past.closed_at, (past.close_as or CloseKind.NORMAL).value, None
    is_late = deadlines.verdict(decided.clocks[0].due_at, past.closed_at) is Verdict.OVERDUE  # type: ignore[arg-type]
    return past.closed_at, (past.close_as or (CloseKind.LATE if is_late else CloseKind.NORMAL)).value, is_late


def _unit(decided: _Decided) -> int | None:
    """Return who handles or handled a past matter: the unit it would go to here, once it was dispatched there."""
    past = decided.incoming.past
    return decided.route.unit_id if past and past.state not in WITHOUT_UNIT else None


def _headline(text: str) -> str:
    """Return the first sentence, short enough for one line of a list."""
    first = text.strip().splitlines()[0]
    for stop in "。！？；":
        first = first.split(stop, 1)[0]
    return first[:40] or text.strip()[:40]


def _report_row(row: _Fresh) -> tuple[Any, ...]:
    incoming = row.decided.incoming
    words = " ".join(words_of(incoming.title, incoming.place, incoming.text, row.decided.kind.name))
    form = json.dumps(dict(incoming.form), ensure_ascii=False) if incoming.form else "{}"
    return (row.id, incoming.text.strip(), form, incoming.datum.value, words)


def _has_contact(row: _Fresh) -> bool:
    incoming = row.decided.incoming
    return bool(incoming.contact_name or incoming.contact_phone or incoming.is_secret)


def _contact_row(row: _Fresh) -> tuple[Any, ...]:
    incoming = row.decided.incoming
    return (row.id, incoming.contact_name.strip(), incoming.contact_phone.strip(), incoming.is_secret)


def _deadline_row(row: _Fresh, clock: Running, version: int) -> tuple[Any, ...]:
    past = row.decided.incoming.past
    ended_at = past.closed_at if past and past.state not in OPEN else None
    outcome = ""
    if past and ended_at:  # what was refused or voided was neither kept nor missed
        outcome = deadlines.verdict(clock.due_at, ended_at).value if past.state is State.CLOSED else "dropped"
    return (
        row.id,
        clock.clock.value,
        str(clock.limit),
        clock.started_at,
        clock.due_at,
        clock.amber_at,
        None if ended_at else clock.amber_at,
        ended_at,
        outcome,
        clock.is_provisional,
        version,
    )


def _entry(row: _Fresh, by: Actor, post_id: int | None, now: datetime) -> Draft:
    decided, incoming = row.decided, row.decided.incoming
    data: dict[str, Any] = {
        "state": (incoming.past.state if incoming.past else State.AWAITING_ACCEPTANCE).value,
        "template": decided.kind.code,
        "version": decided.kind.version,
        "level": decided.kind.level,
        "urgency": decided.urgency.value,
        "channel": incoming.channel.value,
        "area": decided.place.area,
        "located": decided.place.how.value,
        "desk": decided.desk,
        "suggested": decided.route.unit_id,
        "rule": decided.route.rule,
    }
    if incoming.past:
        kind = "matter.import"
        if incoming.past.closed_at:
            data["closed_at"] = incoming.past.closed_at.astimezone(UTC).isoformat()
        data |= {"unit": _unit(decided), "close_as": _closing(decided)[1] or None}
    else:
        kind = "matter.report"
    return Draft(kind, f"matter:{row.id}", by.ref, post_id, decided.at if not incoming.past else now, data)
