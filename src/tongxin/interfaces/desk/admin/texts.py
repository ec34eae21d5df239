"""Standard texts and macros: the city's, kept with its rules, and each unit's own, kept by who leads it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongxin.apps.matters import kinds, texts
from tongxin.apps.matters.actions import texts as actions
from tongxin.apps.matters.models import Macro, StandardText
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import bulk
from tongxin.interfaces.desk.admin.doors import attempt, choices, label
from tongxin.interfaces.desk.frame import page
from tongxin.interfaces.desk.saved import units_led
from tongxin.look.filters import is_english
from tongxin.look.forms import Choice, Field
from tongxin.rules.errors import Missing, NotAllowed
from tongxin.rules.lifecycles.matter import TEXT_LIMIT, Act, CloseKind, Ground, State
from tongxin.rules.overlays.tables import BY_ACT
from tongxin.rules.permissions import Actor, Permission, may


class Owner(NamedTuple):
    """Whose texts a page shows: the city's (None) or a unit's."""

    unit_id: int | None
    label: str
    url: str
    is_on: bool


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Show the texts and macros of an owner, and write a new one. Raises NotAllowed."""
    owners = _owners(request)
    here = next(owner for owner in owners if owner.is_on)
    posted = request.POST if request.method == "POST" else None
    if posted is not None and _written(request, posted, here.unit_id, None) is not None:
        return redirect(here.url)
    is_macro = posted is not None and posted.get("what") == "macro"
    context = {
        "owners": owners,
        "here": here,
        "groups": list(_groups(texts.texts_of(here.unit_id))),
        "macros": [_macro_line(row) for row in texts.macros_of(here.unit_id)],
        "text_fields": _text_fields(posted if posted and not is_macro else {"is_active": "true"}),
        "macro_fields": _macro_fields(posted if posted and is_macro else {}),
        "is_writing": "" if posted is None else "macro" if is_macro else "text",
    }
    return page(request, "desk/admin/texts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, what: str, id: int) -> HttpResponse:
    """Show one text or macro, change it or remove it. Raises Missing, also for those of another unit."""
    is_macro = what == "macro"
    row: Any = (Macro if is_macro else StandardText).objects.filter(pk=id).first()
    if row is None or row.unit_id not in {owner.unit_id for owner in _owners(request)}:
        raise Missing("text.missing")
    posted = request.POST if request.method == "POST" else None
    back = _url(row.unit_id)
    if posted is not None and posted.get("do") == "drop":
        drop = actions.drop_macro if is_macro else actions.drop_text
        told = {"macro_id" if is_macro else "text_id": row.pk, "unit_id": row.unit_id}
        by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
        attempt(request, lambda: drop(**told, by=by, now=now) or True, _("Removed."))
        return redirect(back)
    if posted is not None and _written(request, posted, row.unit_id, row.pk) is not None:
        return redirect(back)
    given = posted or (_macro_given(row) if is_macro else _text_given(row))
    context = {
        "row": row,
        "what": what,
        "title": row.name if is_macro else row.title,
        "owner": unit_names().get(row.unit_id or 0, _("The whole city")),
        "fields": _macro_fields(given) if is_macro else _text_fields(given),
        "back": back,
    }
    return page(request, "desk/admin/text.html", context)


def _owners(request: HttpRequest) -> list[Owner]:
    """Return whose texts the person may keep; the one asked for is on. Raises NotAllowed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    ids: list[int | None] = [None] if may(actor, Permission.EDIT_RULES) else []
    ids += units_led(actor)
    if not ids:
        raise NotAllowed("permission.denied", permission=Permission.EQUIP_UNIT)
    asked = request.GET.get("unit", "")
    chosen = int(asked) if asked.isdigit() and len(asked) < 19 and int(asked) in ids else ids[0]
    named = unit_names()
    return [Owner(id_, named.get(id_ or 0, _("The whole city")), _url(id_), id_ == chosen) for id_ in ids]


def _url(unit_id: int | None) -> str:
    return reverse("desk:texts") + (f"?{urlencode({'unit': unit_id})}" if unit_id else "")


def _written(request: HttpRequest, posted: QueryDict, unit_id: int | None, id_: int | None) -> Any:
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    if posted.get("what") == "macro":
        details = {name: posted.get(name, "") for name in actions.DETAILS}
        told = {"macro_id": id_, "unit_id": unit_id, "name": posted.get("name", ""), "act": posted.get("act", "")}
        return attempt(
            request,
            lambda: actions.write_macro(**told, details=details, by=by, now=now),
            _("“%(title)s” is kept.") % {"title": posted.get("name", "")},
        )
    changes: dict[str, Any] = {name: posted.get(name, "") for name in actions.COLUMNS}
    changes["is_active"] = posted.get("is_active") == "true"
    return attempt(
        request,
        lambda: actions.write_text(text_id=id_, unit_id=unit_id, changes=changes, by=by, now=now),
        _("“%(title)s” is kept.") % {"title": posted.get("title", "")},
    )


# --- what the pages show ---------------------------------------------------------------------------------


def _groups(rows: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the texts by their act, in the order of the lifecycle."""
    by_act: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_act.setdefault(row.act, []).append(_line(row))
    order = {"": -1} | {act: n for n, act in enumerate([*(each.value for each in Act), *BY_ACT])}
    for act in sorted(by_act, key=lambda each: order.get(each, 999)):
        yield _act_word(act) or _("Any act"), by_act[act]


def _line(row: StandardText) -> dict[str, Any]:
    kind = kinds.current().get(row.template)
    where = [
        f"{row.template} {(kind.name_en if is_english() else kind.name) if kind else ''}".strip(),
        label(State(row.state)) if row.state else "",
    ]
    return {
        "id": row.pk,
        "title": (is_english() and row.title_en) or row.title,
        "text": (is_english() and row.text_en) or row.text,
        "where": " · ".join(filter(None, where)),
        "is_active": row.is_active,
        "is_ours": row.code is not None,
    }


def _macro_line(row: Macro) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name, "act": _act_word(row.act), "text": row.details.get("reason", "")}


def _act_word(act: str) -> str:
    if act in set(Act):
        return label(Act(act))
    if act in BY_ACT:
        return label(next(step.act for step in BY_ACT[act].steps if step.act == act))
    return ""


def _text_fields(given: Mapping[str, Any]) -> list[Field]:
    facts = _("{number}, {place} and {due} are filled in when it is inserted.")
    told = {name: given.get(name, "") for name in (*actions.COLUMNS, "is_active")}
    prefix = _("C stands for all that begin with C.")
    code = {"longest": actions.CODE_LIMIT, "placeholder": "C02", "hint": prefix}
    words = {"longest": TEXT_LIMIT, "hint": facts}
    return [
        Field("title", _("Title"), value=told["title"], is_required=True, longest=actions.TITLE_LIMIT),
        Field("act", _("Act"), "select", told["act"], choices=tuple(_acts()), placeholder=_("any act")),
        Field("template", _("Template, or the beginning of its code"), value=told["template"], **code),
        Field("state", _("State"), "select", told["state"], choices=choices(State), placeholder=_("any state")),
        Field("text", _("Text"), "area", told["text"], is_required=True, **words),
        Field("title_en", _("Title in English"), value=told["title_en"], longest=2 * actions.TITLE_LIMIT),
        Field("text_en", _("Text in English"), "area", told["text_en"], longest=TEXT_LIMIT),
        Field("is_active", _("Offered in forms"), "check", told["is_active"]),
    ]


def _macro_fields(given: Mapping[str, Any]) -> list[Field]:
    facts = _("{number}, {place} and {due} are filled in for each matter.")
    told = {name: given.get(name, "") for name in ("name", "act", *actions.DETAILS)}
    acts = tuple(Choice(act.value, label(act)) for act in bulk.MANY)
    named = {"is_required": True, "longest": actions.TITLE_LIMIT}
    return [
        Field("name", _("Name"), value=told["name"], **named),
        Field("act", _("Act"), "select", told["act"], is_required=True, choices=acts),
        Field("ground", _("Legal ground"), "select", told["ground"], choices=choices(Ground)),
        Field("close_as", _("How it is closed"), "select", told["close_as"], choices=choices(CloseKind)),
        Field("reason", _("Words"), "area", told["reason"], longest=TEXT_LIMIT, hint=facts),
        Field("reply", _("Answer to the reporter"), "area", told["reply"], longest=TEXT_LIMIT),
        Field("route", _("Where the reporter can go"), value=told["route"], longest=120),
    ]


def _acts() -> Iterator[Choice]:
    for act in Act:
        yield Choice(act.value, label(act))
    for act in BY_ACT:
        yield Choice(act, _act_word(act))


def _text_given(row: StandardText) -> dict[str, Any]:
    return {name: getattr(row, name) for name in actions.COLUMNS} | {"is_active": "true" if row.is_active else ""}


def _macro_given(row: Macro) -> dict[str, Any]:
    return {"name": row.name, "act": row.act} | dict(row.details)
