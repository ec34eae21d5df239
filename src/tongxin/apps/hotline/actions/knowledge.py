"""Articles: written, reviewed and published by different persons; a published wording gives way to the next."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max

from tongxin.apps.areas.queries import names
from tongxin.apps.hotline.models import Article, Version
from tongxin.apps.journal.entries import record
from tongxin.apps.matters import kinds
from tongxin.rules import knowledge
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.knowledge import ArticleAct, ArticleState
from tongxin.rules.matching import words_of
from tongxin.rules.permissions import Actor, Permission, require
from tongxin.rules.working_time import SHANGHAI

TITLE_LIMIT, BODY_LIMIT, SOURCE_LIMIT = 80, 4_000, 160


@transaction.atomic
def write(
    *,
    title: str,
    body: str,
    area: str,
    from_on: date,
    until_on: date | None = None,
    source: str = "",
    templates: Sequence[str] = (),
    code: str = "",
    by: Actor,
    now: datetime,
) -> Version:
    """Write the next wording of an article, or (without `code`) the first of a new one. Raises Invalid, NotAllowed.

    An open draft of the article is written over: there is one at a time.
    """
    require(by, Permission.WRITE_KNOWLEDGE, area)
    _check(title, body, source, area, from_on, until_on, templates)
    article = _article(code)

    draft = article.versions.filter(state__in=(ArticleState.DRAFT, ArticleState.REVIEWED)).first()
    last = article.versions.aggregate(last=Max("number"))["last"] or 0
    version = draft or Version(article=article, number=last + 1)
    version.title, version.body, version.source = title.strip(), body.strip(), source.strip()
    version.area, version.templates = area, list(templates)
    version.words = words_of(title, body, *(kinds.kind(each).name for each in templates))
    version.from_on, version.until_on = from_on, until_on
    version.checked_on = now.astimezone(SHANGHAI).date()
    version.state, version.written_by, version.reviewed_by = ArticleState.DRAFT, by.person_id, None
    version.written_at = now
    version.save()

    record("article.write", f"article:{article.pk}", by=by, at=now, version=version.number)
    return version


@transaction.atomic
def move(act: ArticleAct, version_id: int, *, by: Actor, now: datetime) -> Version:
    """Review, send back, publish or withdraw a wording. Raises Refused, NotAllowed, Missing."""
    found = Version.objects.filter(pk=version_id).values_list("article_id", flat=True).first()
    if found is None:
        raise Missing("article.missing")
    article = Article.objects.select_for_update().get(pk=found)
    version = Version.objects.get(pk=version_id)
    require(by, Permission.PUBLISH_KNOWLEDGE, version.area)

    facts = knowledge.Version(ArticleState(version.state), version.written_by, version.reviewed_by)
    version.state = knowledge.decide(act, facts, by.person_id)

    if act is ArticleAct.REVIEW:
        version.reviewed_by = by.person_id
    if act is ArticleAct.PUBLISH:
        article.versions.filter(state=ArticleState.PUBLISHED).update(state=ArticleState.REPLACED)
        version.published_by, version.published_at = by.person_id, now
        version.checked_on = now.astimezone(SHANGHAI).date()
    version.save()

    record(f"article.{act}", f"article:{article.pk}", by=by, at=now, version=version.number)
    return version


@transaction.atomic
def load_knowledge(file: Path, *, by: Actor, now: datetime) -> int:
    """Load the articles of a catalog file into a city that has none; answer how many. Raises Invalid, NotAllowed."""
    require(by, Permission.EDIT_RULES)
    if Article.objects.exists():
        return 0
    try:
        rows = list(json.loads(file.read_text(encoding="utf-8"))["articles"])
    except (OSError, json.JSONDecodeError, KeyError) as wrong:
        raise Invalid("catalog.unreadable", file=file.name) from wrong

    for row in rows:
        _load(row, now)

    record("knowledge.load", "knowledge", by=by, at=now, articles=len(rows))
    return len(rows)


def _load(row: dict[str, Any], now: datetime) -> None:
    """Write one article of the catalog as published: who keeps the catalog reviewed it."""
    said = {name: row[name] for name in ("title", "body", "area", "templates")}
    until = date.fromisoformat(row["until_on"]) if row.get("until_on") else None
    _check(said["title"], said["body"], row["source"], said["area"], date.fromisoformat(row["from_on"]), until, [])
    Version.objects.create(
        article=Article.objects.create(code=row["code"]),
        number=1,
        **said,
        source=row["source"],
        words=words_of(row["title"], row["body"], *row.get("also", ())),
        from_on=date.fromisoformat(row["from_on"]),
        until_on=until,
        checked_on=now.astimezone(SHANGHAI).date(),
        state=ArticleState.PUBLISHED,
        written_at=now,
        published_at=now,
    )


def _article(code: str) -> Article:
    if not code:
        count = Article.objects.count()
        return Article.objects.create(code=f"k{count + 1:04d}-{Article.objects.aggregate(m=Max('pk'))['m'] or 0}")
    article = Article.objects.select_for_update().filter(code=code).first()
    if article is None:
        raise Missing("article.missing")
    return article


def _check(
    title: str, body: str, source: str, area: str, from_on: date, until_on: date | None, templates: Sequence[str]
) -> None:
    for name, text, limit in (("title", title, TITLE_LIMIT), ("body", body, BODY_LIMIT)):
        if not text.strip():
            raise Invalid(f"article.no_{name}")
        if len(text) > limit:
            raise Invalid("report.too_long", field=name, limit=limit, found=len(text))
    if len(source) > SOURCE_LIMIT:
        raise Invalid("report.too_long", field="source", limit=SOURCE_LIMIT, found=len(source))
    if "\x00" in title + body + source:
        raise Invalid("report.nul", field="body")
    if area not in names():
        raise Invalid("area.unknown", area=area[:20])
    if until_on is not None and until_on <= from_on:
        raise Invalid("article.period")
    if unknown := [code for code in templates if code not in kinds.current()]:
        raise Invalid("template.unknown", template=unknown[0][:20])
