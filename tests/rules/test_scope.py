"""Who reads what, purely: named posts for sealed matters, and nobody by a wider door than their own."""

from itertools import combinations
from random import Random
from typing import NamedTuple

import pytest

from tongxin.rules.permissions import (
    DESK,
    MAY_BE_NAMED,
    OVERSIGHT,
    POSTS,
    Actor,
    Duty,
    Permission,
    Role,
    arranging_duty,
    may_see_roster,
    scope,
)
from tongxin.rules.sealing import Seal

TOWN, NEXT_TOWN, COUNTY = "330802001", "330803001", "330802"
AREAS = ("3308", COUNTY, TOWN, "330802001001", NEXT_TOWN)


class Lying(NamedTuple):
    area: str = "330802001001001"
    seal: str = ""
    unit_id: int | None = None
    involved: tuple[int, ...] = ()
    reported_by: int | None = None
    id: int = 5


def acting(*duties, acts=None):
    return Actor("person:1", 1, duties, acts)


NAMED = ((), *((seal,) for seal in Seal), tuple(Seal))
EVERY_DUTY = [Duty(1, role, area, 1, seals) for role in sorted(POSTS) for area in AREAS for seals in NAMED]
EVERY_MATTER = [Lying(area, seal) for area in (*AREAS, "330802001001001") for seal in ("", *Seal)]


def test_a_matter_of_the_ground_is_read_by_a_post_over_it_and_a_sealed_one_by_a_named_post_over_it():
    for duty in EVERY_DUTY:
        seen = scope(acting(duty))
        on_the_ground = duty.role in DESK | OVERSIGHT or duty.role.startswith(("grid", "village"))
        for matter in EVERY_MATTER:
            reads = matter.seal in duty.seals and duty.role in MAY_BE_NAMED if matter.seal else on_the_ground
            assert seen.sees(matter) is (reads and matter.area.startswith(duty.area)), (duty, matter)


def test_several_posts_read_what_each_of_them_reads_and_nothing_more():
    rng = Random(7)
    for _ in range(500):
        held = rng.sample(EVERY_DUTY, rng.randint(2, 4))
        together, each = scope(acting(*held)), [scope(acting(duty)) for duty in held]
        for matter in EVERY_MATTER:
            assert together.sees(matter) is any(one.sees(matter) for one in each), (held, matter)


@pytest.mark.parametrize("seal", Seal)
def test_a_sealed_matter_is_read_by_its_units_and_its_reporter(seal):
    handler = acting(Duty(1, Role.HANDLER, TOWN, 7))

    assert scope(handler).sees(Lying(seal=seal, unit_id=7))
    assert scope(handler).sees(Lying(seal=seal, unit_id=8, involved=(9, 7)))
    assert scope(handler).sees(Lying(seal=seal, reported_by=1))
    assert not scope(handler).sees(Lying(seal=seal, unit_id=8))
    assert not scope(acting()).sees(Lying(seal=seal, reported_by=1))


def test_a_post_named_for_one_kind_reads_no_other():
    chief = acting(Duty(1, Role.DUTY_CHIEF, TOWN, 1, (Seal.MINORS,)))

    assert [seal for seal in Seal if scope(chief).sees(Lying(seal=seal))] == [Seal.MINORS]


def test_no_post_that_lives_next_door_is_named_whatever_a_row_says():
    for role in POSTS - MAY_BE_NAMED:
        assert not scope(acting(Duty(1, role, TOWN, 1, tuple(Seal)))).sealed, role


def test_what_a_wider_post_covers_is_not_said_twice():
    held = (
        Duty(1, Role.COMMANDER, COUNTY, 1, (Seal.MINORS, Seal.DISPUTE)),
        Duty(2, Role.DUTY_CHIEF, TOWN, 2, (Seal.DISPUTE, Seal.SECRET)),
        Duty(3, Role.ACCEPTOR, TOWN, 2, (Seal.MINORS,)),
    )

    for several in combinations(held, 3):
        assert scope(acting(*several)).sealed == (
            (COUNTY, (Seal.DISPUTE, Seal.MINORS)),
            (TOWN, (Seal.SECRET,)),
        )


@pytest.mark.parametrize(
    ("duty", "may"),
    [
        (Duty(1, Role.DUTY_CHIEF, TOWN, 7), True),
        (Duty(1, Role.HANDLER_HEAD, TOWN, 7), True),
        (Duty(1, Role.DUTY_CHIEF, TOWN, 8), False),
        (Duty(1, Role.DUTY_CHIEF, TOWN, 7, (), 5), False),  # only stands in
        (Duty(1, Role.ACCEPTOR, TOWN, 7), False),
        (Duty(1, Role.SECURITY_ADMIN, COUNTY, 8), True),
        (Duty(1, Role.SECURITY_ADMIN, NEXT_TOWN, 8), False),
        (Duty(1, Role.SYSTEM_ADMIN, COUNTY, 8), False),
    ],
)
def test_a_units_duties_are_arranged_by_its_chief_or_by_who_hands_out_posts(duty, may):
    assert (arranging_duty(acting(duty), unit_id=7, area=TOWN) == duty) is may


def test_no_chief_arranges_an_administrators_duty():
    chief = acting(Duty(1, Role.DUTY_CHIEF, TOWN, 7))

    assert not arranging_duty(chief, unit_id=7, area=TOWN, role=Role.AUDIT_ADMIN)
    assert arranging_duty(acting(Duty(1, Role.SECURITY_ADMIN, TOWN, 7)), unit_id=7, area=TOWN, role=Role.AUDIT_ADMIN)


def test_a_narrowed_key_arranges_nothing_it_is_not_narrowed_to():
    chief = Duty(1, Role.DUTY_CHIEF, TOWN, 7)

    assert not arranging_duty(acting(chief, acts=frozenset({"accept"})), unit_id=7, area=TOWN)
    assert arranging_duty(acting(chief, acts=frozenset({Permission.ARRANGE_DUTIES})), unit_id=7, area=TOWN)


def test_a_roster_is_read_by_its_unit_and_from_above():
    for duty, may in (
        (Duty(1, Role.HANDLER, TOWN, 7), True),
        (Duty(1, Role.SUPERVISOR, COUNTY, 8), True),
        (Duty(1, Role.HANDLER, TOWN, 8), False),
        (Duty(1, Role.DISPATCHER, NEXT_TOWN, 8), False),
        (Duty(1, Role.AUDIT_ADMIN, COUNTY, 8), False),
    ):
        assert may_see_roster(acting(duty), unit_id=7, area=TOWN) is may, duty
