"""What happened to a matter, as pages tell it: the journal's entries in words, and the rail of steps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from tongxin import words
from tongxin.apps.journal.models import Entry, EvidenceKind
from tongxin.apps.journal.queries import story
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.queries import visible_to
from tongxin.apps.people.models import Post
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import clocks, lines
from tongxin.look import filters
from tongxin.look.icons import ACTS, overlay_icon
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Clock, Urgency
from tongxin.rules.firing import Telling
from tongxin.rules.lifecycles.matter import Act, Because, CloseKind, Ground, State
from tongxin.rules.overlays.tables import BY_ACT, options
from tongxin.rules.permissions import Actor, Role
from tongxin.rules.working_time import SHANGHAI, Limit

ICONS = {
    "report": "camera",
    "import": "database-import",
    "unmask": "eye",
    "print": "printer",
    "keep": "photo",
    "erase": "photo-off",
    "restamp": "map-pin",
    "hand_over": "transfer",
    "take_up": "user-check",
    "unseal": "lock-open",
    "reseal": "lock",
    "join": "access-point",
    "clear": "access-point-off",
    "supplement": "message-plus",
    "reword": "pencil",
    "wish": "message-off",
    "same": "user-plus",
    "correct": "address-book",
    "purge": "eraser",
    "rotate": "refresh-dot",
    "prove": "user-check",
    "guess": "user-question",
}
CLOCK_ICONS = {"amber": "alarm", "overdue": "clock-x", "urge": "bell-ringing", "notice": "speakerphone"}
UNITS = {
    "unit": gettext_lazy("Unit: %(unit)s."),
    "suggested": gettext_lazy("Should go to %(unit)s."),
    "desk": gettext_lazy("Now at %(unit)s."),
}
DAYS = {
    "review_on": gettext_lazy("Looked at again on %(day)s."),
    "reply_by": gettext_lazy("Answer by %(day)s."),
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


class Words(NamedTuple):
    """What stands beside the entries of a matter: notes and posts by seq, numbers of the matters they speak of.

    `asked` are the units of the overlays whose clocks they tell of.
    """

    notes: Mapping[int, str]
    who: Mapping[int, str]
    numbers: Mapping[int, str]
    asked: Mapping[tuple[str, int | None], str] = {}


def words_of(actor: Actor, matter: Matter, entries: Sequence[Entry]) -> Words:
    """Return the words behind the entries. Two statements: notes and posts.

    One more where others were merged, and where clocks of units tell.
    """
    notes = dict(matter.notes.values_list("seq", "text"))
    held = {entry.post_id for entry in entries if entry.post_id}
    named = Post.objects.filter(pk__in=held).values_list("id", "role", "unit", "stands_in_for")
    posts = {id_: (role, unit, lender is not None) for id_, role, unit, lender in named}
    language = get_language() or "zh-hans"
    who = {entry.seq: _who(entry, posts.get(entry.post_id or 0), language) for entry in entries}
    named = {entry.data["master"] for entry in entries if entry.data.get("master")}
    numbers = dict(visible_to(actor).filter(pk__in=named).values_list("id", "number")) if named else {}
    asked = clocks.asked_units(_overlay(entry) for entry in entries if entry.kind.startswith("clock."))
    return Words(notes, who, numbers, asked)


def told(entries: Sequence[Entry], said: Words, now: datetime) -> list[Told]:
    """Return the story, the newest first. No statement."""
    language = get_language() or "zh-hans"
    return [
        Told(
            at=filters.iso(entry.at),
            time=filters.recent(entry.at, now),
            icon=_icon(entry),
            title=title(entry, language),
            who=said.who[entry.seq],
            text=" ".join(filter(None, [said.notes.get(entry.seq, ""), *_facts(entry, said, now, language)])),
            is_now=nth == 0,
        )
        for nth, entry in enumerate(reversed(entries))
    ]


def entries_of(matter: Matter) -> list[Entry]:
    """Return the matter's entries, first to last. One statement."""
    return list(story(f"matter:{matter.pk}"))


class Added(NamedTuple):
    """What the reporter said after the report; a wish is that it need not be handled any more."""

    at: datetime
    text: str
    is_wish: bool


def added(matter: Matter, entries: Sequence[Entry], notes: Mapping[int, str]) -> list[Added]:
    """Return what the reporter added, oldest first; what was erased is not there any more. No statement."""
    if not (matter.added or matter.is_unwanted):
        return []
    said = [each for each in entries if each.kind in ("resident.supplement", "resident.wish")]
    return [Added(each.at, notes[each.seq], each.kind == "resident.wish") for each in said if each.seq in notes]


def _overlay(entry: Entry) -> tuple[str, int | None]:
    return entry.data.get("of", ""), entry.data.get("of_id")


def _word(entry: Entry) -> str:
    return entry.kind.partition(".")[2]


def _icon(entry: Entry) -> str:
    word = _word(entry)
    if entry.kind in BY_ACT:
        return overlay_icon(entry.kind)
    if entry.kind.startswith("clock."):
        return CLOCK_ICONS.get(word, "clock")
    return ACTS[Act(word)] if word in set(Act) else ICONS.get(word, "point")


def title(entry: Entry, language: str) -> str:
    """Return what happened, in few words; the kind itself where it has none."""
    word = _word(entry)
    if entry.kind in BY_ACT:
        return words.label(next(step.act for step in BY_ACT[entry.kind].steps if step.act == entry.kind), language)
    if entry.kind.startswith("clock."):
        return clock_title(word, entry.data.get("clock", ""), language)
    if entry.kind.startswith("matter.") and word in set(Act):
        return words.label(Act(word), language)
    own = {
        "matter.report": _("Report"),
        "matter.import": _("Taken over from another system"),
        "matter.unmask": _("Contact viewed"),
        "matter.print": _("Printed"),
        "matter.hand_over": _("Handed over to another post") if entry.data.get("to_post") else _("Left to the unit"),
        "matter.take_up": _("Somebody of the unit goes on with it"),
        "matter.unseal": _("Sealed matter opened in an emergency"),
        "matter.reseal": _("Closed again"),
        "matter.restamp": _("Moved to another area, whose borders changed"),
        "resident.supplement": _("The reporter adds"),
        "partner.supplement": _("A partner's platform adds"),
        "matter.hasten": _("Now %(urgency)s")
        % {"urgency": words.label(Urgency(entry.data.get("urgency", Urgency.URGENT)), language)},
        "partner.reword": _("The police set their words right; before, they were:")
        if entry.data.get("via", "").startswith("police:")
        else _("The partner set its words right; before, they were:"),
        "resident.wish": _("The reporter no longer wants it"),
        "resident.same": _("Joined by another reporter"),
        "resident.correct": _("Contact set right by the reporter"),
        "resident.erase": _("Own data erased by the reporter"),
        "resident.purge": _("Contact erased, its time is over"),
        "receipt.rotate": _("The reporter has a new link"),
        "receipt.prove": _("Reporter recognized by a code")
        if entry.data.get("with_code")
        else _("Reporter recognized by the telephone"),
        "receipt.guess": _("Wrong code") if entry.data.get("with_code") else _("Wrong digits of the telephone"),
        "evidence.keep": _("Evidence added"),
        "evidence.erase": _("Evidence erased"),
        "device.join": _("A further device reports the same"),
        "device.clear": _("The device reports that it is over"),
    }
    return own.get(entry.kind, entry.kind)


def _who(entry: Entry, post: tuple[str, int, bool] | None, language: str) -> str:
    if post is not None:
        role, unit, is_lent = post
        said = f"{unit_names().get(unit, '')} · {words.label(Role(role), language)}"
        return _("%(post)s (stood in for)") % {"post": said} if is_lent else said
    if entry.actor.startswith(("receipt", "resident")):
        return _("the reporter")
    return _("the system") if entry.actor.startswith("system") else ""


def clock_title(telling: str, clock: str, language: str) -> str:
    """Return what a clock told: `处置逾期`, `督办答复临期提醒`."""
    name = words.label(Clock(clock), language) if clock in set(Clock) else ""
    if telling in set(Telling):
        return _("%(clock)s: %(telling)s") % {"clock": name, "telling": words.label(Telling(telling), language)}
    return _("%(clock)s counted anew by another calendar") % {"clock": name}


def _facts(entry: Entry, said: Words, now: datetime, language: str) -> Iterator[str]:
    """Yield what an entry holds besides words: codes and references, made readable."""
    data, names = entry.data, unit_names()
    if unit := said.asked.get(_overlay(entry)):
        yield _("Asked of %(unit)s.") % {"unit": unit}
    if channel := data.get("channel"):
        yield words.label(Channel(channel), language)
    if device := data.get("device"):
        yield _("Device %(code)s.") % {"code": device}
    if value := data.get("value"):
        yield _("Value %(value)s.") % {"value": value}
    for name, sentence in UNITS.items():
        if unit := data.get(name):
            yield str(sentence) % {"unit": names.get(unit, "—")}
    if units := data.get("units"):
        yield _("Units: %(units)s.") % {"units": "、".join(names.get(each, "—") for each in units)}
    for name in ("kind", "ground", "join", "outcome", "grade", "side", "about", "rating"):
        if value := data.get(name):
            yield _chosen(entry.kind, name, str(value), language)
    if because := data.get("because"):
        yield words.label(Because(because), language) if because in set(Because) else ""
    if kind := data.get("close_as"):
        yield words.label(CloseKind(kind), language)
    if level := data.get("level"):
        yield _("Level: %(level)s.") % {"level": lines.level(level)}
    if "master" in data:
        number = said.numbers.get(data["master"]) or _("another matter")
        yield _("Follows %(number)s.") % {"number": number} if entry.kind == "matter.merge" else ""
    if data.get("is_solved") is not None:
        yield _("Solved.") if data["is_solved"] else _("Not solved.")
    yield from _moments(entry, now)
    if kind := data.get("as"):
        yield {
            EvidenceKind.BEFORE.value: _("A photo of the start"),
            EvidenceKind.AFTER.value: _("A photo of the result"),
            EvidenceKind.DOCUMENT.value: _("A document"),
        }.get(kind, _("A photo"))


def _moments(entry: Entry, now: datetime) -> Iterator[str]:
    """Yield how much time an entry speaks of: what was added, from when to when."""
    data = entry.data
    if limit := data.get("limit"):
        span = Limit.parse(limit)
        yield _("%(limit)s.") % {"limit": filters.limit(span.amount, span.unit)}
    due, before = (_moment(data.get(name), now) for name in ("due_at", "from_due_at"))
    if before and due:
        yield _("Due %(before)s before, now %(due)s.") % {"before": before, "due": due}
    elif due:
        yield _("Due %(due)s.") % {"due": due}
    for name in ("review_on", "reply_by"):
        if text := data.get(name):
            yield DAYS[name] % {"day": _moment(text, now)}
    if (meters := data.get("meters")) is not None:
        yield _("%(distance)s from the matter.") % {"distance": filters.distance(meters)}


def _moment(text: Any, now: datetime) -> str:
    """Write a moment or a day as the journal keeps it."""
    if not text:
        return ""
    if len(str(text)) == len("2026-11-20"):
        return filters.short_day(date.fromisoformat(text), now)
    return filters.recent(datetime.fromisoformat(text), now, day_end=True)


def _chosen(kind: str, name: str, value: str, language: str) -> str:
    """Return the word for what was chosen in a field of an act: by the act's own enum, else by the lifecycle's."""
    named: type[StrEnum] | None = Ground if name == "ground" else None
    if kind in BY_ACT:
        named = options(BY_ACT[kind].steps[0].act, name)
    label = words.label(named(value), language) if named and value in set(named) else ""
    return _("Ground: %(ground)s.") % {"ground": label} if name == "ground" and label else label and f"{label}。"


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
