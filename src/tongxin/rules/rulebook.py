"""The book of settings: every limit, approval, sample and trigger that a city may change without touching code.

Each has a default with its source; an edition holds what differs. A matter keeps the edition it was reported under.
A setting is called by its path: `limits.accept.N`, `amber.share`, `households`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from tongxin.rules.deadlines import AMBER, LEVEL_LIMITS, LIMITS, AmberRule, Clock, Urgency, hastened, whole
from tongxin.rules.errors import Invalid
from tongxin.rules.ratings import Rating
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
class Formulas:
    """响应率、解决率、满意率、综合满意率: what counts in them. Raw answers are kept, so that a formula may change.

    Source: domain.md §2.3. Whom nobody reached, and who would not rate, is no valid call-back (有效回访); a city that
    counts them counts them as not solved and not satisfied. The overall rate has no published formula: the two rates
    by weight, in percent of the satisfied one (design default).
    """

    satisfied: tuple[str, ...] = (Rating.VERY_SATISFIED, Rating.SATISFIED, Rating.FAIRLY)  # 满意率: 满意 + 基本满意
    counts_unreached: bool = False
    counts_unrated: bool = False
    overall_weight: int = 50


@dataclass(frozen=True, slots=True)
class Whistles:
    """吹哨: how near a check-in is to the matter, and the healthy band (健康哨). None published: design defaults.

    Too few whistles leave towns alone with what is not theirs, too many wear departments out.
    """

    near_m: int = 500
    least: int = 1  # of a hundred matters of a town's level and above
    most: int = 8
    idle: int = 10  # percent: nothing for a department to do
    routine: int = 20  # percent: the town could have handled it
    on_time: int = 90  # percent, at least: signed, in touch and on the spot in time
    few: int = 30  # below this many a share is shown with a warning (样本少), and not judged


@dataclass(frozen=True, slots=True)
class Rulebook:
    """One edition, ready for use."""

    number: int = 1
    limits: Mapping[Clock, Mapping[Urgency, Limit]] = field(default_factory=lambda: LIMITS)
    levels: Mapping[str, Limit] = field(
        default_factory=lambda: {
            letter: LEVEL_LIMITS[level] for letter, level in zip("GVTCY", LEVEL_LIMITS, strict=True)
        }
    )
    amber: AmberRule = AMBER
    extensions: Extensions = Extensions()
    holds: Holds = Holds()
    call_backs: CallBacks = CallBacks()
    triggers: Triggers = Triggers()
    whistles: Whistles = Whistles()
    formulas: Formulas = Formulas()
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
GROUPS = {
    "amber": AmberRule,
    "extensions": Extensions,
    "holds": Holds,
    "call_backs": CallBacks,
    "triggers": Triggers,
    "whistles": Whistles,
    "formulas": Formulas,
}  # settings that stand together in a class of their own
BOUNDS = {
    "amber.share": (10, 95),
    "amber.urgent_share": (10, 95),
    "amber.hours_left": (0, 72),
    "amber.natural_hours_left": (0, 240),
    "extensions.most": (0, 2),  # two at most, by the field's rule
    "extensions.share": (1, 100),  # the first approval gives one limit at most
    "holds.days": (1, 60),  # review within 60 days, by the field's rule
    "holds.material_days": (1, 180),
    "holds.appraisal_days": (1, 365),
    "call_backs.hotline": (0, 100),
    "call_backs.others": (0, 100),
    "call_backs.tries": (1, 9),
    "triggers.overdue_working_days": (0, 60),
    "triggers.returns": (0, 9),
    "triggers.dissatisfied": (0, 9),
    "whistles.near_m": (50, 5_000),
    "whistles.least": (0, 100),
    "whistles.most": (1, 100),
    "whistles.idle": (0, 100),
    "whistles.routine": (0, 100),
    "whistles.on_time": (0, 100),
    "whistles.few": (1, 1_000),
    "formulas.overall_weight": (0, 100),
    "households": (2, 500),
    "reopen_days": (1, 365),
    "appeal_days": (1, 365),
}  # inclusive

Setting = Limit | int | bool | tuple[str, ...]


def settings(book: Rulebook) -> dict[str, Setting]:
    """Return every setting of an edition by its path, in the order of the book."""
    return dict(leaf for leaf in _flat("", book) if leaf[0] != "number")


def read(content: Mapping[str, Any], *, number: int = 1) -> Rulebook:
    """Return the edition that differs from the defaults in `content`. Raises Invalid, naming the first wrong field."""
    values = dict(_DEFAULTS)
    for path, raw in _flat("", content):
        if path not in values:
            raise Invalid("rulebook.unknown", field=path[:60])
        values[path] = setting(path, raw)
    return Rulebook(number, **_shaped(values))


def setting(path: str, raw: object) -> Setting:
    """Return one setting as its path wants it, from JSON. Raises Invalid, naming the path and what it may be."""
    default = _DEFAULTS[path]
    if isinstance(default, Limit):
        return raw if isinstance(raw, Limit) else _limit(path, raw)
    if isinstance(default, tuple):
        return _ratings(path, raw)
    if isinstance(default, bool):
        if not isinstance(raw, bool):
            raise Invalid("rulebook.no_bool", field=path)
        return raw
    low, high = BOUNDS[path]
    if not isinstance(raw, int) or isinstance(raw, bool) or not low <= raw <= high:
        raise Invalid("rulebook.out_of_bounds", field=path, low=low, high=high)
    return raw


def content_of(book: Rulebook) -> dict[str, Any]:
    """Return what differs from the defaults, as JSON takes it: `read` gives the same edition back."""
    content: dict[str, Any] = {}
    for path, value in settings(book).items():
        if value != _DEFAULTS[path]:
            put(content, path, plain(value))
    return content


def put(content: dict[str, Any], path: str, value: object) -> None:
    """Write one setting into a content by its path."""
    *groups, name = path.split(".")
    for group in groups:
        content = content.setdefault(group, {})
    content[name] = value


def plain(value: Setting) -> str | int | bool | list[str]:
    """Return a setting as JSON takes it."""
    if isinstance(value, Limit):
        return str(value)
    return [str(each) for each in value] if isinstance(value, tuple) else value


def _limit(path: str, raw: object) -> Limit:
    try:
        return Limit.parse(str(raw))
    except ValueError as wrong:
        raise Invalid("rulebook.no_limit", field=path, found=str(raw)[:20]) from wrong


def _ratings(path: str, raw: object) -> tuple[str, ...]:
    given = raw if isinstance(raw, list | tuple) else []
    chosen = tuple(rating for rating in Rating if rating in given)
    if not chosen or len(chosen) != len(given):
        raise Invalid("rulebook.no_list", field=path)
    return chosen


def _flat(path: str, content: object) -> Iterator[tuple[str, Any]]:
    """Yield each leaf with its path, of JSON as of the classes of an edition."""
    if is_dataclass(content) and not isinstance(content, Limit):
        inner = [(each.name, getattr(content, each.name)) for each in fields(content)]
    elif isinstance(content, Mapping):
        inner = [(str(name), value) for name, value in content.items()]
    else:
        yield path, content
        return
    for name, value in inner:
        yield from _flat(f"{path}.{name}" if path else name, value)


def _shaped(values: Mapping[str, Setting]) -> dict[str, Any]:
    """Return the fields of a rulebook from settings by path."""
    shaped: dict[str, Any] = {}
    for path, value in values.items():
        put(shaped, path, value)
    for name, group in GROUPS.items():
        shaped[name] = group(**shaped[name])
    shaped["limits"] = {
        clock: {urgency: shaped["limits"][clock][urgency] for urgency in Urgency} for clock in DEFAULT.limits
    }
    return shaped


_DEFAULTS: Mapping[str, Setting] = settings(DEFAULT)
