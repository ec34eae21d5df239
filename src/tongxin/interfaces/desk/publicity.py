"""What the city tells in public: notices, and the words of matters after somebody has read and edited them."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin.apps.areas.queries import children, names
from tongxin.apps.matters.queries import id_of
from tongxin.apps.publicity import actions, queries
from tongxin.apps.publicity.models import Notice
from tongxin.interfaces.desk.admin.doors import attempt, label, needs
from tongxin.interfaces.desk.frame import page
from tongxin.interfaces.desk.narrowing import kind_name
from tongxin.look.forms import Choice, Field
from tongxin.rules.area_codes import Level
from tongxin.rules.permissions import GRANTS, Actor, Permission, may
from tongxin.rules.publicity import NOTICE_LIMIT, TITLE_LIMIT, WORDS_LIMIT, Showing
from tongxin.rules.working_time import SHANGHAI

WAITING = "waiting"
SHOWN = 20  # of those that wait: the next ones come as these are decided
INDENT = "\u3000"


class Tab(NamedTuple):
    """One part of the queue."""

    label: str
    url: str
    is_on: bool


class Line(NamedTuple):
    """One matter whose words may be shown: what was written, and what is or would be shown of it."""

    number: str
    kind: str
    where: str
    closed_at: datetime | None
    text: str
    field: Field
    showing: str


# --- notices ---------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.POST_NOTICE)
def notices(request: HttpRequest) -> HttpResponse:
    """Show the notices of one's areas, and post a new one; what was filled in wrongly is shown again."""
    now, posted = timezone.now(), request.POST if request.method == "POST" else None
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if posted is not None and attempt(request, lambda: _posted(posted, actor, now), _("The notice stands.")):
        return redirect("desk:notices-public")
    context = {
        "now": now,
        "rows": [(each, names().get(each.area, ""), _stands(each, now)) for each in queries.notices_kept(actor)],
        "fields": _fields(actor, posted or _usual(now)),
        "is_writing": posted is not None,
    }
    return page(request, "desk/publicity_notices.html", context, status=422 if posted is not None else 200)


@require_POST
@needs(Permission.POST_NOTICE)
def withdraw(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Take a notice off the public pages."""
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    attempt(request, lambda: actions.withdraw_notice(notice_id=notice_id, by=by, now=now), _("Taken off."))
    return redirect("desk:notices-public")


def _posted(given: Mapping[str, str], by: Actor, now: datetime) -> Notice:
    start_at, end_at = (_moment(given.get(name, "")) or now for name in ("start_at", "end_at"))
    said = {name: given.get(name, "") for name in ("area", "title", "text")}
    return actions.post_notice(**said, start_at=start_at, end_at=end_at, by=by, now=now)


def _moment(text: str) -> datetime | None:
    """Return a local moment as the field for one writes it, or None."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None


def _usual(now: datetime) -> dict[str, str]:
    local = now.astimezone(SHANGHAI)
    until = (local + timedelta(days=7)).replace(hour=18, minute=0)
    return {"start_at": f"{local:%Y-%m-%dT%H:%M}", "end_at": f"{until:%Y-%m-%dT%H:%M}"}


def _fields(actor: Actor, given: Mapping[str, str]) -> tuple[Field, ...]:
    def field(name: str, title: str, kind: str = "text", **more: Any) -> Field:
        return Field(name, title, kind, given.get(name, ""), is_required=True, **more)

    hint = _("What, where exactly, from when to when, whom to ask. No names, no telephones of persons.")
    return (
        field("area", _("For whom"), "select", choices=tuple(_areas(actor))),
        field("title", _("Title"), longest=TITLE_LIMIT),
        field("text", _("Text"), "area", rows=4, longest=NOTICE_LIMIT, hint=hint),
        field("start_at", _("Shown from"), "datetime-local"),
        field("end_at", _("Shown until"), "datetime-local"),
    )


def _areas(actor: Actor) -> Iterator[Choice]:
    """Yield the areas somebody may tell something, down to the towns."""
    for root in sorted({duty.area for duty in actor.holding(GRANTS[Permission.POST_NOTICE])}):
        yield from _down(root, 0)


def _down(code: str, depth: int) -> Iterator[Choice]:
    yield Choice(code, INDENT * depth + names().get(code, code))
    if len(code) < Level.TOWN:
        for child in children(code):
            yield from _down(child.code, depth + 1)


def _stands(notice: Notice, now: datetime) -> str:
    if notice.withdrawn_at is not None:
        return _("taken off")
    if notice.end_at <= now:
        return _("over")
    return _("stands now") if notice.start_at <= now else _("to come")


# --- the words of matters --------------------------------------------------------------------------------


@require_safe
@needs(Permission.PUBLISH_WORDS)
def words(request: HttpRequest) -> HttpResponse:
    """Show the closed matters whose words wait for a review, or what was decided about others."""
    now, asked = timezone.now(), request.GET.get("state", WAITING)
    state = Showing(asked) if asked in set(Showing) else None
    here = state.value if state else WAITING
    base = reverse("desk:words-public")
    titles = {WAITING: _("Waiting for review"), **{each.value: label(each) for each in Showing}}
    context = {
        "now": now,
        "tabs": [Tab(title, f"{base}?state={name}", name == here) for name, title in titles.items()],
        "here": here,
        "lines": [_line(each) for each in queries.waiting(request.actor, state, now, SHOWN)],  # type: ignore[attr-defined]
        "most": SHOWN,
        "may_post": may(request.actor, Permission.POST_NOTICE),  # type: ignore[attr-defined]
    }
    return page(request, "desk/publicity_words.html", context)


@require_POST
@needs(Permission.PUBLISH_WORDS)
def review(request: HttpRequest, number: str) -> HttpResponse:
    """Show the words of a matter as edited, keep them back, or take them down."""
    by, now, posted = request.actor, timezone.now(), request.POST  # type: ignore[attr-defined]
    state = Showing(posted["state"]) if posted.get("state") in set(Showing) else Showing.KEPT
    said = {
        Showing.SHOWN: _("Shown in public now."),
        Showing.KEPT: _("Kept back."),
        Showing.TAKEN_DOWN: _("Taken off."),
    }
    told = {"matter_id": id_of(number), "state": state, "text": posted.get("text", "")}
    attempt(request, lambda: actions.review(**told, by=by, now=now), said[state])
    return redirect(f"{reverse('desk:words-public')}?state={posted.get('here', WAITING)[:12]}")


def _line(waiting: queries.Waiting) -> Line:
    matter, kept = waiting.matter, waiting.publication
    shown = kept.text if kept else ""
    hint = _("Leave out names, doors, telephones and whatever tells who it was.")
    title = _("Words to be shown")
    return Line(
        matter.number,
        kind_name(matter.template_code),
        names().get(matter.area[: Level.VILLAGE], ""),
        matter.closed_at,
        waiting.text,
        Field("text", title, "area", shown, rows=3, longest=WORDS_LIMIT, hint=hint),
        kept.state if kept else "",
    )
