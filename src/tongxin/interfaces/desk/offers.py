"""What a page offers to do with a matter: buttons, refusals with their reasons, and who takes the next step."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tongxin import words
from tongxin.apps.matters import overlay_choices
from tongxin.apps.matters.choices import Choice, choices
from tongxin.apps.matters.models import Deadline, Matter
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import lines
from tongxin.look.icons import ACTS, KEYS, OVERLAY_KEYS, overlay_icon
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import BY_ACT_AND_STATE, Act, State
from tongxin.rules.permissions import Actor

# the step that naturally comes next, by state: the one primary button
NEXT: Mapping[State, Act] = {
    State.AWAITING_ACCEPTANCE: Act.ACCEPT,
    State.VERIFYING: Act.CONFIRM,
    State.AWAITING_FILING: Act.FILE,
    State.AWAITING_DISPATCH: Act.DISPATCH,
    State.AWAITING_SIGNATURE: Act.SIGN,
    State.HANDLING: Act.HANDLE,
    State.AWAITING_REVIEW: Act.REVIEW,
    State.AWAITING_CHECK: Act.CHECK,
    State.AWAITING_CLOSING: Act.CLOSE,
}
# what each act's form asks for; an act that asks for nothing is a button that acts at once
ASKS: Mapping[Act, tuple[str, ...]] = {
    Act.SETTLE: ("before", "after", "reason"),
    Act.ACCEPT: (),
    Act.REFUSE: ("ground", "reason", "route"),
    Act.ANSWER: ("reply",),
    Act.VERIFY: (),
    Act.CONFIRM: ("other", "optional reason"),
    Act.DENY: ("other", "reason"),
    Act.RECLASSIFY: ("template", "reason"),
    Act.FILE: (),
    Act.DECLINE: ("ground", "reason", "route"),
    Act.DISPATCH: ("unit", "optional reason"),
    Act.RECALL: (),
    Act.SIGN: (),
    Act.RETURN: ("ground", "unit", "reason"),
    Act.PROGRESS: ("other", "reason"),
    Act.HANDLE: ("after", "reason"),
    Act.REVIEW: (),
    Act.REDO: ("reason",),
    Act.CHECK: ("other", "optional reason"),
    Act.REWORK: ("other", "reason"),
    Act.CLOSE: ("close_as", "reply", "optional reason"),
    Act.PROPOSE_VOID: ("reason",),
    Act.VOID: ("optional reason",),
    Act.REOPEN: ("reason",),
    Act.REINSTATE: ("reason",),
    Act.TAKE_BACK: (),
    Act.MERGE: ("master", "optional reason"),
    Act.UNMERGE: (),
    Act.FOLLOW: (),
    Act.ESCALATE: ("reason",),
    Act.HAND_DOWN: ("reason",),
    Act.URGE: ("reason",),
    Act.REPLY: ("reason",),
    Act.REHANDLE: ("because", "reason"),
    Act.WITHDRAW: ("optional reason",),
}
SHOWN = 6  # buttons side by side; the rest folds
# refusals that nobody needs to read: their time is simply over, or another button stands for them
SILENT = frozenset({"step.too_late_to_undo", "extension.second_needs_two", "whistle.only_towns"})
BY_THE_FORM = frozenset({"step.no_after_photo", "step.no_before_photo"})  # the act's own form takes the photos


class Button(NamedTuple):
    """An open act. `is_at_once`: it needs no form. `overlay_id`: about which overlay it is."""

    act: StrEnum
    label: str
    url: str
    icon: str
    key: str
    is_primary: bool
    is_at_once: bool
    unit_id: int | None = None
    overlay_id: int | None = None


class Refusal(NamedTuple):
    """Acts that may not be taken for one and the same reason. `keys` are theirs, blanks between."""

    names: str
    sentence: str
    keys: str


class Offers(NamedTuple):
    """All a page says about acts: `more` are buttons that fold, `waiting` says who takes the next step."""

    buttons: list[Button]
    more: list[Button]
    refused: list[Refusal]
    waiting: str


def offers(actor: Actor, matter: Matter, clocks: Sequence[Deadline], now: datetime) -> Offers:
    """Return what this person may do with the matter now, what not and why, and who else is expected to act."""
    language = get_language() or "zh-hans"
    state = State(matter.state)
    following = NEXT.get(state)
    found = [each for each in choices(actor, matter, clocks, now) if _is_wanted(each, matter)]
    openings = overlay_choices.openings(actor, matter, clocks, now)
    buttons = [_button(matter, each.act, each.act is following, language) for each in found if is_open(each)]
    buttons += [opening(matter, each, language) for each in openings if each.refused is None]
    buttons = list(_one_a_key(buttons))
    buttons.sort(key=lambda button: (not button.is_primary, not button.key))
    if buttons and buttons[0].act is Act.DISPATCH and matter.suggested_id not in (None, *matter.returned_by):
        buttons[0:1] = _dispatching(matter, buttons[0])
    refused: list[tuple[StrEnum, Refused]] = [
        (each.act, each.refused) for each in found if each.refused and each.is_mine and not is_open(each)
    ]
    refused += [(each.act, each.refused) for each in openings if each.refused and each.is_mine]
    is_ours = any(each.act is following and each.is_mine for each in found)
    return Offers(
        buttons[:SHOWN],
        buttons[SHOWN:],
        list(refusals(refused, language)),
        "" if is_ours or following is None else _waiting(matter, following, language),
    )


def is_open(choice: Choice) -> bool:
    """Tell whether an act can be taken now, filling in its form included."""
    return choice.refused is None or choice.refused.code in BY_THE_FORM


def refusals(refused: Iterable[tuple[StrEnum, Refused]], language: str) -> Iterator[Refusal]:
    """Yield refused acts with their reasons, those of one reason together."""
    by_sentence: dict[str, list[StrEnum]] = {}
    for act, refusal in refused:
        if refusal.code not in SILENT:
            by_sentence.setdefault(words.say(refusal, language), []).append(act)
    mark = "、" if language.startswith("zh") else ", "
    for sentence, acts in by_sentence.items():
        keys = " ".join(key.lower() for act in acts if (key := KEYS.get(act) or OVERLAY_KEYS.get(act)))
        yield Refusal(mark.join(words.label(act, language) for act in acts), sentence, keys)


def opening(matter: Matter, choice: overlay_choices.Choice, language: str) -> Button:
    """Return the button of an act that lays something new over the matter."""
    url = f"{lines.base()}{matter.number}/over/{choice.act.value}/"
    key = OVERLAY_KEYS.get(choice.act, "")
    return Button(choice.act, words.label(choice.act, language), url, overlay_icon(choice.act), key, False, False)


def _is_wanted(choice: Choice, matter: Matter) -> bool:
    """An answer is offered where somebody waits for one."""
    return choice.act is not Act.REPLY or matter.wants_reply


def _one_a_key(buttons: Iterable[Button]) -> Iterator[Button]:
    """Yield the buttons; of two with one key, as the two ways to ask for more time, the first one keeps it."""
    taken: set[str] = set()
    for button in buttons:
        yield button._replace(key="") if button.key in taken else button
        taken.add(button.key)


def _button(matter: Matter, act: Act, is_primary: bool, language: str) -> Button:
    url = f"{lines.base()}{matter.number}/act/{act.value}/"
    return Button(act, words.label(act, language), url, ACTS[act], KEYS.get(act, ""), is_primary, not ASKS[act])


def _dispatching(matter: Matter, button: Button) -> list[Button]:
    """Offer the suggested unit at once, and choosing another one."""
    name = unit_names().get(matter.suggested_id or 0, "")
    suggested = button._replace(
        label=_("Dispatch to %(unit)s as suggested") % {"unit": name}, is_at_once=True, unit_id=matter.suggested_id
    )
    other = button._replace(label=_("Another unit"), icon="building-community", key="U", is_primary=False)
    return [suggested, other]


def _waiting(matter: Matter, act: Act, language: str) -> str:
    """Return who is expected to take the next step: `下一步：签收，由荷花街道环卫所的承办人、承办负责人办理。`"""
    step = BY_ACT_AND_STATE[act, State(matter.state)]
    mark = "、" if language.startswith("zh") else ", "
    told = {"act": words.label(act, language), "roles": mark.join(sorted(words.label(r, language) for r in step.by))}
    if matter.unit_id and act in {Act.SIGN, Act.HANDLE, Act.REVIEW}:
        told["unit"] = unit_names().get(matter.unit_id, "")
        return _("Next: %(act)s, by %(unit)s (%(roles)s).") % told
    return _("Next: %(act)s, by %(roles)s.") % told
