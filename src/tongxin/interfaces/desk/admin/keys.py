"""API keys: issued for a person, narrowed to acts and days, their text shown once, ended at once."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tongxin.apps.people import actions, directory
from tongxin.apps.people.models import ApiKey
from tongxin.interfaces.desk.admin.doors import attempt, joined, label, needs
from tongxin.interfaces.desk.frame import page
from tongxin.look.forms import Choice, Field
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.permissions import Permission

ACTS = (Permission.REPORT, Permission.ATTACH, Permission.UNMASK, Permission.EXPORT, *Act)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.ISSUE_KEYS)
def index(request: HttpRequest) -> HttpResponse:
    """Show the keys; a post issues one and shows its text, this once."""
    posted = request.POST if request.method == "POST" else None
    issued = _issue(request, posted) if posted is not None else None
    now = timezone.now()
    context = {
        "now": now,
        "keys": [_line(key, now) for key in directory.api_keys()],
        "fields": _fields(None if issued else posted),
        "acts": _acts(None if issued else posted),
        "text": issued[1] if issued else "",
        "issued": issued[0].name if issued else "",
    }
    return page(request, "desk/admin/keys.html", context)


@require_POST
@needs(Permission.ISSUE_KEYS)
def revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    """End a key at once."""
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    attempt(request, lambda: actions.revoke_key(key_id=key_id, by=by, now=now), _("The key no longer opens anything."))
    return redirect("desk:keys")


def _issue(request: HttpRequest, posted: QueryDict) -> tuple[ApiKey, str] | None:
    person = directory.person_called(posted.get("username", ""))
    days, acts = posted.get("days", ""), [act for act in posted.getlist("acts") if act in set(ACTS)]
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    return attempt(
        request,
        lambda: actions.issue_key(
            name=posted.get("name", "").strip()[:80],
            person_id=person.pk if person else 0,
            acts=acts or None,
            days=int(days) if days.isdecimal() and len(days) < 6 else 0,
            by=by,
            now=now,
        ),
        _("The key is issued."),
    )


def _line(key: ApiKey, now: datetime) -> dict[str, Any]:
    if key.revoked_at:
        state = _("revoked")
    elif key.expires_at <= now:
        state = _("expired")
    else:
        state = _("in force")
    return {
        "id": key.pk,
        "name": key.name,
        "hint": key.hint,
        "person_id": key.person_id,
        "person": key.person.name,
        "acts": _acts_words(key.acts),
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "state": state,
        "is_in_force": not key.revoked_at and key.expires_at > now,
    }


def _acts_words(acts: list[str] | None) -> str:
    if acts is None:
        return _("all the person may do")
    named = {str(act): label(act) for act in ACTS}
    first = joined(named.get(act, act) for act in acts[:3])
    more = len(acts) - 3
    return (
        first
        if more <= 0
        else ngettext("%(first)s and %(n)s more", "%(first)s and %(n)s more", more) % {"first": first, "n": more}
    )


def _fields(posted: QueryDict | None) -> list[Field]:
    told = posted or QueryDict()
    who = _("the user name of the person it acts for")
    what = _("which program uses it, and for what")
    days = told.get("days", "365")
    return [
        Field("name", _("Name"), value=told.get("name", ""), is_required=True, longest=80, hint=what),
        Field(
            "username", _("User name"), value=told.get("username", ""), is_required=True, hint=who, autocomplete="off"
        ),
        Field("days", _("Days"), "number", days, is_required=True, low=1, high=1095, step="1"),
    ]


def _acts(posted: QueryDict | None) -> Field:
    chosen = tuple(posted.getlist("acts")) if posted is not None else ()
    options = tuple(Choice(str(act), label(act)) for act in ACTS)
    return Field("acts", _("Acts"), "checks", chosen, choices=options, hint=_("none ticked: all the person may do"))
