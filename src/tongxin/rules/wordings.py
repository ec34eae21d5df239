"""Wordings: the sentences in which somebody is told of something, with names in braces for what differs.

A short message is one message: seventy characters besides the link, whatever stands for the names.
Source: GSM 03.38, 70 UCS-2 characters in one short message.
"""

import string
from collections.abc import Mapping

from tongxin.rules.errors import Invalid
from tongxin.rules.occasions import ROBOTS, Medium

LONGEST = {
    Medium.APP: 200,
    Medium.PUSH: 120,
    Medium.MAIL: 400,
    Medium.SMS: 70,
    Medium.CHAT: 200,
    Medium.WECOM: 200,
    Medium.DINGTALK: 200,
}
FACTS = ("number", "kind", "place", "unit", "due", "until")
TO_GROUPS = frozenset({"number", "kind", "unit", "due"})  # what a robot may say: nothing a resident wrote
# as long as these get: a county's letters, and the longest names of templates and units as far as they are shown
SAMPLE = {
    "number": "KC261120-0417",
    "kind": "占道经营",
    "place": "荷花中路菜场东门",
    "unit": "荷花街道环卫所",
    "due": "11月23日10:42",
    "until": "12月31日",
    "code": "271828",
}
CLIPPED = ("place", "unit", "kind")  # what is shortened first where a short message gets too long
LEAST = 4  # characters that are left of a shortened name


def names_in(text: str) -> set[str]:
    """Return the names that stand in braces. Raises Invalid where braces do not match or hold anything else."""
    try:
        found = {
            name
            for _, name, spec, conversion in string.Formatter().parse(text)
            if name is not None and not _refuse(spec, conversion)
        }
    except ValueError as wrong:
        raise Invalid("wording.braces") from wrong
    return found


def _refuse(spec: str | None, conversion: str | None) -> bool:
    if spec or conversion:
        raise Invalid("wording.braces")
    return False


def check(text: str, medium: Medium) -> None:
    """Raise Invalid where a wording cannot be said by this medium."""
    if not text.strip():
        raise Invalid("wording.empty")
    allowed = TO_GROUPS if medium in ROBOTS else frozenset(FACTS)
    if unknown := sorted(names_in(text) - allowed):
        raise Invalid("wording.unknown_name", name=unknown[0][:20], names=sorted(allowed))
    length = len(text.format(**SAMPLE))
    if length > LONGEST[medium]:
        raise Invalid("wording.too_long", length=length, most=LONGEST[medium])


def fill(text: str, facts: Mapping[str, str], medium: Medium) -> str:
    """Say a wording with these facts; for a short message names are shortened until it is one."""
    told = {name: facts.get(name, "") for name in SAMPLE}
    said = text.format(**told)
    for name in CLIPPED if medium is Medium.SMS else ():
        over = len(said) - LONGEST[medium]
        if over > 0 and len(told[name]) > LEAST:
            told[name] = told[name][: max(len(told[name]) - over - 1, LEAST)] + "…"
            said = text.format(**told)
    return said[: LONGEST[medium]]
