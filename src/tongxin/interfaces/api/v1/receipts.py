"""What a reporter does with the receipt, by programs: following, adding, urging, taking back, rating, appealing."""

from datetime import datetime

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from tongxin.apps.journal import queries as journal
from tongxin.apps.journal.evidence import open_evidence
from tongxin.apps.journal.models import Entry, Evidence, EvidenceKind
from tongxin.apps.matters import actions, choices, receipts
from tongxin.apps.matters.models import Matter
from tongxin.apps.notify import actions as notify
from tongxin.apps.notify import proofs
from tongxin.guard.addresses import address_of
from tongxin.interfaces.api import problems
from tongxin.interfaces.api.open311 import statuses
from tongxin.interfaces.api.v1 import bodies, evidence, params, showing
from tongxin.interfaces.api.v1.asked import Contact
from tongxin.interfaces.api.v1.documents import documented, header, ref
from tongxin.interfaces.api.v1.receipt_keys import CODES, JOINS, PROOFS, Holder, ReceiptKey, opened
from tongxin.interfaces.api.v1.receipt_shapes import (
    SHAPES,
    CodeAsk,
    CodeSent,
    JoinAsk,
    NumberProofAsk,
    OwnPhoto,
    ProofAsk,
    RatingAsk,
    ReceiptKeyShown,
    ReceiptShown,
    Told,
    WithdrawAsk,
    WordsSaid,
)
from tongxin.look import sending
from tongxin.rules.area_codes import Level
from tongxin.rules.errors import Missing
from tongxin.rules.lifecycles.matter import Act, State
from tongxin.rules.overlays import appeal as appealing
from tongxin.rules.permissions import RESIDENT, holding_receipt
from tongxin.rules.proofs import LIFE

__all__ = ["SHAPES", "router"]

router = Router()
KEY = ReceiptKey()
KEYED = (
    header("X-Receipt-Key", "回执密钥；没有时只给出公开的 | key of the receipt; without it, what is public", "9f2c71"),
)


@router.post(
    "/receipts",
    operation_id="joinMatter",
    auth=None,
    summary="我也遇到了 | Join what somebody else reported",
    openapi_extra=documented(
        {201: ReceiptKeyShown}, 400, 403, 404, 409, 413, 422, 429, body=ref(JoinAsk), tag="receipts"
    ),
)
def join(request: HttpRequest) -> HttpResponse:
    """不需要密钥。得到自己的回执，与那一件合并办理、一样答复。

    Without a key. A receipt of one's own, handled and answered together with the other one.
    """
    JOINS.take(address_of(request))
    said = bodies.said(request, JoinAsk)
    contact = said.contact or Contact()
    joined = actions.join(
        number=said.number,
        text=said.text,
        contact_name=contact.name,
        contact_phone=contact.phone,
        by=RESIDENT,
        now=timezone.now(),
    )
    request.noted = {"matter": joined.number}
    return showing.answer(_key(receipts.opened(joined.receipt)), 201)


@router.get(
    "/receipts/{receipt}",
    operation_id="readReceipt",
    auth=None,
    summary="凭回执查进展 | Follow a matter by its receipt",
    openapi_extra=documented({200: ReceiptShown}, 404, 429, headers=KEYED, tag="receipts"),
)
def one(request: HttpRequest, receipt: str) -> HttpResponse:
    """只凭回执，给出公众可知的；带上密钥，另给自己写的和市里的答复。没有的、换过的回执一样回 404。

    By the receipt alone, what the public may know; with its key also one's own words and the city's answers. Unknown
    and replaced receipts alike are 404.
    """
    matter = opened(request, receipt)
    is_mine = receipts.opens(request.META.get("HTTP_X_RECEIPT_KEY", ""), matter)
    return showing.answer(_shown(matter, is_mine=is_mine, spoken=problems.language(request)))


@router.post(
    "/receipts/{receipt}/proof",
    operation_id="proveReceipt",
    auth=None,
    summary="证明是反映人 | Prove to be the reporter",
    openapi_extra=documented(
        {200: ReceiptKeyShown}, 400, 403, 404, 409, 413, 422, 429, body=ref(ProofAsk), tag="receipts"
    ),
)
def prove(request: HttpRequest, receipt: str) -> HttpResponse:
    """答对收到的验证码，得到密钥；发不了验证码的，答所留电话的后四位。答错计数。

    The code that was sent gives the key; where none can be sent, the end of the telephone. Wrong ones are counted.
    """
    matter = opened(request, receipt)
    PROOFS.take(address_of(request))
    said, now = bodies.said(request, ProofAsk), timezone.now()
    if said.code:
        return showing.answer(_key(notify.prove_by_code(matter_id=matter.pk, code=said.code, by=RESIDENT, now=now)))
    return showing.answer(_key(notify.prove_by_digits(matter_id=matter.pk, digits=said.digits, by=RESIDENT, now=now)))


@router.post(
    "/receipts/{receipt}/code",
    operation_id="sendReceiptCode",
    auth=None,
    summary="发验证码 | Have a code sent",
    openapi_extra=documented({200: CodeSent}, 400, 403, 404, 409, 413, 422, 429, body=ref(CodeAsk), tag="receipts"),
)
def send_code(request: HttpRequest, receipt: str) -> HttpResponse:
    """发到反映人留的手机或邮箱，十分钟内有效，最多试五次。

    To the telephone or mailbox that was left; good for ten minutes and five tries.
    """
    matter = opened(request, receipt)
    CODES.take(address_of(request))
    said, now = bodies.said(request, CodeAsk), timezone.now()
    sent = notify.send_code(matter_id=matter.pk, medium=said.by, by=RESIDENT, now=now)
    return showing.answer(CodeSent(by=sent, until=showing.local(now + LIFE)))


@router.post(
    "/proofs",
    operation_id="recoverReceipt",
    auth=None,
    summary="凭编号找回回执 | Find a receipt by the number",
    openapi_extra=documented(
        {200: ReceiptKeyShown, 202: CodeSent}, 400, 403, 404, 409, 413, 422, 429, body=ref(NumberProofAsk),
        tag="receipts",
    ),
)  # fmt: skip
def recover(request: HttpRequest) -> HttpResponse:
    """先报编号和所留电话的后四位：能发验证码的发出（202），再带 code 来换回执和密钥；发不了的直接给出。没有这件、没留
    电话、答错，回答一样。

    The number and the end of the telephone first: where a code can be sent it is (202), and with it receipt and key are
    given; else at once. An unknown number, none left and wrong digits look alike.
    """
    PROOFS.take(address_of(request))
    said, now = bodies.said(request, NumberProofAsk), timezone.now()
    asked = receipts.numbered(said.number)
    matter_id = asked.pk if asked else None
    if said.code:
        return showing.answer(_key(notify.prove_by_code(matter_id=matter_id, code=said.code, by=RESIDENT, now=now)))
    known = actions.prove(matter_id=matter_id, digits=said.digits, by=RESIDENT, now=now)
    ways = proofs.ways(known.pk)
    if not ways:
        return showing.answer(_key(known))
    CODES.take(address_of(request))
    sent = notify.send_code(matter_id=known.pk, medium=ways[0].medium, by=RESIDENT, now=now)
    return showing.answer(CodeSent(by=sent, until=showing.local(now + LIFE)), 202)


@router.get(
    "/receipts/{receipt}/photos/{id}",
    operation_id="fetchReceiptPhoto",
    auth=None,
    summary="凭回执取照片 | Fetch a photo by the receipt",
    openapi_extra=documented({200: "application/octet-stream"}, 404, 429, headers=KEYED, tag="receipts"),
)
def photo(request: HttpRequest, receipt: str, id: params.Id) -> FileResponse:
    """办结后的结果照片；自己上传的要带密钥。

    Photos of the result once it is closed; one's own with the key.
    """
    matter = opened(request, receipt)
    is_mine = receipts.opens(request.META.get("HTTP_X_RECEIPT_KEY", ""), matter)
    found = next((each for each in _photos(matter, is_mine=is_mine) if each.pk == id), None)
    if found is None:
        raise Missing("evidence.missing")
    return sending.whole(open_evidence(found))


@router.post(
    "/receipts/{receipt}/words",
    operation_id="addWords",
    auth=KEY,
    summary="补充说明 | Add words",
    openapi_extra=documented(
        {200: ReceiptShown}, 400, 403, 404, 409, 413, 422, 429, body=ref(WordsSaid), tag="receipts"
    ),
)
def add(request: HttpRequest, receipt: str) -> HttpResponse:
    """办理单位能看到；未办结的可以补充，次数有限。

    The handler reads them; while it is open, a few times.
    """
    said, held = bodies.said(request, WordsSaid), _held(request)
    actions.supplement(matter_id=held.matter.pk, text=said.text, by=held.actor, now=timezone.now())
    return _again(request)


@router.post(
    "/receipts/{receipt}/photos",
    operation_id="addPhoto",
    auth=KEY,
    summary="补充照片 | Add a photo",
    openapi_extra=documented({200: ReceiptShown}, 400, 403, 404, 409, 413, 422, 429, tag="receipts")
    | {"requestBody": evidence.form("file", kinds=evidence.PHOTOS)},
)
def add_photo(request: HttpRequest, receipt: str) -> HttpResponse:
    """重新编码并去掉拍摄设备和位置信息。

    Encoded anew, without device or position.
    """
    held = _held(request)
    file, _form = evidence.sent(request)
    actions.add_photo(file, matter_id=held.matter.pk, by=held.actor, now=timezone.now())
    return _again(request)


@router.post(
    "/receipts/{receipt}/urge",
    operation_id="urgeMatter",
    auth=KEY,
    summary="催办 | Urge the unit",
    openapi_extra=documented(
        {200: ReceiptShown}, 400, 403, 404, 409, 413, 422, 429, body=ref(WordsSaid), tag="receipts"
    ),
)
def urge(request: HttpRequest, receipt: str) -> HttpResponse:
    """一天一次；时限不变。

    Once a day; the limit does not change.
    """
    said, held = bodies.said(request, WordsSaid), _held(request)
    actions.urge(matter_id=held.matter.pk, text=said.text, by=held.actor, now=timezone.now())
    return _again(request)


@router.post(
    "/receipts/{receipt}/withdraw",
    operation_id="withdrawMatter",
    auth=KEY,
    summary="撤回 | Take a report back",
    openapi_extra=documented(
        {200: ReceiptShown}, 400, 403, 404, 409, 413, 422, 429, body=ref(WithdrawAsk), tag="receipts"
    ),
)
def withdraw(request: HttpRequest, receipt: str) -> HttpResponse:
    """还没派给单位的，直接撤回；已在办理的，告诉单位不再需要，由单位决定。

    While nobody works on it, it is taken back; later the unit is told that it is no longer needed, and decides.
    """
    said, held, now = bodies.said(request, WithdrawAsk), _held(request), timezone.now()
    asked = {"matter_id": held.matter.pk, "by": held.actor, "now": now}
    if _is_free(held, now):
        actions.take(Act.WITHDRAW, reason=said.text, **asked)
    else:
        actions.wish_ended(text=said.text, **asked)
    return _again(request)


@router.post(
    "/receipts/{receipt}/rating",
    operation_id="rateMatter",
    auth=KEY,
    summary="评价 | Rate the work",
    openapi_extra=documented(
        {200: ReceiptShown}, 400, 403, 404, 409, 413, 422, 429, body=ref(RatingAsk), tag="receipts"
    ),
)
def rate(request: HttpRequest, receipt: str) -> HttpResponse:
    """评价办理，不评价个人。

    Of the work, never of a person.
    """
    said, held = bodies.said(request, RatingAsk), _held(request)
    told = {"rating": said.rating, "is_solved": said.is_solved, "text": said.text}
    actions.rate(matter_id=held.matter.pk, **told, by=held.actor, now=timezone.now())  # type: ignore[arg-type]
    return _again(request)


@router.post(
    "/receipts/{receipt}/appeal",
    operation_id="appealMatter",
    auth=KEY,
    summary="申请复核 | Appeal",
    openapi_extra=documented(
        {200: ReceiptShown}, 400, 403, 404, 409, 413, 422, 429, body=ref(WordsSaid), tag="receipts"
    ),
)
def appeal(request: HttpRequest, receipt: str) -> HttpResponse:
    """办结后三十天内；由没有经办过的人复核。

    Within thirty days of its close; heard by somebody who neither handled nor closed it.
    """
    said, held = bodies.said(request, WordsSaid), _held(request)
    asked = {"matter_id": held.matter.pk, "by": held.actor, "now": timezone.now()}
    actions.take_over(appealing.Act.RAISE, reason=said.text, **asked)
    return _again(request)


# --- whose it is -----------------------------------------------------------------------------------------


def _held(request: HttpRequest) -> Holder:
    held: Holder = request.auth
    request.noted = {"matter": held.matter.number}
    return held


def _is_free(held: Holder, now: datetime) -> bool:
    """Tell whether nobody works on it yet, so that its reporter may simply take it back."""
    clocks = list(held.matter.deadlines.order_by("id"))
    offered = choices.choices(held.actor, held.matter, clocks, now)
    return any(each.act is Act.WITHDRAW and each.refused is None for each in offered)


def _again(request: HttpRequest) -> HttpResponse:
    """Answer with where the matter stands now."""
    matter = receipts.read(_held(request).matter.pk)
    return showing.answer(_shown(matter, is_mine=True, spoken=problems.language(request)))


# --- what is shown ---------------------------------------------------------------------------------------


def _key(matter: Matter) -> ReceiptKeyShown:
    return ReceiptKeyShown(number=matter.number, receipt=str(matter.receipt), key=receipts.key_of(matter))


def _shown(matter: Matter, *, is_mine: bool, spoken: str) -> ReceiptShown:
    """Return a matter as its reporter is told, or anybody with the receipt, who is told nothing of a sealed one."""
    is_hidden = matter.is_sealed and not is_mine
    report, contact = getattr(matter, "report", None), getattr(matter, "contact", None)
    return ReceiptShown(
        number=matter.number,
        template=None if is_hidden else showing.template(matter.template_code, matter.template_version),
        area=None if is_hidden else showing.area(matter.area[: Level.VILLAGE]),
        state=None if is_hidden else State(matter.state),
        unit=None if is_hidden else showing.unit(matter.unit_id),
        reported_at=showing.local(matter.reported_at),
        due_at=None if is_hidden else showing.local(matter.due_at),
        closed_at=None if is_hidden else showing.local(matter.closed_at),
        told=[] if is_hidden else _told(matter, is_mine=is_mine, spoken=spoken),
        photos=[] if is_hidden else [_photo(matter, each) for each in _photos(matter, is_mine=is_mine)],
        text=report.text if is_mine and report else "",
        contact=showing.masked(contact) if is_mine else None,
        is_mine=is_mine,
        rev=matter.rev,
    )


def _told(matter: Matter, *, is_mine: bool, spoken: str) -> list[Told]:
    """Return what outsiders are told of; the city's words to the reporter, to the reporter."""
    notes = dict(matter.notes.values_list("seq", "text")) if is_mine else {}
    entries = [each for each in journal.story(f"matter:{matter.pk}") if each.kind in statuses.KINDS]
    return [
        Told(
            at=showing.local(each.at),
            act=statuses.act_of(each.kind),
            sentence=_sentence(matter, each, spoken),
            reply=notes.get(each.seq, "") if each.kind in statuses.ANSWERS else "",
        )
        for each in entries
    ]


def _sentence(matter: Matter, entry: Entry, spoken: str) -> str:
    return statuses.sentence(entry.kind, entry.data, matter.unit_id, spoken)


def _photos(matter: Matter, *, is_mine: bool) -> list[Evidence]:
    me = holding_receipt(matter.pk).ref
    if matter.is_sealed and not is_mine:
        return []
    return [
        each
        for each in journal.evidence_of(f"matter:{matter.pk}")
        if each.width
        and ((is_mine and each.kept_by == me) or (matter.state == State.CLOSED and each.kind == EvidenceKind.AFTER))
    ]


def _photo(matter: Matter, row: Evidence) -> OwnPhoto:
    return OwnPhoto(
        id=row.pk,
        is_own=row.kept_by == holding_receipt(matter.pk).ref,
        href=f"/api/v1/receipts/{matter.receipt}/photos/{row.pk}",
    )
