"""Visits to places: written down once, with what was reported out of them."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from tongxin.apps.areas.queries import named
from tongxin.apps.journal.entries import record
from tongxin.apps.matters.actions import report
from tongxin.apps.matters.incoming import Incoming
from tongxin.apps.patrols.duties import ticked
from tongxin.apps.patrols.models import Visit
from tongxin.rules import patrols, visits
from tongxin.rules.area_codes import Level
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Invalid, NotAllowed
from tongxin.rules.permissions import Actor, Permission, duty_for, require
from tongxin.rules.visits import DUTY_OF, Outcome, PlaceKind, Purpose


@transaction.atomic
def visit(
    *,
    area: str,
    kind: PlaceKind,
    place: str,
    purpose: Purpose,
    outcome: Outcome,
    at: datetime,
    asked: str = "",
    answered: str = "",
    ticks: Sequence[str] = (),
    template: str = "",
    next_on: date | None = None,
    by: Actor,
    now: datetime,
) -> Visit:
    """Write down a visit to a place; where something must be done, report it as a matter of this template at once.

    The next visit that an earlier one at this place had set is made by it. Raises NotAllowed, Invalid, Refused.
    """
    require(by, Permission.PATROL, area)
    duty = duty_for(by, Permission.PATROL, area)
    if duty is None or named(area) is None or len(area) < Level.VILLAGE:
        raise NotAllowed("permission.denied", permission=Permission.PATROL, area=area)
    patrols.check_moment(at, now)
    visits.check(
        place=place,
        asked=asked,
        answered=answered,
        outcome=outcome,
        has_matter=bool(template),
        next_on=next_on,
        at=at,
    )
    before = _before(area, place)

    told = {"area": area, "kind": kind, "place": place.strip(), "purpose": purpose, "duty": DUTY_OF[purpose]}
    told |= {"outcome": outcome, "asked": asked.strip(), "answered": answered.strip(), "next_on": next_on}
    made = Visit.objects.create(**told, ticked=ticked(DUTY_OF[purpose], list(ticks)), unit_id=duty.unit_id, at=at)
    Visit.objects.filter(pk__in=before).update(is_followed=True)
    if outcome is Outcome.REPORTED:
        made.matter_id = _reported(made, template, by, now)
        made.save(update_fields=["matter"])

    codes = {"area": area, "purpose": purpose, "outcome": outcome, "matter": made.matter_id}
    record("visit.make", f"visit:{made.pk}", by=by, at=at, post_id=duty.post_id, **codes)
    return made


def _before(area: str, place: str) -> list[int]:
    waiting = Visit.objects.select_for_update().filter(area=area, place=place.strip(), next_on__isnull=False)
    return [each.pk for each in waiting.filter(is_followed=False)]


def _reported(made: Visit, template: str, by: Actor, now: datetime) -> int:
    """Report what a visit brought up; `visit:17` is its origin in the register of matters."""
    if not made.asked:
        raise Invalid("visit.no_matter")
    told = Incoming(template=template, text=made.asked, place=made.place, area=made.area, channel=Channel.GRID)
    return report(told, by=by, now=now, source=f"visit:{made.pk}").id


@transaction.atomic
def forget_words(*, by: Actor, now: datetime) -> int:
    """Take the words out of visits that are kept long enough; the counts stay. Returns how many there were."""
    require(by, Permission.RUN_OUTBOX)
    old = Visit.objects.filter(at__lt=now - visits.KEPT).exclude(asked="", answered="")

    gone = old.update(asked="", answered="")

    if gone:
        record("visit.forget", f"day:{localdate(now).isoformat()}", by=by, at=now, visits=gone)
    return gone
