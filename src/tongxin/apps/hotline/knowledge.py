"""Reads of the knowledge base: what answers a question here and today, and what needs somebody's care."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet

from tongxin.apps.areas.queries import chain
from tongxin.apps.hotline.models import Article, Version
from tongxin.rules.area_codes import lineage
from tongxin.rules.errors import Missing
from tongxin.rules.knowledge import ArticleState, Freshness, freshness
from tongxin.rules.matching import words_of

LOOKED_AT = 300  # published wordings that share a word with the question
COMMON = 0.5  # a wording that shares less of the question's words is no answer to it


class Found(NamedTuple):
    """A wording that may answer: whether it holds today, and how many answers rested on its article."""

    version: Version
    article_id: int
    code: str
    freshness: Freshness
    used: int
    shared: int  # words of the question it holds


def published() -> "QuerySet[Version]":
    """Return what can be read out. The knowledge base is for everybody at a desk: no scope narrows it."""
    return Version.objects.filter(state=ArticleState.PUBLISHED).select_related("article")


def search(question: str, today: date, *, area: str = "", template: str = "", limit: int = 20) -> list[Found]:
    """Return wordings that share words with a question, or belong to a template; the nearest first. One statement.

    With an `area`, only those that hold there: of the area itself and of all above it. What is over comes last.
    """
    asked = words_of(question)
    rows = published()
    if asked or template:
        rows = rows.filter(Q(words__overlap=asked) | Q(templates__contains=[template] if template else ["-"]))
    if area:
        rows = rows.filter(area__in=lineage(area))
    found = [_found(row, asked, today) for row in rows[:LOOKED_AT]]
    found.sort(key=lambda each: _order(each, template))
    return found[:limit]


def beside(question: str, today: date, *, area: str, template: str, limit: int = 3) -> list[Found]:
    """Return the few wordings that may answer what is being written, none that is over or not yet good."""
    good = (Freshness.IN_FORCE, Freshness.ENDING, Freshness.UNCHECKED)
    asked = words_of(question)
    return [
        each
        for each in search(question, today, area=area, template=template, limit=LOOKED_AT)
        if each.freshness in good and (template in each.version.templates or _is_near(each, asked))
    ][:limit]


def chosen(ids: Sequence[int], today: date) -> list[Found]:
    """Return the published wordings of these articles, whatever is asked now. One statement where there are any."""
    rows = published().filter(article_id__in=ids) if ids else ()
    return [_found(row, (), today) for row in rows]


def one(code: str) -> Article:
    """Return an article by its code. Raises Missing."""
    found = Article.objects.filter(code=code).first()
    if found is None:
        raise Missing("article.missing")
    return found


def versions(article: Article) -> "QuerySet[Version]":
    return article.versions.order_by("-number")


def waiting() -> "QuerySet[Version]":
    """Return drafts and reviewed wordings that are not published yet, the oldest first."""
    open_ = (ArticleState.DRAFT, ArticleState.REVIEWED)
    return Version.objects.filter(state__in=open_).select_related("article").order_by("written_at")


def needing_care(today: date) -> list[Found]:
    """Return published wordings that are over, end soon, or were not checked for long."""
    found = [_found(row, (), today) for row in published().order_by("until_on", "checked_on")]
    return [each for each in found if each.freshness not in (Freshness.IN_FORCE, Freshness.COMING)]


def where(version: Version) -> str:
    """Return where a wording holds, in words."""
    return chain(version.area)[-1] if chain(version.area) else version.area


def _found(row: Version, asked: Sequence[str], today: date) -> Found:
    fresh = freshness(row.from_on, row.until_on, row.checked_on, today)
    shared = len(set(asked) & set(row.words))
    return Found(row, row.article_id, row.article.code, fresh, row.article.used, shared)


def _order(each: Found, template: str) -> tuple[bool, bool, int, int, int]:
    return (
        each.freshness is Freshness.OVER,
        not (template and template in each.version.templates),
        -each.shared,
        -len(each.version.area),
        -each.used,
    )


def _is_near(each: Found, asked: Sequence[str]) -> bool:
    titled = set(words_of(each.version.title))
    return bool(titled & set(asked)) and each.shared >= min(3, max(1, int(len(asked) * COMMON)))
