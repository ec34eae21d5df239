"""Receipts as programs ask with them and are told of them."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar

from msgspec import Struct

from tongxin.interfaces.api.v1 import shapes
from tongxin.interfaces.api.v1.asked import Contact, Said
from tongxin.interfaces.api.v1.described import WORDS, Moment, among, told
from tongxin.rules.lifecycles.matter import TEXT_LIMIT, Act, State
from tongxin.rules.occasions import FOR_REPORTERS, Medium
from tongxin.rules.ratings import Rating

KEY = "回执密钥，放在 X-Receipt-Key | key of the receipt, for X-Receipt-Key"


class Erasing(StrEnum):
    """What is erased."""

    CONTACT = "contact"
    ALL = "all"


# --- what is asked ---------------------------------------------------------------------------------------


# by what a code may come, and by what one may be told
SendBy = StrEnum("SendBy", {each.name: each.value for each in (Medium.SMS, Medium.MAIL)})  # type: ignore[misc]
TellBy = StrEnum("TellBy", {each.name: each.value for each in FOR_REPORTERS})  # type: ignore[misc]
# the code, or else the digits
EITHER: dict[str, Any] = {
    "if": {"required": ["code"], "properties": {"code": {"minLength": 1}}},
    "else": {"required": ["digits"], "properties": {"digits": {"minLength": 1}}},
}


class CodeAsk(Said):
    """By which of the ways that were left a code is sent."""

    by: Annotated[SendBy, told("短信或邮件 | by short message or e-mail: sms, mail", "sms")] = SendBy("sms")


class ProofAsk(Said):
    """The code that was sent; where none can be sent, the end of the telephone that was left with the report."""

    BESIDES: ClassVar[dict[str, Any]] = EITHER

    code: Annotated[
        str, told("收到的六位验证码 | the six digits that were sent", "271828", max_length=12, pattern="^([0-9]{6})?$")
    ] = ""
    digits: Annotated[
        str, told("留的电话的后四位 | its last four digits", "6027", max_length=8, pattern="^([0-9]{4})?$")
    ] = ""


class NumberProofAsk(ProofAsk, kw_only=True):
    """A number, and the end of the telephone that was left with it."""

    number: Annotated[str, told("事项编号 | number", "KC261120-0417", max_length=24)]


class JoinAsk(Said):
    """One's own report of what somebody else reported."""

    number: Annotated[str, told("那件事项的编号 | number of the other matter", "KC261120-0417", max_length=24)]
    text: Annotated[
        str, told("您看到的 | what you saw", "我也遇到了，今天早上还在。", maxLength=TEXT_LIMIT, pattern=WORDS)
    ]
    contact: Annotated[Contact | None, told("联系方式，可不填 | how to answer you; may stay empty")] = None


class WordsSaid(Said):
    """Words of the reporter."""

    text: Annotated[
        str,
        told("要说的话，最多 2000 字 | the words", "垃圾又多了，已经堵住半边路。", maxLength=TEXT_LIMIT, pattern=WORDS),
    ]


class WithdrawAsk(Said):
    """Why a report is taken back; within a short while it may stay empty."""

    text: Annotated[str, told("原因 | why", "已经有人清走了。", maxLength=TEXT_LIMIT)] = ""


class RatingAsk(Said):
    """How the work was, never a person."""

    is_solved: Annotated[bool, told("解决了吗 | is it solved")]
    rating: Annotated[Rating, among(Rating, "评价 | rating")]
    text: Annotated[str, told("想说的 | words", "清得很干净。", maxLength=TEXT_LIMIT)] = ""


class TellingAsk(Said):
    """Where to be told, of this matter only."""

    medium: Annotated[TellBy, among(FOR_REPORTERS, "方式 | by which medium")]
    address: Annotated[
        str,
        told("手机号、邮箱，或浏览器的订阅 | telephone, mail or a push", "13812346027", max_length=2000),
    ]


class ErasureAsk(Said):
    """What is to be erased: the contact, or all that came from the reporter."""

    what: Annotated[Erasing, told("contact 联系方式，all 我提供的全部 | the contact, or all of it", "contact")]


# --- what is told ----------------------------------------------------------------------------------------


class CodeSent(Struct):
    """A code is on its way."""

    by: Annotated[str, told("发送方式 | by what it goes", "sms")]
    until: Annotated[Moment, told("有效到 | good until")]


class ReceiptKeyShown(Struct, kw_only=True):
    """A receipt and its key: keep it like a password."""

    number: Annotated[str, told("事项编号 | number", "KC261120-0417")]
    receipt: Annotated[str, told("回执 | receipt")]
    key: Annotated[str, told(KEY)]


class Told(Struct, kw_only=True):
    """Something that happened, as its reporter is told."""

    at: Annotated[Moment | None, told("时刻 | when")]
    act: Annotated[Act, among(Act, "办了什么 | what was done")]
    sentence: Annotated[str, told("给人看的一句话 | a sentence for people", "荷花街道环卫所正在办理。")]
    reply: Annotated[str, told("答复，只给反映人 | the city's answer, for the reporter alone")]


class OwnPhoto(Struct, kw_only=True):
    """A photo: of the result, or one's own."""

    id: Annotated[int, told("编号 | id", 12)]
    is_own: Annotated[bool, told("自己上传的 | one's own")]
    href: Annotated[str, told("地址 | address")]


class ReceiptShown(Struct, kw_only=True):
    """Where a matter stands: what the public may know; to its reporter the rest too."""

    number: Annotated[str, told("事项编号 | number", "KC261120-0417")]
    template: Annotated[shapes.TemplateRef | None, told("事项模板；封存的不说 | template; not of a sealed one")]
    area: Annotated[shapes.AreaRef | None, told("所在村社；封存的不说 | village; not of a sealed one")]
    state: Annotated[State | None, among(State, "状态；封存的不说 | state; not of a sealed one")]
    unit: Annotated[shapes.UnitRef | None, told("承办单位 | the unit that handles it")]
    reported_at: Annotated[Moment | None, told("上报时刻 | reported")]
    due_at: Annotated[Moment | None, told("当前时限的截止时刻 | when the clock that runs now is due")]
    closed_at: Annotated[Moment | None, told("办结时刻 | closed")]
    told: Annotated[list[Told], told("经过 | what happened")]
    photos: Annotated[list[OwnPhoto], told("处置结果和自己的照片 | photos of the result, and one's own")]
    text: Annotated[str, told("自己写的，只给反映人 | what one reported, for the reporter alone")]
    contact: Annotated[shapes.Masked | None, told("联系方式，已隐去，只给反映人 | contact, masked, for the reporter")]
    is_mine: Annotated[bool, told("密钥相符 | the key is the receipt's")]
    rev: Annotated[int, told("版本 | revision", 3)]


class Subscribed(Struct, kw_only=True):
    """Where one is told; the address masked."""

    id: Annotated[int, told("编号 | id", 4)]
    medium: Annotated[Medium, among(Medium, "方式 | medium")]
    address: Annotated[str, told("地址，已隐去 | address, masked", "138****6027")]


class Subscriptions(Struct, kw_only=True):
    """Where one asked to be told of this matter."""

    items: Annotated[list[Subscribed], told("通知方式 | where to")]


class OwnData(Struct, kw_only=True):
    """A copy of all that is kept of the reporter under this receipt."""

    number: Annotated[str, told("事项编号 | number", "KC261120-0417")]
    contact: Annotated[dict[str, str], told("联系方式 | contact", {"name": "王女士", "phone": "13812346027"})]
    report: Annotated[dict[str, Any], told("上报内容 | what was reported")]
    said: Annotated[list[dict[str, Any]], told("后来说的 | what was said later")]
    photos: Annotated[list[dict[str, Any]], told("照片 | photos")]
    ratings: Annotated[list[dict[str, Any]], told("评价 | ratings")]
    readers: Annotated[list[dict[str, Any]], told("谁看过 | who looked")]
    happened: Annotated[list[dict[str, Any]], told("经过 | what happened")]
    told_at: Annotated[list[dict[str, Any]], told("通知到哪里 | where one is told")]


class Erased(Struct, kw_only=True):
    """What was erased."""

    what: Annotated[Erasing, told("contact 联系方式，all 全部 | what", "contact")]


SHAPES = (
    CodeAsk, CodeSent, ProofAsk, NumberProofAsk, JoinAsk, WordsSaid, WithdrawAsk, RatingAsk, TellingAsk, ErasureAsk,
    ReceiptKeyShown,
    ReceiptShown, Subscriptions, OwnData, Erased, Contact,
)  # fmt: skip
