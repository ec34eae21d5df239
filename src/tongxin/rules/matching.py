"""Words of a text for searching: two-character pieces of Chinese, whole words of Latin. No dictionary, no ranking.

Where and when something was reported stands among its words as marks, so that one index narrows by all of it.
"""

import re
from datetime import datetime
from itertools import pairwise

from tongxin.rules.area_codes import Level
from tongxin.rules.working_time import SHANGHAI

_RUNS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")


def words_of(*texts: str) -> list[str]:
    """Return the distinct words by which these texts are found: "路灯不亮" → 路灯, 灯不, 不亮."""
    found: dict[str, None] = {}
    for text in texts:
        for run in _RUNS.findall(text.lower()):
            if run[0] < "\u3400":
                found[run[:40]] = None
            elif len(run) == 1:
                found[run] = None
            else:
                found.update(dict.fromkeys(map("".join, pairwise(run))))
    return list(found)


def marks_of(area: str, moment: datetime) -> list[str]:
    """Return the marks of county, town and local month: @330802, @330802001, @2026-11. No word begins like one."""
    return [*places_of(area), f"@{moment.astimezone(SHANGHAI):%Y-%m}"]


def places_of(area: str) -> list[str]:
    """Return the marks of where something lies."""
    return list(dict.fromkeys((f"@{area[: Level.COUNTY]}", f"@{area[: Level.TOWN]}")))


def mark_of(area: str) -> str:
    """Return the mark that all within an area bear; of one wider than a county there is none."""
    return f"@{area[: Level.TOWN if len(area) >= Level.TOWN else Level.COUNTY]}" if len(area) >= Level.COUNTY else ""


def months_of(since: datetime, until: datetime) -> tuple[str, ...]:
    """Return the local months that two moments and all between them lie in: 2026-11."""
    first, last = (each.astimezone(SHANGHAI) for each in (since, until))
    several = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return tuple(f"{each // 12}-{each % 12 + 1:02}" for each in several)
