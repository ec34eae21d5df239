"""八项职责 in a month: how much evidence of each an area gave, and from what. Of areas, never of people."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count as Counted
from django.db.models import Q, QuerySet
from django.db.models.functions import Left

from tongxin.apps.matters.models import Deadline, Matter
from tongxin.apps.matters.queries import visible_to
from tongxin.apps.patrols.duties import Count, listed
from tongxin.apps.patrols.models import CheckIn, HelpCall, StopCheck, Visit
from tongxin.apps.patrols.queries.rounds import GROUPS
from tongxin.apps.patrols.reach import seen_by, within
from tongxin.rules.channels import Channel
from tongxin.rules.patrols import GridDuty
from tongxin.rules.permissions import Actor
from tongxin.rules.working_time import SHANGHAI

Tally = dict[str, int]  # key of the area → count


@dataclass(frozen=True, slots=True)
class Month:
    """`[start, end)` of a local month."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, day: date) -> "Month":
        first = day.replace(day=1)
        following = (first.replace(day=28) + (date(2000, 1, 5) - date(2000, 1, 1))).replace(day=1)
        return cls(datetime.combine(first, time(), SHANGHAI), datetime.combine(following, time(), SHANGHAI))

    def holds(self, field: str) -> Q:
        """Return the condition "in this month" on a column of moments."""
        return Q(**{f"{field}__gte": self.start, f"{field}__lt": self.end})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one duty counted in a month: by area, and by source over all of them."""

    duty: GridDuty
    by_area: Tally
    by_source: tuple[tuple[Count, int], ...]

    @property
    def total(self) -> int:
        return sum(self.by_area.values())


def evidence(actor: Actor, month: Month, *, area: str, by: str) -> list[Evidence]:
    """Return the evidence of the eight duties on the ground an actor sees, by "grid", "village" or "town".

    At most one statement a source and duty.
    """
    reader = _Reader(actor, month, area, GROUPS[by])
    return [_evidence(duty, each.counts, reader) for duty, each in listed().items()]


def _evidence(duty: GridDuty, counts: tuple[Count, ...], reader: "_Reader") -> Evidence:
    by_area: Counter[str] = Counter()
    by_source = []
    for count in counts:
        found = reader.read(duty, count)
        by_area.update(found)
        by_source.append((count, sum(found.values())))
    return Evidence(duty, dict(sorted(by_area.items())), tuple(by_source))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Counts one source of one duty, from what the actor may see of an area."""

    actor: Actor
    month: Month
    area: str
    width: int

    def read(self, duty: GridDuty, count: Count) -> Tally:
        rows = {
            "check_ins": lambda: self._check_ins(duty),
            "visits": lambda: self._visits(duty),
            "matters": lambda: self._matters(count.templates),
            "clocks": lambda: self._clocks(count.clocks),
            "stops": self._stops,
            "calls": self._calls,
        }[count.source]()
        return dict(rows)

    def _check_ins(self, duty: GridDuty) -> Iterator[tuple[str, int]]:
        seen = seen_by(self.actor, area="round__area", unit="round__unit_id")
        made = CheckIn.objects.filter(seen, self.month.holds("at"), round__plan__duty=duty)
        return self._by_area(made.filter(within(self.area, "round__area")), "round__area")

    def _visits(self, duty: GridDuty) -> Iterator[tuple[str, int]]:
        made = Visit.objects.filter(seen_by(self.actor), self.month.holds("at"), within(self.area), duty=duty)
        return self._by_area(made, "area")

    def _matters(self, templates: tuple[str, ...]) -> Iterator[tuple[str, int]]:
        about = Q(pk__in=[])
        for code in templates:
            about |= Q(template_code__startswith=code)
        among = Matter.objects.filter(about, self.month.holds("reported_at"), within(self.area), channel=Channel.GRID)
        return self._by_area(visible_to(self.actor, among), "area")

    def _clocks(self, clocks: tuple[str, ...]) -> Iterator[tuple[str, int]]:
        seen = visible_to(self.actor, Matter.objects.filter(within(self.area))).values("pk")
        ended = Deadline.objects.filter(self.month.holds("ended_at"), clock__in=clocks, matter__in=seen)
        return self._by_area(ended, "matter__area")

    def _stops(self) -> Iterator[tuple[str, int]]:
        seen = seen_by(self.actor, area="stop__area", unit="run__van__unit_id")
        made = StopCheck.objects.filter(seen, self.month.holds("at"), within(self.area, "stop__area"))
        return self._by_area(made, "stop__area")

    def _calls(self) -> Iterator[tuple[str, int]]:
        ended = HelpCall.objects.filter(seen_by(self.actor), self.month.holds("arrived_at"), within(self.area))
        return self._by_area(ended, "area")

    def _by_area(self, rows: QuerySet, field: str) -> Iterator[tuple[str, int]]:
        counted = rows.annotate(key=Left(field, self.width)).values("key").annotate(many=Counted("pk")).order_by("key")
        return ((row["key"], row["many"]) for row in counted)
