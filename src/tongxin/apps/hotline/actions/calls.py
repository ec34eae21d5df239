"""Calls as the switchboard tells of them, and who picks them up."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from tongxin.apps.hotline.models import Call, Draft, Heard, Line, Seat
from tongxin.apps.hotline.sealing import seal
from tongxin.apps.journal.entries import record
from tongxin.rules.calls import CallEvent, CallState, follow
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused
from tongxin.rules.letters import LineKind
from tongxin.rules.permissions import Actor, Duty, Permission, duty_for, require

REMEMBERED = timedelta(minutes=15)  # longer than any signature is good
REF_LIMIT, SEAT_LIMIT, NUMBER_LIMIT, RECORDING_LIMIT = 80, 20, 40, 120


class Told(NamedTuple):
    """What a webhook says: `id` of the message, `ref` of the call. `number` is only taken when the call arrives."""

    id: str
    event: CallEvent
    ref: str
    at: datetime
    seat: str = ""
    number: str = ""
    recording: str = ""


def operating(by: Actor) -> Duty:
    """Return the duty by which somebody takes calls. Raises NotAllowed."""
    duty = duty_for(by, Permission.TAKE_CALLS)
    if duty is None or duty.post_id is None:
        raise NotAllowed("permission.denied", permission=Permission.TAKE_CALLS)
    return duty


@transaction.atomic
def hear(line_id: int, told: Told, *, by: Actor, now: datetime) -> Call:
    """Take in what the switchboard tells. Raises Refused: heard before, out of order, or not readable."""
    require(by, Permission.REPORT)
    line = Line.objects.select_for_update().get(pk=line_id)
    _check(told)
    told = told._replace(at=min(told.at, now))  # a clock that runs ahead must not keep a call ringing for years
    if not _is_first(line, told, now):
        raise Refused("cti.heard_before")

    call = Call.objects.select_for_update().filter(line=line, ref=told.ref).first()
    after = follow(CallState(call.state) if call else None, told.event)

    if call is None:
        call = _arrived(line, told, now)
    call.state = after
    match told.event:
        case CallEvent.ANSWERED:
            call.answered_at = max(told.at, call.arrived_at)
            call.seat = told.seat or call.seat
            call.post_id = call.post_id or _post_at(line, call.seat)
        case CallEvent.HUNG_UP:
            call.ended_at = max(told.at, call.answered_at or call.arrived_at)
            call.number_until = now + _kept() if call.sealed_number else None
        case CallEvent.RECORDED:
            call.recording = told.recording
    call.save()

    record(told.event.value, f"call:{call.pk}", by=by, at=now)
    return call


@transaction.atomic
def take_seat(*, line_id: int, seat: str, by: Actor, now: datetime) -> Seat:
    """Sit down at a seat of a line of one's own unit: its calls ring there. Raises Invalid, Missing, NotAllowed."""
    duty = operating(by)
    line = (
        Line.objects.select_for_update()
        .filter(pk=line_id, unit_id=duty.unit_id, kind=LineKind.VOICE, is_open=True)
        .first()
    )
    if line is None:
        raise Missing("line.missing", line=line_id)
    code = seat.strip()
    if not code or len(code) > SEAT_LIMIT:
        raise Invalid("seat.invalid", limit=SEAT_LIMIT)
    if Seat.objects.filter(line=line, code=code).exclude(post_id=duty.post_id).exists():
        raise Refused("seat.taken", seat=code)

    taken, _ = Seat.objects.update_or_create(post_id=duty.post_id, defaults={"line": line, "code": code})

    record("seat.take", f"line:{line.pk}", by=by, at=now, post_id=duty.post_id)
    return taken


@transaction.atomic
def leave_seat(*, by: Actor, now: datetime) -> None:
    """Get up: no call rings here any more."""
    duty = operating(by)

    left = Seat.objects.filter(post_id=duty.post_id).delete()[0]

    if left:
        record("seat.leave", f"post:{duty.post_id}", by=by, at=now, post_id=duty.post_id)


@transaction.atomic
def pick_up(call_id: int, *, by: Actor, now: datetime) -> Call:
    """Make a call one's own that rings for nobody in particular, or at one's seat. Raises Missing, Refused."""
    duty = operating(by)
    call = Call.objects.select_for_update().filter(pk=call_id, unit_id=duty.unit_id).first()
    if call is None:
        raise Missing("call.missing")
    if call.post_id not in (None, duty.post_id):
        raise Refused("call.taken")
    if call.ended_at is not None:
        raise Refused("call.over")

    call.post_id = duty.post_id
    call.save(update_fields=["post_id"])

    record("call.pick_up", f"call:{call.pk}", by=by, at=now, post_id=duty.post_id)
    return call


@transaction.atomic
def purge(*, by: Actor, now: datetime) -> int:
    """Delete numbers and drafts whose time is over, and webhooks that could not be good any more."""
    require(by, Permission.RUN_OUTBOX)
    # a switchboard that never said a call was over must not keep its number alive
    gone = Call.objects.filter(number_until__lte=now).update(sealed_number=None, number_until=None)

    Draft.objects.filter(saved_at__lte=now - timedelta(days=settings.HOTLINE_DRAFT_DAYS)).delete()
    Heard.objects.filter(at__lte=now - REMEMBERED).delete()

    if gone:
        record("call.purge", "calls", by=by, at=now, numbers=gone)
    return gone


def _check(told: Told) -> None:
    for name, text, limit in (
        ("id", told.id, REF_LIMIT),
        ("ref", told.ref, REF_LIMIT),
        ("seat", told.seat, SEAT_LIMIT),
        ("number", told.number, NUMBER_LIMIT),
        ("recording", told.recording, RECORDING_LIMIT),
    ):
        if len(text) > limit or "\x00" in text or (name in ("id", "ref") and not text):
            raise Invalid("cti.field", field=name, limit=limit)


def _is_first(line: Line, told: Told, now: datetime) -> bool:
    return Heard.objects.get_or_create(line=line, ref=told.id, defaults={"at": now})[1]


def _arrived(line: Line, told: Told, now: datetime) -> Call:
    return Call(
        line=line,
        unit_id=line.unit_id,
        ref=told.ref,
        seat=told.seat,
        post_id=_post_at(line, told.seat),
        arrived_at=told.at,
        sealed_number=seal(told.number) if told.number else None,
        number_until=now + _kept() if told.number else None,
    )


def _post_at(line: Line, seat: str) -> int | None:
    return Seat.objects.filter(line=line, code=seat).values_list("post_id", flat=True).first() if seat else None


def _kept() -> timedelta:
    return timedelta(hours=settings.HOTLINE_NUMBER_HOURS)
