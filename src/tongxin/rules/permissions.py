"""Who may do what, where: the roles of the field, the duties that give them, and the one table of grants."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tongxin.rules.channels import HEARD
from tongxin.rules.errors import NotAllowed
from tongxin.rules.sealing import Seal


class Role(StrEnum):
    """In what capacity somebody acts: a post of the field, the reporter, or the platform keeping a clock.

    Source: domain.md §3.1c.
    """

    GRID_HEAD = "grid_head"
    GRID_WORKER = "grid_worker"
    GRID_HELPER = "grid_helper"
    GRID_GUIDE = "grid_guide"
    VILLAGE_SECRETARY = "village_secretary"
    ACCEPTOR = "acceptor"
    DISPATCHER = "dispatcher"
    DUTY_CHIEF = "duty_chief"
    COMMANDER = "commander"
    OPERATOR = "operator"
    CALLER_BACK = "caller_back"
    HANDLER = "handler"
    HANDLER_HEAD = "handler_head"
    SUPERVISOR = "supervisor"
    ASSESSOR = "assessor"
    MEDIATOR = "mediator"
    DISCLOSER = "discloser"
    LEADER = "leader"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    REPORTER = "reporter"  # no post: whoever reported this very matter
    PLATFORM = "platform"  # no post: what time alone brings about


POSTS = frozenset(Role) - {Role.REPORTER, Role.PLATFORM}


@dataclass(frozen=True, slots=True)
class Duty:
    """One post as it counts now: a role, over an area (a code prefix), for a unit."""

    post_id: int | None  # None: acts without a post (the reporter, the platform)
    role: Role
    area: str
    unit_id: int
    seals: tuple[Seal, ...] = ()  # kinds of sealed matters the post is named for
    stands_in_for: int | None = None  # the post somebody else holds, for a time: 代班


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: `ref` is what the journal keeps ("person:7", "system:worker"), never a name."""

    ref: str
    person_id: int | None = None
    duties: tuple[Duty, ...] = ()
    acts: frozenset[str] | None = None  # an API key may narrow what its person may do; None: no narrowing
    matter_id: int | None = None  # whoever holds a matter's receipt is its reporter, and nobody else anywhere

    def reported(self, matter: "Authored") -> bool:
        """Tell whether this is who reported the matter: by the account, or by the receipt."""
        by_account = self.person_id is not None and self.person_id == matter.reported_by
        return by_account or (self.matter_id is not None and self.matter_id == matter.id)

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(duty.role for duty in self.duties)

    def holding(self, roles: Iterable[Role]) -> Iterator[Duty]:
        """Yield the duties in any of these roles."""
        wanted = frozenset(roles)
        return (duty for duty in self.duties if duty.role in wanted)


SYSTEM = Actor("system")


def reporting(ref: str) -> Actor:
    """Return an actor that holds no post and may report, nothing else: a resident, a device, a letter box."""
    return Actor(ref, duties=(_REPORTING,))


def holding_receipt(matter_id: int) -> Actor:
    """Return whoever holds the receipt of a matter: its reporter, as far as the platform knows them."""
    return Actor(f"receipt:{matter_id}", duties=(_REPORTING,), matter_id=matter_id)


_REPORTING = Duty(None, Role.REPORTER, "", 0)
RESIDENT = reporting("resident")  # somebody at the public door, before there is a receipt


# --- the one table ---------------------------------------------------------------------------------------


class Permission(StrEnum):
    """What a duty permits besides the steps of a lifecycle, whose own column `by` is their permission."""

    REPORT = "report"
    SETTLE = "settle"
    ATTACH = "attach"
    UNMASK = "unmask"
    EXPORT = "export"
    EDIT_UNITS = "edit_units"
    EDIT_POSTS = "edit_posts"
    EDIT_RULES = "edit_rules"
    EDIT_CALENDAR = "edit_calendar"
    EDIT_AREAS = "edit_areas"
    ISSUE_KEYS = "issue_keys"
    IMPORT = "import"
    READ_AUDIT = "read_audit"
    ARRANGE_DUTIES = "arrange_duties"
    EQUIP_UNIT = "equip_unit"
    UNSEAL = "unseal"
    END_UNSEALING = "end_unsealing"
    RUN_OUTBOX = "run_outbox"
    POST_NOTICE = "post_notice"
    PUBLISH_WORDS = "publish_words"
    TAKE_CALLS = "take_calls"
    WRITE_KNOWLEDGE = "write_knowledge"
    PUBLISH_KNOWLEDGE = "publish_knowledge"
    KEEP_DEVICES = "keep_devices"
    PLAN_PATROLS = "plan_patrols"
    PATROL = "patrol"
    ANSWER_HELP = "answer_help"
    ANSWER_ALARM = "answer_alarm"
    HOOK = "hook"


R = Role
GRID = frozenset({R.GRID_HEAD, R.GRID_WORKER, R.GRID_HELPER, R.GRID_GUIDE, R.VILLAGE_SECRETARY})
DESK = frozenset({R.ACCEPTOR, R.DISPATCHER, R.DUTY_CHIEF, R.COMMANDER, R.OPERATOR, R.CALLER_BACK})
UNIT = frozenset({R.HANDLER, R.HANDLER_HEAD})
OVERSIGHT = frozenset({R.SUPERVISOR, R.ASSESSOR, R.LEADER, R.DISCLOSER})
GRID_OR_OVERSIGHT = GRID | OVERSIGHT
VOICES = frozenset({R.OPERATOR, R.CALLER_BACK})
ADMINS = frozenset({R.SYSTEM_ADMIN, R.SECURITY_ADMIN, R.AUDIT_ADMIN})

# 三员分立: the one who builds the rules does not hand out posts, and neither reads the audit (domain.md §2.7)
GRANTS: dict[Permission, frozenset[Role]] = {
    Permission.REPORT: GRID | DESK | UNIT | {R.REPORTER},
    Permission.SETTLE: frozenset({R.GRID_HEAD, R.GRID_WORKER, R.VILLAGE_SECRETARY}),
    Permission.ATTACH: GRID | DESK | UNIT | {R.REPORTER},
    Permission.UNMASK: GRID | DESK | UNIT,
    Permission.EXPORT: DESK | UNIT | OVERSIGHT,
    Permission.EDIT_UNITS: frozenset({R.SYSTEM_ADMIN}),
    Permission.EDIT_POSTS: frozenset({R.SECURITY_ADMIN}),
    Permission.EDIT_RULES: frozenset({R.SYSTEM_ADMIN}),
    Permission.EDIT_CALENDAR: frozenset({R.SYSTEM_ADMIN}),
    Permission.EDIT_AREAS: frozenset({R.SYSTEM_ADMIN}),
    Permission.ISSUE_KEYS: frozenset({R.SECURITY_ADMIN}),
    Permission.IMPORT: frozenset({R.SYSTEM_ADMIN}),
    Permission.READ_AUDIT: frozenset({R.AUDIT_ADMIN}),
    Permission.ARRANGE_DUTIES: frozenset({R.DUTY_CHIEF, R.COMMANDER, R.HANDLER_HEAD, R.VILLAGE_SECRETARY}),
    Permission.EQUIP_UNIT: frozenset({R.DUTY_CHIEF, R.HANDLER_HEAD}),
    Permission.UNSEAL: frozenset({R.DUTY_CHIEF, R.COMMANDER, R.SUPERVISOR}),
    Permission.END_UNSEALING: frozenset({R.SECURITY_ADMIN, R.AUDIT_ADMIN}),
    Permission.RUN_OUTBOX: frozenset({R.SYSTEM_ADMIN}),
    Permission.POST_NOTICE: frozenset({R.DISCLOSER, R.SYSTEM_ADMIN}),
    Permission.PUBLISH_WORDS: frozenset({R.DISCLOSER}),
    Permission.TAKE_CALLS: frozenset({R.OPERATOR}),
    Permission.WRITE_KNOWLEDGE: VOICES | {R.ACCEPTOR, R.DUTY_CHIEF, R.HANDLER_HEAD},
    Permission.PUBLISH_KNOWLEDGE: frozenset({R.DUTY_CHIEF, R.COMMANDER}),
    Permission.KEEP_DEVICES: frozenset({R.HANDLER_HEAD, R.SYSTEM_ADMIN}),
    Permission.PLAN_PATROLS: frozenset({R.DUTY_CHIEF, R.COMMANDER, R.VILLAGE_SECRETARY, R.GRID_HEAD}),
    Permission.PATROL: GRID | UNIT,
    Permission.ANSWER_HELP: GRID | DESK | UNIT,
    Permission.ANSWER_ALARM: UNIT | {R.ACCEPTOR, R.DISPATCHER, R.DUTY_CHIEF, R.COMMANDER},
    Permission.HOOK: DESK | UNIT | OVERSIGHT | {R.SYSTEM_ADMIN},
}

SEES_AREA = GRID | DESK | OVERSIGHT
MAY_BE_NAMED = DESK | OVERSIGHT | {R.MEDIATOR}  # for sealed matters: nobody who lives next door to them


def duties_for(actor: Actor, permission: Permission) -> list[Duty]:
    """Return the duties by which the actor may do this somewhere."""
    if actor.acts is not None and permission not in actor.acts:
        return []
    return list(actor.holding(GRANTS[permission]))


def duty_for(actor: Actor, permission: Permission, area: str | None = None) -> Duty | None:
    """Return the duty by which the actor may do this in the area (None: in any), or None when there is none."""
    duties = duties_for(actor, permission)
    return next((duty for duty in duties if area is None or area.startswith(duty.area)), None)


def may(actor: Actor, permission: Permission, area: str | None = None) -> bool:
    """Tell whether the actor may do this in the area (None: in any). The system itself may everything."""
    return actor is SYSTEM or duty_for(actor, permission, area) is not None


def require(actor: Actor, permission: Permission, area: str | None = None) -> None:
    """Raise NotAllowed unless the actor may do this in the area."""
    if not may(actor, permission, area):
        raise NotAllowed("permission.denied", permission=permission, area=area)


def arranging_duty(actor: Actor, *, unit_id: int, area: str, role: Role | None = None) -> Duty | None:
    """Return the duty by which the actor arranges a unit's: as its own chief or head, or as who hands out posts.

    Whoever only stands in for a chief does not: what was lent is not lent on. No chief arranges an administrator's.
    """
    if (hands_out := duty_for(actor, Permission.EDIT_POSTS, area)) is not None:
        return hands_out
    if role in ADMINS or not may_arrange_own(actor):
        return None
    chiefs = actor.holding(GRANTS[Permission.ARRANGE_DUTIES])
    return next((duty for duty in chiefs if duty.unit_id == unit_id and duty.stands_in_for is None), None)


def may_see_roster(actor: Actor, *, unit_id: int, area: str) -> bool:
    """Tell whether the actor may read who of a unit is on duty when: its own, those above it, who hands out posts."""
    above = DESK | OVERSIGHT
    is_near = any(
        duty.unit_id == unit_id or (duty.role in above and area.startswith(duty.area)) for duty in actor.duties
    )
    return is_near or may(actor, Permission.EDIT_POSTS, area)


def may_arrange_own(actor: Actor) -> bool:
    """Tell whether the actor may arrange the own posts: everybody, unless an API key is narrowed to other things."""
    return actor.acts is None or Permission.ARRANGE_DUTIES in actor.acts


def duties_at(
    actor: Actor, *, area: str, desk_id: int | None, unit_id: int | None, reported: bool = False, channel: str = ""
) -> dict[Role, Duty]:
    """Return the duties that count for one matter, by role.

    A desk role counts at the desk that now owns the matter, a unit role in the unit that handles it, a grid or
    oversight role on the ground where it lies. So the neighbouring town's dispatcher is nobody here. Who answers the
    hotline counts, for what came in by it, letters too, on the ground it serves (domain.md §3.1 rows 2, 20: 热线坐席).
    """
    if actor is SYSTEM:
        return {Role.PLATFORM: Duty(None, Role.PLATFORM, "", 0)}
    counts: dict[Role, Duty] = {}
    for duty in actor.duties:
        here = (
            (duty.role in DESK and duty.unit_id == desk_id)
            or (duty.role in UNIT and duty.unit_id == unit_id)
            or (duty.role in GRID_OR_OVERSIGHT and area.startswith(duty.area))
            or (duty.role in VOICES and channel in HEARD and area.startswith(duty.area))
        )
        if here:
            counts.setdefault(duty.role, duty)
    if reported:
        counts[Role.REPORTER] = Duty(None, Role.REPORTER, area, 0)
    return counts


class Authored(Protocol):
    """A matter, as far as it matters who reported it."""

    @property
    def id(self) -> int: ...
    @property
    def reported_by(self) -> int | None: ...


class Readable(Authored, Protocol):
    """A matter, as far as it matters who reads it. `seal` is empty where it is not sealed."""

    @property
    def area(self) -> str: ...
    @property
    def seal(self) -> str: ...
    @property
    def unit_id(self) -> int | None: ...
    @property
    def involved(self) -> Sequence[int]: ...


@dataclass(frozen=True, slots=True)
class Scope:
    """What an actor may read: matters lying in `areas`, handled by or asked of `units`, or reported by the actor.

    Sealed ones are read on the ground by whom a post names for their kind (`sealed`: area and kinds), and by the
    units and the reporter they concern.
    """

    areas: tuple[str, ...] = ()
    units: tuple[int, ...] = ()
    sealed: tuple[tuple[str, tuple[Seal, ...]], ...] = ()
    person_id: int | None = None
    matter_id: int | None = None

    def sees(self, matter: Readable) -> bool:
        """Tell whether one matter is in scope; the SQL form of the same sentence is in `matters.scoping`."""
        is_ours = matter.unit_id in self.units or not set(self.units).isdisjoint(matter.involved)
        is_own = (self.person_id is not None and matter.reported_by == self.person_id) or (
            self.matter_id is not None and matter.id == self.matter_id
        )
        return is_ours or is_own or self._covers(matter.area, matter.seal)

    def _covers(self, area: str, seal: str) -> bool:
        if seal:
            return any(area.startswith(prefix) and seal in kinds for prefix, kinds in self.sealed)
        return any(area.startswith(prefix) for prefix in self.areas)


def scope(actor: Actor) -> Scope:
    """Return what the actor may read. No duty: nothing."""
    return Scope(
        areas=_widest(duty.area for duty in actor.holding(SEES_AREA)),
        units=tuple(sorted({duty.unit_id for duty in actor.holding(UNIT)})),
        sealed=_named(actor.holding(MAY_BE_NAMED)),
        person_id=actor.person_id if actor.duties else None,
        matter_id=actor.matter_id,
    )


def _widest(areas: Iterable[str]) -> tuple[str, ...]:
    """Drop areas that lie within another one."""
    kept: list[str] = []
    for area in sorted(set(areas)):
        if not (kept and area.startswith(kept[-1])):
            kept.append(area)
    return tuple(kept)


def _named(duties: Iterable[Duty]) -> tuple[tuple[str, tuple[Seal, ...]], ...]:
    """Return the kinds that posts name for each area, those left out which a wider area covers already."""
    kept: dict[str, tuple[Seal, ...]] = {}
    for duty in sorted(duties, key=lambda duty: duty.area):
        above = {seal for area, seals in kept.items() if duty.area.startswith(area) for seal in seals}
        if own := set(duty.seals) - above:
            kept[duty.area] = tuple(sorted({*kept.get(duty.area, ()), *own}))
    return tuple(kept.items())
