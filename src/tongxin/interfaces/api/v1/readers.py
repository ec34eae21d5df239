"""Who looked at what is personal or sealed of a matter: for the person concerned, and the audit."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from tongxin.apps.matters import unmaskings
from tongxin.interfaces.api.v1 import shapes, showing
from tongxin.interfaces.api.v1.documents import documented

router = Router()


@router.get(
    "/matters/{number}/readers",
    operation_id="listReaders",
    summary="谁看过 | Who looked",
    openapi_extra=documented({200: shapes.Readers}, 403, 404, tag="matters"),
)
def readers(request: HttpRequest, number: str) -> HttpResponse:
    """谁看过联系方式、谁紧急查看过保密件：岗位、时间、理由，不含姓名。只给反映人本人和审计管理员。

    Who looked at the contact or opened the sealed matter: post, moment and reason, never a name. For its reporter and
    the audit administrator alone.
    """
    found = unmaskings.readers(request.auth.actor, number)
    items = [look(each) for each in found.looks]
    request.noted = {"matter": found.matter.number}
    return showing.answer(shapes.Readers(items=items), **{"Cache-Control": "no-store"})


def look(each: unmaskings.Reader) -> shapes.Look:
    """Return one look, by post and never by name."""
    return shapes.Look(
        at=showing.local(each.at),
        role=each.role,
        is_lent=each.is_lent,
        unit=showing.unit(each.unit_id),
        reason=each.reason,
        until=showing.local(each.until),
    )
