"""八项职责: their checklists and what counts as evidence of each, from `catalog/duties.json`."""

import json
from functools import cache
from typing import NamedTuple

from django.conf import settings

from tongxin.rules.errors import Invalid
from tongxin.rules.patrols import GridDuty

SOURCES = ("check_ins", "visits", "matters", "clocks", "stops", "calls")


class Item(NamedTuple):
    """One line of a checklist."""

    code: str
    title: str
    title_en: str


class Count(NamedTuple):
    """Where evidence comes from: check-ins, visits, matters of these templates, clocks that ended, stops, calls."""

    source: str
    templates: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()


class Listed(NamedTuple):
    """A duty as the catalog has it."""

    duty: GridDuty
    items: tuple[Item, ...]
    counts: tuple[Count, ...]


@cache
def listed() -> dict[GridDuty, Listed]:
    """Return the eight duties in their order. Raises ValueError where the catalog does not have exactly these."""
    rows = json.loads((settings.ROOT / "catalog" / "duties.json").read_text(encoding="utf-8"))["duties"]
    found = [_listed(row) for row in rows]
    if [each.duty for each in found] != list(GridDuty):
        raise ValueError("catalog/duties.json must list the eight duties in their order")
    return {each.duty: each for each in found}


def _listed(row: dict) -> Listed:
    counts = tuple(
        Count(each["from"], tuple(each.get("templates", ())), tuple(each.get("clocks", ()))) for each in row["counts"]
    )
    if unknown := {each.source for each in counts} - set(SOURCES):
        raise ValueError(f"catalog/duties.json counts from {unknown}")
    return Listed(GridDuty(row["code"]), tuple(Item(**item) for item in row["items"]), counts)


def ticked(duty: str, codes: list[str]) -> list[str]:
    """Return the ticks in the order of the checklist. Raises Invalid for one it does not have."""
    known = [item.code for item in listed()[GridDuty(duty)].items]
    if set(codes) - set(known):
        raise Invalid("patrol.unknown_tick")
    return [code for code in known if code in set(codes)]
