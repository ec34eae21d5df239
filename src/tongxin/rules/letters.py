"""A letter to the hotline, by e-mail or chat: where it stands, what nobody wrote to us, and what becomes of it."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from tongxin.rules.errors import Refused

TRIES = 8  # of sending an answer; then a person looks at the address


class LineKind(StrEnum):
    """What a line of the hotline carries."""

    VOICE = "voice"  # 电话
    CHAT = "chat"  # 即时消息


class LetterState(StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"  # 待处理
    REPORTED = "reported"  # 已登记
    ANSWERED = "answered"  # 已回信
    ASIDE = "aside"  # 已作广告处理
    IGNORED = "ignored"  # 未收


class Ignored(StrEnum):
    """Why a message is no letter: no person wrote it to us, and answering it could go round for ever."""

    AUTO = "auto"  # 自动回复
    BOUNCE = "bounce"  # 退信
    LOOP = "loop"  # 本系统所发
    BULK = "bulk"  # 群发


class ReplyState(StrEnum):
    """How far the answer to a letter has come."""

    WAITING = "waiting"  # 待发
    SENT = "sent"  # 已发
    FAILED = "failed"  # 没有送达


def ignored_because(headers: Mapping[str, str], sender: str, own: str) -> Ignored | None:
    """Return why an e-mail is not taken in, or None. `headers` by lower-case name; `own` is the address we send from.

    Source: RFC 3834 §2 (automatic responses), RFC 3464 (reports of deliveries), RFC 2919 (lists).
    """
    local = sender.partition("@")[0].lower()
    if sender and sender.lower() == own.lower():
        return Ignored.LOOP
    report = headers.get("content-type", "").lower().startswith("multipart/report")
    if report or headers.get("return-path", "").strip() == "<>" or local in ("mailer-daemon", "postmaster"):
        return Ignored.BOUNCE
    if headers.get("auto-submitted", "no").strip().lower() != "no" or any(
        name in headers for name in ("x-autoreply", "x-autorespond")
    ):
        return Ignored.AUTO
    precedence = headers.get("precedence", "").strip().lower()
    if precedence == "auto_reply":
        return Ignored.AUTO
    return Ignored.BULK if precedence in ("bulk", "junk", "list") or "list-id" in headers else None


def settle(state: LetterState) -> None:
    """Let something become of a letter: once. Raises Refused."""
    if state is not LetterState.WAITING:
        raise Refused("letter.settled", state=state)


def pause(tries: int) -> timedelta | None:
    """Return how long to wait before an answer is sent again; None when it was tried often enough."""
    return timedelta(seconds=30 * 4 ** min(tries, 5)) if tries < TRIES else None
