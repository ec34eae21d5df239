"""Sealed matters: which seal lies on which, and breaking the glass of a single one.

Who reads them is the sentence of `rules.permissions.Scope`. Source: domain.md §2.6, §3.1c, §8.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.channels import Channel
from tongxin.rules.errors import Invalid, Refused


class Seal(StrEnum):
    """Why a matter is sealed; a post is named for a kind of seal, never for a single matter."""

    OVERSIGHT = "oversight"  # 监督: never shown to those it is about (domain.md §2.5)
    MINORS = "minors"  # 涉未成年人 (domain.md §2.6)
    DISPUTE = "dispute"  # 矛盾纠纷: parties, mediator, supervisor only (domain.md §3.2)
    PERSONAL = "personal"  # 个人求助: somebody's money, health or distress (domain.md §8)
    SECRET = "secret"  # 反映人要求保密 (domain.md §2.3)


# the seal of a sealed template, by the beginning of its code; the longest comes first
BY_TEMPLATE = (("A02", Seal.MINORS), ("A13", Seal.MINORS), ("A", Seal.DISPUTE), ("I", Seal.OVERSIGHT))
ABOUT_MINORS = "is_minor_concerned"  # the question of a form: 是否涉未成年人
REASON_LEAST, REASON_MOST = 10, 200  # characters of why the glass is broken


def seal_of(template: str, answers: Mapping[str, object], *, is_sealed: bool, is_secret: bool) -> Seal | None:
    """Return the seal of a report, or None. What the template is about weighs more than a wish for secrecy.

    `is_sealed` is the template's, `is_secret` the reporter's word; a child named in the answers seals any matter.
    """
    if answers.get(ABOUT_MINORS) is True:
        return Seal.MINORS
    if is_sealed:
        found = next((seal for beginning, seal in BY_TEMPLATE if template.startswith(beginning)), Seal.PERSONAL)
        is_no_child = found is Seal.MINORS and answers.get(ABOUT_MINORS) is False
        return Seal.DISPUTE if is_no_child else found
    return Seal.SECRET if is_secret else None


def is_handed_over(template: str, channel: Channel) -> bool:
    """Tell whether a report is a dispute that the police handed over: sealed, whatever its template."""
    return channel is Channel.POLICE and template.startswith("A")


class Glass(NamedTuple):
    """How far breaking the glass goes: for how long one matter is open, and how many a post may open a day."""

    hours: int = 2
    a_day: int = 5

    def until(self, now: datetime) -> datetime:
        """Return when a glass broken now closes by itself."""
        return now + timedelta(hours=self.hours)

    def refusal(self, reason: str, broken_today: int) -> Refused | None:
        """Return what forbids breaking one more, or None."""
        said = len(reason.strip())
        if said < REASON_LEAST:
            return Invalid("unseal.reason", least=REASON_LEAST, found=said)
        if said > REASON_MOST:
            return Invalid("report.too_long", field="reason", limit=REASON_MOST, found=said)
        return Refused("unseal.too_many", most=self.a_day) if broken_today >= self.a_day else None
