"""Letters at the 12345 desk: one at a time beside the form of a call; registered, answered, or put aside."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin import words
from tongxin.apps.hotline import actions, letters, queries
from tongxin.apps.hotline.actions.letters import way_back
from tongxin.apps.hotline.models import Letter, Line
from tongxin.apps.matters import queries as matters
from tongxin.interfaces.desk import frame, hotline, hotline_form
from tongxin.interfaces.desk.admin.doors import joined
from tongxin.look import filters
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.letters import LetterState, LineKind
from tongxin.rules.lifecycles.matter import TEXT_LIMIT
from tongxin.rules.permissions import Permission, require
from tongxin.rules.working_time import SHANGHAI

LISTED = 30
SETTLED = (LetterState.REPORTED, LetterState.ANSWERED, LetterState.ASIDE, LetterState.IGNORED)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the letter that has waited longest, or that none waits."""
    require(request.actor, Permission.TAKE_CALLS)  # type: ignore[attr-defined]
    return _shown(request, letters.waiting(request.actor).first(), None, {}, timezone.now())  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Show a letter with the form, or do with it what the operator decided. Everything typed is kept."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    require(actor, Permission.TAKE_CALLS)
    if request.method != "POST":
        return _shown(request, letters.one(actor, letter_id), None, {}, now)
    try:
        done = _decided(request, letter_id, request.POST.get("do", "dispatch"), now)
    except Refused as refusal:
        waits = letters.waiting(actor).filter(pk=letter_id).first()
        if waits is None:  # somebody was faster, or it never was ours
            raise
        wrong = hotline.faults(refusal)
        answer = _shown(request, waits, request.POST, wrong, now, sentence=filters.say(refusal))
        answer.status_code = refusal.status
        return answer
    messages.success(request, done)
    return redirect("desk:call-letters")


def _decided(request: HttpRequest, letter_id: int, word: str, now: datetime) -> str:
    """Do what the operator decided; return the sentence that says so. Raises Refused."""
    actor, posted = request.actor, request.POST  # type: ignore[attr-defined]
    what, _dash, more = word.partition("-")
    if what == "aside":
        actions.put_aside(letter_id, by=actor, now=now)
        return _("Put aside; nothing of it is kept.")
    if what == "answer":
        cited = hotline.articles_in(posted)
        actions.answer_letter(letter_id, said=posted.get("answer", ""), articles=cited, by=actor, now=now)
        return _("The answer is on its way.")
    if what not in ("dispatch", "join"):
        raise Invalid("overlay.unknown_act", act=word[:40])
    master_id = matters.one(actor, more).pk if what == "join" else None
    told, tells = hotline.told_in(request), "tells_writer" in posted
    reported = actions.register_letter(letter_id, told, master_id=master_id, tells_writer=tells, by=actor, now=now)
    if master_id is not None:
        facts = {"number": reported.number, "master": more}
        return _("%(number)s follows %(master)s: the writer is answered with it.") % facts
    return hotline.dispatched(reported)


# --- showing ---------------------------------------------------------------------------------------------


def _shown(
    request: HttpRequest,
    letter: Letter | None,
    given: QueryDict | None,
    wrong: dict[str, str],
    now: datetime,
    *,
    sentence: str = "",
) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    waiting = list(letters.waiting(actor)[:LISTED])
    many = len(waiting) if len(waiting) < LISTED else letters.waiting(actor).count()
    today = _today(request, now)
    is_connected = bool(settings.LETTER_BOX) or Line.objects.filter(kind=LineKind.CHAT, is_open=True).exists()
    context: dict[str, Any] = {
        "now": now,
        "letter": None,
        "many": many,
        "today": today,
        "undelivered": [
            {
                "to": letters.said(each.letter).masked,
                "moment": filters.recent(each.next_try_at, now),
                "code": each.code,
            }
            for each in letters.undelivered(actor)
        ],
        "next_url": "",
        "has_way": is_connected or bool(today),
    }
    if letter is not None:
        context |= _beside(request, letter, waiting, given, wrong, now) | {"sentence": "" if wrong else sentence}
    return frame.page(request, "desk/call_letters.html", context)


def _beside(
    request: HttpRequest,
    letter: Letter,
    waiting: list[Letter],
    given: QueryDict | None,
    wrong: dict[str, str],
    now: datetime,
) -> dict[str, Any]:
    """Return one letter, its form, what is known of it, and the letters around it."""
    actor = request.actor  # type: ignore[attr-defined]
    drawn = _drawn(letter, now, tells_writer=given is None or "tells_writer" in given)
    told = given if given is not None else _begun(drawn)
    after = letters.next_after(actor, letter) or waiting[0] if waiting else letter
    fields = hotline_form.fields(actor, told, wrong, None)
    for name, changes in _asked().items():
        fields[name] = replace(fields[name], **changes)
    return {
        "letter": drawn,
        "rows": [_listed(each, now) for each in waiting],
        "next_url": reverse("desk:call-letter", args=[after.pk]) if after != letter else "",
        "is_part": False,
        "reads_out": False,
        **hotline_form.quiet_bar(actor, queries.at_hand(actor, now), now),
        **fields,
        **hotline_form.known(actor, told, now),
    }


def _asked() -> dict[str, dict[str, Any]]:
    """Return how the questions of a call are asked of a letter."""
    hint = _("Sent from the hotline's own address; articles that are ticked go below it.")
    return {
        "text": {"label": _("What the writer says"), "hint": _("In the writer's own words, no more than the matter.")},
        "name": {"label": _("How to address the writer (not required)")},
        "phone": {"label": _("A number to answer at")},
        "answer": {"label": _("Answer to the writer"), "hint": hint, "rows": 4},
    }


def _listed(letter: Letter, now: datetime) -> dict[str, Any]:
    said = letters.said(letter)
    return {
        "id": letter.pk,
        "title": said.title or said.text[:30] or _("(no text)"),
        "way": words.label(Channel(letter.way), get_language() or "zh-hans"),
        "moment": filters.recent(letter.arrived_at, now),
    }


def _drawn(letter: Letter, now: datetime, *, tells_writer: bool = False) -> dict[str, Any]:
    said = letters.said(letter)
    return {
        **_listed(letter, now),
        "text": said.text,
        "masked": said.masked,
        "is_mail": letter.way == Channel.MAIL,
        "files": [(name, filters.number(max(1, size // 1024))) for name, size in letters.files(letter)],
        "left_out": said.left_out,
        "way_back": way_back(letter),
        "tells_writer": tells_writer,
    }


def _begun(drawn: dict[str, Any]) -> QueryDict:
    """Return the form to begin with: the words of the letter, to be shortened to what the matter is."""
    given = QueryDict(mutable=True)
    given["text"] = drawn["text"][:TEXT_LIMIT] or drawn["title"]
    return given


def _today(request: HttpRequest, now: datetime) -> str:
    midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    found, language = letters.settled_since(request.actor, midnight), get_language() or "zh-hans"  # type: ignore[attr-defined]
    return joined(f"{words.label(state, language)} {found[state]}" for state in SETTLED if found.get(state))
