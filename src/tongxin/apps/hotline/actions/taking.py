"""What becomes of a call: answered at once, dispatched, joined to the same matter, or put through to an emergency.

Each is one act of the operator and goes through the same intake and the same life as every other matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from tongxin.apps.hotline.actions.calls import operating
from tongxin.apps.hotline.models import Article, Call, Citation, Draft, HandOver, Version
from tongxin.apps.hotline.sealing import opened
from tongxin.apps.journal.entries import record
from tongxin.apps.matters import actions as matters
from tongxin.apps.matters.actions import Incoming, Reported
from tongxin.apps.matters.models import Matter
from tongxin.rules.calls import TEMPLATE_OF, CallAct, CallOutcome, CallState, EmergencyService
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.knowledge import ArticleState
from tongxin.rules.lifecycles.matter import Act, Ground
from tongxin.rules.permissions import Actor, Duty

SOURCE = "call"
TOLD_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Told:
    """What an operator wrote down. `key` is the form's own, so that a form sent twice is one matter.

    `use_number`: the caller agreed to be answered at the number that rang, which nobody has to type.
    """

    key: str
    text: str
    template: str = ""
    place: str = ""
    area: str = ""
    lon: float | None = None
    lat: float | None = None
    urgency: Urgency | None = None
    use_number: bool = False
    contact_name: str = ""
    contact_phone: str = ""
    is_secret: bool = False
    call_id: int | None = None


@transaction.atomic
def dispatch(told: Told, *, by: Actor, now: datetime) -> Reported:
    """Report and accept: from here on it lies in the same queues as what the grid reports. Raises Refused."""
    duty = operating(by)
    call = _call(told, duty)

    reported = reported_of(told, call, by, now)
    if reported.is_new:
        matters.take(Act.ACCEPT, matter_id=reported.id, by=by, now=now)

    return _ended(told, call, reported, CallOutcome.DISPATCHED, duty, by, now)


@transaction.atomic
def answer(told: Told, *, said: str, articles: Sequence[int] = (), by: Actor, now: datetime) -> Reported:
    """Answer in the call and close: advice, with the wordings it rests on. Raises Refused."""
    duty = operating(by)
    call = _call(told, duty)
    cited = published(articles)

    reported = reported_of(told, call, by, now)
    if reported.is_new:
        matters.take(Act.ANSWER, matter_id=reported.id, by=by, now=now, reply=said)
        for version in cited:
            Citation.objects.create(version=version, matter_id=reported.id)
            Article.objects.filter(pk=version.article_id).update(used=F("used") + 1)

    return _ended(told, call, reported, CallOutcome.ANSWERED, duty, by, now, cited=[each.pk for each in cited])


@transaction.atomic
def join(told: Told, *, master_id: int, by: Actor, now: datetime) -> Reported:
    """Take the call down as one more report of a matter that runs: answered with it. Raises Refused."""
    duty = operating(by)
    call = _call(told, duty)

    reported = reported_of(told, call, by, now)
    if reported.is_new:
        matters.take(Act.MERGE, matter_id=reported.id, by=by, now=now, master_id=master_id)

    return _ended(told, call, reported, CallOutcome.JOINED, duty, by, now, master=master_id)


@transaction.atomic
def hand_over(
    told: Told, *, to: EmergencyService, words: str = "", by: Actor, now: datetime
) -> tuple[Reported, HandOver]:
    """Take an emergency down as handed over: it ends there, no clock of ours waits. Raises Refused.

    What is not known yet is left open: no template, no place and no text stop it.
    """
    duty = operating(by)
    call = _call(told, duty)
    said = (words or told.text).strip()[:TOLD_LIMIT]

    text = told.text.strip() or f"来电已转 {to.value}。"
    template = told.template or TEMPLATE_OF[to]
    reported = reported_of(told, call, by, now, text=text, template=template, area=told.area or duty.area)
    if reported.is_new:
        route = f"已当即转接 {to.value}"
        given = {"ground": Ground.EMERGENCY, "reason": text, "route": route}
        matters.take(Act.REFUSE, matter_id=reported.id, by=by, now=now, **given)
    row = HandOver.objects.create(
        call=call,
        matter_id=reported.id,
        act=CallAct.TRANSFER,
        to=to.value,
        told=said,
        at=now,
        post_id=duty.post_id,
    )

    return _ended(told, call, reported, CallOutcome.HANDED_OVER, duty, by, now, to=to.value), row


@transaction.atomic
def note_three_way(*, call_id: int, to: str, words: str, by: Actor, now: datetime) -> HandOver:
    """Note that others were brought into a call, and what they were told. Raises Invalid, Missing."""
    duty = operating(by)
    call = Call.objects.select_for_update().filter(pk=call_id, post_id=duty.post_id).first()
    if call is None:
        raise Missing("call.missing")
    if not to.strip() or len(to) > 60 or len(words) > TOLD_LIMIT:
        raise Invalid("call.whom")

    row = HandOver.objects.create(
        call=call,
        matter_id=call.matter_id,
        act=CallAct.THREE_WAY,
        to=to.strip(),
        told=words.strip(),
        at=now,
        post_id=duty.post_id,
    )

    record("call.three_way", f"call:{call.pk}", by=by, at=now, post_id=duty.post_id, hand_over=row.pk)
    return row


@transaction.atomic
def put_through(hand_over_id: int, *, is_done: bool, by: Actor, now: datetime) -> None:
    """Note whether the switchboard did what it was asked. Raises Missing."""
    duty = operating(by)
    row = HandOver.objects.select_for_update().filter(pk=hand_over_id, post_id=duty.post_id).first()
    if row is None:
        raise Missing("call.missing")

    row.is_done = is_done
    row.save(update_fields=["is_done"])

    record("call.put_through", f"call:{row.call_id or 0}", by=by, at=now, post_id=duty.post_id, done=is_done)


def is_registered(key: str, by: Actor) -> bool:
    """Tell whether a form was sent already: its matter stands."""
    return Matter.objects.filter(source=SOURCE, source_key=_source_key(key, by)).exists()


def _call(told: Told, duty: Duty) -> Call | None:
    """Return the call that was taken down, locked. Raises Missing where it is somebody else's."""
    if told.call_id is None:
        return None
    call = Call.objects.select_for_update().filter(pk=told.call_id, post_id=duty.post_id).first()
    if call is None:
        raise Missing("call.missing")
    return call


def reported_of(
    told: Told,
    call: Call | None,
    by: Actor,
    now: datetime,
    *,
    channel: Channel = Channel.HOTLINE,
    key: str = "",
    **instead: str,
) -> Reported:
    """Report what an operator wrote down; `key` is the form's own unless it is known better. Raises Refused."""
    phone = told.contact_phone.strip()
    if told.use_number and not phone and call is not None:
        phone = opened(call.sealed_number)
    given = {"text": told.text, "template": told.template, "area": told.area} | instead
    incoming = Incoming(
        **given,
        place=told.place,
        lon=told.lon,
        lat=told.lat,
        channel=channel,
        urgency=told.urgency,
        is_secret=told.is_secret,
        contact_name=told.contact_name,
        contact_phone=phone,
        source_key=key or _source_key(told.key, by),
    )
    return matters.report(incoming, by=by, now=now, source=SOURCE)


def _source_key(key: str, by: Actor) -> str:
    return f"{by.ref}:{key[:40]}"


def _ended(
    told: Told,
    call: Call | None,
    reported: Reported,
    outcome: CallOutcome,
    duty: Duty,
    by: Actor,
    now: datetime,
    **codes: object,
) -> Reported:
    """Write down what became of the call. One that came without a switchboard gets its row here."""
    if not reported.is_new:
        return reported
    if call is None:
        call = Call(unit_id=duty.unit_id, ref="", state=CallState.ENDED, arrived_at=now, answered_at=now, ended_at=now)
        call.post_id = duty.post_id
    call.outcome, call.matter_id = outcome, reported.id
    call.save()
    Draft.objects.filter(post_id=duty.post_id, key=told.key).delete()
    record(f"call.{outcome}", f"call:{call.pk}", by=by, at=now, post_id=duty.post_id, matter=reported.id, **codes)
    return reported


def published(articles: Sequence[int]) -> list[Version]:
    """Return the published wordings of these articles. Raises Missing for one that is not."""
    found = list(Version.objects.filter(article_id__in=articles, state=ArticleState.PUBLISHED))
    if len(found) != len(set(articles)):
        raise Missing("article.missing")
    return found
