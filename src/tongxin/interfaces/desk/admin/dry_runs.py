"""A dry run as its panel shows it: how far it is, and what would have gone otherwise."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tongxin.apps.matters import queries
from tongxin.apps.matters.models import Rehearsal
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import running
from tongxin.interfaces.desk.admin.doors import label
from tongxin.interfaces.desk.admin.shown import named
from tongxin.look.filters import rate
from tongxin.rules.drafts import Part
from tongxin.rules.permissions import Actor
from tongxin.rules.rehearsing import Effect

MOST = 20  # rows of each table
EXAMPLES = 3  # matters shown for one effect


def told(run: Rehearsal | None, actor: Actor, now: datetime) -> dict[str, Any] | None:
    """Return a dry run as its panel shows it: how far it is, or what it told."""
    if run is None:
        return None
    is_running = run.ended_at is None
    state = {
        "is_running": is_running,
        "is_stopped": not is_running and run.done < run.wanted,
        "done": run.done,
        "wanted": run.wanted,
        "percent": 100 * run.done // run.wanted if run.wanted else 100,
        "asked_at": run.asked_at,
        "is_waiting": is_running and running.is_waiting(run.asked_at, run.done, now),
    }
    return state if is_running or state["is_stopped"] else state | _result(run.result, actor)


def _result(result: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    asked, units = result.get("asked", 0), unit_names()
    effects = sorted(result.get("effects", {}).items(), key=lambda each: -each[1])
    seen = _examples(result.get("examples", {}), actor)
    gains = sorted(result.get("units", {}).items(), key=lambda each: -sum(each[1]))
    moves = sorted(result.get("moves", {}).items(), key=lambda each: -each[1])
    templates = sorted(result.get("templates", {}).items(), key=lambda each: -each[1][1])
    due, late = result.get("due", {}), result.get("late", {})
    return {
        "asked": asked,
        "different": result.get("different", 0),
        "share": rate(result.get("different", 0) / asked if asked else None, 1),
        "unknown": result.get("unknown", 0),
        "earlier": due.get("earlier", 0),
        "later": due.get("later", 0),
        "late_more": late.get("more", 0),
        "late_less": late.get("less", 0),
        "effects": [(label(Effect(name)), many, seen.get(name, ())) for name, many in effects],
        "units": [(_unit(units, key), gain, loss, gain - loss) for key, (gain, loss) in gains[:MOST]],
        "moves": [(*(_unit(units, each) for each in key.split(">")), many) for key, many in moves[:MOST]],
        "templates": [
            (code, named(Part.TEMPLATES, code), many, out_of) for code, (out_of, many) in templates[:MOST] if many
        ],
        "more_units": max(len(gains) - MOST, 0),
        "more_moves": max(len(moves) - MOST, 0),
        "more_templates": max(sum(1 for _code, (_all, many) in templates if many) - MOST, 0),
    }


def _unit(names: Mapping[int, str], key: str) -> str:
    return names.get(int(key), key) if key else _("nobody")


def _examples(examples: Mapping[str, Sequence[int]], actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """Return the numbers and titles of examples within the reader's own scope. One statement."""
    wanted = {each for ids in examples.values() for each in ids}
    seen = queries.visible_to(actor).filter(pk__in=wanted).values_list("pk", "number", "title") if wanted else ()
    found = {pk: (matter_number, title) for pk, matter_number, title in seen}
    return {name: [found[each] for each in ids if each in found][:EXAMPLES] for name, ids in examples.items()}
