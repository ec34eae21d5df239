"""Who may do what, where: the roles of the field, the duties that give them, and the one table of grants."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A post of the field. Source: domain.md §3.1c."""

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


@dataclass(frozen=True, slots=True)
class Duty:
    """One post as it counts now: a role, over an area (a code prefix), for a unit."""

    post_id: int
    role: Role
    area: str
    unit_id: int


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: `ref` is what the journal keeps ("person:7", "system:worker"), never a name."""

    ref: str
    person_id: int | None = None
    duties: tuple[Duty, ...] = ()
    acts: frozenset[str] | None = None  # an API key may narrow what its person may do; None: no narrowing

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(duty.role for duty in self.duties)

    def holding(self, roles: Iterable[Role]) -> Iterator[Duty]:
        """Yield the duties in any of these roles."""
        wanted = frozenset(roles)
        return (duty for duty in self.duties if duty.role in wanted)


SYSTEM = Actor("system")
