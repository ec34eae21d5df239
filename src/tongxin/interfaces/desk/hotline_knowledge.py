"""The knowledge base at the desk: finding an answer, writing the next wording, having it looked at by another."""

from datetime import date
from typing import NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin import words
from tongxin.apps.areas.queries import names
from tongxin.apps.hotline import actions, knowledge
from tongxin.apps.hotline.models import Version
from tongxin.interfaces.desk import frame, mending
from tongxin.interfaces.desk.narrowing import roots
from tongxin.look import filters
from tongxin.look.forms import Choice, Field
from tongxin.rules.errors import Invalid, Missing, Refused
from tongxin.rules.knowledge import LEADS, ArticleAct, ArticleState, Freshness
from tongxin.rules.permissions import Actor, Permission, may, require
from tongxin.rules.working_time import SHANGHAI


class Hit(NamedTuple):
    """An article in a list."""

    url: str
    title: str
    body: str
    facts: tuple[str, ...]
    is_stale: bool


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Search the published articles; below, what waits for somebody and what is out of date."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    require(actor, Permission.ATTACH)
    today, typed = now.astimezone(SHANGHAI).date(), request.GET.get("ask", "").strip()
    context = {
        "now": now,
        "ask": typed,
        "hits": [_hit(each) for each in knowledge.search(typed, today, limit=50)],
        "waiting": [_waits(each) for each in knowledge.waiting()],
        "care": [_hit(each) for each in knowledge.needing_care(today)],
        "may_write": may(actor, Permission.WRITE_KNOWLEDGE),
    }
    return frame.page(request, "desk/knowledge.html", context)


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show an article: the wording in force, those before, and what may be done with the next one."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    require(actor, Permission.ATTACH)
    article = knowledge.one(code)
    versions = list(knowledge.versions(article))
    current = next((each for each in versions if each.state == ArticleState.PUBLISHED), versions[0])
    language = get_language() or "zh-hans"
    context = {
        "now": now,
        "article": article,
        "current": current,
        "facts": _facts(current),
        "versions": [
            (each, words.label(ArticleState(each.state), language), _acts(actor, each), knowledge.where(each))
            for each in versions
        ],
        "may_write": may(actor, Permission.WRITE_KNOWLEDGE, current.area),
    }
    return frame.page(request, "desk/knowledge_one.html", context)


@require_http_methods(["GET", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """Write the next wording of an article, or a new one."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    require(actor, Permission.WRITE_KNOWLEDGE)
    code = request.GET.get("article", "") or request.POST.get("code", "")
    wrong: dict[str, str] = {}
    posted = {name: str(value) for name, value in request.POST.items()}
    given = posted or _standing(code, timezone.localdate(now))
    if request.method == "POST":
        try:
            version = actions.write(
                title=given.get("title", ""),
                body=given.get("body", ""),
                area=given.get("area", ""),
                from_on=_day(given.get("from_on", "")),
                until_on=_day(given["until_on"]) if given.get("until_on") else None,
                source=given.get("source", ""),
                templates=given.get("templates", "").replace("，", ",").replace(",", " ").split(),
                code=code,
                by=actor,
                now=now,
            )
        except Refused as refusal:
            wrong = {_field_of(refusal): filters.say(refusal)}
        else:
            messages.success(request, _("Kept as a draft: another person reviews and publishes it."))
            return redirect("desk:knowledge-one", version.article.code)
    context = {"now": now, "code": code, "wrong": mending.listed(wrong), "fields": _fields(actor, given, wrong)}
    return frame.page(request, "desk/knowledge_write.html", context, status=422 if wrong else 200)


@require_POST
def move(request: HttpRequest, version_id: int, act: str) -> HttpResponse:
    """Review, send back, publish or withdraw a wording."""
    if act not in set(ArticleAct):
        raise Missing("article.missing")
    version = actions.move(ArticleAct(act), version_id, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    label = words.label(ArticleState(version.state), get_language() or "zh-hans")
    messages.success(request, _("Version %(n)s: %(state)s.") % {"n": version.number, "state": label})
    return redirect("desk:knowledge-one", version.article.code)


def _hit(found: knowledge.Found) -> Hit:
    version, language = found.version, get_language() or "zh-hans"
    used = _("used in %(n)s answers") % {"n": found.used} if found.used else ""
    until = _("good until %(day)s") % {"day": version.until_on} if version.until_on else ""
    fresh = words.label(found.freshness, language)
    is_good = found.freshness is Freshness.IN_FORCE
    facts = tuple(filter(None, (knowledge.where(version), "" if is_good else fresh, until, used)))
    return Hit(_url(found.code), version.title, version.body, facts, not is_good)


def _waits(version: Version) -> Hit:
    state = words.label(ArticleState(version.state), get_language() or "zh-hans")
    return Hit(_url(version.article.code), version.title, version.body, (state, knowledge.where(version)), False)


def _url(code: str) -> str:
    return reverse("desk:knowledge-one", args=[code])


def _facts(version: Version) -> list[tuple[str, str]]:
    until = version.until_on.isoformat() if version.until_on else _("no end set")
    facts = [
        (_("Holds in"), knowledge.where(version)),
        (_("In force from"), version.from_on.isoformat()),
        (_("In force until"), until),
        (_("Checked"), version.checked_on.isoformat()),
        (_("Source"), version.source or "—"),
        (_("Templates"), " ".join(version.templates) or "—"),
        (_("Used"), _("in %(n)s answers") % {"n": version.article.used}),
    ]
    return facts


def _acts(actor: Actor, version: Version) -> list[tuple[str, str]]:
    """Return what may be done with a wording: by whom did not write it."""
    if not may(actor, Permission.PUBLISH_KNOWLEDGE, version.area):
        return []
    language, state = get_language() or "zh-hans", ArticleState(version.state)
    own = version.written_by is not None and version.written_by == actor.person_id
    acts = [act for source, act in LEADS if source is state]
    return [
        (act.value, words.label(act, language))
        for act in acts
        if not (own and act in (ArticleAct.REVIEW, ArticleAct.PUBLISH))
    ]


def _standing(code: str, today: date) -> dict[str, str]:
    """Return the last wording, to be mended; of a new article the day alone."""
    if not code:
        return {"from_on": today.isoformat()}
    last = knowledge.versions(knowledge.one(code))[0]
    return {
        "title": last.title,
        "body": last.body,
        "source": last.source,
        "area": last.area,
        "templates": " ".join(last.templates),
        "from_on": last.from_on.isoformat(),
        "until_on": last.until_on.isoformat() if last.until_on else "",
    }


def _fields(actor: Actor, given: dict[str, str], wrong: dict[str, str]) -> list[Field]:
    areas = tuple(
        Choice(code, names().get(code, code)) for code in sorted({*roots(actor), given.get("area", "")} - {""})
    )
    asked = (
        ("title", _("Question, as people ask it"), "text", 80, True),
        ("body", _("Answer, to be read out"), "area", 4000, True),
        ("area", _("Holds in"), "select", None, True),
        ("from_on", _("In force from"), "date", None, True),
        ("until_on", _("Until (not included)"), "date", None, False),
        ("source", _("Source"), "text", 160, False),
        ("templates", _("Codes of templates, such as F11 F10"), "text", 80, False),
    )
    return [
        Field(
            name,
            label,
            kind,
            given.get(name, ""),
            is_required=needed,
            longest=longest,
            rows=8,
            choices=areas if name == "area" else (),
            error=wrong.get(name, ""),
        )
        for name, label, kind, longest, needed in asked
    ]


def _field_of(refusal: Refused) -> str:
    by_code = {
        "article.no_title": "title",
        "article.no_body": "body",
        "article.no_date": "from_on",
        "article.period": "until_on",
        "area.unknown": "area",
        "template.unknown": "templates",
    }
    return by_code.get(refusal.code, str(refusal.facts.get("field", "title")))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise Invalid("article.no_date") from wrong
