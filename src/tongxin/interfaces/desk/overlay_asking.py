"""The form of an act on an overlay: its fields as the table names them, and what was filled in, read back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from tongxin import words
from tongxin.apps.matters import overlay_choices, seats
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.standing import Standing
from tongxin.apps.people.calendar import calendar
from tongxin.look import filters
from tongxin.look.forms import FEW, Choice, Field
from tongxin.rules.deadlines import Clock
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.lifecycles.matter import TEXT_LIMIT
from tongxin.rules.overlays.frame import Facts, Step
from tongxin.rules.overlays.frame import Overlay as Kind
from tongxin.rules.overlays.order import GRADE_OF
from tongxin.rules.overlays.tables import BY_ACT, options
from tongxin.rules.permissions import Actor
from tongxin.rules.working_time import Limit, Unit, due_at

UNITS = ("units", "unit_id")  # chosen from a directory, not from a list
# the field a refusal is about, by the end of its code
FIELD_OF = {
    "no_reason": "reason",
    "low_without_reason": "reason",
    "too_far": "reason",
    "no_ground": "ground",
    "wrong_ground": "ground",
    "no_kind": "kind",
    "hard_by_commander": "kind",
    "no_join": "join",
    "no_outcome": "outcome",
    "no_rating": "rating",
    "no_limit": "limit",
    "other_unit": "limit",
    "too_long": "limit",
    "beyond_lead": "limit",
    "no_day": "until",
    "wrong_day": "until",
    "no_words": "reason",
    "no_verdict": "is_solved",
    "bad_point": "lon",
}
LABELS = {
    "kind": gettext_lazy("Kind"),
    "ground": gettext_lazy("Ground"),
    "join": gettext_lazy("The lead waits for"),
    "limit": gettext_lazy("How much time"),
    "until": gettext_lazy("Looked at again on"),
    "reply_by": gettext_lazy("Answer by"),
    "rating": gettext_lazy("Rating"),
    "outcome": gettext_lazy("What came out of it"),
    "is_solved": gettext_lazy("Is it solved"),
    "is_beyond": gettext_lazy("May end after the handling limit"),
    "is_special": gettext_lazy("Engineering or bulk work"),
    "grade": gettext_lazy("Grade"),
    "side": gettext_lazy("Who appeals"),
    "about": gettext_lazy("Against what"),
    "lon": gettext_lazy("Longitude"),
    "lat": gettext_lazy("Latitude"),
}
# what the field for words is for, by act or by the end of its name
REASONS = {
    "extension.ask": gettext_lazy("Why more time is needed, and what is planned"),
    "extension.ask_more": gettext_lazy("Why more time is needed, and what is planned"),
    "hold.ask": gettext_lazy("Why it cannot be handled now, and what is planned"),
    "branch.invite": gettext_lazy("What the others shall do"),
    "whistle.blow": gettext_lazy("What shall be settled on the spot"),
    "whistle.blow_hard": gettext_lazy("What shall be settled on the spot"),
    "whistle.conclude": gettext_lazy("The joint conclusion"),
    "summons.advise": gettext_lazy("What the unit says and will do"),
    "summons.arrive": gettext_lazy("Remark, needed far from the matter"),
    "branch.done": gettext_lazy("What was done"),
    "order.issue": gettext_lazy("What is asked"),
    "order.issue_key": gettext_lazy("What is asked"),
    "order.issue_leader": gettext_lazy("What is asked"),
    "grant": gettext_lazy("Remark"),
    "approve": gettext_lazy("Remark"),
    "contact": gettext_lazy("Remark"),
    "reply": gettext_lazy("The answer"),
}
CHOICES = {"kind", "ground", "join", "rating", "outcome", "grade", "side", "about"}
# fields whose first choice is the usual one
FIRST_FITS = {"branch.invite": ("kind", "join"), "hold.ask": ("kind",)}
LIMIT_UNITS = (Unit.WORKING_HOUR, Unit.WORKING_DAY, Unit.HOUR, Unit.DAY)


@dataclass(frozen=True, slots=True)
class Asking:
    """One act's form: the step it takes, and what its rules know."""

    step: Step
    matter: Matter
    facts: Facts
    work: Any

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name.rstrip("?") for name in self.step.asks)

    @property
    def wants_units(self) -> str:
        """The field that is chosen from the directory of units, if there is one."""
        return next((name for name in self.names if name in UNITS), "")

    @property
    def is_extension(self) -> bool:
        return BY_ACT[self.step.act].overlay is Kind.EXTENSION


def asking(step: Step, found: Matter, row: Any, work: Any, by: Actor, now: datetime) -> Asking:
    """Return the form of a step on an overlay (a new one: no row). No statement but what its kind needs to know."""
    standing: Standing = overlay_choices.standing_of(found)
    return Asking(step, found, seats.facts_about(BY_ACT[step.act].overlay, standing, row, work, by, now), work)


def fields_of(form: Asking, given: Mapping[str, Any], refusal: Refused | None) -> tuple[Field, ...]:
    """Return the fields in the table's order; units have a part of the form of their own."""
    wrong = wrong_field(refusal)
    error = {wrong: filters.say(refusal)} if refusal and wrong else {}
    found: list[Field] = []
    for asked in form.step.asks:
        name = asked.rstrip("?")
        if name not in UNITS:
            found += _fields(form, name, asked == name, given, error)
    return tuple(found)


def wrong_field(refusal: Refused | None) -> str:
    """Return the field a refusal is about; empty where it is about the whole."""
    if refusal is None:
        return ""
    if refusal.code in ("report.too_long", "overlay.unreadable"):
        return str(refusal.facts.get("field", ""))
    if refusal.code == "order.wrong_day":
        return "reply_by"
    return FIELD_OF.get(refusal.code.partition(".")[2], "")


def details(step: Step, posted: QueryDict) -> dict[str, Any]:
    """Read a posted form as the fields of `frame.Ask`. Raises Invalid, naming the field that cannot be read."""
    found: dict[str, Any] = {}
    for asked in step.asks:
        name = asked.rstrip("?")
        try:
            found[name] = _read(step, name, posted)
        except (ValueError, OverflowError) as wrong:
            raise Invalid("overlay.unreadable", field=name, found=posted.get(name, "")[:40]) from wrong
    return {name: value for name, value in found.items() if value is not None}


def preview(form: Asking, given: Mapping[str, Any], now: datetime) -> str:
    """Return when it would be due with the time that is filled in; empty where that says nothing yet."""
    try:
        limit = _limit(form.step, given)
    except ValueError:
        return ""
    if limit is None:
        return ""
    if form.is_extension:
        longer = form.work.lengthen(Clock.HANDLE, limit)
        at = longer.due_at if longer and longer.limit.unit is limit.unit else None
        is_changed = longer is not None and at != form.facts.handle_due_at
        return _("New limit: %(due)s") % {"due": filters.recent(at, now, day_end=True)} if at and is_changed else ""
    try:
        at = due_at(now, limit, calendar()).at
    except Refused as refusal:
        return filters.say(refusal)
    return _("Counted from now: %(due)s") % {"due": filters.recent(at, now, day_end=True)}


# --- reading ---------------------------------------------------------------------------------------------


def _read(step: Step, name: str, posted: QueryDict) -> Any:
    text = posted.get(name, "").strip()
    match name:
        case "units":
            return tuple(int(each) for each in posted.getlist("units") if each)
        case "limit":
            return _limit(step, posted)
        case "is_solved":
            return {"true": True, "false": False}.get(text)
        case "until" | "reply_by":
            return date.fromisoformat(text) if text else None
        case "unit_id":
            return int(text) if text else None
        case "lon" | "lat":
            return float(text) if text else None
    if name.startswith("is_"):
        return text == "true"
    if name in CHOICES:
        known = options(step.act, name)
        return known(text) if known and text in set(known) else None if name == "ground" else text
    return text


def _limit(step: Step, posted: Mapping[str, Any]) -> Limit | None:
    """Read a span of time with its unit. Raises ValueError."""
    text = str(posted.get("limit", "")).strip()
    if not text:
        return None
    return Limit(int(text), Unit(posted.get("limit_unit", "")))


# --- fields ----------------------------------------------------------------------------------------------


def _fields(
    form: Asking, name: str, is_required: bool, given: Mapping[str, Any], error: Mapping[str, str]
) -> Iterator[Field]:
    language = get_language() or "zh-hans"
    said: dict[str, Any] = {"value": str(given.get(name, "")), "error": error.get(name, ""), "is_required": is_required}
    label = str(LABELS.get(name, _(name.replace("_", " ").capitalize())))
    known = options(form.step.act, name)
    match name:
        case "reason":
            hint = "" if is_required else _("May stay empty.")
            yield Field(name, reason_label(form.step.act.value), "area", longest=TEXT_LIMIT, hint=hint, **said)
        case "limit":
            yield from _limit_fields(form, label, given, said)
        case "until":
            yield _until(form, label, said)
        case "reply_by":
            yield _reply_by(form, label, said)
        case "is_solved":
            answers = (Choice("true", _("Solved")), Choice("false", _("Not solved")))
            yield Field(name, label, "radio", choices=answers, **said)
        case "lon" | "lat":
            yield Field(name, label, "number", step="any", placeholder="", **said)
        case _ if known is not None:
            if name in FIRST_FITS.get(form.step.act.value, ()) and not said["value"]:
                said["value"] = next(iter(known)).value
            choices = tuple(Choice(each.value, words.label(each, language)) for each in _offered(form, name, known))
            yield Field(name, label, "radio" if len(choices) <= FEW else "select", choices=choices, **said)
        case _ if name.startswith("is_"):
            yield Field(name, label, "check", **(said | {"is_required": False}))
        case _:
            yield Field(name, label, **said)


def _offered(form: Asking, name: str, known: Any) -> list[Any]:
    """Return the choices that make sense: what only another act may choose, is that act's."""
    barred = {"whistle.blow": {"hard"}}.get(form.step.act.value, set()) if name == "kind" else set()
    return [each for each in known if each.value not in barred]


def _limit_fields(form: Asking, label: str, given: Mapping[str, Any], said: dict[str, Any]) -> Iterator[Field]:
    if form.is_extension:
        own = form.facts.handle_limit
        if own is None:
            return
        most = own.amount * int(form.facts.more["share"]) // 100  # type: ignore[call-overload]
        hint = _("At most %(most)s, counted as the limit is. Due now: %(due)s.") % {
            "most": filters.limit(most, own.unit),
            "due": filters.long_moment(form.facts.handle_due_at, day_end=True),
        }
        unit = words.label(own.unit, get_language() or "zh-hans")
        said["value"] = said["value"] or "1"
        yield Field("limit", label, "number", low=1, high=most, step="1", unit=unit, hint=hint, **said)
        yield Field("limit_unit", "", "hidden", own.unit.value)
        return
    hint = "" if said["is_required"] else _("Empty: as the book of limits says.")
    yield Field("limit", label, "number", low=1, high=99, step="1", hint=hint, **said)
    units = tuple(Choice(each.value, words.label(each, get_language() or "zh-hans")) for each in LIMIT_UNITS)
    yield Field(
        "limit_unit", _("Counted in"), "radio", str(given.get("limit_unit") or Unit.WORKING_HOUR.value), choices=units
    )


def _until(form: Asking, label: str, said: dict[str, Any]) -> Field:
    """Ask for the review day; each kind has its own last one."""
    today, last = form.facts.more["today"], form.facts.more["last_days"]
    named = options(form.step.act, "kind")
    language = get_language() or "zh-hans"
    told = {
        kind: day
        for kind, day in last.items()  # type: ignore[attr-defined]
        if named and (kind in set(named) if "kind" in form.names else kind == "")
    }
    parts = [
        f"{words.label(named(kind), language)} {_day(day, today)}" if kind and named else _day(day, today)
        for kind, day in told.items()
    ]
    hint = _("At the latest: %(days)s. The clocks run on by themselves then.") % {"days": "、".join(parts)}
    low = (date.fromisoformat(f"{today}") + timedelta(days=1)).isoformat()
    high = max(told.values()).isoformat() if told else None
    return Field("until", label, "date", low=low, high=high, hint=hint, **said)


def _day(day: date, today: Any) -> str:
    return f"{day:%m-%d}" if day.year == today.year else f"{day:%Y-%m-%d}"


def _reply_by(form: Asking, label: str, said: dict[str, Any]) -> Field:
    """Ask for a later day than the grade's own limit; an order that is there has its own grade."""
    grade = GRADE_OF.get(form.step.act.value) or form.facts.more["grade"]
    first, last = form.facts.more["days"][grade]  # type: ignore[index]
    hint = _("Empty: %(first)s. A later day gives more time, until %(last)s at most.")
    told = {"first": _day(first, first), "last": _day(last, first)}
    return Field("reply_by", label, "date", low=first.isoformat(), high=last.isoformat(), hint=hint % told, **said)


def reason_label(act: str) -> str:
    """Return what the field for words is called in this act."""
    return str(REASONS.get(act, REASONS.get(act.partition(".")[2], _("Reason"))))
