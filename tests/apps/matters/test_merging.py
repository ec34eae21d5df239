"""并单: one thing reported many times is handled once, and every reporter is answered."""

from datetime import timedelta

import pytest

from tests.town import a_matter
from tongxin.apps.journal.worker import work_off
from tongxin.apps.matters import actions
from tongxin.apps.matters.actions.merging import follow
from tongxin.apps.matters.models import Deadline, Matter, Merge
from tongxin.rules.errors import Missing, Refused
from tongxin.rules.lifecycles.matter import Act, CloseKind
from tongxin.rules.permissions import SYSTEM

pytestmark = pytest.mark.django_db


def merge(town, child, master, now, by="acceptor"):
    actions.take(Act.MERGE, matter_id=child.pk, by=getattr(town, by), now=now, master_id=master.pk)
    child.refresh_from_db()
    master.refresh_from_db()


def own_clocks(matter):
    return Deadline.objects.filter(matter=matter, of="").order_by("id")


def test_a_merged_matter_stands_still_and_its_master_counts_it(town, now):
    master, child = a_matter(town, "HANDLING"), a_matter(town)

    merge(town, child, master, now)

    assert (child.state, child.master_id, child.stopped_at, child.due_at) == ("merged", master.pk, now, None)
    assert (master.children, master.households) == (1, 2)
    assert all(each.stopped_at == now and each.next_fire_at is None for each in own_clocks(child).filter(ended_at=None))


def test_unmerging_puts_it_back_where_it_stood_with_the_time_given_back(town, now):
    master, child = a_matter(town, "HANDLING"), a_matter(town, "AWAITING_FILING")
    before = {each.clock: each.due_at for each in own_clocks(child).filter(ended_at=None)}
    at = now + timedelta(minutes=5)
    merge(town, child, master, at)

    actions.take(Act.UNMERGE, matter_id=child.pk, by=town.duty_chief, now=at)

    child.refresh_from_db()
    master.refresh_from_db()
    assert (child.state, child.master_id, child.stopped_at) == ("awaiting_filing", None, None)
    assert (master.children, master.households) == (0, 1)
    assert {each.clock: each.due_at for each in own_clocks(child).filter(ended_at=None)} == before
    assert Merge.objects.get().ended_at == at


def test_when_the_master_closes_all_that_follows_it_closes_with_its_answer(town, now):
    master = a_matter(town, "AWAITING_CLOSING", contact_phone="13800000000")
    children = [a_matter(town) for _ in range(3)]
    for child in children:
        merge(town, child, master, now)

    actions.take(
        Act.CLOSE,
        matter_id=master.pk,
        by=town.duty_chief,
        now=now + timedelta(hours=1),
        close_as=CloseKind.NORMAL,
        reply="垃圾箱已增设一只。",
    )
    work_off()

    for child in children:
        child.refresh_from_db()
        assert (child.state, child.close_as, child.is_late) == ("closed", "normal", False)
        assert child.replied_at is not None
        assert child.notes.latest("id").text == "垃圾箱已增设一只。"
        assert not own_clocks(child).filter(ended_at=None).exists()
    assert follow(master_id=master.pk, by=SYSTEM, now=now) == []  # safe to run twice


def test_five_households_make_a_group_matter(town, now):
    master = a_matter(town, "HANDLING", form={"households": 3}, template="A01")
    for _ in range(2):
        child = a_matter(town, template="A01")
        merge(town, child, master, now)

    assert master.households == 5 >= master_book(master)


def master_book(matter) -> int:
    from tongxin.apps.matters import kinds

    return kinds.book(matter.rulebook).households


def test_what_follows_does_not_lead_and_what_leads_does_not_follow(town, now):
    master, child, third = a_matter(town), a_matter(town), a_matter(town)
    merge(town, child, master, now)

    with pytest.raises(Refused, match=r"step\.master_ended"):
        merge(town, third, child, now)
    with pytest.raises(Refused, match=r"step\.has_children"):
        merge(town, master, third, now)
    with pytest.raises(Refused, match=r"step\.own_master"):
        merge(town, third, third, now)


def test_nobody_merges_into_what_is_not_theirs_to_see(town, now):
    child = a_matter(town)
    theirs = a_matter(town, point=(118.86 + 0.035, 28.945))

    with pytest.raises(Missing):
        merge(town, child, theirs, now)
    assert Matter.objects.get(pk=child.pk).state == "awaiting_acceptance"


@pytest.mark.parametrize("who", ["handler", "grid_worker", "neighbouring_chief", "leader"])
def test_only_the_room_merges(town, now, who):
    master, child = a_matter(town, "HANDLING"), a_matter(town)

    with pytest.raises(Refused):
        merge(town, child, master, now, by=who)


def test_a_master_is_not_refused_away_from_those_who_follow(town, now):
    master, child = a_matter(town), a_matter(town)
    merge(town, child, master, now)

    with pytest.raises(Refused, match=r"step\.has_children"):
        actions.take(
            Act.REFUSE,
            matter_id=master.pk,
            by=town.acceptor,
            now=now,
            ground="not_ours",
            reason="不归我们",
            route="12345",
        )
