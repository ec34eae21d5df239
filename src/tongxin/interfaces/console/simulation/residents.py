"""What residents of one village did lately with their receipts: words added, a wish, neighbors who joined, ratings."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Matter
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import LIVE, State
from tongxin.rules.permissions import RESIDENT, holding_receipt
from tongxin.rules.ratings import Rating
from tongxin.rules.receipts import ending

ADDED = (
    "早上又去看了一眼，还是老样子。",
    "位置说得不准，是在路口往东二十米，公交站牌后面。",
    "下雨天更严重，老人走路要绕开。",
)
WISH = "今天自己处理好了，不用再派人来。"
JOINED = ("我们楼也有这个情况，在二单元门口。", "我家窗户正对着，希望早点处理。", "每天送孩子都经过，已经好几天了。")
RATED = ((Rating.VERY_SATISFIED, True, ""), (Rating.SATISFIED, True, ""), (Rating.FAIRLY, True, "处理了，就是等得久。"))


LATELY = timedelta(hours=1)  # who has just reported adds nothing yet


class Shown(NamedTuple):
    """A receipt to try: its secret, the number, and the end of the telephone that was left."""

    receipt: str
    number: str
    digits: str


def follow(village: str, now: datetime) -> int:
    """Have residents of a village use the receipts of their latest matters; return how many acts there were.

    What the rules refuse is passed over: the city that was told may not hold such a matter.
    """
    mine = Matter.objects.filter(area__startswith=village, channel=Channel.RESIDENT, is_sealed=False)
    live = mine.filter(state__in=[state.value for state in LIVE], stopped_at=None, reported_at__lt=now - LATELY)
    open_ = sorted(live.order_by("-reported_at")[:40], key=_is_dull)[:6]
    closed = list(
        mine.filter(state=State.CLOSED, rating="", closed_at__gt=now - timedelta(days=25)).order_by("-pk")[:3]
    )
    return _add(open_, now) + _wish(open_[len(ADDED) :], now) + _join(open_, now) + _rate(closed, now)


def _is_dull(matter: Matter) -> bool:
    """Tell whether a matter shows little of what a link can show: nobody handles it yet."""
    return matter.state != State.HANDLING


def shown(village: str) -> Shown | None:
    """Return the receipt of an open matter somebody added to, to be tried in a demonstration."""
    mine = Matter.objects.filter(area__startswith=village, channel=Channel.RESIDENT, is_sealed=False, added__gt=0)
    tried = mine.select_related("contact").filter(contact__phone__gt="").order_by("-pk")[:5]
    for matter in sorted(tried, key=_is_dull):
        if digits := ending(matter.contact.phone):
            return Shown(str(matter.receipt), matter.number, digits)
    return None


def _add(matters: Sequence[Matter], now: datetime) -> int:
    done = 0
    for matter, text in zip(matters, ADDED, strict=False):
        with suppress(Refused):
            me = holding_receipt(matter.pk)
            actions.supplement(matter_id=matter.pk, text=text, by=me, now=now - timedelta(minutes=40))
            done += 1
    return done


def _wish(matters: Sequence[Matter], now: datetime) -> int:
    handled = next((each for each in matters if each.state == State.HANDLING), None)
    if handled is None:
        return 0
    with suppress(Refused):
        actions.wish_ended(matter_id=handled.pk, text=WISH, by=holding_receipt(handled.pk), now=now)
        return 1
    return 0


def _join(matters: Sequence[Matter], now: datetime) -> int:
    done = 0
    for text in JOINED if matters else ():
        with suppress(Refused):
            actions.join(number=matters[0].number, text=text, by=RESIDENT, now=now - timedelta(minutes=25))
            done += 1
    return done


def _rate(matters: Sequence[Matter], now: datetime) -> int:
    done = 0
    for matter, (rating, is_solved, text) in zip(matters, RATED, strict=False):
        with suppress(Refused):
            told = {"rating": rating.value, "is_solved": is_solved, "text": text}
            actions.rate(matter_id=matter.pk, by=holding_receipt(matter.pk), now=now, **told)  # type: ignore[arg-type]
            done += 1
    return done
