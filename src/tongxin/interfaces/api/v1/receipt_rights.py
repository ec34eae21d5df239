"""What a person may ask about the own data, with the receipt: who looked, a copy, a right contact, erasure."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from tongxin.apps.matters import actions, receipts, unmaskings
from tongxin.apps.matters.kept import kept, written
from tongxin.apps.notify import actions as telling
from tongxin.apps.notify import queries as told
from tongxin.apps.notify.models import Subscription
from tongxin.interfaces.api import problems
from tongxin.interfaces.api.v1 import asked, bodies, params, readers, shapes, showing
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.interfaces.api.v1.receipt_keys import Holder, ReceiptKey
from tongxin.interfaces.api.v1.receipt_shapes import (
    Erased,
    Erasing,
    ErasureAsk,
    OwnData,
    ReceiptKeyShown,
    Subscribed,
    Subscriptions,
    TellingAsk,
)
from tongxin.rules.masking import masked_phone
from tongxin.rules.occasions import Medium

router = Router()
KEY = ReceiptKey()


@router.get(
    "/receipts/{receipt}/readers",
    operation_id="listReceiptReaders",
    auth=KEY,
    summary="谁看过我的信息 | Who looked at my data",
    openapi_extra=documented({200: shapes.Readers}, 404, 429, tag="receipts"),
)
def looked(request: HttpRequest, receipt: str) -> HttpResponse:
    """岗位、时间、理由，不含姓名。

    Post, moment and reason, never a name.
    """
    held: Holder = request.auth
    found = unmaskings.readers(held.actor, held.matter.number)
    return showing.answer(shapes.Readers(items=[readers.look(each) for each in found.looks]))


@router.get(
    "/receipts/{receipt}/data",
    operation_id="copyOwnData",
    auth=KEY,
    summary="导出我的信息 | A copy of my data",
    openapi_extra=documented({200: OwnData}, 404, 429, tag="receipts"),
)
def data(request: HttpRequest, receipt: str) -> HttpResponse:
    """这个回执下保存的全部。

    All that is kept under this receipt.
    """
    held: Holder = request.auth
    found = written(kept(held.actor, held.matter))
    own = {name: found[name] for name in OwnData.__struct_fields__ if name in found}
    at = [
        {"by": each.medium, "address": each.address if each.medium != Medium.PUSH else ""}
        for each in told.subscriptions(held.actor, matter_id=held.matter.pk)
    ]
    return showing.answer(OwnData(**own, told_at=at), **{"Cache-Control": "no-store"})


@router.put(
    "/receipts/{receipt}/contact",
    operation_id="correctContact",
    auth=KEY,
    summary="更正联系方式 | Set my contact right",
    openapi_extra=documented(
        {200: shapes.Masked}, 400, 403, 404, 413, 422, 429, body=ref(asked.Contact), tag="receipts"
    ),
)
def correct(request: HttpRequest, receipt: str) -> HttpResponse:
    """只用于答复这件事；返回隐去后的。

    For answering this matter only; answers with it masked.
    """
    held: Holder = request.auth
    said = bodies.said(request, asked.Contact)
    actions.correct(matter_id=held.matter.pk, name=said.name, phone=said.phone, by=held.actor, now=timezone.now())
    return showing.answer(showing.masked(receipts.read(held.matter.pk).contact))


@router.post(
    "/receipts/{receipt}/rotate",
    operation_id="rotateReceipt",
    auth=KEY,
    summary="更换回执 | Change the receipt",
    openapi_extra=documented({200: ReceiptKeyShown}, 403, 404, 429, tag="receipts"),
)
def rotate(request: HttpRequest, receipt: str) -> HttpResponse:
    """旧回执、旧密钥都不再有效。

    The old receipt and its key open nothing any more.
    """
    held: Holder = request.auth
    matter = actions.rotate(matter_id=held.matter.pk, by=held.actor, now=timezone.now())
    key = receipts.key_of(matter)
    return showing.answer(ReceiptKeyShown(number=matter.number, receipt=str(matter.receipt), key=key))


@router.post(
    "/receipts/{receipt}/erasure",
    operation_id="eraseOwnData",
    auth=KEY,
    summary="删除我的信息 | Erase my data",
    openapi_extra=documented({200: Erased}, 400, 403, 404, 413, 422, 429, body=ref(ErasureAsk), tag="receipts"),
)
def erase(request: HttpRequest, receipt: str) -> HttpResponse:
    """联系方式，或我提供的全部；事项的类别、地点、经过保留。

    The contact, or all that came from the reporter; kind, place and story of the matter stay.
    """
    held: Holder = request.auth
    said = bodies.said(request, ErasureAsk)
    act = actions.erase_contact if said.what is Erasing.CONTACT else actions.erase_own
    act(matter_id=held.matter.pk, by=held.actor, now=timezone.now())
    return showing.answer(Erased(what=said.what))


@router.get(
    "/receipts/{receipt}/subscriptions",
    operation_id="listSubscriptions",
    auth=KEY,
    summary="通知到哪里 | Where I am told",
    openapi_extra=documented({200: Subscriptions}, 404, 429, tag="receipts"),
)
def subscriptions(request: HttpRequest, receipt: str) -> HttpResponse:
    """只为这件事；地址隐去。

    Of this matter only; addresses masked.
    """
    return showing.answer(_subscriptions(request.auth))


@router.post(
    "/receipts/{receipt}/subscriptions",
    operation_id="subscribe",
    auth=KEY,
    summary="有进展告诉我 | Tell me of it",
    openapi_extra=documented({201: Subscriptions}, 400, 403, 404, 413, 422, 429, body=ref(TellingAsk), tag="receipts"),
)
def subscribe(request: HttpRequest, receipt: str) -> HttpResponse:
    """短信、邮件或浏览器推送。

    By SMS, mail or a browser's push.
    """
    held: Holder = request.auth
    said = bodies.said(request, TellingAsk)
    telling.subscribe(
        channel=said.medium,
        address=said.address,
        matter_id=held.matter.pk,
        language=problems.language(request),
        by=held.actor,
        now=timezone.now(),
    )
    return showing.answer(_subscriptions(held), 201)


@router.delete(
    "/receipts/{receipt}/subscriptions/{id}",
    operation_id="unsubscribe",
    auth=KEY,
    summary="不再告诉我 | Tell me no more",
    openapi_extra=documented({200: Subscriptions}, 403, 404, 429, tag="receipts"),
)
def unsubscribe(request: HttpRequest, receipt: str, id: params.Id) -> HttpResponse:
    """返回其余的。

    Answers with those that are left.
    """
    held: Holder = request.auth
    telling.unsubscribe(subscription_id=id, by=held.actor, now=timezone.now())
    return showing.answer(_subscriptions(held))


def _subscriptions(held: Holder) -> Subscriptions:
    found = told.subscriptions(held.actor, matter_id=held.matter.pk)
    return Subscriptions(items=[Subscribed(id=e.pk, medium=Medium(e.medium), address=_masked(e)) for e in found])


def _masked(row: Subscription) -> str:
    name, at, host = row.address.partition("@")
    if row.medium == Medium.SMS:
        return masked_phone(row.address)
    return f"{name[:1]}***{at}{host}" if row.medium == Medium.MAIL else ""
