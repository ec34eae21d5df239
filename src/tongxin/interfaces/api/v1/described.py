"""How openapi.json describes a field: in Chinese, then in English, with its words read off the rules."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

from msgspec import Meta

from tongxin import words

# What rules behind the door check, said in JSON Schema: keywords for `told` and for parameters.
# (a little less than there is: another datum moves a point by some hundredths of a degree)
LON: dict[str, Any] = {"minimum": -179.9, "maximum": 179.9}
LAT: dict[str, Any] = {"minimum": -89.9, "maximum": 89.9}
# every spelling of a datum's name; any program's reader of patterns can check it, so no flags
DATUM = "^([Ww][Gg][Ss][-_]?84|[Gg][Cc][Jj][-_]?02|[Bb][Dd][-_]?09|[Cc][Gg][Cc][Ss][-_]?2000)$"
# a moment that there is, as `isoformat` writes it
_DAY = "((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
_DATE = f"20([0-9]{{2}}-{_DAY}|([02468][048]|[13579][26])-02-29)"  # of this century, leap years and all
_MOMENT = f"{_DATE}T([01][0-9]|2[0-3])(:[0-5][0-9]){{2}}([.][0-9]{{6}})?[+-](0[0-9]|1[0-4]):[0-5][0-9]"
POINT_BOTH: dict[str, Any] = {  # a point is two numbers, or none
    "if": {"required": ["lon"], "properties": {"lon": {"type": "number"}}},
    "then": {"required": ["lat"], "properties": {"lat": {"type": "number"}}},
    "else": {"not": {"required": ["lat"], "properties": {"lat": {"type": "number"}}}},
}
# the `next` of a page, which no caller makes up
CURSOR = f"^({_MOMENT}~[0-9]{{1,18}})?$"
CURSOR_OF_DUE = f"^(({_MOMENT})?~[0-9]{{1,18}})?$"  # what has no due moment comes last
AREA = "^([0-9]{2,17})?$"
WIDTHS = "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15}|[0-9]{17})$"  # of the levels there are
PLAIN = r"^[^\x00]*$"  # what the database can keep
WORDS = r"^[^\x00]*[^\s\x00-\x1f\x85][^\x00]*$"  # and not blank


BOUNDS = frozenset({"ge", "le", "min_length", "max_length"})


def told(description: str, *examples: Any, **more: Any) -> Meta:
    """Return what openapi.json says of a field: Chinese, then English.

    `more` are bounds that are checked here, by msgspec's names, and further keywords of JSON Schema that a rule behind
    the door checks, with a sentence of its own.
    """
    bounds = {name: value for name, value in more.items() if name in BOUNDS}
    schema = {name: value for name, value in more.items() if name not in BOUNDS}
    return Meta(description=description, examples=list(examples) or None, extra_json_schema=schema or None, **bounds)


def among(members: Iterable[Enum], description: str) -> Meta:
    """Return the description of a field that holds a member of an enum, each with its word."""
    listed = "，".join(f"{member.value} {words.label(member)}" for member in members)
    return Meta(description=f"{description} ({listed})")


# of those that are given, `bodies.moment` looks whether a calendar here can hold them
Moment = Annotated[datetime, Meta(tz=True, description="时刻，ISO 8601 带时区 | moment, ISO 8601 with zone")]
Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["08:30"])]  # a local time of day
RowId = Annotated[int, Meta(ge=1, le=2**63 - 1)]  # what the database can hold
Small = Annotated[int, Meta(ge=0, le=32_767)]
AreaGiven = Annotated[str, Meta(pattern=r"^[0-9]{2,17}$")]
