"""The demonstration's partner: its reports lie in the village and wait at the town's desk, its words with them."""

from tests import town as towns
from tongxin.apps.matters import queries
from tongxin.apps.matters.models import Matter, Note
from tongxin.interfaces.console.simulation import partners


def test_a_partner_tells_once_and_reads_only_what_it_told(town, now):
    towns.a_matter(town)
    partner = town.villager

    told = [partners.tell(partner, "330802001001", now) for _ in range(2)]

    own = Matter.objects.filter(channel="partner")
    assert told == [len(partners.REPORTS), 0]
    assert {matter.area[:12] for matter in own} == {"330802001001"}
    assert set(queries.visible_to(partner)) == set(own)
    assert sorted(own.values_list("added", flat=True)) == [0, 0, 0, 1, 1]
    assert Note.objects.filter(matter__in=own).count() == 2
    assert {matter.state for matter in own} == {"awaiting_acceptance"}
