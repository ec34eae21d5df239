"""The frame of every page on the phone: whose it is, the tabs, and what the scripts need to say. One call: `page`."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page

from tongxin import words
from tongxin.apps.areas.queries import names
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.field import open_tasks, spoken, syncing
from tongxin.rules.permissions import GRID, Actor, Duty, Permission, may


class Tab(NamedTuple):
    """One of the five tabs. `count` is what waits behind it."""

    name: str
    label: str
    url: str
    icon: str
    count: int = 0


@gzip_page  # a third of the size, on the line where it counts
def page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, tab: str = "", status: int = 200
) -> HttpResponse:
    """Render a page of this door inside its frame. One statement: what waits for the person."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    now = context.get("now") or timezone.now()
    here = seat(actor)
    token = get_token(request)
    told = {
        "request": request,
        "csrf_token": token,
        "csrf_input": format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token),
        "now": now,
        "tab": tab,
        "tabs": list(_tabs(request, actor)),
        "person": syncing.person_key(actor),
        "place": names().get(here.area, "") if here else "",
        "post": _post(here) if here else "",
        "words": spoken.for_scripts(),
        **context,
    }
    return HttpResponse(get_template(template).template.render(told), status=status)  # type: ignore[attr-defined]


def seat(actor: Actor) -> Duty | None:
    """Return the duty that stands over the page: the first on the ground, else the first."""
    return next(actor.holding(GRID), actor.duties[0] if actor.duties else None)


def _post(here: Duty) -> str:
    role = words.label(here.role, get_language() or "zh-hans")
    return f"{role} · {unit_names().get(here.unit_id, '')}"


def _tabs(request: HttpRequest, actor: Actor) -> Iterator[Tab]:
    yield Tab("today", _("Today"), reverse("field:today"), "home")
    yield Tab("tasks", _("To do"), reverse("field:tasks"), "checklist", open_tasks.count(request))
    if may(actor, Permission.REPORT):
        yield Tab("report", _("Report"), reverse("field:report"), "camera")
    yield Tab("map", _("Ground map"), reverse("field:map"), "map-pin")
    yield Tab("mine", _("Me"), reverse("field:mine"), "user")
