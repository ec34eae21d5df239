"""Webhooks: where news goes to programs, by whose eyes, how it went, and sending it again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tongxin.apps.notify import actions, queries
from tongxin.apps.notify.models import Endpoint
from tongxin.apps.people import directory
from tongxin.interfaces.desk.admin.doors import attempt, listed, needs
from tongxin.interfaces.desk.frame import page
from tongxin.interfaces.desk.notices_admin import states
from tongxin.look.forms import Field
from tongxin.rules.events import NOUNS
from tongxin.rules.permissions import Permission, may
from tongxin.rules.working_time import SHANGHAI


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.HOOK)
def index(request: HttpRequest) -> HttpResponse:
    """Show the endpoints; a post opens one and shows its secret, this once."""
    posted = request.POST if request.method == "POST" else None
    opened = _open(request, posted) if posted is not None else None
    found = list(queries.endpoints(request.actor))  # type: ignore[attr-defined]
    counts = queries.event_counts([each.pk for each in found])
    context = {
        "rows": [(each, counts[each.pk], _state(each)) for each in found],
        "fields": _fields(request, posted if posted is not None and opened is None else QueryDict()),
        "opened": opened,
    }
    return page(request, "desk/admin/webhooks.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.HOOK)
def one(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Show an endpoint with its log; a post changes it, or gives it a new secret, shown this once."""
    actor = request.actor  # type: ignore[attr-defined]
    endpoint = queries.endpoint(actor, endpoint_id)
    posted = request.POST if request.method == "POST" else None
    is_rotated = posted is not None and posted.get("do") == "rotate"
    fresh = _rotate(request, endpoint_id) if is_rotated else None
    if posted is not None and not is_rotated and _change(request, endpoint_id, posted):
        return redirect("desk:webhook", endpoint_id)
    state, before = request.GET.get("state", ""), request.GET.get("before", "")
    state = state if state in states() else ""
    from_id = int(before) if before.isdecimal() and len(before) < 19 else None
    found = queries.events(actor, endpoint_id, state=state, before=from_id)
    here = reverse("desk:webhook", args=[endpoint_id])
    context = {
        "endpoint": endpoint,
        "state": _state(endpoint),
        "fresh": fresh,
        "fields": _change_fields(endpoint, posted if posted is not None and not is_rotated else None),
        "rows": [(row, found.numbers.get(row.matter_id, "")) for row in found.rows],
        "words": states(),
        "filter": state,
        "here": here,
        "span": _span_fields(),
        "next_url": f"{here}?state={state}&before={found.next}" if found.next else "",
    }
    return page(request, "desk/admin/webhook.html", context)


@require_POST
@needs(Permission.HOOK)
def replay(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Send the ticked events again, or all of a span."""
    ids = [int(each) for each in request.POST.getlist("event") if each.isdecimal() and len(each) < 19]
    span = {name: _moment(request.POST.get(name, "")) for name in ("start", "end")}
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    attempt(
        request,
        lambda: actions.replay(endpoint_id=endpoint_id, event_ids=ids, **span, by=by, now=now) or True,
        _("They are due again."),
    )
    return redirect("desk:webhook", endpoint_id)


@require_POST
@needs(Permission.HOOK)
def remove(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Send nothing there any more."""
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    gone = _("Nothing is sent there any more.")
    attempt(request, lambda: actions.remove_endpoint(endpoint_id=endpoint_id, by=by, now=now) or True, gone)
    return redirect("desk:webhooks")


def _open(request: HttpRequest, posted: QueryDict) -> Endpoint | None:
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    told: dict[str, Any] = {"name": posted.get("name", ""), "url": posted.get("url", "")}
    if may(by, Permission.RUN_OUTBOX) and posted.get("username", "").strip():
        owner = directory.person_called(posted["username"])
        told["person_id"] = owner.pk if owner else 0
    kinds = listed(posted.get("kinds", ""))
    return attempt(
        request, lambda: actions.open_endpoint(**told, kinds=kinds, by=by, now=now), _("The endpoint is open.")
    )


def _change(request: HttpRequest, endpoint_id: int, posted: QueryDict) -> Endpoint | None:
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    told = {"name": posted.get("name", ""), "url": posted.get("url", ""), "kinds": listed(posted.get("kinds", ""))}
    is_on = posted.get("is_on") == "true"
    return attempt(
        request,
        lambda: actions.change_endpoint(endpoint_id=endpoint_id, **told, is_on=is_on, by=by, now=now),
        _("Kept."),
    )


def _rotate(request: HttpRequest, endpoint_id: int) -> Endpoint | None:
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    said = _("The new secret signs from now on, the old one beside it for a day.")
    return attempt(request, lambda: actions.rotate_secret(endpoint_id=endpoint_id, by=by, now=now), said)


def _state(endpoint: Endpoint) -> tuple[str, str]:
    """Return how an endpoint stands: the lamp's color, and its words."""
    if endpoint.disabled_at:
        return "hold", _("switched off")
    if endpoint.failing_since:
        return "amber", _("takes nothing")
    return "green", _("working")


def _fields(request: HttpRequest, told: Mapping[str, Any]) -> list[Field]:
    fields = _told_fields(told.get("name", ""), told.get("url", ""), told.get("kinds", "matter.*"))
    if may(request.actor, Permission.RUN_OUTBOX):  # type: ignore[attr-defined]
        whose = _("user name; it is sent what this person may see")
        fields.insert(1, Field("username", _("Owner"), value=told.get("username", ""), hint=whose, autocomplete="off"))
    return fields


def _change_fields(endpoint: Endpoint, posted: QueryDict | None) -> list[Field]:
    told: Mapping[str, Any] = posted or {
        "name": endpoint.name,
        "url": endpoint.url,
        "kinds": " ".join(endpoint.kinds),
        "is_on": "" if endpoint.disabled_at else "true",
    }
    on = Field("is_on", _("Send news there"), "check", told.get("is_on", ""))
    return [*_told_fields(told.get("name", ""), told.get("url", ""), told.get("kinds", "")), on]


def _told_fields(name: str, url: str, kinds: str) -> list[Field]:
    nouns = " ".join(f"{noun}.*" for noun in NOUNS)
    hint = _("single ones such as matter.close, or whole nouns: %(nouns)s") % {"nouns": nouns}
    return [
        Field("name", _("Name"), value=name, is_required=True, longest=80, hint=_("which program takes it")),
        Field(
            "url", _("Address"), "url", url, is_required=True, longest=500, hint=_("https, reached by the public net")
        ),
        Field("kinds", _("What is sent"), value=kinds, is_required=True, hint=hint),
    ]


def _span_fields() -> list[Field]:
    return [Field("start", _("From"), "datetime-local"), Field("end", _("To"), "datetime-local")]


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
