"""What a list is narrowed to, read from an address and written into one: list, export and map agree."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.http import QueryDict

from tongxin.apps.matters.queries import Filters
from tongxin.rules.area_codes import level_of
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import State
from tongxin.words import LEVELS

T = TypeVar("T")

# name in the address → field of Filters
NAMES = {
    "state": "states",
    "area": "area",
    "template": "template",
    "lamp": "lamp",
    "unit": "unit_id",
    "channel": "channel",
    "urgency": "urgency",
    "level": "level",
    "q": "words",
    "since": "day_from",
    "until": "day_to",
}


def filters_of(asked: QueryDict) -> Filters:
    """Read the filters of an address: state (may repeat), area, template, lamp, unit, channel, urgency, level, q,
    since and until (local days, both in). A blank one narrows nothing. Raises Invalid for what cannot be read: a list
    must never show more than was asked for.
    """
    return Filters(
        states=tuple(_read(State, "state", text) for text in asked.getlist("state") if text),
        area=_one(asked, "area", _area) or "",
        template=_one(asked, "template", str.upper) or "",
        lamp=_one(asked, "lamp", Lamp),
        unit_id=_one(asked, "unit", _id),
        channel=_one(asked, "channel", _value(Channel)) or "",
        urgency=_one(asked, "urgency", _value(Urgency)) or "",
        level=_one(asked, "level", _level) or "",
        words=_one(asked, "q", str) or "",
        day_from=_one(asked, "since", date.fromisoformat),
        day_to=_one(asked, "until", date.fromisoformat),
    )


def query_of(filters: Filters, **more: Any) -> str:
    """Write filters as the query of an address, without "?": the inverse of `filters_of`. `more` is added or replaces;
    an empty value leaves its name out.
    """
    named = {name: getattr(filters, field) for name, field in NAMES.items()} | more
    return urlencode({name: _text(value) for name, value in named.items() if value}, doseq=True)


def as_data(filters: Filters) -> Mapping[str, Any]:
    """Return the filters as the journal may keep them: codes only. Of words it keeps that there were some."""
    told = {name: value for name, field in NAMES.items() if (value := getattr(filters, field))}
    return {name: True if name == "q" else _text(value) for name, value in told.items()}


def _one(asked: QueryDict, name: str, read: Callable[[str], T]) -> T | None:
    text = asked.get(name, "").strip()
    return _read(read, name, text) if text else None


def _read(read: Callable[[str], T], name: str, text: str) -> T:
    try:
        if "\x00" in text:
            raise ValueError(text)
        return read(text)
    except ValueError as wrong:
        raise Invalid("filter.unreadable", field=name, found=text[:40]) from wrong


def _value(kind: type[Enum]) -> Callable[[str], str]:
    return lambda text: kind(text).value


def _id(text: str) -> int:
    if len(text) > 18:  # fits a bigint
        raise ValueError(text)
    return int(text)


def _area(text: str) -> str:
    level_of(text)
    return text


def _level(text: str) -> str:
    if text not in LEVELS:
        raise ValueError(text)
    return text


def _text(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_text(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value
