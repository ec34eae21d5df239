"""Who looked at the contact of a reporter lately, and why: what the audit and the person concerned can read."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import cycle

from django.db.models import Max

from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Matter
from tongxin.rules.errors import Refused
from tongxin.rules.permissions import Actor
from tongxin.rules.working_time import SHANGHAI

MANY = 24
REASONS = ("到场前联系", "核对地点", "反馈办理结果", "回访", "核对门牌号")
HOURS = range(8, 21)  # nobody is rung up at night
PAUSES = (7, 25, 52, 110)  # minutes after what happened last


def look(*, home: str, by: Sequence[Actor], now: datetime) -> int:
    """Have people on duty look at contacts of a town's latest matters, each saying why; return how often."""
    mine = Matter.objects.filter(area__startswith=home, is_sealed=False).exclude(contact__phone="")
    ids = list(mine.filter(contact__isnull=False).order_by("-reported_at").values_list("pk", flat=True)[: 4 * MANY])
    entries = Entry.objects.filter(subject__in=[f"matter:{pk}" for pk in ids])
    last = dict(entries.values_list("subject").annotate(at=Max("at")).order_by("at"))
    turns = zip(last.items(), cycle(by), cycle(REASONS), cycle(PAUSES), strict=False)
    looks = [(subject, at + timedelta(minutes=pause), actor, reason) for (subject, at), actor, reason, pause in turns]
    by_day = [each for each in looks if each[1] < now and each[1].astimezone(SHANGHAI).hour in HOURS]
    by_day.sort(key=lambda look: look[1])
    done = 0
    for subject, moment, actor, reason in by_day[-MANY:]:
        with suppress(Refused):  # not everybody sees every matter
            actions.unmask(matter_id=int(subject.partition(":")[2]), reason=reason, by=actor, now=moment)
            done += 1
    return done
