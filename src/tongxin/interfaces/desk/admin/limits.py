"""The book of limits and triggers: what is in force, edited into a draft, and its editions."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongxin.apps.matters import drafting, kinds
from tongxin.apps.matters.actions import proposals
from tongxin.interfaces.desk.admin import drafted, naming
from tongxin.interfaces.desk.admin.doors import attempt, choices, label, needs
from tongxin.interfaces.desk.frame import page
from tongxin.look.filters import say
from tongxin.look.forms import Field
from tongxin.rules import rulebook
from tongxin.rules.deadlines import Urgency
from tongxin.rules.drafts import Edit, Part, applied
from tongxin.rules.errors import Invalid
from tongxin.rules.permissions import Permission
from tongxin.rules.ratings import Rating
from tongxin.rules.rulebook import BOUNDS, DEFAULT, Setting
from tongxin.rules.working_time import Limit


class Group(NamedTuple):
    """Settings that stand together. `rows` are set where they form a table: a title and one field for each urgency."""

    name: str
    title: str
    fields: list[Field]
    rows: list[tuple[str, list[Field]]]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_RULES)
def index(request: HttpRequest) -> HttpResponse:
    """Show every setting as it is in force, or as the draft has it; a post writes what differs into the draft."""
    posted = request.POST if request.method == "POST" else None
    errors: dict[str, str] = {}
    if posted is not None:
        settings = read(posted, errors)
        if not errors and (saved := _save(request, settings)) is not None:
            return redirect(drafted.address(saved, Part.BOOK))
    target = drafted.target(request)
    standing = drafting.standing()
    wanted = rulebook.settings(rulebook.read(applied(target.content, standing).book if target else standing.book))
    groups = _groups(posted, wanted, rulebook.settings(rulebook.read(standing.book)), errors)
    context = {
        "groups": groups,
        "urgencies": [label(each) for each in Urgency],
        "errors": [each for group in groups for each in _all_fields(group) if each.error],
        "target": target,
        "edition": kinds.current_book().number,
        "history": drafted.history(Part.BOOK),
    }
    return page(request, "desk/admin/limits.html", context, status=422 if errors else 200)


def read(posted: QueryDict, errors: dict[str, str]) -> dict[str, Any]:
    """Return the settings that were filled in, by path; what cannot be read goes to `errors`."""
    found: dict[str, Any] = {}
    for path, default in rulebook.settings(DEFAULT).items():
        try:
            found[path] = rulebook.plain(rulebook.setting(path, _raw(path, default, posted)))
        except Invalid as refusal:
            errors[path] = say(Invalid(refusal.code, **{**refusal.facts, "field": naming.setting(path)}))
    return found


def _raw(path: str, default: Setting, posted: QueryDict) -> object:
    if isinstance(default, tuple):
        return posted.getlist(path)
    text = posted.get(path, "").strip()
    if isinstance(default, bool):
        return text == "true"
    if isinstance(default, Limit):
        return text
    return int(text) if text.isdecimal() and len(text) < 6 else text


def _save(request: HttpRequest, settings: Mapping[str, Any]) -> Any:
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    edit, title = Edit(settings=settings), _("Limits and triggers")
    proposal_id = drafted.asked(request)
    return attempt(
        request,
        lambda: proposals.amend(edit=edit, by=by, now=now, title=title, proposal_id=proposal_id),
        drafted.said(),
    )


def _groups(
    posted: QueryDict | None, wanted: Mapping[str, Setting], standing: Mapping[str, Setting], errors: Mapping[str, str]
) -> list[Group]:
    by_group: dict[str, list[str]] = {name: [] for name in naming.GROUPS}
    for path in wanted:
        by_group[path.split(".")[0] if "." in path else ""].append(path)
    groups = []
    for name, title in naming.GROUPS.items():
        fields = [_field(path, posted, wanted[path], standing[path], errors.get(path, "")) for path in by_group[name]]
        if name == "limits":
            clocks = [path.split(".")[1] for path in by_group[name]][:: len(Urgency)]
            rows = [(naming.clock(clock), fields[3 * n : 3 * n + 3]) for n, clock in enumerate(clocks)]
            groups.append(Group(name, str(title), [], rows))
        else:
            groups.append(Group(name, str(title), fields, []))
    return groups


def _all_fields(group: Group) -> list[Field]:
    return [*group.fields, *(field for _title, fields in group.rows for field in fields)]


def _field(path: str, posted: QueryDict | None, wanted: Setting, standing: Setting, error: str) -> Field:
    """Return the field of a setting; where the draft differs, its hint says what is in force."""
    in_force = naming.value(Part.BOOK, path, rulebook.plain(standing))
    hint = _("in force: %(value)s") % {"value": in_force} if wanted != standing else ""
    title = naming.setting(path)
    if isinstance(wanted, tuple):
        given = tuple(posted.getlist(path)) if posted is not None else tuple(str(each) for each in wanted)
        return Field(path, title, "checks", given, True, hint, error, choices(Rating))
    if isinstance(wanted, bool):
        given = posted.get(path, "") if posted is not None else "true" if wanted else ""
        return Field(path, title, "check", given, hint=hint, error=error)
    text = posted.get(path, "") if posted is not None else str(wanted)
    if isinstance(wanted, Limit):
        return Field(path, title, "text", text, True, hint, error, longest=6)
    low, high = BOUNDS[path]
    return Field(path, title, "number", text, True, hint, error, low=low, high=high, step="1")
