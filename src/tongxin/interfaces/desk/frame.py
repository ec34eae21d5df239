"""The frame of every desk page: navigation by post, the posts of the person, the clock. One call: `page(...)`."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from tongxin import words
from tongxin.apps.alarms import queries as alarms
from tongxin.apps.areas.queries import names
from tongxin.apps.hotline import letters
from tongxin.apps.hotline import queries as hotline
from tongxin.apps.matters import overlay_queues
from tongxin.apps.matters.queries import Tally
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import bell, kept, nav, undoing
from tongxin.look.filters import capped
from tongxin.look.shell import MenuLink, NavGroup, NavItem, PostChoice, Shell
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.overlays.order import PRESSERS
from tongxin.rules.permissions import ADMINS, DESK, GRID, OVERSIGHT, UNIT, Actor, Duty, Permission, Role, may
from tongxin.rules.working_time import OFFICE, position

_SECOND = timedelta(seconds=1)
POST = "post"  # the session's key of the post a person sits at
ALARMS = "desk:alarms"
NAME = "person"  # the session's key of the name on the page, read once a session


class Queue(NamedTuple):
    """One line of 待办: a state, its icon, and whose work it is."""

    state: State
    icon: str
    roles: frozenset[Role]


QUEUES = (
    Queue(State.AWAITING_ACCEPTANCE, "inbox", DESK),
    Queue(State.VERIFYING, "search", DESK | GRID),
    Queue(State.AWAITING_FILING, "file-plus", DESK),
    Queue(State.AWAITING_DISPATCH, "send", DESK),
    Queue(State.AWAITING_SIGNATURE, "signature", DESK | UNIT),
    Queue(State.HANDLING, "tool", UNIT | DESK),
    Queue(State.AWAITING_REVIEW, "file-check", UNIT),
    Queue(State.AWAITING_CHECK, "clipboard-check", GRID | DESK),
    Queue(State.AWAITING_CLOSING, "checkbox", DESK),
)
RULES = (
    (Permission.EDIT_RULES, "desk:rules", "file-pencil", gettext_lazy("Rule changes")),
    (Permission.EDIT_RULES, "desk:templates", "template", gettext_lazy("Templates")),
    (Permission.EDIT_RULES, "desk:routing", "route", gettext_lazy("Routing rules")),
    (Permission.EDIT_RULES, "desk:suggestions", "bulb", gettext_lazy("Suggestions")),
    (Permission.EDIT_RULES, "desk:texts", "text-plus", gettext_lazy("Standard texts and macros")),
    (Permission.EDIT_RULES, "desk:limits", "clock-edit", gettext_lazy("Limits and triggers")),
    (Permission.EDIT_CALENDAR, "desk:calendar", "calendar", gettext_lazy("Limits and calendar")),
    (Permission.EDIT_UNITS, "desk:units", "building-community", gettext_lazy("Units")),
    (Permission.EDIT_POSTS, "desk:posts", "users-group", gettext_lazy("Posts")),
    (Permission.EDIT_AREAS, "desk:areas", "map-pin", gettext_lazy("Areas and grids")),
    (Permission.ISSUE_KEYS, "desk:keys", "key", gettext_lazy("API keys")),
    (Permission.ISSUE_KEYS, "desk:police", "shield-check", gettext_lazy("Police partners")),
    (Permission.ISSUE_KEYS, "desk:lines", "headset", gettext_lazy("Lines and chats")),
    (Permission.RUN_OUTBOX, "desk:sendings", "message-2-share", gettext_lazy("Notices sent")),
    (Permission.HOOK, "desk:webhooks", "webhook", gettext_lazy("Webhooks")),
    (Permission.KEEP_DEVICES, "desk:devices", "access-point", gettext_lazy("Devices")),
    (Permission.RUN_OUTBOX, "desk:outbox", "mail-exclamation", gettext_lazy("Stuck deliveries")),
    (Permission.READ_AUDIT, "desk:audit", "history", gettext_lazy("Audit")),
    (Permission.END_UNSEALING, "desk:unsealings", "lock-open", gettext_lazy("Sealed matters opened")),
)

PUBLIC = (
    (Permission.PUBLISH_WORDS, "desk:words-public", "eye-check", gettext_lazy("Words in public")),
    (Permission.POST_NOTICE, "desk:notices-public", "speakerphone", gettext_lazy("Public notices")),
)


def page(request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a desk page inside its frame. Two statements: the person's posts and the tallies of the navigation."""
    now = context.get("now") or timezone.now()
    shell = shell_of(request, now)
    told = {"shell": shell, "now": now, "undo": undoing.waiting(request, now), **context}
    return HttpResponse(_rendered(request, template, told), status=status)


def part(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render a part of a page that htmx asked for, without the frame."""
    return HttpResponse(_rendered(request, template, context))


def _rendered(request: HttpRequest, template: str, context: dict[str, Any]) -> str:
    """Render as Django's Jinja2 backend does, but mask the CSRF token once a page instead of once a form."""
    token = get_token(request)
    csrf_input = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token)
    told = {"request": request, "csrf_token": token, "csrf_input": csrf_input, **context}
    return str(get_template(template).template.render(told))


def shell_of(request: HttpRequest, now: datetime) -> Shell:
    """Return the frame for this person, moment and address."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    queue = reverse("desk:home")
    return Shell(
        nav=_marked(tuple(_nav(request, actor, now)), request.path),
        posts=tuple(_posts(request, actor)),
        now=now,
        is_working=_is_working(now),
        person=_person(request),
        search_url=reverse("desk:find"),
        find_url=reverse("desk:find"),
        switch_url=reverse("desk:switch"),
        menu=_menu(),
        bell_url=reverse("desk:notices"),
        unread=bell.unread(request),
        query=request.GET.get("q", ""),
        keys_q=queue,
        keys_m=reverse("desk:map"),
        keys_b=reverse("desk:matters"),
    )


def _person(request: HttpRequest) -> str:
    if NAME not in request.session:
        person = getattr(request.user, "person", None)
        request.session[NAME] = person.name if person else request.user.get_username()
    return str(request.session[NAME])


def seat(request: HttpRequest) -> Duty | None:
    """Return the duty the person sits at: the one chosen last, else the first."""
    duties = request.actor.duties  # type: ignore[attr-defined]
    return next((duty for duty in duties if duty.post_id == request.session.get(POST)), duties[0] if duties else None)


def queues_of(request: HttpRequest) -> list[Queue]:
    """Return the queues of all duties; those of the post the person sits at come first."""
    here = seat(request)
    mine = [queue for queue in QUEUES if request.actor.roles & queue.roles]  # type: ignore[attr-defined]
    return sorted(mine, key=lambda queue: here is None or here.role not in queue.roles)


def tallies(request: HttpRequest, now: datetime) -> Mapping[State, Tally]:
    """Return how much waits in each queue of the person. One statement a request, however often it is asked."""
    return _counted(request, now)[0]


def overlay_tallies(request: HttpRequest, now: datetime) -> Mapping[str, Tally]:
    """Return how much waits over matters, by the name of its list; counted by the same statement."""
    return _counted(request, now)[1]


def _counted(request: HttpRequest, now: datetime) -> tuple[Mapping[State, Tally], Mapping[str, Tally]]:
    if not hasattr(request, "tallies"):
        actor: Actor = request.actor  # type: ignore[attr-defined]
        states = [queue.state for queue in queues_of(request)]
        names = [each.name for each in nav.queues_for(actor) if each.counts]
        above = (letters.tally, hotline.drafts_tally, alarms.tally)
        more = [clause for clause in (tally(actor, now) for tally in above) if clause]
        request.tallies = overlay_queues.tallies(actor, states, names, now, more)  # type: ignore[attr-defined]
    return request.tallies  # type: ignore[attr-defined,no-any-return]


def _nav(request: HttpRequest, actor: Actor, now: datetime) -> Iterator[NavGroup]:
    if may(actor, Permission.TAKE_CALLS):
        over = overlay_tallies(request, now)
        calls = (_counted_item(request, *each, over.get(counted)) for *each, counted in nav.CALLS)
        yield NavGroup(_("Telephone desk"), tuple(calls))
    here, to_do = seat(request), []
    if mine := queues_of(request):
        waiting = tallies(request, now)
        to_do.append(NavGroup(_("To do"), tuple(_queue_item(request, queue, waiting[queue.state]) for queue in mine)))
    if over := tuple(_overlay_items(request, actor, now)):
        is_first = here is not None and here.role in nav.HOMES
        to_do.insert(0 if is_first else 1, NavGroup(_("Joint work and supervision"), over))
    yield from to_do
    if lists := tuple(kept.items(request, now)):
        yield NavGroup(_("My lists"), lists)
    if actor.roles & (DESK | UNIT | GRID | OVERSIGHT):
        business = [("desk:matters", "list-details", _("All matters")), ("desk:map", "map-2", _("Map"))]
        business.append(("desk:figures", "chart-bar", _("Figures")))
        if actor.roles & (DESK | GRID | OVERSIGHT):
            business.append(("desk:reverse", "clipboard-check", _("Should have been reported")))
        if alarms.concerns(actor):
            business.append((ALARMS, "shield-check", _("Police hand-over")))
        business.append(("desk:devices", "access-point", _("Devices")))
        business.append(("desk:roster", "calendar-user", _("Roster")))
        business.append(("desk:patrols", "route", _("Work on the grid")))
        business.append(("desk:knowledge", "book-2", _("Knowledge")))
        if may(actor, Permission.EQUIP_UNIT):
            business.append(("desk:texts", "text-plus", _("Standard texts and macros")))
        if may(actor, Permission.UNSEAL):
            business.append(("desk:unseal", "lock-open", _("Open a sealed matter")))
        if may(actor, Permission.REPORT):
            business.insert(0, ("desk:report", "camera", _("Report")))
        waiting = overlay_tallies(request, now).get(alarms.TALLY)
        yield NavGroup(
            _("Business"),
            tuple(_counted_item(request, *each, waiting if each[0] == ALARMS else None) for each in business),
        )
    told = [(name, icon, str(title)) for permission, name, icon, title in PUBLIC if may(actor, permission)]
    if told:
        yield NavGroup(_("In public"), tuple(_item(request, *each) for each in told))
    if actor.roles & ADMINS:
        rules = [(name, icon, str(title)) for permission, name, icon, title in RULES if may(actor, permission)]
        yield NavGroup(_("Administration"), tuple(_item(request, *each) for each in rules))


def _marked(groups: tuple[NavGroup, ...], path: str) -> tuple[NavGroup, ...]:
    """Return the navigation with the line one is on marked, also on pages below it; a matter is below none."""
    if path.startswith(matters := reverse("desk:matters")) and path != matters:
        return groups
    urls = [item.url for group in groups for item in group.items if path.startswith(item.url)]
    here = max(urls, key=len, default="")
    return tuple(
        NavGroup(
            group.title, tuple(replace(item, is_current=True) if item.url == here else item for item in group.items)
        )
        for group in groups
    )


def _queue_item(request: HttpRequest, queue: Queue, tally: Tally) -> NavItem:
    url = reverse("desk:queue", args=[queue.state.value])
    label = words.label(queue.state, get_language() or "zh-hans")
    count = capped(tally.count) if tally.count else ""
    new = kept.new_in(request, queue.state, tally)
    return NavItem(label, url, queue.icon, count, bool(tally.overdue), request.path == url, new)


def _overlay_items(request: HttpRequest, actor: Actor, now: datetime) -> Iterator[NavItem]:
    """Yield the lists of what lies over matters: those of one's own posts, and others while something waits in them."""
    waiting = overlay_tallies(request, now)
    listed = {counted for *_line, counted in nav.CALLS} if may(actor, Permission.TAKE_CALLS) else set()  # among calls
    for each in nav.queues_for(actor):
        url, tally = reverse("desk:over-queue", args=[each.name]), waiting.get(each.name)
        if each.home & actor.roles or (tally and tally.count and each.name not in listed) or request.path == url:
            count = capped(tally.count) if tally and tally.count else ""
            yield NavItem(each.label, url, each.icon, count, bool(tally and tally.overdue), request.path == url)
    if actor.roles & (PRESSERS | UNIT):
        yield _item(request, "desk:orders", "gavel", _("Supervision orders"))


def _counted_item(request: HttpRequest, name: str, icon: str, label: str, tally: Tally | None) -> NavItem:
    item = _item(request, name, icon, str(label))
    if tally is None or not tally.count:
        return item
    return replace(item, count=capped(tally.count), is_hot=bool(tally.overdue))


def _item(request: HttpRequest, name: str, icon: str, label: str) -> NavItem:
    url = reverse(name)
    return NavItem(label, url, icon, is_current=request.path == url)


def _posts(request: HttpRequest, actor: Actor) -> Iterator[PostChoice]:
    here = seat(request)
    for duty in actor.duties:
        role = words.label(duty.role, get_language() or "zh-hans")
        place = names().get(duty.area, duty.area)
        yield PostChoice(str(duty.post_id), place, f"{unit_names().get(duty.unit_id, '')} · {role}", duty == here)


def _menu() -> tuple[MenuLink, ...]:
    return (
        MenuLink(_("On the phone"), reverse("field:today"), "device-mobile"),
        MenuLink(_("My posts"), reverse("desk:my-posts"), "users-group"),
        MenuLink(_("How I am told"), reverse("desk:notice-choices"), "adjustments"),
        MenuLink(_("Change password"), reverse("account_change_password"), "lock"),
        MenuLink(_("Second factor"), reverse("mfa_index"), "shield-lock"),
        MenuLink(_("Sign out"), reverse("account_logout"), "logout", is_post=True),
    )


def _is_working(now: datetime) -> bool:
    """Tell whether office clocks count this very moment."""
    try:
        days = calendar()
        return position(now, days, OFFICE) < position(now.replace(microsecond=0) + _SECOND, days, OFFICE)
    except Refused:
        return False
