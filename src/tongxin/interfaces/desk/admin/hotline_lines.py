"""Lines of the hotline and chats: opened for a unit, given a new secret, closed. A secret is shown once."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tongxin.apps.hotline import actions, queries
from tongxin.apps.hotline.models import Line
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk.admin.doors import attempt, choices, label, needs
from tongxin.interfaces.desk.frame import page
from tongxin.look.forms import Choice, Field
from tongxin.rules.errors import Invalid
from tongxin.rules.letters import LineKind
from tongxin.rules.permissions import Permission

DOORS = {LineKind.VOICE: "cti", LineKind.CHAT: "chat"}  # where each kind is told to send: /api/intake/<door>/<code>


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.ISSUE_KEYS)
def index(request: HttpRequest) -> HttpResponse:
    """Show the lines; a post opens one and shows its secret, this once."""
    posted = request.POST if request.method == "POST" else None
    opened = _open(request, posted) if posted is not None else None
    return _shown(request, None if opened else posted, opened)


@never_cache
@require_POST
@needs(Permission.ISSUE_KEYS)
def change(request: HttpRequest, line_id: int, act: str) -> HttpResponse:
    """Give a line a new secret, shown this once, or close it."""
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    if act == "close":
        closed = _("Closed: nothing more is taken from it.")
        attempt(request, lambda: actions.close_line(line_id, by=by, now=now) or True, closed)
        return redirect("desk:lines")
    if act != "rotate":
        raise Invalid("overlay.unknown_act", act=act[:40])
    said = _("The new secret is good at once, the old one beside it for a day.")
    fresh = attempt(request, lambda: actions.rotate_secret(line_id, by=by, now=now), said)
    line = Line.objects.filter(pk=line_id).first()
    return _shown(request, None, (line, fresh) if line and fresh else None)


def _shown(request: HttpRequest, posted: QueryDict | None, secret: tuple[Line, str] | None) -> HttpResponse:
    now = timezone.now()
    context = {
        "now": now,
        "lines": [_row(request, line) for line in queries.all_lines(request.actor)],  # type: ignore[attr-defined]
        "fields": _fields(posted or QueryDict()),
        "fresh": _row(request, secret[0]) if secret else None,
        "secret": secret[1] if secret else "",
    }
    return page(request, "desk/admin/lines.html", context)


def _open(request: HttpRequest, posted: QueryDict) -> tuple[Line, str] | None:
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    kind, unit = posted.get("kind", ""), posted.get("unit", "")
    return attempt(
        request,
        lambda: actions.open_line(
            code=posted.get("code", "").strip(),
            name=posted.get("name", ""),
            unit_id=int(unit) if unit.isdecimal() and len(unit) < 19 else 0,
            url=posted.get("url", ""),
            kind=LineKind(kind) if kind in set(LineKind) else LineKind.VOICE,
            by=by,
            now=now,
        ),
        _("The line is open."),
    )


def _row(request: HttpRequest, line: Line) -> dict[str, Any]:
    door = DOORS[LineKind(line.kind)]
    return {
        "id": line.pk,
        "name": line.name,
        "code": line.code,
        "kind": label(LineKind(line.kind)),
        "is_chat": line.kind == LineKind.CHAT,
        "unit": unit_names().get(line.unit_id, ""),
        "url": line.url,
        "door": f"/api/intake/{door}/{line.code}",
        "sends_to": request.build_absolute_uri(f"/api/intake/{door}/{line.code}"),
        "is_open": line.is_open,
        "before_until": line.before_until,
        "rotate_url": reverse("desk:line-change", args=[line.pk, "rotate"]),
        "close_url": reverse("desk:line-change", args=[line.pk, "close"]),
    }


def _fields(told: QueryDict) -> list[Field]:
    units = tuple(Choice(str(id_), name) for id_, name in queries.answering_units())
    takes = _("where it takes orders or answers; empty: it takes none")
    code = _("part of the address it sends to: letters, digits, - and _")
    return [
        Field("kind", _("What it carries"), "radio", told.get("kind", "voice"), choices=choices(LineKind)),
        Field("name", _("Name"), value=told.get("name", ""), is_required=True, longest=60),
        Field(
            "code", _("Code"), value=told.get("code", ""), is_required=True, longest=40, hint=code, autocomplete="off"
        ),
        Field("unit", _("Answered by"), "select", told.get("unit", ""), is_required=True, choices=units),
        Field("url", _("Address"), "url", told.get("url", ""), longest=190, hint=takes),
    ]
