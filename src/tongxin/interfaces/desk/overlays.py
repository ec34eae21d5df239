"""What lies over a matter, as its page shows it: who asked, when, where it stands, by when, and what can be done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from tongxin import words
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import kinds
from tongxin.apps.matters.models import Deadline, Matter
from tongxin.apps.matters.overlay_choices import Choice, Laid
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import lines
from tongxin.interfaces.desk.offers import Button, Refusal, refusals
from tongxin.look import filters
from tongxin.look.icons import OVERLAYS, overlay_icon
from tongxin.rules import lamps
from tongxin.rules.deadlines import Clock
from tongxin.rules.lamps import Lamp
from tongxin.rules.overlays.extension import State as Extending
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.overlays.hold import State as Holding
from tongxin.rules.overlays.tables import TABLES, options
from tongxin.rules.working_time import Limit

# acts by which something goes back or ends without its aim: never the button that is offered first
BACK = frozenset(
    {
        "deny",
        "withdraw",
        "cancel",
        "overrule",
        "release",
        "object",
        "refer",
        "decline",
        "send_back",
        "miss",
        "book",
        "call",
    }
)
ASKED = frozenset({Overlay.BRANCH, Overlay.SUMMONS, Overlay.ORDER, Overlay.OBJECTION, Overlay.WHISTLE})
MOMENTS = {
    "signed_at": gettext_lazy("signed %(moment)s"),
    "contacted_at": gettext_lazy("in touch %(moment)s"),
    "arrived_at": gettext_lazy("on the spot %(moment)s"),
    "replied_at": gettext_lazy("replied %(moment)s"),
    "last_try_at": gettext_lazy("last tried %(moment)s"),
}


class Shown(NamedTuple):
    """One overlay, ready to draw. `colour` is its lamp's, empty where no clock runs; `said` are people's words."""

    kind: Overlay
    id: int
    icon: str
    title: str
    state: str
    colour: str
    remainder: str
    facts: tuple[str, ...]
    said: tuple[str, ...]
    buttons: list[Button]
    refused: list[Refusal]
    is_open: bool

    @property
    def is_waiting(self) -> bool:
        """Does it wait for this person? Who can only take it back is not waited for."""
        return any(button.is_primary for button in self.buttons)


class Told(NamedTuple):
    """What the journal and the notes of a matter say of its overlays: the post that opened each, and all words."""

    openers: Mapping[tuple[str, int], str]
    words: Mapping[tuple[str, int], list[str]]


def over(laid: Iterable[Laid], found: Matter, clocks: Sequence[Deadline], told: Told, now: datetime) -> list[Shown]:
    """Return overlays as they are drawn: those that wait for this person first, then open ones, then what is over."""
    language = get_language() or "zh-hans"
    shown = [_shown(each, found, clocks, told, now, language) for each in laid]
    return sorted(shown, key=lambda each: (not each.is_open, not each.is_waiting))


def past_kinds(entries: Iterable[Entry]) -> set[Overlay]:
    """Return the kinds of overlays that a matter's journal speaks of."""
    found = {entry.kind.partition(".")[0] for entry in entries}
    found |= {each[0] for entry in entries for each in entry.data.get("with", ())}
    return {kind for kind in TABLES if kind.value in found}


def told_of(entries: Iterable[Entry], notes: Mapping[int, str], who: Mapping[int, str]) -> Told:
    """Return who opened each overlay and what was said of it since; `notes` and `who` are by the entry's seq."""
    opened: dict[tuple[str, int], str] = {}
    said: dict[tuple[str, int], list[str]] = {}
    for entry in entries:
        kind = entry.kind.partition(".")[0]
        if kind not in set(TABLES) or "id" not in entry.data:
            continue
        for key in [(kind, entry.data["id"]), *((each[0], each[1]) for each in entry.data.get("with", ()))]:
            opened.setdefault(key, who.get(entry.seq, ""))
            if note := notes.get(entry.seq):
                said.setdefault(key, []).append(note)
    return Told(opened, said)


# --- one overlay -----------------------------------------------------------------------------------------


def _shown(laid: Laid, found: Matter, clocks: Sequence[Deadline], told: Told, now: datetime, language: str) -> Shown:
    row, kind = laid.row, laid.kind
    running = _running(laid, clocks)
    opener = told.openers.get((kind.value, row.pk), "")
    facts = [
        _("%(moment)s by %(who)s") % {"moment": filters.recent(row.opened_at, now), "who": opener}
        if opener
        else filters.recent(row.opened_at, now),
        *details(laid, now, language),
        _("%(clock)s by %(moment)s")
        % {
            "clock": words.label(Clock(running.clock), language),
            "moment": filters.recent(running.due_at, now, day_end=True),
        }
        if running
        else "",
    ]
    said = told.words.get((kind.value, row.pk), [])
    open_ = [each for each in laid.choices if each.refused is None]
    first = first_of(open_)
    return Shown(
        kind,
        row.pk,
        OVERLAYS[kind],
        title(kind, row, language),
        state_of(kind, row.state, language),
        _colour(laid.kind, running, now),
        lines.remainder(running.due_at, running.stopped_at or now, Limit.parse(running.limit).unit) if running else "",
        tuple(filter(None, facts)),
        tuple(said),
        [button(found, row.pk, each, language, is_primary=each is first) for each in open_],
        list(refusals(((each.act, each.refused) for each in laid.choices if each.refused and each.is_mine), language)),
        laid.is_open,
    )


def title(kind: Overlay, row: Any, language: str) -> str:
    """Return what an overlay is called: `协办 · 区供水公司`, `重点督办 · 市督查室`."""
    label = words.label(kind, language)
    if order := getattr(row, "order", None):
        grade = _named(kind, "grade")
        label = words.label(grade(order.grade), language) if grade else label
        return _pair(label, unit_names().get(order.issuer_unit_id or 0, ""))
    if kind is Overlay.WHISTLE and (name := choice_label(kind, "kind", row.kind, language)):
        label = name
    return _pair(label, unit_names().get(row.unit_id or 0, "") if kind in ASKED else "")


def state_of(kind: Overlay, state: str, language: str) -> str:
    """Return the word for an overlay's state."""
    named = _named(kind, "state")
    return words.label(named(state), language) if named and state in set(named) else state


def choice_label(kind: Overlay, field: str, value: str, language: str) -> str:
    """Return the word for what was chosen in a field of an overlay's form."""
    named = _named(kind, field)
    return words.label(named(value), language) if named and value in set(named) else ""


def _named(kind: Overlay, field: str) -> type[StrEnum] | None:
    return options(TABLES[kind].steps[0].act, field)


def first_of(choices: Sequence[Choice]) -> Choice | None:
    """Return the act that naturally comes next."""
    return next((each for each in choices if each.act.value.partition(".")[2] not in BACK), None)


def button(found: Matter, id_: int, choice: Choice, language: str, *, is_primary: bool = False) -> Button:
    """Return the button of an act on an overlay that is there."""
    url = f"{lines.base()}{found.number}/over/{choice.act.value}/?id={id_}"
    label = words.label(choice.act, language)
    return Button(choice.act, label, url, overlay_icon(choice.act), "", is_primary, not choice.asks, overlay_id=id_)


def _pair(*names: str) -> str:
    return " · ".join(filter(None, names))


def _running(laid: Laid, clocks: Sequence[Deadline]) -> Deadline | None:
    """Return the overlay's own clock that runs out first."""
    own = (each for each in clocks if each.of == laid.kind.value and each.of_id == laid.row.pk)
    return min((each for each in own if each.ended_at is None), key=lambda each: each.due_at, default=None)


def _colour(kind: Overlay, running: Deadline | None, now: datetime) -> str:
    """Return its lamp; what holds a matter, or stands still with it, shows that."""
    if running is None:
        return ""
    if kind is Overlay.HOLD or running.stopped_at:
        return Lamp.HOLD.value
    return lamps.lamp(now, running.due_at, running.amber_at).value


# --- what its columns say --------------------------------------------------------------------------------


def details(laid: Laid, now: datetime, language: str) -> Iterator[str]:
    """Yield what an overlay's row holds, in words."""
    kind, row = laid.kind, laid.row
    for field in ("kind", "ground", "join", "outcome", "side"):
        if kind is not Overlay.WHISTLE or field != "kind":
            yield choice_label(kind, field, str(getattr(row, field, "") or ""), language)
    yield choice_label(kind, "kind", str(getattr(row, "about", "")), language)
    yield from _times(kind, row, now)
    if order := getattr(row, "order", None):
        yield _("%(number)s, answered by %(unit)s") % {
            "number": order.number,
            "unit": unit_names().get(row.unit_id or 0, "—"),
        }
    if getattr(row, "suggested_id", None):
        yield _("should go to %(unit)s") % {"unit": unit_names().get(row.suggested_id, "")}
    if getattr(row, "ruled_id", None):
        yield _("the ruling binds %(unit)s") % {"unit": unit_names().get(row.ruled_id, "")}
    for field, sentence in MOMENTS.items():
        if at := getattr(row, field, None):
            yield str(sentence) % {"moment": filters.moment(at, now)}
    if (meters := getattr(row, "arrived_m", None)) is not None:
        yield _("%(distance)s from the matter") % {"distance": filters.distance(meters)}
    if many := getattr(row, "sent_back", 0):
        yield ngettext("sent back %(n)s×", "sent back %(n)s×", many) % {"n": many}
    if many := getattr(row, "tries", 0):
        yield ngettext("tried %(n)s×", "tried %(n)s×", many) % {"n": many}
    if rating := getattr(row, "rating", ""):
        yield _("rated “%(rating)s”") % {"rating": choice_label(kind, "rating", rating, language) or rating}


def _times(kind: Overlay, row: Any, now: datetime) -> Iterator[str]:
    """Yield how much time it is about: what was asked for, from when to when."""
    if limit := getattr(row, "limit", ""):
        more = Limit.parse(limit)
        said = {"limit": filters.limit(more.amount, more.unit)}
        yield (_("%(limit)s more") if kind is Overlay.EXTENSION else _("within %(limit)s")) % said
    if kind is Overlay.EXTENSION:
        if row.is_special:
            yield _("on two levels")
        old = filters.recent(row.old_due_at, now, day_end=True)
        if row.state == Extending.GRANTED and row.new_due_at:
            new = filters.recent(row.new_due_at, now, day_end=True)
            yield _("due %(old)s before, now %(new)s") % {"old": old, "new": new}
        else:
            yield _("due %(old)s now") % {"old": old}
    if day := getattr(row, "review_on", None):
        yield _("looked at again on %(day)s") % {"day": _day(day, now)}
    if kind is Overlay.HOLD and row.state in (Holding.HELD, Holding.BACKLOG) and row.stopped_at:
        yield _("the clocks stand still since %(moment)s") % {"moment": filters.recent(row.stopped_at, now)}


def _day(day: date, now: datetime) -> str:
    return filters.short_day(day, now)


# --- tags of the head ------------------------------------------------------------------------------------


def tags(found: Matter, laid: Iterable[Laid] = ()) -> Iterator[lines.Tag]:
    """Yield what lies over the matter as tags of its head."""
    language = get_language() or "zh-hans"
    grades = [
        title(each.kind, each.row, language).partition(" · ")[0]
        for each in laid
        if each.kind is Overlay.ORDER and each.is_open
    ]
    if found.stopped_at and found.overlays.get(Overlay.HOLD):
        yield lines.Tag(_("On hold"), "player-pause", "strong")
    said = {
        Overlay.EXTENSION: _("More time asked for"),
        Overlay.HOLD: "" if found.stopped_at else _("Hold asked for"),
        Overlay.OBJECTION: _("Dispatch disputed"),
        Overlay.APPEAL: _("Under review"),
        Overlay.CALL_BACK: _("To be called back"),
        Overlay.WHISTLE: _("Whistle blown"),
    }
    for kind, text in said.items():
        if text and found.overlays.get(kind):
            yield lines.Tag(text, OVERLAYS[kind])
    if many := found.overlays.get(Overlay.BRANCH):
        yield lines.Tag(_("Joint %(n)s") % {"n": many}, OVERLAYS[Overlay.BRANCH])
    if many := found.overlays.get(Overlay.ORDER):
        yield lines.Tag(
            "、".join(dict.fromkeys(grades)) or _("Supervised %(n)s") % {"n": many}, OVERLAYS[Overlay.ORDER], "strong"
        )
    yield from _counts(found)


def _counts(found: Matter) -> Iterator[lines.Tag]:
    if found.households >= kinds.book(found.rulebook).households:
        yield lines.Tag(_("Group matter, %(n)s households") % {"n": found.households}, "users")
    if found.children:
        yield lines.Tag(_("Merged %(n)s") % {"n": found.children}, "git-merge")
    if found.ruled_unit:
        yield lines.Tag(_("Bound by a ruling"), "gavel")
    if found.extensions:
        yield lines.Tag(_("Extended %(n)s×") % {"n": found.extensions}, "clock-plus")
    if found.urged:
        yield lines.Tag(_("Urged %(n)s×") % {"n": found.urged}, "bell-ringing")
    if found.rehandled:
        yield lines.Tag(_("Handled anew"), "refresh-alert")
    if found.escalations:
        yield lines.Tag(_("Raised %(n)s×") % {"n": found.escalations}, "arrow-up-circle")
