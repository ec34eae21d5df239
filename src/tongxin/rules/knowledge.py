"""An article of the knowledge base: written by one person, reviewed and published by others, in force between two days.

A published version is never changed: who knows better writes the next one. Source: domain.md §2.3 (知识库), §3.1c.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.errors import NotAllowed, Refused

ENDS_SOON = timedelta(days=30)
CHECK_AFTER = timedelta(days=180)  # what nobody has looked at for so long is shown as such


class ArticleState(StrEnum):
    """Where a version of an article stands."""

    DRAFT = "draft"  # 草稿
    REVIEWED = "reviewed"  # 已审
    PUBLISHED = "published"  # 已发布
    REPLACED = "replaced"  # 已被新版替代
    WITHDRAWN = "withdrawn"  # 已撤下


class ArticleAct(StrEnum):
    """What can be done to a version."""

    REVIEW = "review"  # 审核通过
    SEND_BACK = "send_back"  # 退回修改
    PUBLISH = "publish"  # 发布
    WITHDRAW = "withdraw"  # 撤下


class Freshness(StrEnum):
    """Whether a published version can be read out today."""

    IN_FORCE = "in_force"  # 有效
    COMING = "coming"  # 未生效
    ENDING = "ending"  # 快到期
    UNCHECKED = "unchecked"  # 久未核对
    OVER = "over"  # 已过期


class Version(NamedTuple):
    """A version as the rules look at it. Persons are ids."""

    state: ArticleState
    written_by: int | None
    reviewed_by: int | None = None


S, A = ArticleState, ArticleAct
LEADS: Mapping[tuple[ArticleState, ArticleAct], ArticleState] = {
    (S.DRAFT, A.REVIEW): S.REVIEWED,
    (S.REVIEWED, A.SEND_BACK): S.DRAFT,
    (S.REVIEWED, A.PUBLISH): S.PUBLISHED,
    (S.PUBLISHED, A.WITHDRAW): S.WITHDRAWN,
}
BY_ANOTHER = frozenset({A.REVIEW, A.PUBLISH})


def decide(act: ArticleAct, version: Version, person_id: int | None) -> ArticleState:
    """Return where the act leads. Raises Refused, and NotAllowed to whoever wrote the version."""
    after = LEADS.get((version.state, act))
    if after is None:
        raise Refused("article.wrong_state", act=act, state=version.state)
    if act in BY_ANOTHER and person_id is not None and person_id == version.written_by:
        raise NotAllowed("article.own_writing")
    return after


def freshness(from_on: date, until_on: date | None, checked_on: date, today: date) -> Freshness:
    """Return whether a version holds today; `until_on` is the first day on which it does not."""
    if today < from_on:
        return Freshness.COMING
    if until_on is not None and today >= until_on:
        return Freshness.OVER
    if until_on is not None and today + ENDS_SOON >= until_on:
        return Freshness.ENDING
    return Freshness.UNCHECKED if today >= checked_on + CHECK_AFTER else Freshness.IN_FORCE
