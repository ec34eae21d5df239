"""Calling reporters back, one after another and by the keyboard alone: what was told, what was done, what they say."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongxin import words
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions, overlay_choices, overlay_queues, queries
from tongxin.apps.matters.models import Contact, Matter
from tongxin.apps.matters.overlay_queues import QUEUES, Waiting
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import frame, lines, masking, places, story
from tongxin.interfaces.desk.matter import SHOWN_SECONDS
from tongxin.look import filters
from tongxin.look.forms import Choice, Field
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.lifecycles.matter import TEXT_LIMIT, Act
from tongxin.rules.overlays.call_back import Act as Calling
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.ratings import Rating

QUEUE = "call_back"
ACTS = {"answer": Calling.ANSWER, "miss": Calling.MISS, "decline": Calling.DECLINE}
FIELD_OF = {"call_back.no_rating": "rating", "call_back.no_verdict": "is_solved", "call_back.no_words": "reason"}


class Said(NamedTuple):
    """What somebody wrote while the matter was handled: what for, and the words."""

    title: str
    text: str
    moment: str


@require_http_methods(["GET", "POST"])
def work(request: HttpRequest) -> HttpResponse:
    """Show the next reporter to call, or write down what was said; a refusal keeps what was written."""
    now, actor = timezone.now(), request.actor  # type: ignore[attr-defined]
    after = request.GET.get("after", "")
    page = overlay_queues.waiting(actor, QUEUES[QUEUE], after=after, size=1)
    many = frame.overlay_tallies(request, now).get(QUEUE)
    row = page.rows[0] if page.rows else None
    onward = f"{reverse('desk:call-backs')}{f'?after={quote(page.next)}' if page.next else ''}"
    context: dict[str, Any] = {
        "now": now,
        "row": row,
        "many": many.count if many else 0,
        "after": after,
        "next_url": onward if page.next else "",
        "is_again": bool(after),
    }
    if request.method == "POST":
        return _posted(request, row, context, onward, now)
    return frame.page(request, "desk/call_back.html", context | (_told(request, row, now) if row else {}))


def _posted(
    request: HttpRequest, row: Waiting | None, context: dict[str, Any], onward: str, now: datetime
) -> HttpResponse:
    """Write down what was said of the call-back that was on the screen, which may no longer be the next one."""
    posted, actor = request.POST, request.actor  # type: ignore[attr-defined]
    number, word = posted.get("number", ""), posted.get("act", "answer")
    if row is None or row.matter.number != number or str(row.id) != posted.get("id", ""):
        messages.warning(request, _("%(number)s no longer waits for a call.") % {"number": number[:24]})
        return HttpResponseRedirect(reverse("desk:call-backs"))
    if word == "unmask":
        return _unmasked(request, row, context, now)
    try:
        if word not in ACTS:
            raise Invalid("overlay.unknown_act", act=word[:40])
        done = actions.take_over(
            ACTS[word], matter_id=row.matter.id, overlay_id=row.id, by=actor, now=now, **_details(request, word)
        )
    except Refused as refusal:
        told = _told(request, row, now, refusal)
        return frame.page(request, "desk/call_back.html", context | told, status=refusal.status)
    label = words.label(ACTS[word], get_language() or "zh-hans")
    messages.success(request, _("%(act)s: %(number)s.") % {"act": label, "number": done.number})
    return HttpResponseRedirect(onward)


def _details(request: HttpRequest, word: str) -> dict[str, Any]:
    posted = request.POST
    if word == "miss":
        return {}
    said: dict[str, Any] = {"reason": posted.get("reason", "")}
    if word == "answer":
        said |= {
            "rating": posted.get("rating", ""),
            "is_solved": {"true": True, "false": False}.get(posted.get("is_solved", "")),
        }
    return said


def _unmasked(request: HttpRequest, row: Waiting, context: dict[str, Any], now: datetime) -> HttpResponse:
    """Show the contact in its place, for a while; that it was looked at, when and why, the reporter can read."""
    actor = request.actor  # type: ignore[attr-defined]
    contact = actions.unmask(matter_id=row.matter.id, reason=request.POST.get("why", ""), by=actor, now=now)
    told = _told(request, row, now)
    answer = frame.page(request, "desk/call_back.html", context | told | {"contact": contact, "is_shown": True})
    answer["Cache-Control"] = "no-store"
    answer["Refresh"] = f"{SHOWN_SECONDS};url={request.get_full_path()}"
    return answer


def _told(request: HttpRequest, row: Waiting, now: datetime, refusal: Refused | None = None) -> dict[str, Any]:
    """Return what the page says of one matter: what was reported, what was done, and what may be written down."""
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.one(actor, row.matter.number)
    entries = story.entries_of(found)
    notes = dict(found.notes.values_list("seq", "text"))
    laid = overlay_choices.laid(actor, found, list(found.deadlines.order_by("id")), now)
    mine = next(each for each in laid if each.kind is Overlay.CALL_BACK and each.row.pk == row.id)
    refused = {each.act: filters.say(each.refused) for each in mine.choices if each.refused}
    contact: Contact | None = getattr(found, "contact", None)
    return {
        "matter": found,
        "matter_url": f"{lines.base()}{found.number}/",
        "text": found.report.text if hasattr(found, "report") else "",
        "place": " · ".join(filter(None, [found.place, places.way(found.area)[-1]])),
        "unit": unit_names().get(found.unit_id or 0, "—"),
        "done": list(_done(entries, notes, now)),
        "tries": mine.row.tries,
        "last_try_at": mine.row.last_try_at,
        "lamp": row.lamp(now),
        "remainder": lines.remainder(row.due_at, now) if row.due_at else "",
        "masked": masking.masked(contact) if contact else "",
        "contact": None,
        "is_shown": False,
        "fields": _fields(request, refusal),
        "sentence": filters.say(refusal) if refusal else "",
        "refused": refused,
        "question": _question(found, now),
        "is_sealed": found.is_sealed,
    }


def _done(entries: list[Entry], notes: dict[int, str], now: datetime) -> Iterator[Said]:
    """Yield what was done and what the reporter was answered, the last of each."""
    wanted = {f"matter.{Act.HANDLE}": _("What was done"), f"matter.{Act.SETTLE}": _("What was done")}
    last = {wanted[each.kind]: each for each in entries if each.kind in wanted}
    last |= {_("What was answered"): each for each in entries if each.data.get("answered")}
    for title, entry in last.items():
        if text := notes.get(entry.seq, ""):
            yield Said(title, text, filters.recent(entry.at, now))


def _question(found: Matter, now: datetime) -> str:
    """Return what the caller says, word for word."""
    told = {"moment": filters.long_moment(found.reported_at), "title": found.title}
    return (
        _(
            "Hello, this is the call-back desk. On %(moment)s you reported “%(title)s”. It has been handled. "
            "Is it solved now? How satisfied are you: very, satisfied, fairly, or not?"
        )
        % told
    )


def _fields(request: HttpRequest, refusal: Refused | None) -> dict[str, Field]:
    language = get_language() or "zh-hans"
    wrong = FIELD_OF.get(refusal.code, "") if refusal else ""
    said = {
        name: {
            "value": request.POST.get(name, ""),
            "error": filters.say(refusal) if refusal and wrong == name else "",
        }
        for name in FIELD_OF.values()
    }
    ratings = tuple(Choice(each.value, words.label(each, language)) for each in Rating)
    solved = (Choice("true", _("Solved")), Choice("false", _("Not solved")))
    hint = _("Needed where it is not solved, or not satisfactory: the unit handles it anew by these words.")
    return {
        "is_solved": Field(
            "is_solved", _("Is it solved"), "radio", choices=solved, is_required=True, **said["is_solved"]
        ),
        "rating": Field("rating", _("Rating"), "radio", choices=ratings, is_required=True, **said["rating"]),
        "reason": Field("reason", _("What the reporter says"), "area", longest=TEXT_LIMIT, hint=hint, **said["reason"]),
    }
