"""Audit: every entry of the journal, who looked at personal fields and why, and whether a chain is unbroken."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.apps.journal import audit
from tongxin.apps.journal.models import Entry
from tongxin.apps.journal.verification import Fault, broken_entries, entries_to_check
from tongxin.apps.matters.unmaskings import latest
from tongxin.apps.people.models import Person, Post
from tongxin.interfaces.desk.admin import audit_kinds
from tongxin.interfaces.desk.admin.doors import joined, label, needs
from tongxin.interfaces.desk.frame import page
from tongxin.look.forms import Field
from tongxin.rules.permissions import Permission, Role

MOST_CHECKED = 20_000  # entries of one subject that a page checks; above, the command does


@require_safe
@needs(Permission.READ_AUDIT)
def index(request: HttpRequest) -> HttpResponse:
    """Show entries, newest first, narrowed by subject, kind, actor and day; with `verify`, check a subject's chain."""
    get = request.GET
    asked = audit.Asked(
        get.get("subject", "").strip()[:64],
        get.get("kind", "").strip()[:64],
        get.get("actor", "").strip()[:40],
        _date(get.get("day", "")),
    )
    found = audit.entries(asked, before=_before(get))
    who = _who([(row.actor, row.post_id) for row in found.rows])
    context = {
        "tab": "entries",
        "fields": _fields(asked),
        "rows": [_line(row, who) for row in found.rows],
        "next_url": _next(get, found.next),
        "checked": _verified(asked.subject) if asked.subject and "verify" in get else None,
        "subject": asked.subject,
    }
    return page(request, "desk/admin/audit.html", context)


@require_safe
@needs(Permission.READ_AUDIT)
def unmaskings(request: HttpRequest) -> HttpResponse:
    """Show who looked at the personal fields of which matter, when and why."""
    rows, next_ = latest(before=_before(request.GET))
    who = _who([(row.actor, row.post_id) for row in rows])
    context = {
        "tab": "unmaskings",
        "rows": [(row, *who[row.actor, row.post_id]) for row in rows],
        "next_url": _next(request.GET, next_),
    }
    return page(request, "desk/admin/unmaskings.html", context)


def _verified(subject: str) -> dict[str, Any]:
    many = entries_to_check(subject=subject)
    if many > MOST_CHECKED:
        return {"many": many, "breaks": [], "too_many": True}
    said = {
        Fault.ALTERED: _("its content was altered"),
        Fault.MISSING: _("it is missing"),
        Fault.UNLINKED: _("it does not follow from the entry before"),
        Fault.UNKNOWN: _("its hash is of no known kind"),
    }
    broken = broken_entries(lambda _read: None, subject=subject)
    return {"many": many, "too_many": False, "breaks": [(each.seq, said.get(each.fault, "")) for each in broken]}


def _line(row: Entry, who: Mapping[tuple[str, int | None], tuple[str, str]]) -> dict[str, Any]:
    person, post = who[row.actor, row.post_id]
    return {
        "at": row.at,
        "kind": row.kind,
        "words": audit_kinds.said(row),
        "subject": row.subject,
        "seq": row.seq,
        "person": person,
        "actor": row.actor,
        "post": post,
        "data": joined(f"{name}: {_short(value)}" for name, value in row.data.items() if value not in (None, "", {})),
    }


def _short(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 60 else text[:60] + "…"


def _who(asked: Iterable[tuple[str, int | None]]) -> dict[tuple[str, int | None], tuple[str, str]]:
    """Return the name and the post behind what the journal keeps. Two statements."""
    wanted = set(asked)
    ids = {int(ref.partition(":")[2]) for ref, _post in wanted if ref.startswith("person:")}
    names = dict(Person.objects.filter(pk__in=ids).values_list("id", "name"))
    held = Post.objects.filter(pk__in={post for _ref, post in wanted if post}).select_related("unit")
    posts = {post.pk: f"{post.unit.name} · {label(Role(post.role))}" for post in held}
    return {(ref, post): (_named(ref, names), posts.get(post or 0, "")) for ref, post in wanted}


def _named(ref: str, names: Mapping[int, str]) -> str:
    kind, _colon, number = ref.partition(":")
    if kind == "system":
        return _("the system")
    if kind == "key":
        return _("API key %(number)s") % {"number": number}
    return names.get(int(number), ref) if number.isdecimal() else ref


def _fields(asked: audit.Asked) -> list[Field]:
    day = asked.day.isoformat() if asked.day else ""
    return [
        Field("subject", _("Subject"), value=asked.subject, placeholder="matter:1"),
        Field("kind", _("Kind"), value=asked.kind, placeholder="matter.dispatch"),
        Field("actor", _("Who"), value=asked.actor, placeholder="person:7"),
        Field("day", _("Day"), "date", day),
    ]


def _next(get: QueryDict, before: int | None) -> str:
    if before is None:
        return ""
    kept = {name: get[name] for name in ("subject", "kind", "actor", "day") if get.get(name)}
    return f"?{urlencode({**kept, 'before': before})}"


def _before(get: QueryDict) -> int | None:
    text = get.get("before", "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
