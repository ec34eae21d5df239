"""Sensors and image events over HTTP: one message or a list, each answered on its own."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import msgspec
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tongxin.apps.devices import actions, queries
from tongxin.apps.devices.actions import Message, Taken
from tongxin.apps.journal.models import EvidenceKind
from tongxin.apps.matters import actions as matters
from tongxin.apps.matters.models import Matter
from tongxin.guard.addresses import address_of
from tongxin.guard.limits import Limit
from tongxin.interfaces.api import meters, problems
from tongxin.interfaces.api.intake import shapes
from tongxin.interfaces.api.v1 import bodies, keys, showing
from tongxin.interfaces.api.v1 import shapes as v1
from tongxin.rules.devices import Tidings
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.permissions import Actor

MOST = 1_000  # messages in one request
OWN_KEY = "txd_"
LIMIT = Limit(a_minute=600, burst=120)  # requests of one address; a gateway sends lists
ENVELOPE_MB = 1
SHAPES = (shapes.Reading, shapes.Event, shapes.Trouble, shapes.Heartbeat)


class Speaker(NamedTuple):
    """Who sends: a device by its own key, which need not name itself, or a gateway for the devices it keeps."""

    actor: Actor
    device: str


@require_POST
def readings(request: HttpRequest) -> HttpResponse:
    """Take in values."""
    return _answer(request, shapes.Reading, lambda said: _message(said, Tidings.READING, value=said.value))


@require_POST
def faults(request: HttpRequest) -> HttpResponse:
    """Take in what devices say is wrong with themselves."""
    return _answer(
        request,
        shapes.Trouble,
        lambda said: _message(said, Tidings.FAULT, what=said.fault.value, is_over=said.is_over),
    )


@require_POST
def heartbeats(request: HttpRequest) -> HttpResponse:
    """Take in that devices are there."""
    return _answer(request, shapes.Heartbeat, lambda said: _message(said, Tidings.HEARTBEAT))


@require_POST
def events(request: HttpRequest) -> HttpResponse:
    """Take in image events; one of them may bring a photo, as multipart with the JSON in the field `event`."""
    if request.content_type != "multipart/form-data":
        return _answer(request, shapes.Event, _sighting)
    speaker = _speaker(request)
    body, photo = _form(request)
    said = bodies.read(body, shapes.Event)
    if photo is not None and not said.faces_blurred:
        raise Invalid("event.faces")
    row = _rows([_named(_sighting(said), speaker)], speaker, request)[0]
    if row.problem is not None:
        raise row.problem
    if photo is not None and row.taken.is_new:
        row = row._replace(photo=_keep(photo, row, speaker))
    return showing.answer(_shown(row, problems.language(request)), row.status)


@require_GET
def schema(request: HttpRequest) -> HttpResponse:
    """Return the shapes of all messages as JSON Schema 2020-12."""
    found, parts = msgspec.json.schema_components(SHAPES, ref_template="#/$defs/{name}")
    named = {shape.__name__.lower(): ref for shape, ref in zip(SHAPES, found, strict=True)}
    told = {"$schema": "https://json-schema.org/draft/2020-12/schema", "messages": named, "$defs": parts}
    return showing.answer(told)


# --- reading ---------------------------------------------------------------------------------------------


def _speaker(request: HttpRequest) -> Speaker:
    """Return who sends. Raises TooOften, Unknown."""
    LIMIT.take(address_of(request))
    key = keys.given(request)
    if not key:
        raise problems.Unknown("key.absent")
    if not key.startswith(OWN_KEY):
        return Speaker(keys.caller_of(key).actor, "")
    found = queries.speaker_of_key(key)
    if found is None:
        raise problems.Unknown("key.unknown")
    return Speaker(*found)


def _message(
    said: shapes.Said, told: Tidings, *, value: float | None = None, what: str = "", is_over: bool = False
) -> Message:
    return Message(said.device, told, said.at, said.seq, value, what, is_over)


def _sighting(said: shapes.Event) -> Message:
    return _message(said, Tidings.SIGHTING, what=said.kind.value)


def _named(message: Message, speaker: Speaker) -> Message:
    return message if message.device else message._replace(device=speaker.device)


def _form(request: HttpRequest) -> tuple[bytes, UploadedFile | None]:
    limit_mb = settings.EVIDENCE_LIMIT_MB
    if int(request.META.get("CONTENT_LENGTH") or 0) > (limit_mb + ENVELOPE_MB) * 1024 * 1024:
        raise problems.TooLarge("body.too_large", limit_mb=limit_mb)
    try:
        return request.POST.get("event", "").encode(), request.FILES.get("photo")
    except MultiPartParserError as wrong:
        raise problems.Unreadable("body.not_multipart") from wrong


# --- answering -------------------------------------------------------------------------------------------


class _Row(NamedTuple):
    """One message on its way out: what became of it."""

    status: int
    taken: Taken | None = None
    number: str | None = None
    problem: Refused | None = None
    photo: Refused | None = None


def _answer(request: HttpRequest, shape: type, message: Callable[..., Message]) -> HttpResponse:
    speaker = _speaker(request)
    body = bodies.body_of(request)
    raw = bodies.rows_of(body)
    spoken = problems.language(request)
    if raw is None:
        row = _rows([_named(message(bodies.read(body, shape)), speaker)], speaker, request)[0]
        if row.problem is not None:
            raise row.problem
        return showing.answer(_shown(row, spoken), row.status)
    if len(raw) > MOST:
        raise problems.TooLarge("report.too_many", limit=MOST, found=len(raw))
    read = [_attempt(each, shape, message, speaker) for each in raw]
    rows = _rows(read, speaker, request)
    status = 207 if any(row.problem for row in rows) else 201 if any(row.status == 201 for row in rows) else 200
    return showing.answer([_shown(row, spoken) for row in rows], status)


def _attempt(raw: msgspec.Raw, shape: type, message: Callable[..., Message], speaker: Speaker) -> Message | Refused:
    try:
        return _named(message(bodies.read(bytes(raw), shape)), speaker)
    except Refused as refusal:
        return refusal


def _rows(read: Sequence[Message | Refused], speaker: Speaker, request: HttpRequest) -> list[_Row]:
    batch = [each for each in read if isinstance(each, Message)]
    taken = iter(actions.take_in(batch, by=speaker.actor, now=timezone.now()))
    answers = [next(taken) if isinstance(each, Message) else each for each in read]
    led_to = {each.matter_id for each in answers if isinstance(each, Taken) and each.matter_id}
    numbers = dict(Matter.objects.filter(pk__in=led_to).values_list("pk", "number")) if led_to else {}
    rows = [
        _Row(each.status, problem=each)
        if isinstance(each, Refused)
        else _Row(201 if each.is_new else 200, each, numbers.get(each.matter_id))
        for each in answers
    ]
    refused = sum(row.problem is not None for row in rows)
    meters.TIDINGS.labels("http", "refused").inc(refused)
    meters.TIDINGS.labels("http", "taken").inc(len(rows) - refused)
    request.noted = {"rows": len(rows), "refused": refused}  # type: ignore[attr-defined]
    return rows


def _keep(photo: UploadedFile, row: _Row, speaker: Speaker) -> Refused | None:
    """Add the photo to the matter the event led to; the event is in whatever becomes of its photo."""
    assert row.taken is not None
    if row.taken.matter_id is None:
        return Invalid("event.no_matter")
    by = replace(queries.actor_of(row.taken.device_id), matter_id=row.taken.matter_id)
    try:
        matters.attach(photo.file, matter_id=row.taken.matter_id, kind=EvidenceKind.BEFORE, by=by, now=timezone.now())
    except Refused as refusal:
        return refusal
    return None


def _shown(row: _Row, spoken: str) -> shapes.Row:
    return shapes.Row(
        status=row.status, matter=row.number, photo=_told(row.photo, spoken), problem=_told(row.problem, spoken)
    )


def _told(refusal: Refused | None, spoken: str) -> v1.Problem | None:
    return v1.Problem(**problems.problem(refusal, spoken)) if refusal is not None else None
