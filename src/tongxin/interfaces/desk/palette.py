"""Finding by words: a number or its end, pages and acts of the post, places, and words of reports.

One page without script; the same answers in the dialog that Ctrl+K opens. Nothing is found out of the reader's scope.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin import words
from tongxin.apps.areas import queries as areas
from tongxin.apps.matters import queries
from tongxin.apps.matters.finding import by_number
from tongxin.apps.matters.queries import Filters, Row
from tongxin.interfaces.desk import frame, lines, places
from tongxin.interfaces.desk.filtering import query_of
from tongxin.look import filters
from tongxin.look.icons import ACTS, KEYS
from tongxin.rules.lifecycles.matter import LIFECYCLE, OPEN, State
from tongxin.rules.numbers import is_number
from tongxin.rules.permissions import Actor

SHORTEST = 2  # characters of a word that reports are searched for
LONGEST = 60
FEW, MANY = 6, 20  # answers of one kind in the dialog, and on the page
SIGHTED = 200  # places looked through for those in the reader's areas


class Answer(NamedTuple):
    """One thing found: `detail` stands behind it, `key` is the key of an act."""

    label: str
    url: str
    icon: str
    detail: str = ""
    code: str = ""
    key: str = ""


class Answers(NamedTuple):
    """Things of one kind, with the address of the rest."""

    title: str
    found: tuple[Answer, ...]
    more_url: str = ""
    more: str = ""


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Show what answers to the words; a whole number leads right to its matter. Two statements besides the frame's."""
    asked, now = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST], timezone.now()
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not request.htmx and is_number(asked) and queries.visible_to(actor).filter(number=asked.upper()).exists():  # type: ignore[attr-defined]
        return redirect("desk:matter", asked.upper())
    many = FEW if request.htmx else MANY  # type: ignore[attr-defined]
    context = {"asked": asked, "groups": [each for each in _groups(request, asked, now, many) if each.found]}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "desk/found.html", context)
    return frame.page(request, "desk/find.html", context | {"now": now})


def _groups(request: HttpRequest, asked: str, now: datetime, many: int) -> Iterator[Answers]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if asked:
        found = by_number(actor, asked, timezone.localtime(now).date(), limit=many)
        yield Answers(_("By number"), tuple(_matters(found, now)))
    pages = [*_pages(request, asked, now), *(_acts(request, asked) if asked else ())]
    yield Answers(_("Pages and acts"), tuple(pages[: many if asked else None]))
    if asked:
        yield Answers(_("Places"), tuple(_places(actor, asked, many)))
    if len(asked) >= SHORTEST and not is_number(asked):
        rows = queries.worklist(actor, Filters(words=asked), now, size=many)
        url = f"{reverse('desk:matters')}?{query_of(Filters(words=asked))}"
        more = _("All matters with “%(words)s”") % {"words": asked} if rows.rows else ""
        yield Answers(_("Matters"), tuple(_matters(rows.rows, now)), url if more else "", more)


def _matters(rows: Iterable[Row], now: datetime) -> Iterator[Answer]:
    language = get_language() or "zh-hans"
    known = areas.names()
    for row in rows:
        state = words.label(State(row.state), language)
        facts = (known.get(row.area, row.area), state, filters.recent(row.reported_at, now))
        yield Answer(row.title, f"{lines.base()}{row.number}/", "file-text", " · ".join(facts), row.number)


def _pages(request: HttpRequest, asked: str, now: datetime) -> Iterator[Answer]:
    """Yield the pages of the navigation that answer, by their name or, in English, by their address."""
    for group in frame.shell_of(request, now).nav:
        for item in group.items:
            if _answers(asked, item.label, item.url.replace("_", " ")):
                yield Answer(item.label, item.url, item.icon, f"{group.title} {item.count}".strip())


def _acts(request: HttpRequest, asked: str) -> Iterator[Answer]:
    """Yield the acts of the person's posts that answer, each leading to where its matters wait."""
    language = get_language() or "zh-hans"
    mine = frozenset(request.actor.roles)  # type: ignore[attr-defined]
    waiting = {queue.state for queue in frame.queues_of(request)}
    for step in LIFECYCLE:
        if not mine & step.by or not _answers(asked, words.label(step.act, language), step.act.value.replace("_", " ")):
            continue
        for state in sorted(step.sources & OPEN & waiting, key=list(State).index):
            where = _("in “%(queue)s”") % {"queue": words.label(state, language)}
            url = reverse("desk:queue", args=[state.value])
            yield Answer(words.label(step.act, language), url, ACTS[step.act], where, key=KEYS.get(step.act, ""))


def _places(actor: Actor, asked: str, many: int) -> Iterator[Answer]:
    """Yield the areas that answer and lie in an area of one of the reader's posts; each leads to its matters."""
    own = tuple(duty.area for duty in actor.duties)
    found = [each for each in areas.search(asked, limit=SIGHTED) if each.code.startswith(own)] if own else []
    for each in found[:many]:
        url = f"{reverse('desk:matters')}?{query_of(Filters(area=each.code))}"
        yield Answer(each.name, url, "map-pin", " › ".join(places.way(each.code)[:-1]))


def _answers(asked: str, *texts: str) -> bool:
    """Tell whether each word asked for stands in one of the texts; nothing asked for: everything answers."""
    return all(any(word in text.lower() for text in texts) for word in asked.lower().split())
