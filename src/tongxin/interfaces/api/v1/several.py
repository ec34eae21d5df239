"""Several matters at once, one that nobody keeps, and opening a contact for a reason."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Struct
from ninja import Router

from tongxin.apps.matters import actions, queries
from tongxin.apps.matters.stepping import Asked
from tongxin.interfaces.api import meters, problems
from tongxin.interfaces.api.v1 import asked, bodies, shapes, showing
from tongxin.interfaces.api.v1.asked import Said
from tongxin.interfaces.api.v1.described import WORDS, among, told
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.rules.errors import Missing, Refused
from tongxin.rules.lifecycles.matter import Act, State

router = Router()

MOST = 200


class SeveralAsk(asked.AskOfAny, kw_only=True):
    """One act on several matters, with the same details for all of them."""

    matters: Annotated[
        list[str], told("事项编号 | numbers of matters", ["KC261120-0417"], min_length=1, max_length=MOST)
    ]
    as_suggested: Annotated[bool, told("派遣时：各派给建议的单位 | on dispatch: each as suggested")] = False


class UnmaskAsk(Said):
    """Why a contact must be opened."""

    reason: Annotated[
        str,
        told("理由，最多 40 字；反映人会看到 | why; the reporter reads it", "到场前联系", max_length=40, pattern=WORDS),
    ]


class Outcome(Struct, kw_only=True, omit_defaults=True):
    """What became of one matter."""

    number: Annotated[str, told("事项编号 | number", "KC261120-0417")]
    status: Annotated[int, told("200 已办，4xx 未办 | 200 done, 4xx refused", 200)]
    state: Annotated[State | None, among(State, "状态 | state")] = None
    rev: Annotated[int | None, told("版本 | revision", 4)] = None
    problem: Annotated[shapes.Problem | None, told("没有办的原因 | why it was refused")] = None


class Outcomes(Struct, kw_only=True):
    """What became of each, in the order asked."""

    items: Annotated[list[Outcome], told("逐件结果 | one by one")]


class ContactOpened(Struct, kw_only=True):
    """A contact, opened for a reason. Not to be kept."""

    name: Annotated[str, told("姓名 | name", "王女士")]
    phone: Annotated[str, told("电话 | telephone", "13812346027")]


class TakenUp(Struct, kw_only=True):
    """A matter that somebody goes on with."""

    number: Annotated[str, told("事项编号 | number", "KC261120-0417")]


SHAPES = (SeveralAsk, UnmaskAsk, Outcomes, ContactOpened, TakenUp)


@router.post(
    "/acts/{act}",
    operation_id="takeActs",
    summary="多件同办一步 | Take one step on several matters",
    openapi_extra=documented(
        {200: Outcomes, 207: Outcomes}, 400, 403, 404, 413, 422, body=ref(SeveralAsk), tag="matters"
    ),
)
def take(request: HttpRequest, act: Act) -> HttpResponse:
    """最多 200 件，逐件判断；不能办的不影响其他件（207）。

    200 at most, each decided by itself; a refused one stops no other (207).
    """
    said, by, now = bodies.said(request, SeveralAsk), request.auth.actor, timezone.now()
    asked.check_lengths(said)
    numbers = list(dict.fromkeys(each.strip().upper()[:24] for each in said.matters))
    found = {each.number: each for each in queries.visible_to(by).filter(number__in=numbers)}
    batch = [
        Asked(
            act,
            found[number].pk,
            by,
            now,
            reason=said.reason,
            ground=said.ground,
            route=said.route,
            unit_id=found[number].suggested_id if said.as_suggested else showing.unit_id(said.unit),
            close_as=said.close_as,
            reply=said.reply,
            suggested_unit=showing.unit_id(said.suggested_unit),
            because=said.because,
        )
        for number in numbers
        if number in found
    ]
    answers = dict(zip((number for number in numbers if number in found), actions.take_many(batch), strict=True))
    items = [_outcome(number, answers.get(number), problems.language(request)) for number in numbers]
    done = sum(each.status == 200 for each in items)
    meters.MATTERS.labels(act.value).inc(done)
    request.noted = {"act": act.value, "rows": len(items), "done": done}
    return showing.answer(Outcomes(items=items), 200 if done == len(items) else 207)


@router.post(
    "/matters/{number}/unmaskings",
    operation_id="unmaskContact",
    summary="查看联系方式 | Open a contact",
    openapi_extra=documented({200: ContactOpened}, 400, 403, 404, 413, 422, body=ref(UnmaskAsk), tag="matters"),
)
def unmask(request: HttpRequest, number: str) -> HttpResponse:
    """写明理由才能看；每次都记下，反映人能看到。没有留的为空。

    For a reason only; each look is written down, and its reporter reads it. Empty where none was left.
    """
    said, by, now = bodies.said(request, UnmaskAsk), request.auth.actor, timezone.now()
    found = queries.one(by, number)
    contact = actions.unmask(matter_id=found.pk, reason=said.reason, by=by, now=now)
    request.noted = {"matter": found.number}
    shown = ContactOpened(name=contact.name if contact else "", phone=contact.phone if contact else "")
    return showing.answer(shown, **{"Cache-Control": "no-store"})


@router.post(
    "/matters/{number}/take-up",
    operation_id="takeUpMatter",
    summary="接手无人经办的 | Go on with a matter nobody keeps",
    openapi_extra=documented({200: TakenUp}, 403, 404, 409, 422, tag="matters"),
)
def take_up(request: HttpRequest, number: str) -> HttpResponse:
    """只限本单位的。

    Of the own unit alone.
    """
    by = request.auth.actor
    found = queries.one(by, number)
    actions.take_up(matter_id=found.pk, by=by, now=timezone.now())
    request.noted = {"matter": found.number}
    return showing.answer(TakenUp(number=found.number))


def _outcome(number: str, answer: actions.Taken | Refused | None, spoken: str) -> Outcome:
    if isinstance(answer, actions.Taken):
        return Outcome(number=number, status=200, state=answer.state, rev=answer.rev)
    refusal = answer or Missing("matter.missing", number=number)
    problem = shapes.Problem(**problems.problem(refusal, spoken))
    return Outcome(number=number, status=refusal.status, problem=problem)
