"""What the system administrator does: words, robots of units' groups, another chance for what is stuck."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from tongxin.apps.journal.entries import record
from tongxin.apps.notify import speaking
from tongxin.apps.notify.media.robots import check_url
from tongxin.apps.notify.models import FAILED, WAITING, Robot, Sending, Wording
from tongxin.apps.people import queries as people
from tongxin.postgres.batches import run
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.occasions import NEWS, ON_REQUEST, ROBOTS, Medium, Occasion
from tongxin.rules.permissions import Actor, Permission, require
from tongxin.rules.wordings import check

_SKIP = """
    DELETE FROM journal_delivery d USING journal_entry e
    WHERE d.reaction = 'notify.tell' AND e.id = d.entry_id AND e.at <= %s::timestamptz"""


@transaction.atomic
def set_wording(*, occasion: str, medium: str, language: str, text: str, by: Actor, now: datetime) -> None:
    """Word an occasion by a medium; the catalog's own words, or none, bring those of the catalog back.

    Raises Invalid where the words are too long for it, or name what may not be said there.
    """
    require(by, Permission.EDIT_RULES)
    if occasion not in set(Occasion) - ON_REQUEST or medium not in set(Medium) or language not in speaking.LANGUAGES:
        raise Invalid("wording.unknown")
    text = " ".join(text.split())
    usual = speaking.usual(Occasion(occasion), Medium(medium), language)
    own = Wording.objects.select_for_update().filter(occasion=occasion, medium=medium, language=language)
    if text in ("", usual):
        own.delete()
    else:
        check(text, Medium(medium))
        Wording.objects.update_or_create(occasion=occasion, medium=medium, language=language, defaults={"text": text})

    record("wording.set", f"wording:{occasion}", by=by, at=now, medium=medium, language=language, own=own.exists())
    speaking.forget()


@transaction.atomic
def set_robot(*, unit_id: int, medium: str, url: str, secret: str = "", by: Actor, now: datetime) -> Robot:
    """Let a robot speak in the group of a unit. Raises Invalid where the address is none of a known house."""
    require(by, Permission.EDIT_UNITS)
    if medium not in ROBOTS:
        raise Invalid("robot.medium", medium=medium[:10])
    check_url(url.strip(), Medium(medium))
    unit = people.unit(unit_id)

    robot = Robot.objects.create(unit=unit, medium=medium, url=url.strip(), secret=secret.strip())

    record("robot.set", f"unit:{unit_id}", by=by, at=now, robot=robot.pk, medium=medium)
    return robot


@transaction.atomic
def drop_robot(*, robot_id: int, by: Actor, now: datetime) -> None:
    """Take a robot out of its group. Raises Missing."""
    require(by, Permission.EDIT_UNITS)
    robot = Robot.objects.select_for_update().filter(pk=robot_id).first()
    if robot is None:
        raise Missing("robot.missing", robot=robot_id)

    robot.delete()

    record("robot.drop", f"unit:{robot.unit_id}", by=by, at=now, robot=robot_id, medium=robot.medium)


@transaction.atomic
def retry(*, sending_ids: Sequence[int], by: Actor, now: datetime) -> int:
    """Try messages again that failed, with a fresh count of tries. Returns how many there were."""
    require(by, Permission.RUN_OUTBOX)
    stuck = list(Sending.objects.select_for_update(of=("self",)).filter(pk__in=sending_ids, state=FAILED))

    again = Sending.objects.filter(pk__in=[each.pk for each in stuck])
    again.update(state=WAITING, tries=0, next_try_at=now, ended_at=None)

    record("sending.retry", "notify", by=by, at=now, sendings=[each.pk for each in stuck])
    return len(stuck)


@transaction.atomic
def skip_old_news(*, by: Actor, now: datetime) -> None:
    """Strike what is owed for entries too old to be news: a past that was written in one go tells nobody anything."""
    require(by, Permission.RUN_OUTBOX)

    run(_SKIP, [now - NEWS])

    record("notify.skip", "notify", by=by, at=now)
