"""Breaking the glass of one sealed matter, and closing it again."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Unsealing
from tongxin.interfaces.api.v1 import asked, bodies, shapes, showing
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.rules.errors import Missing

router = Router()


@router.post(
    "/matters/{number}/unsealings",
    operation_id="unsealMatter",
    summary="紧急查看保密件 | Open a sealed matter",
    openapi_extra=documented(
        {201: shapes.Unsealed}, 400, 403, 404, 409, 413, 422, body=ref(asked.Unseal), tag="matters"
    ),
)
def unseal(request: HttpRequest, number: str) -> HttpResponse:
    """辖区内的值班长、指挥长、督查员写明理由后，可在限定时间内打开一件未被指定查看的保密件：只能看，联系方式仍隐去，
    列表、检索、导出中都没有。记在事项上并报安全审计，反映人能看到。已打开的再请求一次，不另计。

    A chief, commander or supervisor over the area opens one sealed matter they are not named for, with a reason and
    for a while: to be read by its number only, its contact masked. It is written on the matter, told to the security
    audit, and its reporter reads it. Opening it twice is opening it once.
    """
    said = bodies.read(bodies.body_of(request), asked.Unseal)
    by, now = request.auth.actor, timezone.now()
    opened = actions.unseal(number=number, reason=said.reason, by=by, now=now)
    request.noted = {"matter": opened.matter.number}
    return showing.answer(_shown(opened, opened.matter.number), 201)


@router.post(
    "/unsealings/{id}/end",
    operation_id="endUnsealing",
    summary="结束紧急查看 | Close it again",
    openapi_extra=documented({200: shapes.Unsealed}, 403, 404, tag="matters"),
)
def end(request: HttpRequest, id: int) -> HttpResponse:
    """打开的人本人，或安全、审计管理员，可提前结束；重复请求不变。

    Its opener, or the security or audit administrator, closes it early; closing it twice is closing it once.
    """
    if not 0 < id < 2**63:
        raise Missing("unseal.missing")
    ended = actions.reseal(unsealing_id=id, by=request.auth.actor, now=timezone.now())
    return showing.answer(_shown(ended, ended.matter.number))


def _shown(row: Unsealing, number: str) -> shapes.Unsealed:
    return shapes.Unsealed(
        id=row.pk,
        number=number,
        at=showing.local(row.at),
        until=showing.local(row.ended_at or row.until),
        href=f"{showing.MATTERS}/{number}",
    )
