"""What refuses a step: each guard looks at the facts and the ask, and returns the obstacle, or None.

Source: domain.md §3.1, §3.1b, §3.1d.
"""

from collections.abc import Callable
from datetime import timedelta

from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.facts import (
    CLOSINGS,
    LIVE,
    UNDO,
    UNDO_REPORT,
    Ask,
    Because,
    CloseKind,
    Facts,
    StepRefused,
)

Guard = Callable[[Facts, Ask], Refused | None]


def no_reason(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.reason.strip() else StepRefused("step.no_reason")


def no_ground(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.ground else StepRefused("step.no_ground")


def no_route(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.route.strip() else StepRefused("step.no_route")


def no_unit(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.unit_id else StepRefused("step.no_unit")


def same_unit(facts: Facts, ask: Ask) -> Refused | None:
    back = ask.unit_id in facts.returned_by and ask.unit_id != facts.ruled_unit
    return StepRefused("step.unit_returned_it") if back else None


def objection_open(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.objection_open") if facts.overlays.get("objection") else None


def ruled_elsewhere(facts: Facts, ask: Ask) -> Refused | None:
    bound = facts.ruled_unit is not None and ask.unit_id != facts.ruled_unit
    return StepRefused("step.ruled_elsewhere") if bound else None


def ruled_here(facts: Facts, _: Ask) -> Refused | None:
    bound = facts.ruled_unit is not None and facts.ruled_unit == facts.unit_id
    return StepRefused("step.ruled_here") if bound else None


def needs_hands(facts: Facts, _: Ask) -> Refused | None:
    """What must be shown by photos of the result cannot be settled by words."""
    return StepRefused("step.needs_hands") if facts.after_photos_wanted else None


def no_answer(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.reply.strip() else StepRefused("step.no_reply")


def no_suggested_unit(facts: Facts, ask: Ask) -> Refused | None:
    if ask.suggested_unit is None:
        return StepRefused("step.no_suggested_unit")
    return StepRefused("step.suggests_itself") if ask.suggested_unit == facts.unit_id else None


def on_hold(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.on_hold") if facts.is_held else None


def waits_for_others(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.waits_for_others", waits=facts.waits) if facts.waits else None


def whistle_open(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.whistle_open") if facts.overlays.get("whistle") else None


def order_open(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.order_open") if facts.overlays.get("order") else None


def unanswered(facts: Facts, ask: Ask) -> Refused | None:
    """首接负责: the reporter hears from the first desk before the matter closes. Source: domain.md §3.1d."""
    if not facts.wants_reply or facts.replied_at is not None:
        return None
    if facts.desk != facts.first_desk:
        return StepRefused("step.first_desk_replies")
    return None if ask.reply.strip() else StepRefused("step.no_reply")


def too_late_to_undo(facts: Facts, ask: Ask) -> Refused | None:
    if facts.dispatched_at is not None and ask.now <= facts.dispatched_at + UNDO:
        return None
    return StepRefused("step.too_late_to_undo")


def withdrawn_without_a_word(facts: Facts, ask: Ask) -> Refused | None:
    """Who presses the wrong button takes it back at once; later somebody has begun to work on it."""
    is_early = facts.reported_at is not None and ask.now <= facts.reported_at + UNDO_REPORT
    return None if is_early else no_reason(facts, ask)


def no_master(facts: Facts, ask: Ask) -> Refused | None:
    if ask.master is None:
        return StepRefused("step.no_master")
    if ask.master.id == facts.id:
        return StepRefused("step.own_master")
    return None if ask.master.state in LIVE else StepRefused("step.master_ended", state=ask.master.state)


def has_children(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.has_children", children=facts.children) if facts.children else None


def seal_differs(facts: Facts, ask: Ask) -> Refused | None:
    """A sealed matter does not follow an open one: its reporter would be answered before everybody."""
    differs = ask.master is not None and ask.master.is_sealed != facts.is_sealed
    return StepRefused("step.seal_differs") if differs else None


def no_sort(facts: Facts, ask: Ask) -> Refused | None:
    if ask.sort is None:
        return StepRefused("step.no_template")
    return StepRefused("step.same_template") if ask.sort.template == facts.template else None


def out_of_sight(facts: Facts, ask: Ask) -> Refused | None:
    """Who sorts a matter is named for the seal it has then: none is sealed away from everybody at its desk."""
    return StepRefused("step.seal_not_named") if ask.sort and not ask.sort.is_seen else None


def seal_leaves_children(facts: Facts, ask: Ask) -> Refused | None:
    """Followers are as open or sealed as their master: see `seal_differs`."""
    differs = ask.sort is not None and ask.sort.is_sealed != facts.is_sealed
    return StepRefused("step.has_children", children=facts.children) if differs and facts.children else None


def at_the_top(facts: Facts, _: Ask) -> Refused | None:
    return None if facts.upper_desk else StepRefused("step.at_the_top")


def at_the_bottom(facts: Facts, _: Ask) -> Refused | None:
    return None if facts.lower_desk else StepRefused("step.at_the_bottom")


def not_for_towns(facts: Facts, _: Ask) -> Refused | None:
    """County may not push department work to towns. Source: domain.md §2.3 (国办函〔2025〕66号, 潍坊 2021)."""
    return StepRefused("step.not_for_towns") if facts.template_level in "CY" else None


def nothing_said(facts: Facts, ask: Ask) -> Refused | None:
    return None if ask.because else StepRefused("step.no_cause")


def rehandled_once(facts: Facts, ask: Ask) -> Refused | None:
    again = ask.because is Because.DISSATISFIED and facts.rehandled
    return StepRefused("step.rehandled_once") if again else None


def own_handling(facts: Facts, ask: Ask) -> Refused | None:
    return StepRefused("step.own_handling") if ask.person_id in facts.handlers else None


def no_after_photo(facts: Facts, _: Ask) -> Refused | None:
    if facts.after_photos >= facts.after_photos_wanted:
        return None
    return StepRefused("step.no_after_photo", wanted=facts.after_photos_wanted, found=facts.after_photos)


def not_on_the_spot(facts: Facts, _: Ask) -> Refused | None:
    return None if facts.may_settle else StepRefused("step.not_on_the_spot")


def no_before_photo(facts: Facts, _: Ask) -> Refused | None:
    if facts.before_photos >= facts.before_photos_wanted:
        return None
    return StepRefused("step.no_before_photo", wanted=facts.before_photos_wanted, found=facts.before_photos)


def returned_once(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.returned_once") if facts.unit_id in facts.returned_by else None


def return_window_over(facts: Facts, ask: Ask) -> Refused | None:
    if facts.return_until is None or ask.now <= facts.return_until:
        return None
    return StepRefused("step.return_window_over", until=facts.return_until)


def still_time_to_sign(facts: Facts, ask: Ask) -> Refused | None:
    if facts.sign_due_at is None or ask.now > facts.sign_due_at:
        return None
    return StepRefused("step.still_time_to_sign", until=facts.sign_due_at)


def no_close_kind(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.close_as in CLOSINGS else StepRefused("step.no_close_kind")


def not_normal(facts: Facts, ask: Ask) -> Refused | None:
    late = facts.is_overdue and ask.close_as == CloseKind.NORMAL
    return StepRefused("step.closes_late") if late else None


def special_without_reason(_: Facts, ask: Ask) -> Refused | None:
    special = ask.close_as in {CloseKind.MISTAKE, CloseKind.SPECIAL} and not ask.reason.strip()
    return StepRefused("step.no_reason") if special else None


def already_proposed(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.already_proposed") if facts.void_proposed_by else None


def no_proposal(facts: Facts, _: Ask) -> Refused | None:
    return None if facts.void_proposed_by else StepRefused("step.no_proposal")


def same_person(facts: Facts, ask: Ask) -> Refused | None:
    return StepRefused("step.same_person") if ask.person_id == facts.void_proposed_by else None


def reopened_once(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.reopened_once") if facts.reopened else None


def reopen_period_over(facts: Facts, ask: Ask) -> Refused | None:
    until = facts.closed_at + timedelta(days=ask.reopen_days) if facts.closed_at else None
    if until is None or ask.now <= until:
        return None
    return StepRefused("step.reopen_period_over", until=until)
