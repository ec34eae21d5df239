"""What the police hand over: signed by the partner, each message once, one incident for one number."""

from datetime import datetime
from typing import Annotated

import msgspec
import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from tongxin.apps.alarms import actions, queries
from tongxin.apps.alarms.actions import Said, Taken
from tongxin.apps.alarms.models import Alarm, Partner
from tongxin.apps.alarms.sealing import secrets_of
from tongxin.guard import envelopes
from tongxin.guard.limits import Limit
from tongxin.interfaces.api.intake import police_shapes as shapes
from tongxin.interfaces.api.intake import signed
from tongxin.interfaces.api.problems import Unknown
from tongxin.interfaces.api.v1 import bodies, showing
from tongxin.interfaces.api.v1.described import told
from tongxin.rules.alarms import Result, Saying, Toward
from tongxin.rules.errors import Missing, Refused
from tongxin.rules.permissions import reporting

log = structlog.get_logger()
BODY_LIMIT = 16_384
ID_LIMIT = 80
KNOCKS = Limit(a_minute=600, burst=120)  # a county hands over some ten disputes a day


class Answer(msgspec.Struct, kw_only=True):
    """What a message led to: the number of the matter, and whether anything was written."""

    matter: Annotated[str, told("事项编号 | number of the matter", "KC261120-0417")]
    is_new: Annotated[bool, told("这次是否写了什么 | whether anything was written", True)]


@csrf_exempt
def heard(request: HttpRequest, partner: str) -> HttpResponse:
    """Take in one message of a partner: 201 for a new incident, 200 for all else that was taken or known."""
    try:
        answer, status = _take_in(request, partner)
    except Refused as refusal:
        return signed.not_taken(request, refusal, "police", partner=partner)
    return showing.answer(answer, status)


@require_GET
def schema(request: HttpRequest) -> HttpResponse:
    """Return the shapes of all messages as JSON Schema 2020-12."""
    wanted = tuple(shapes.SHAPES.values())
    found, parts = msgspec.json.schema_components(wanted, ref_template="#/$defs/{name}")
    named = {saying.value: ref for saying, ref in zip(shapes.SHAPES, found, strict=True)}
    return showing.answer({"$schema": "https://json-schema.org/draft/2020-12/schema", "data": named, "$defs": parts})


def _take_in(request: HttpRequest, code: str) -> tuple[Answer, int]:
    signed.let_in(request, KNOCKS, most=BODY_LIMIT, too_large="police.too_large")
    now = timezone.now()
    partner = queries.partner(code)
    _verify(request, partner, code, now)
    assert partner is not None
    message = bodies.read(request.body, shapes.Message)
    said = bodies.read(bytes(message.data), shapes.SHAPES[message.type])
    taken = _taken(partner, message.type, said, request.headers["webhook-id"][:ID_LIMIT], now)
    if not taken.is_new:
        log.info("police.known", partner=partner.code, kind=message.type.value)
    is_made = taken.is_new and message.type is Saying.RAISED
    return Answer(matter=taken.number, is_new=taken.is_new), 201 if is_made else 200


def _verify(request: HttpRequest, partner: Partner | None, code: str, now: datetime) -> None:
    """Raise Unknown unless the partner signed this, now; why is logged by its reason alone, never by what it held."""
    reason = "unknown_partner"
    if partner is not None:
        try:
            envelopes.opened(secrets_of(partner, now), request.headers, request.body, now)
            return
        except envelopes.Unsigned as wrong:
            reason = str(wrong)
    log.warning("police.refused", partner=code[:40], reason=reason)
    raise Unknown("police.late" if reason == "late" else "police.forged")


def _taken(partner: Partner, saying: Saying, said: msgspec.Struct, id_: str, now: datetime) -> Taken:
    noted = {"by": reporting(f"police:{partner.code}"), "now": now}
    match said:
        case shapes.Raised():
            return actions.take_in(partner.pk, _said(said), message=id_, **noted)
        case shapes.Corrected():
            contact = (said.contact.name, said.contact.phone) if said.contact else None
            facts = {"text": said.text or "", "is_hurt": said.is_hurt, "has_weapon": said.has_weapon}
            return actions.correct(partner.pk, said.number, message=id_, contact=contact, **facts, **noted)
        case shapes.Withdrawn():
            return actions.withdraw(partner.pk, said.number, message=id_, reason=said.reason, **noted)
        case shapes.Acknowledged() | shapes.FedBack():
            alarm = _known(partner, said.number)
            result = Result(said.result) if isinstance(said, shapes.FedBack) else None
            asked = {"to": Toward(said.to), "answering": shapes.ANSWERINGS[saying], "result": result}
            is_new = actions.answer_by_partner(alarm_id=alarm.pk, message=id_, **asked, **noted)
            return Taken(alarm, alarm.matter.number, is_new)
    raise AssertionError(saying)


def _said(raised: shapes.Raised) -> Said:
    contact = raised.contact or shapes.Contact()
    fields = {name: getattr(raised, name) for name in raised.__struct_fields__ if name != "contact"}
    return Said(**fields, contact_name=contact.name, contact_phone=contact.phone)


def _known(partner: Partner, number: str) -> Alarm:
    """Return an alarm of this very partner. Raises Missing, also for another one's."""
    found = Alarm.objects.filter(partner=partner, number=number).select_related("matter").first()
    if found is None:
        raise Missing("alarm.missing", number=number)
    return found
