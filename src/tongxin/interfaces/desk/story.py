"""What happened to a matter, as pages tell it: the journal's entries in words, and the rail of steps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tongxin import words
from tongxin.apps.journal.models import Entry, EvidenceKind
from tongxin.apps.journal.queries import story
from tongxin.apps.matters.models import Matter
from tongxin.apps.people.models import Post
from tongxin.apps.people.queries import unit_names
from tongxin.look import filters
from tongxin.look.icons import ACTS
from tongxin.rules.channels import Channel
from tongxin.rules.lifecycles.matter import Act, CloseKind, Ground, State
from tongxin.rules.permissions import Role
from tongxin.rules.working_time import SHANGHAI

ICONS = {
    "report": "camera",
    "import": "database-import",
    "unmask": "eye",
    "print": "printer",
    "keep": "photo",
    "erase": "photo-off",
}


class Told(NamedTuple):
    """One entry as the timeline draws it."""

    at: str
    time: str
    icon: str
    title: str
    who: str
    text: str
    is_now: bool


def told(matter: Matter, entries: Sequence[Entry], now: datetime) -> list[Told]:
    """Return the story, the newest first. Two statements: the notes, and the posts behind the entries."""
    notes = dict(matter.notes.values_list("seq", "text"))
    held = {entry.post_id for entry in entries if entry.post_id}
    posts = {
        id_: (role, unit) for id_, role, unit in Post.objects.filter(pk__in=held).values_list("id", "role", "unit")
    }
    language = get_language() or "zh-hans"
    return [
        Told(
            at=filters.iso(entry.at),
            time=filters.recent(entry.at, now),
            icon=_icon(entry),
            title=_title(entry, language),
            who=_who(entry, posts.get(entry.post_id or 0), language),
            text=" ".join(filter(None, [notes.get(entry.seq, ""), *_facts(entry.data, language)])),
            is_now=nth == 0,
        )
        for nth, entry in enumerate(reversed(entries))
    ]


def entries_of(matter: Matter) -> list[Entry]:
    """Return the matter's entries, first to last. One statement."""
    return list(story(f"matter:{matter.pk}"))


def _word(entry: Entry) -> str:
    return entry.kind.partition(".")[2]


def _icon(entry: Entry) -> str:
    word = _word(entry)
    return ACTS[Act(word)] if word in set(Act) else ICONS.get(word, "point")


def _title(entry: Entry, language: str) -> str:
    word = _word(entry)
    if word in set(Act):
        return words.label(Act(word), language)
    own = {
        "matter.report": _("Report"),
        "matter.import": _("Taken over from another system"),
        "matter.unmask": _("Contact viewed"),
        "matter.print": _("Printed"),
        "evidence.keep": _("Evidence added"),
        "evidence.erase": _("Evidence erased"),
    }
    return own.get(entry.kind, entry.kind)


def _who(entry: Entry, post: tuple[str, int] | None, language: str) -> str:
    if post is not None:
        role, unit = post
        return f"{unit_names().get(unit, '')} · {words.label(Role(role), language)}"
    return _("the system") if entry.actor.startswith("system") else ""


def _facts(data: Mapping[str, Any], language: str) -> Iterator[str]:
    """Yield what an entry holds besides words: codes and references, made readable."""
    if channel := data.get("channel"):
        yield words.label(Channel(channel), language)
    if unit := data.get("unit"):
        yield _("Unit: %(unit)s.") % {"unit": unit_names().get(unit, "—")}
    if ground := data.get("ground"):
        yield _("Ground: %(ground)s.") % {"ground": words.label(Ground(ground), language)}
    if kind := data.get("close_as"):
        yield words.label(CloseKind(kind), language)
    if kind := data.get("as"):
        yield {
            EvidenceKind.BEFORE.value: _("A photo of the start"),
            EvidenceKind.AFTER.value: _("A photo of the result"),
            EvidenceKind.DOCUMENT.value: _("A document"),
        }.get(kind, _("A photo"))


# --- the rail of steps -----------------------------------------------------------------------------------


class Step(NamedTuple):
    """One station of the rail: state is done, now or todo."""

    label: str
    state: str
    moment: str


# station: the entry that passes it, and the states in which a matter stands before it
RAIL: tuple[tuple[str, frozenset[State]], ...] = (
    ("report", frozenset()),
    (Act.ACCEPT, frozenset({State.AWAITING_ACCEPTANCE, State.VERIFYING})),
    (Act.FILE, frozenset({State.AWAITING_FILING})),
    (Act.DISPATCH, frozenset({State.AWAITING_DISPATCH})),
    (Act.SIGN, frozenset({State.AWAITING_SIGNATURE})),
    (Act.HANDLE, frozenset({State.HANDLING})),
    (Act.REVIEW, frozenset({State.AWAITING_REVIEW})),
    (Act.CHECK, frozenset({State.AWAITING_CHECK})),
    (Act.CLOSE, frozenset({State.AWAITING_CLOSING})),
)
SETTLED = ("report", Act.SETTLE, Act.CHECK, Act.CLOSE)


def rail(matter: Matter, entries: Iterable[Entry], now: datetime) -> list[Step]:
    """Return the way of the matter: what was passed and when, where it stands, what is to come."""
    passed = _passed(entries)
    names = _names()
    state = State(matter.state)
    stations = [each for each in RAIL if Act.SETTLE not in passed or each[0] in SETTLED]
    if Act.SETTLE in passed:
        stations.insert(1, (Act.SETTLE, frozenset()))
    at = next((n for n, (_act, states) in enumerate(stations) if state in states), None)
    found, day = [], ""
    for n, (act, _states) in enumerate(stations):
        if at == n:
            found.append(Step(names[act], "now", _("under way")))
            continue
        is_done = act in passed and (at is None or n < at)
        moment = passed[act].astimezone(SHANGHAI) if is_done else None
        found.append(Step(names[act], "done" if is_done else "todo", _short(moment, day) if moment else ""))
        day = f"{moment:%m-%d}" if moment else day
    return found


def _passed(entries: Iterable[Entry]) -> dict[str, datetime]:
    """Return when each station was passed last, in this round: a reopened matter begins its way again."""
    passed: dict[str, datetime] = {}
    for entry in entries:
        word = _word(entry)
        if word in (Act.REOPEN, Act.REINSTATE):
            passed = {"report": passed["report"]} if "report" in passed else {}
        elif entry.kind in ("matter.report", "matter.import"):
            passed["report"] = entry.at
        elif entry.kind.startswith("matter."):
            passed[word] = entry.at
    return passed


def _names() -> dict[str, str]:
    return {
        "report": _("Report"),
        Act.ACCEPT: _("Accept"),
        Act.FILE: _("File"),
        Act.DISPATCH: _("Dispatch"),
        Act.SIGN: _("Sign"),
        Act.HANDLE: _("Handle"),
        Act.REVIEW: _("Review"),
        Act.CHECK: _("Check"),
        Act.CLOSE: _("Close the matter"),
        Act.SETTLE: _("Settled on the spot"),
    }


def _short(moment: datetime, day_before: str) -> str:
    """Write a moment; the day only where it is another one than at the station before."""
    return f"{moment:%H:%M}" if f"{moment:%m-%d}" == day_before else f"{moment:%m-%d %H:%M}"
