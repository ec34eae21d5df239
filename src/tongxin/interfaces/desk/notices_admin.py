"""Running the notices: the delivery log with what is stuck, the words, the robots of units' groups."""

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin.apps.notify import actions, queries, speaking
from tongxin.apps.notify.models import DROPPED, FAILED, SENT, WAITING
from tongxin.apps.people import directory
from tongxin.interfaces.desk.admin.doors import attempt, choices, label, needs
from tongxin.interfaces.desk.frame import page
from tongxin.interfaces.desk.notices import Part
from tongxin.look.forms import Choice, Field
from tongxin.rules.occasions import FOR_REPORTERS, FOR_STAFF, ON_REQUEST, ROBOTS, Group, Medium, Occasion
from tongxin.rules.permissions import Permission
from tongxin.rules.wordings import FACTS, LONGEST, TO_GROUPS, names_in


def states() -> Mapping[str, str]:
    """Return the words for how a message stands."""
    said = {WAITING: _("waiting"), SENT: _("sent"), FAILED: _("stuck"), DROPPED: _("not sent")}
    return {state: word.capitalize() for state, word in said.items()}


def tabs(here: str) -> list[Part]:
    """Return the parts of this administration; `here` is the one shown."""
    parts = (("sendings", _("Delivery log")), ("wordings", _("Wording")), ("robots", _("Robots in groups")))
    return [Part(title, reverse(f"desk:{name}"), name == here) for name, title in parts]


# --- the log ---------------------------------------------------------------------------------------------


@require_safe
@needs(Permission.RUN_OUTBOX)
def sendings(request: HttpRequest) -> HttpResponse:
    """Show what was sent by which medium and how it went. Four statements besides the frame's."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    state, medium, before = (request.GET.get(name, "") for name in ("state", "medium", "before"))
    state, medium = (state if state in states() else ""), (medium if medium in set(Medium) else "")
    from_id = int(before) if before.isdecimal() and len(before) < 19 else None
    found = queries.sendings(actor, state=state, medium=medium, before=from_id)
    told = states()
    context = {
        "now": now,
        "tabs": tabs("sendings"),
        "tally": list(_tally(queries.tally(actor, now))),
        "state": state,
        "states": [Part(_("All"), _log(medium=medium), not state)]
        + [Part(word, _log(state=each, medium=medium), each == state) for each, word in told.items()],
        "rows": [
            (row, found.numbers.get(row.matter_id or 0, ""), label(Occasion(row.occasion)), label(Medium(row.medium)))
            for row in found.rows
        ],
        "words": told,
        "is_stuck": state == FAILED and bool(found.rows),
        "next_url": _log(state=state, medium=medium, before=str(found.next)) if found.next else "",
    }
    return page(request, "desk/admin/sendings.html", context)


@require_POST
@needs(Permission.RUN_OUTBOX)
def retry(request: HttpRequest) -> HttpResponse:
    """Let the ticked messages be tried again."""
    ids = [int(each) for each in request.POST.getlist("sending") if each.isdecimal() and len(each) < 19]
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    many = ngettext("%(n)s message is due again.", "%(n)s messages are due again.", len(ids)) % {"n": len(ids)}
    if ids:
        attempt(request, lambda: actions.retry(sending_ids=ids, by=by, now=now) or True, many)
    return redirect(_log(state=FAILED))


def _tally(found: Mapping[tuple[str, str], int]) -> Iterator[tuple[str, list[int], str]]:
    """Yield a line a medium: its word, how many in each state, the address of its log."""
    for medium in Medium:
        if medium is not Medium.APP:
            yield label(medium), [found.get((medium, state), 0) for state in states()], _log(medium=medium)


def _log(**asked: str) -> str:
    query = urlencode({name: value for name, value in asked.items() if value})
    return reverse("desk:sendings") + (f"?{query}" if query else "")


# --- words -----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_RULES)
def wordings(request: HttpRequest) -> HttpResponse:
    """Show what is said on each occasion; one of them opens to be worded."""
    asked = request.GET.get("occasion", "")
    occasion = Occasion(asked) if asked in set(Occasion) - ON_REQUEST else None
    posted = request.POST if request.method == "POST" else None
    if occasion is not None and posted is not None and _worded(request, occasion, posted):
        return redirect(f"{reverse('desk:wordings')}?occasion={occasion}")
    context = {
        "tabs": tabs("wordings"),
        "groups": [
            (label(group), [(each.value, label(each), _plain(each), each is occasion) for each in _of(group)])
            for group in Group
        ],
        "occasion": label(occasion) if occasion else "",
        "fields": list(_fields(occasion, posted)) if occasion else [],
    }
    return page(request, "desk/admin/wordings.html", context)


def _of(group: Group) -> list[Occasion]:
    return [occasion for occasion in Occasion if occasion.group is group and occasion not in ON_REQUEST]


def _plain(occasion: Occasion) -> list[tuple[str, bool]]:
    """Return what is said in the app, in pieces; those that a fact stands for are named in words, and marked."""
    language = "en" if get_language() == "en" else speaking.CHINESE
    names = {
        "number": _("number"), "kind": _("kind"), "place": _("place"), "unit": _("unit"), "due": _("due moment"),
        "until": _("last day"),
    }  # fmt: skip
    pieces = Formatter().parse(speaking.text_of(occasion, Medium.APP, language))
    said = [each for text, name, *_more in pieces for each in ((text, False), (names.get(name or "", ""), True))]
    return [each for each in said if each[0]]


def _media(occasion: Occasion) -> list[Medium]:
    """Return by which media an occasion is ever told."""
    if occasion.group is Group.OWN:
        return [Medium.APP, *FOR_REPORTERS, Medium.CHAT]
    to_groups = (
        (*FOR_STAFF, *sorted(ROBOTS)) if occasion.group in (Group.WORK, Group.TIME, Group.PRESSURE) else FOR_STAFF
    )
    return list(to_groups)


def _fields(occasion: Occasion, posted: QueryDict | None) -> Iterator[Field]:
    for language in speaking.LANGUAGES:
        for medium in _media(occasion):
            name = f"{medium}.{language}"
            now = speaking.text_of(occasion, medium, language)
            names = sorted(names_in(speaking.usual(occasion, medium, language)) | {"number", "kind"})
            allowed = [each for each in names if each in (TO_GROUPS if medium in ROBOTS else FACTS)]
            hint = _("at most %(n)s characters; may name %(names)s") % {
                "n": LONGEST[medium],
                "names": " ".join(f"{{{each}}}" for each in allowed),
            }
            tongue = _("Chinese") if language == speaking.CHINESE else _("English")
            value = posted.get(name, "") if posted else now
            yield Field(name, f"{label(medium)} · {tongue}", "area", value, hint=hint, rows=2, longest=400)


def _worded(request: HttpRequest, occasion: Occasion, posted: QueryDict) -> bool:
    """Keep what was changed; False where one of them cannot be said, which a banner tells."""
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    changed = [
        (medium, language, posted.get(f"{medium}.{language}", ""))
        for language in speaking.LANGUAGES
        for medium in _media(occasion)
        if posted.get(f"{medium}.{language}", "").split() != speaking.text_of(occasion, medium, language).split()
    ]

    def keep() -> bool:
        for medium, language, text in changed:
            told = {"occasion": occasion, "medium": medium, "language": language, "text": text}
            actions.set_wording(**told, by=by, now=now)
        return True

    return bool(attempt(request, keep, _("The words are kept.")))


# --- robots ----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_UNITS)
def robots(request: HttpRequest) -> HttpResponse:
    """Show the robots in units' groups, and let one more in."""
    actor = request.actor  # type: ignore[attr-defined]
    posted = request.POST if request.method == "POST" else None
    if posted is not None and _let_in(request, posted):
        return redirect("desk:robots")
    context = {
        "tabs": tabs("robots"),
        "rows": [(robot, label(Medium(robot.medium))) for robot in queries.robots(actor)],
        "fields": _robot_fields(posted or QueryDict()),
    }
    return page(request, "desk/admin/robots.html", context)


@require_POST
@needs(Permission.EDIT_UNITS)
def drop_robot(request: HttpRequest, robot_id: int) -> HttpResponse:
    """Take a robot out of its group."""
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    attempt(
        request, lambda: actions.drop_robot(robot_id=robot_id, by=by, now=now) or True, _("The robot says no more.")
    )
    return redirect("desk:robots")


def _let_in(request: HttpRequest, posted: QueryDict) -> Any:
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    unit = directory.unit_called(posted.get("unit", "").strip())
    told = {name: posted.get(name, "") for name in ("medium", "url", "secret")}
    return attempt(
        request,
        lambda: actions.set_robot(unit_id=unit.pk if unit else 0, **told, by=by, now=now),
        _("The robot speaks in the group from now on."),
    )


def _robot_fields(told: Mapping[str, Any]) -> list[Field]:
    media: tuple[Choice, ...] = choices([Medium.WECOM, Medium.DINGTALK])
    return [
        Field("unit", _("Unit"), value=told.get("unit", ""), is_required=True, hint=_("its code or its whole name")),
        Field("medium", _("Kind"), "radio", told.get("medium", "wecom"), choices=media),
        Field(
            "url",
            _("Address of the robot"),
            "url",
            told.get("url", ""),
            is_required=True,
            longest=500,
            hint=_("copied from the group's settings; shown to nobody again"),
        ),
        Field("secret", _("Secret"), "password", hint=_("DingTalk: the signature's secret, SEC…"), autocomplete="off"),
    ]
