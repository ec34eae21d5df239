"""What is said on an occasion: the city's words, else the catalog's, filled with what may be said of the matter.

Of a sealed matter nothing is said but its number.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings

from tongxin.apps.areas.queries import names
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import kinds
from tongxin.apps.matters.models import Deadline, Matter
from tongxin.apps.notify.models import Wording
from tongxin.apps.people.queries import Remembered, unit_names
from tongxin.rules.deadlines import Clock
from tongxin.rules.occasions import ROBOTS, Group, Medium, Occasion
from tongxin.rules.wordings import fill
from tongxin.rules.working_time import SHANGHAI

LANGUAGES = ("zh-hans", "en")
CHINESE = LANGUAGES[0]
# where a clock no longer runs, nothing is promised
NO_DUE = {"zh-hans": "时间见事项页", "en": "the time on its page"}
_OF_CLOCKS = frozenset({Occasion.DUE_SOON, Occasion.OVERDUE, Occasion.LONG_OVERDUE})


class Line(NamedTuple):
    """One thing to be said of one entry."""

    entry_id: int
    occasion: Occasion
    matter: Matter | None
    language: str = CHINESE
    code: str = ""  # of a proof


class Said(NamedTuple):
    """What is said: a title of a few words, and a sentence."""

    title: str
    text: str


def speak(lines: Sequence[Line], medium: Medium) -> list[Said]:
    """Return what each line says by this medium. Three statements at most, however many lines."""
    entries = Entry.objects.in_bulk({line.entry_id for line in lines})
    dues = _dues(lines, entries)
    return [_say(line, entries.get(line.entry_id), dues, medium) for line in lines]


def _say(line: Line, entry: Entry | None, dues: Mapping[Any, datetime], medium: Medium) -> Said:
    language = line.language if line.language in LANGUAGES else CHINESE
    told = _catalog()["occasions"][line.occasion][language]
    if line.occasion is Occasion.PROOF:  # nothing of the matter but its number, sealed or not
        number = line.matter.number if line.matter is not None else ""
        return Said(
            told["title"], fill(usual(line.occasion, medium, language), {"code": line.code, "number": number}, medium)
        )
    if line.matter is not None and line.matter.is_sealed:
        sealed = _catalog()["sealed"][language]
        text = sealed["reporter" if line.occasion.group is Group.OWN else "staff"]
        return Said(sealed["title"], fill(text, {"number": line.matter.number}, medium))
    facts = _facts(line, entry, dues, language) if line.matter is not None else {}
    return Said(told["title"], fill(text_of(line.occasion, medium, language), facts, medium))


def text_of(occasion: Occasion, medium: Medium, language: str) -> str:
    """Return the wording in force: the city's own, else the catalog's."""
    own = _own().get((occasion.value, medium.value, language))
    return own if own is not None else usual(occasion, medium, language)


def usual(occasion: Occasion, medium: Medium, language: str) -> str:
    """Return the catalog's wording."""
    told = _catalog()["occasions"][occasion][language]
    text: str = told.get("robot" if medium in ROBOTS else medium.value, "")
    if medium in ROBOTS and not text:
        return "{number}"
    return text or told["app"]


def title_of(occasion: Occasion, language: str) -> str:
    """Return the few words that name an occasion to whoever hears of it."""
    return str(_catalog()["occasions"][occasion][language if language in LANGUAGES else CHINESE]["title"])


def link_of(matter: Matter, *, is_reporter: bool) -> str:
    """Return where to read on: the secret address of the reporter, or the page of the desk; empty without a house."""
    if not settings.PUBLIC_URL:
        return ""
    return f"{settings.PUBLIC_URL}/p/t/{matter.receipt}" if is_reporter else f"{settings.PUBLIC_URL}/m/{matter.number}/"


# --- facts -----------------------------------------------------------------------------------------------


def _facts(line: Line, entry: Entry | None, dues: Mapping[Any, datetime], language: str) -> dict[str, str]:
    matter = line.matter
    assert matter is not None
    kind = kinds.kind_of(matter.template_code, matter.template_version)
    data = entry.data if entry else {}
    unit = data.get("unit") or matter.unit_id
    due = dues.get(_due_key(line, entry))
    until = data.get("review_on")
    return {
        "number": matter.number,
        "kind": kind.name if language == CHINESE else kind.name_en or kind.name,
        "place": matter.place or names().get(matter.area, matter.area),
        "unit": unit_names().get(unit, "") if unit else "",
        "due": _moment(due, language) if due else NO_DUE[language],
        "until": _day(date.fromisoformat(until), language) if until else NO_DUE[language],
    }


def _dues(lines: Sequence[Line], entries: Mapping[int, Entry]) -> dict[Any, datetime]:
    """Return the moments that are spoken of: of a clock by its id, of handling and the whole by matter. Two statements.

    To the reporter the whole is promised, to staff the handling.
    """
    found: dict[Any, datetime] = {}
    timed = {entry.data["deadline"] for entry in entries.values() if entry.data.get("deadline")}
    if timed:
        found |= dict(Deadline.objects.filter(pk__in=timed).values_list("pk", "due_at"))
    ids = {line.matter.pk for line in lines if line.matter is not None and line.occasion not in _OF_CLOCKS}
    if ids:
        clocks = Deadline.objects.filter(matter_id__in=ids, of="", clock__in=(Clock.HANDLE, Clock.WHOLE))
        last = clocks.order_by("id").values_list("matter_id", "clock", "due_at", "stopped_at")
        found |= {(id_, clock): due for id_, clock, due, _ in last}
        for id_, clock, _, stopped_at in last:
            if stopped_at is not None:  # while it stands still nobody knows
                found.pop((id_, clock), None)
    return found


def _due_key(line: Line, entry: Entry | None) -> Any:
    if line.occasion in _OF_CLOCKS:
        return entry.data.get("deadline") if entry else None
    clock = Clock.WHOLE if line.occasion.group is Group.OWN else Clock.HANDLE
    return (line.matter.pk if line.matter else None, clock.value)


def _moment(at: datetime, language: str) -> str:
    local = at.astimezone(SHANGHAI)
    hour = f"{local:%H:%M}"
    if hour == "00:00":  # a day's limit ends with the day
        local, hour = local - timedelta(days=1), "24:00"
    if language == CHINESE:
        return f"{local.month} 月 {local.day} 日 {hour}"
    return f"{local.day} {local:%b} {hour}"


def _day(day: date, language: str) -> str:
    return f"{day.month} 月 {day.day} 日" if language == CHINESE else f"{day.day} {day:%b}"


@cache
def _catalog() -> dict[str, Any]:
    return json.loads((settings.ROOT / "catalog" / "notices.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


_own = Remembered(
    lambda: {(row.occasion, row.medium, row.language): row.text for row in Wording.objects.all()}, seconds=5
)


def forget() -> None:
    """Drop the wordings this process remembers; called by every action that changes them."""
    _own.forget()
