"""Intake: the only way a matter comes in. One report is a batch of one; a page, the API, an import and the
simulator all call `report_many`."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction

from tongxin.apps.areas.locator import locator
from tongxin.apps.areas.queries import names
from tongxin.apps.journal.entries import Draft, record_many
from tongxin.apps.matters import kinds, numbers, rows
from tongxin.apps.matters.kinds import Kind
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.queries import offices
from tongxin.postgres.batches import pipeline, run
from tongxin.rules import deadlines
from tongxin.rules.area_codes import How, Level, level_of
from tongxin.rules.channels import Channel
from tongxin.rules.datum import Datum, to_wgs84
from tongxin.rules.deadlines import Clock, Running, Urgency
from tongxin.rules.errors import Invalid, NotAllowed, Refused
from tongxin.rules.lifecycles.matter import OPEN, TEXT_LIMIT, CloseKind, State
from tongxin.rules.matching import words_of
from tongxin.rules.permissions import SYSTEM, Actor, Permission, duty_for
from tongxin.rules.routing import Case, Offices, Route, Rule, fallback, route
from tongxin.rules.working_time import SHANGHAI, WorkingCalendar

BATCH_LIMIT = 5_000
TITLE_LIMIT, PLACE_LIMIT, NAME_LIMIT, PHONE_LIMIT, KEY_LIMIT = 80, 120, 60, 40, 120
CLOCK_SKEW = timedelta(minutes=5)  # a phone's clock may run ahead of ours by this much
NEXT_IDS = "SELECT nextval('matters_matter_id_seq') FROM generate_series(1, %s)"
KEYS_LOCKED_SINGLY = 64
LOCK_KEYS = "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(%s::text[]) AS key"
KNOWN = """
    SELECT source_key, id, number, receipt::text, state, area, due_at
    FROM matters_matter WHERE source = %s AND source_key = ANY(%s::text[])"""


@dataclass(frozen=True, slots=True)
class Past:
    """How a matter that was run elsewhere stands there: kept as it is, clocks included. Moments are aware."""

    state: State
    due_at: datetime | None = None
    closed_at: datetime | None = None
    close_as: CloseKind | None = None
    verdict: str | None = None


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
    """What every decision of a batch looks at, read once."""

    kinds: Mapping[str, Kind]
    rules: Sequence[Rule]
    offices: Offices
    calendar: WorkingCalendar
    names: Mapping[str, str]


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
    city = _City(kinds.current(), kinds.routing(), offices(), calendar(), names())
    decided = [
        known.get(incoming.source_key) or _attempt(incoming, place, city, now)
        for incoming, place in zip(batch, places, strict=True)
    ]

    answers, fresh = _numbered(decided, source, by)

    _save(fresh, by, duty.post_id if duty else None, now, city.calendar.version)
    return answers


# --- lock: who reported what before ----------------------------------------------------------------------


def _known(batch: Sequence[Incoming], source: str) -> dict[str | None, Reported]:
    keys = [incoming.source_key for incoming in batch if incoming.source_key]
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
    if points:
        codes, hows, metres = locator().at_many([lon for _, lon, _ in points], [lat for _, _, lat in points])
        for (index, lon, lat), code, how, away in zip(points, codes, hows, metres, strict=True):
            if code is None:
                found[index] = Invalid("point.outside", lon=round(lon, 5), lat=round(lat, 5))
            else:
                found[index] = _Place(code, how, float(away) if how is How.NEAREST else None, lon, lat)
    return found  # type: ignore[return-value]


def _wgs84(incoming: Incoming) -> tuple[float, float]:
    try:
        lon, lat = float(incoming.lon), float(incoming.lat)  # type: ignore[arg-type]
    except (TypeError, ValueError) as wrong:
        raise Invalid("point.invalid", lon=str(incoming.lon)[:20], lat=str(incoming.lat)[:20]) from wrong
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Invalid("point.invalid", lon=lon, lat=lat)
    return (lon, lat) if incoming.datum is Datum.WGS84 else to_wgs84(lon, lat, incoming.datum)


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
    urgency = _more_urgent(kind.urgency, incoming.urgency)
    case = Case(kind.code, kind.level, urgency, incoming.channel, place.area)
    return _Decided(
        incoming,
        kind,
        place,
        urgency,
        at,
        fallback(place.area, city.offices).unit_id,
        route(case, city.rules, city.offices),
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


def _more_urgent(template: Urgency, asked: Urgency | None) -> Urgency:
    """A reporter may press harder than the template, never softer."""
    order = list(Urgency)
    return max(template, asked or template, key=order.index)


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
    if past.due_at is None:
        return (deadlines.start(Clock.WHOLE, at, whole, Urgency.NORMAL, days),)
    due = max(past.due_at, at)
    return (Running(Clock.WHOLE, at, whole, due, at + (due - at) * 0.7, False),)


# --- save: all rows of all tables, one round trip --------------------------------------------------------


class _Fresh(NamedTuple):
    id: int
    number: str
    receipt: uuid.UUID
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
    ids = [id_ for (id_,) in run(NEXT_IDS, [len(new)])]
    given = numbers.give([row.place.area for row in new], [row.at.astimezone(SHANGHAI).date() for row in new])
    fresh = [_Fresh(id_, number, uuid.uuid4(), source, row) for id_, number, row in zip(ids, given, new, strict=True)]
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


def _answer(row: _Fresh) -> Reported:
    decided = row.decided
    state = decided.incoming.past.state if decided.incoming.past else State.AWAITING_ACCEPTANCE
    due = decided.clocks[-1].due_at if state in OPEN else None
    return Reported(row.id, row.number, str(row.receipt), state, decided.place.area, due)


def _save(fresh: Sequence[_Fresh], by: Actor, post_id: int | None, now: datetime, version: int) -> None:
    if not fresh:
        return
    entries = [_entry(row, by, post_id, now) for row in fresh]
    matter_rows = [_matter_row(row, by) for row in fresh]
    report_rows = [_report_row(row) for row in fresh]
    contact_rows = [_contact_row(row) for row in fresh if _has_contact(row)]
    deadline_rows = [_deadline_row(row, clock, version) for row in fresh for clock in row.decided.clocks]
    if len(fresh) >= rows.COPY_FROM:
        _write(matter_rows, report_rows, contact_rows, deadline_rows, entries)
        return
    with pipeline():
        _write(matter_rows, report_rows, contact_rows, deadline_rows, entries)


def _write(
    matter_rows: list[tuple],
    report_rows: list[tuple],
    contact_rows: list[tuple],
    deadline_rows: list[tuple],
    entries: list[Draft],
) -> None:
    rows.matters.add(matter_rows)
    rows.reports.add(report_rows)
    rows.contacts.add(contact_rows)
    rows.deadlines.add(deadline_rows)
    record_many(entries, fresh=True)


def _matter_row(row: _Fresh, by: Actor) -> tuple[Any, ...]:
    decided, incoming, place = row.decided, row.decided.incoming, row.decided.place
    past = incoming.past
    state = past.state if past else State.AWAITING_ACCEPTANCE
    is_open = state in OPEN
    shown = decided.clocks[0]
    closed_at = past.closed_at if past and not is_open else None
    return (
        row.id,
        row.number,
        row.receipt.hex,
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
        decided.route.unit_id if past else None,
        shown.due_at if is_open else None,
        shown.amber_at if is_open else None,
        shown.is_provisional and is_open,
        closed_at,
        past.close_as.value if past and past.close_as else "",
        shown.due_at < closed_at if closed_at else None,
    )


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
    outcome = deadlines.verdict(clock.due_at, ended_at).value if ended_at else ""
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
        data["unit"] = decided.route.unit_id
    else:
        kind = "matter.report"
    return Draft(kind, f"matter:{row.id}", by.ref, post_id, decided.at if not incoming.past else now, data)
