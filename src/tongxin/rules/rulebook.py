"""The book of settings: every limit, approval, sample and trigger that a city may change without touching code.

Each has a default with its source; an edition holds what differs. A matter keeps the edition it was reported under.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tongxin.rules.deadlines import AMBER, LEVEL_LIMITS, LIMITS, AmberRule, Clock, Urgency, hastened, whole
from tongxin.rules.working_time import Limit


@dataclass(frozen=True, slots=True)
class Extensions:
    """延期: how often, and how much of the limit the first approval may give. Source: domain.md §3.1 row 13."""

    most: int = 2
    share: int = 100  # percent of the handling limit that one extension may add


@dataclass(frozen=True, slots=True)
class Holds:
    """挂账: how long until it must be looked at again; beyond that it is backlog. Source: domain.md §3.1 row 14."""

    days: int = 60
    material_days: int = 30  # 补正: design default
    appraisal_days: int = 60  # 鉴定: design default


@dataclass(frozen=True, slots=True)
class CallBacks:
    """回访: how many of a hundred closed matters are asked, and how often one tries. Design defaults."""

    hotline: int = 100
    others: int = 20
    tries: int = 3


@dataclass(frozen=True, slots=True)
class Triggers:
    """What raises a supervision order by itself; 0 switches one off. Source: domain.md §3.1 row 15."""

    overdue_working_days: int = 1
    returns: int = 2
    dissatisfied: int = 2


@dataclass(frozen=True, slots=True)
class Rulebook:
    """One edition, ready for use."""

    number: int = 1
    limits: Mapping[Clock, Mapping[Urgency, Limit]] = field(default_factory=lambda: LIMITS)
    levels: Mapping[str, Limit] = field(
        default_factory=lambda: {letter: LEVEL_LIMITS[level] for letter, level in zip("GVTCY", LEVEL_LIMITS, strict=True)}
    )
    amber: AmberRule = AMBER
    extensions: Extensions = Extensions()
    holds: Holds = Holds()
    call_backs: CallBacks = CallBacks()
    triggers: Triggers = Triggers()
    households: int = 5  # from here on it is a group matter (§3.1 row 5)
    reopen_days: int = 30
    appeal_days: int = 30
    order_limits: Mapping[str, Limit] = field(
        default_factory=lambda: {
            "ordinary": Limit.parse("3wd"),
            "key": Limit.parse("2wd"),
            "leader": Limit.parse("1wd"),
        }
    )
    whistle_limits: Mapping[str, Limit] = field(
        default_factory=lambda: {
            "request": Limit.parse("3wd"),  # 工作推进: 3 工作日 (南京鼓楼, domain.md §2.3)
            "enforcement": Limit.parse("3wd"),
            "hard": Limit.parse("5wd"),  # 攻坚克难: 5 工作日
            "emergency": Limit.parse("1h"),  # 应急处置: design default
        }
    )

    def limit(self, clock: Clock, urgency: Urgency, handle: Limit | None = None) -> Limit:
        """Return how long the clock may run; `handle` is the handling limit the template gives, if it gives one."""
        if handle is not None and clock is Clock.HANDLE:
            return hastened(handle, urgency)
        if handle is not None and clock is Clock.WHOLE:
            return whole(hastened(handle, urgency))
        return self.limits[clock][urgency]


DEFAULT = Rulebook()
