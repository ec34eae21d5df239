"""A proposal as its page shows it: its changes old beside new, its findings, its acts and its story."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from tongxin.apps.journal.queries import story as entries_of
from tongxin.apps.matters import kinds
from tongxin.apps.matters.drafting import findings_of
from tongxin.apps.matters.models import Proposal
from tongxin.apps.people.models import Person
from tongxin.interfaces.desk.admin import naming
from tongxin.interfaces.desk.admin.doors import label
from tongxin.look.filters import full_moment, is_english, iso, number, recent, say
from tongxin.rules import proposals as rules
from tongxin.rules.drafts import Difference, Part
from tongxin.rules.errors import Refused
from tongxin.rules.permissions import Actor
from tongxin.rules.proposals import ALIVE, Act, Ask, Facts, State

RAIL = (State.DRAFT, State.CHECKED, State.REHEARSED, State.PUBLISHED)
WAY = (Act.CHECK, Act.REHEARSE, Act.PUBLISH)
HASTE = "proposal.rehearsing"  # the progress on the page says as much
ICONS = {
    "draft": "file-plus",
    "change": "pencil",
    "rebase": "git-merge",
    "check": "clipboard-check",
    "rehearse": "flask",
    "stop": "player-stop",
    "rename": "pencil",
    "schedule": "calendar-event",
    "recall": "arrow-back-up",
    "lapse": "alert-triangle",
    "publish": "file-check",
    "withdraw": "ban",
}


class Row(NamedTuple):
    """One changed field. `text` is a line-by-line difference where old and new are long."""

    field: str
    old: str
    new: str
    text: str = ""
    key: str = ""  # what takes it back, where the field stands by itself


class Changed(NamedTuple):
    """One thing that is changed, with its fields."""

    key: str
    name: str
    url: str
    rows: list[Row]


def address(proposal_id: int) -> str:
    """Return where a proposal is shown."""
    return reverse("desk:proposal", args=[proposal_id])


def people(ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of who drafted or approved. One statement."""
    return dict(Person.objects.filter(pk__in=[each for each in ids if each]).values_list("pk", "name"))


def line(proposal: Proposal, names: Mapping[int, str]) -> dict[str, Any]:
    """Return a proposal as a row of the list and the head of its page show it."""
    content = proposal.content
    counts = (
        (Part.TEMPLATES, len(content.get("templates") or ())),
        (Part.ROUTING, 1 if content.get("routing") is not None else 0),
        (Part.BOOK, len((content.get("was") or {}).get("book") or ())),
    )
    return {
        "id": proposal.pk,
        "title": proposal.title,
        "state": proposal.state,
        "label": label(State(proposal.state)),
        "is_alive": proposal.state in ALIVE,
        "parts": " · ".join(
            label(part) + (f" {many}" if part is not Part.ROUTING else "") for part, many in counts if many
        ),
        "opened_at": proposal.opened_at,
        "drafters": _listed(names.get(each, "") for each in proposal.drafters)
        or names.get(proposal.opened_by or 0, _("the system")),
        "approved": names.get(proposal.approved_by or 0, ""),
        "publish_at": proposal.publish_at,
        "published_at": proposal.published_at,
    }


def rail(proposal: Proposal) -> list[dict[str, str]]:
    """Return the steps of a proposal as the rail draws them."""
    state = State(proposal.state)
    if state is State.WITHDRAWN:
        return []
    now = RAIL.index(State.REHEARSED if state is State.SCHEDULED else state)
    told = ["done" if n < now or state is State.PUBLISHED else "now" if n == now else "todo" for n in range(len(RAIL))]
    moments = {State.PUBLISHED: proposal.published_at or proposal.publish_at}
    return [
        {"label": label(each), "state": how, "moment": full_moment(moments[each]) if moments.get(each) else ""}
        for each, how in zip(RAIL, told, strict=True)
    ]


def acts(facts: Facts, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return which acts are open, and of the next ones that are not, why."""
    ask = Ask(now, actor.person_id, now + timedelta(days=1))
    refusals: dict[Act, Refused | None] = {}
    for each in Act:
        try:
            rules.decide(each, facts, ask)
            refusals[each] = None
        except Refused as refusal:
            refusals[each] = refusal
    said = {
        each: say(why) for each in WAY if (why := refusals[each]) and why.code not in ("proposal.wrong_state", HASTE)
    }
    return {
        "open": {each.value for each, refusal in refusals.items() if refusal is None},
        "refused": [(label(each), sentence, "") for each, sentence in said.items()],
    }


# --- what it changes ---------------------------------------------------------------------------------------


def part_of(request: HttpRequest, differences: Sequence[Difference]) -> Part:
    """Return the tab that is asked for, else the first that changes something."""
    asked = request.GET.get("part", "")
    first = differences[0].part if differences else Part.TEMPLATES
    return Part(asked) if asked in set(Part) else first


def tabs(request: HttpRequest, differences: Sequence[Difference]) -> list[dict[str, Any]]:
    """Return the three tabs with the number of things that each changes."""
    chosen = part_of(request, differences)
    found = []
    for part in Part:
        keys = {(one.key or one.field) for one in differences if one.part is part}
        title = f"{label(part)} {len(keys)}" if keys else label(part)
        found.append({"label": title, "url": f"?part={part}", "is_on": part is chosen})
    return found


def changes(part: Part, differences: Sequence[Difference]) -> list[Changed]:
    """Return the changes of one part, thing by thing; the book is one thing of many settings."""
    mine = [one for one in differences if one.part is part]
    if part is Part.BOOK:
        rows = [_row(one, key=one.field) for one in mine]
        return [Changed("", label(part), reverse("desk:limits"), rows)] if rows else []
    name = "desk:template" if part is Part.TEMPLATES else "desk:rule"
    keys = dict.fromkeys(one.key for one in mine)
    return [
        Changed(key, named(part, key), _url(name, key), [_row(one) for one in mine if one.key == key]) for key in keys
    ]


def _url(name: str, key: str) -> str:
    is_plain = all(each.isalnum() or each in "-_." for each in key)
    return reverse(name, args=[key]) if is_plain else ""


def named(part: Part, key: str) -> str:
    if part is Part.ROUTING:
        return ""
    known = kinds.current().get(key)
    return (known.name_en if is_english() else known.name) if known else ""


def _row(one: Difference, key: str = "") -> Row:
    if one.part is Part.ROUTING and one.field == "":
        old, new = (naming.rule_in_words(each) if each else "—" for each in (one.old, one.new))
        return Row(naming.field(one), old, new, key=key)
    old, new = (naming.value(one.part, one.field, each) for each in (one.old, one.new))
    is_long = max(len(old), len(new)) > 80 or "\n" in old + new
    return Row(naming.field(one), old, new, _lines(old, new) if is_long else "", key)


def _lines(old: str, new: str) -> str:
    """Return what differs line by line, as `diff -u` writes it."""
    told = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2)
    return "\n".join(each for each in told if not each.startswith(("---", "+++")))


# --- what was found ------------------------------------------------------------------------


def findings(proposal: Proposal) -> dict[str, Any] | None:
    """Return what the check found in sentences, or None where it was not checked."""
    if proposal.findings is None:
        return None
    found = findings_of(proposal)
    return {
        "fatal": [naming.finding(one) for one in found if one.is_fatal],
        "warnings": [naming.finding(one) for one in found if not one.is_fatal and not one.stands],
        "standing": [naming.finding(one) for one in found if one.stands],
    }


# --- what happened -----------------------------------------------------------------------------------------


def story(proposal: Proposal) -> list[dict[str, Any]]:
    """Return what was done to a proposal, newest first."""
    entries = list(entries_of(f"proposal:{proposal.pk}"))
    ids = {
        int(each.actor.removeprefix("person:")) for each in entries if each.actor.removeprefix("person:").isdecimal()
    }
    names = people(ids)
    return [
        {
            "time": recent(each.at, entries[-1].at),
            "at": iso(each.at),
            "icon": ICONS.get(each.kind.removeprefix("rules."), "pencil"),
            "title": _done(each.kind.removeprefix("rules.")),
            "who": _who(each.actor, names),
            "text": _detail(each.kind, each.data),
            "is_now": n == 0,
        }
        for n, each in enumerate(reversed(entries))
    ]


def _done(kind: str) -> str:
    return label(Act(kind)) if kind in set(Act) else _("Drafted")


def _who(actor: str, names: Mapping[int, str]) -> str:
    pk = actor.removeprefix("person:")
    return names.get(int(pk), actor) if pk.isdecimal() else _("the system") if actor.startswith("system") else actor


def _detail(kind: str, data: Mapping[str, Any]) -> str:
    if kind == "rules.check":
        return _("%(count)s findings, %(fatal)s to be mended") % {"count": data["findings"], "fatal": data["fatal"]}
    if kind == "rules.rehearse":
        return _("over the last %(count)s matters") % {"count": number(data["wanted"])}
    if kind == "rules.schedule":
        return full_moment(datetime.fromisoformat(data["publish_at"]))
    return " · ".join(label(Part(part)) for part in data.get("parts", ()))


def _listed(names: Iterable[str]) -> str:
    return ("、" if not is_english() else ", ").join(filter(None, names))
