"""Posts: who holds which role where; appointing, ending, and registering a person with a way to sign in."""

import secrets
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin.apps.areas import queries as areas
from tongxin.apps.matters.actions import leave
from tongxin.apps.people import actions, directory, duties, queries
from tongxin.apps.people.models import Person, Post
from tongxin.interfaces.desk.admin.doors import attempt, choices, joined, label, needs
from tongxin.interfaces.desk.admin.units import line as unit_line
from tongxin.interfaces.desk.frame import page
from tongxin.look import filters
from tongxin.look.forms import Field
from tongxin.rules.errors import Missing, NotAllowed, Refused
from tongxin.rules.permissions import Permission, Role
from tongxin.rules.sealing import Seal

SHOWN = 30
PASSWORD_BYTES = 9  # twelve letters


@require_safe
@needs(Permission.EDIT_POSTS)
def index(request: HttpRequest) -> HttpResponse:
    """Find a person or a unit; before something is asked, name the rooms where sealed matters find no chief.

    Two statements besides the frame's.
    """
    query = request.GET.get("find", "").strip()[:60]
    persons = directory.persons(query, SHOWN) if query else ()
    units = directory.units(words=query, size=SHOWN).rows if query else ()
    context = {
        "q": query,
        "persons": [(person, _username(person)) for person in persons],
        "units": [unit_line(unit) for unit in units],
        "shown": SHOWN,
        "lacking": [] if query else _lacking(),
    }
    return page(request, "desk/admin/posts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_POSTS)
def of_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show the posts of a person; a post appoints to one more."""
    person = directory.person(person_id)
    if person is None:
        raise Missing("person.missing", person=person_id)
    posted = request.POST if request.method == "POST" else None
    if posted is not None:
        unit = directory.unit_called(posted.get("unit", "").strip())
        if _appoint(request, posted, person_id, unit.pk if unit else 0) is not None:
            return redirect("desk:posts-person", person_id)
    context = {
        "title": person.name,
        "detail": _username(person) or _("does not sign in"),
        "posts": [_line(post) for post in directory.posts(person_id=person_id)],
        "fields": _appoint_fields(posted, "unit"),
        "is_person": True,
    }
    return page(request, "desk/admin/posts_of.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_POSTS)
def of_unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Show the posts in a unit; a post appoints somebody, named by the user name."""
    unit = queries.unit(unit_id)
    posted = request.POST if request.method == "POST" else None
    if posted is not None:
        person = directory.person_called(posted.get("person", ""))
        if _appoint(request, posted, person.pk if person else 0, unit_id) is not None:
            return redirect("desk:posts-unit", unit_id)
    context = {
        "title": unit.name,
        "detail": " ".join(areas.chain(unit.area)),
        "posts": [_line(post) for post in directory.posts(unit_id=unit_id)],
        "fields": _appoint_fields(posted or QueryDict(f"area={unit.area}"), "person"),
        "is_person": False,
    }
    return page(request, "desk/admin/posts_of.html", context)


@require_POST
@needs(Permission.EDIT_POSTS)
def end(request: HttpRequest, post_id: int) -> HttpResponse:
    """End a post on the day given: the first it is no longer held."""
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    day = _date(request.POST.get("end_on", "")) or timezone.localdate(now)
    said = _("The post ends: %(day)s is the first day without it.") % {"day": day.isoformat()}
    try:
        leave(post_id=post_id, end_on=day, by=by, now=now)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, filters.say(refusal))
        if refusal.code == "post.keeps_matters":
            return redirect(f"{reverse('desk:post', args=[post_id])}#hand-over")
    else:
        messages.success(request, said)
    person_id = request.POST.get("person", "")
    return redirect("desk:posts-person", int(person_id)) if person_id.isdecimal() else redirect("desk:posts")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_POSTS)
def register(request: HttpRequest) -> HttpResponse:
    """Enter a person. With a user name the page shows the first password, once: it is kept nowhere else."""
    posted = request.POST if request.method == "POST" else None
    person, password = None, ""
    if posted is not None:
        password = secrets.token_urlsafe(PASSWORD_BYTES) if posted.get("username", "").strip() else ""
        person = _register(request, posted, password)
    context = {"fields": _person_fields(posted), "person": person, "password": password, "username": ""}
    if person is not None:
        context["username"] = posted.get("username", "").strip() if posted is not None else ""
    return page(request, "desk/admin/register.html", context)


def _lacking() -> list[tuple[str, int, str]]:
    """Return the name and id of each command room and the kinds of sealed matters that nobody there can take."""
    rooms = duties.rooms_without(timezone.localdate())
    return [(room.name, room.pk, joined(label(seal) for seal in seals)) for room, seals in rooms]


def _appoint(request: HttpRequest, posted: QueryDict, person_id: int, unit_id: int) -> Post | None:
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    start_on = _date(posted.get("start_on", "")) or timezone.localdate(now)
    told = {"role": posted.get("role", ""), "area": posted.get("area", "").strip()[:17], "start_on": start_on}
    return attempt(
        request,
        lambda: actions.appoint(person_id=person_id, unit_id=unit_id, **told, by=by, now=now),
        _("Appointed, from %(day)s on.") % {"day": start_on.isoformat()},
    )


def _register(request: HttpRequest, posted: QueryDict, password: str) -> Person | None:
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    longest = {"name": 60, "phone": 40, "username": 60}
    told = {name: posted.get(name, "").strip()[:most] for name, most in longest.items()}
    said = _("%(person)s is registered.") % {"person": told["name"]}
    return attempt(request, lambda: actions.register(**told, password=password, by=by, now=now), said)


def _line(post: Post) -> dict[str, Any]:
    return {
        "id": post.pk,
        "person_id": post.person_id,
        "person": post.person.name,
        "username": _username(post.person),
        "unit_id": post.unit_id,
        "unit": post.unit.name,
        "role": label(Role(post.role)),
        "area": areas.names().get(post.area, post.area),
        "start_on": post.start_on,
        "end_on": post.end_on,
        "stands_in": post.stands_in_for.person.name if post.stands_in_for else "",
        "seals": joined(label(Seal(seal)) for seal in post.seals),
    }


def _username(person: Person) -> str:
    account = getattr(person, "account", None)
    return account.username if account else ""


def _appoint_fields(posted: QueryDict | None, who: str) -> list[Field]:
    told = posted or QueryDict()
    asked = {
        "unit": Field(
            "unit", _("Unit"), value=told.get("unit", ""), is_required=True, hint=_("its code or whole name")
        ),
        "person": Field("person", _("Person"), value=told.get("person", ""), is_required=True, hint=_("the user name")),
    }
    return [
        asked[who],
        Field("role", _("Role"), "select", told.get("role", ""), is_required=True, choices=choices(Role)),
        Field("area", _("Area code"), value=told.get("area", ""), is_required=True, hint=_("where the role counts")),
        Field("start_on", _("From"), "date", told.get("start_on", ""), hint=_("empty: from today")),
    ]


def _person_fields(posted: QueryDict | None) -> list[Field]:
    told = posted or QueryDict()
    hint = _("empty: the person does not sign in")
    return [
        Field("name", _("Full name"), value=told.get("name", ""), is_required=True, longest=60),
        Field("phone", _("Office telephone"), "tel", told.get("phone", ""), longest=40),
        Field("username", _("User name"), value=told.get("username", ""), longest=60, hint=hint, autocomplete="off"),
    ]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
