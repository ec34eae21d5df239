"""Nobody sees what is not theirs: every read path, and the SQL of the scope against its pure sentence."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.town import CAST, HEXIYUAN_01, SONGYUAN_02, ZHANGTAN_01, a_matter, a_photo, a_report
from tongxin.apps.matters import actions, queries, spots
from tongxin.apps.matters.models import Contact, Matter, Unmasking
from tongxin.apps.matters.queries import Filters
from tongxin.rules.area_codes import Level
from tongxin.rules.errors import Invalid, Missing, NotAllowed
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import OPEN, Act, State
from tongxin.rules.permissions import scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(town, now):
    """A handful of matters all over the town, sealed ones and handled ones among them."""
    told = [
        {"point": point, "template": template, "text": f"路灯不亮，{n} 号杆。"}
        for n, (point, template) in enumerate(
            (point, template)
            for point in ((118.865, 28.945), SONGYUAN_02, HEXIYUAN_01, ZHANGTAN_01)
            for template in ("C02", "D02", "I09")
        )
    ]
    actions.report_many([a_report(**each) for each in told], by=town.grid_worker, now=now)
    a_matter(town, "HANDLING")
    return Matter.objects.all()


@pytest.mark.parametrize("who", CAST)
def test_a_list_shows_exactly_what_the_pure_rule_says(town, now, many, who):
    actor = getattr(town, who)
    seen = scope(actor)
    expected = {matter.pk for matter in many if seen.sees(matter)}

    assert set(queries.visible_to(actor).values_list("pk", flat=True)) == expected
    assert {row.id for row in queries.worklist(actor, Filters(), now, size=200).rows} == expected
    assert queries.count(actor, Filters(), now) == len(expected)
    assert {row.id for row in queries.each_of(actor, Filters(), now, most=200)} == expected


def test_the_neighbouring_handler_finds_nothing_by_any_path(town, now, many):
    actor = town.neighbouring_handler
    matter = many.filter(area__startswith="330802").first()

    assert queries.worklist(actor, Filters(words="路灯"), now).rows == []
    assert queries.worklist(actor, Filters(words=matter.number), now).rows == []
    assert queries.worklist(actor, Filters(area="330802001"), now).rows == []
    assert queries.count(actor, Filters(), now) == 0
    assert {tally.count for tally in queries.queues(actor, list(OPEN), now).values()} == {0}
    assert spots.counted(actor, Level.GRID, now) == []
    assert queries.near(actor, matter, now) == []
    with pytest.raises(Missing):
        queries.one(actor, matter.number)


def test_sealed_matters_are_seen_by_named_duties_only(town, now, many):
    sealed = many.filter(is_sealed=True, area__startswith="330802001")

    assert sealed.count() == 3
    assert queries.visible_to(town.grid_worker).filter(is_sealed=True).count() == 4  # her own reports, and no others
    for who in ("other_grid_worker", "acceptor", "dispatcher", "supervisor", "leader", "handler"):
        assert not queries.visible_to(getattr(town, who)).filter(is_sealed=True).exists(), who
    assert queries.visible_to(town.duty_chief).filter(is_sealed=True).count() == 3


def test_a_reporter_reads_the_own_report_wherever_it_lies_but_it_is_no_work_of_hers(town, now):
    away = actions.report(a_report(point=ZHANGTAN_01), by=town.grid_worker, now=now)

    assert queries.one(town.grid_worker, away.number).pk == away.id
    assert [row.id for row in queries.worklist(town.grid_worker, Filters(), now).rows] == [away.id]
    assert queries.worklist(town.grid_worker, Filters(states=(State.AWAITING_ACCEPTANCE,)), now).rows == []
    assert queries.queues(town.grid_worker, list(OPEN), now)[State.AWAITING_ACCEPTANCE].count == 0
    with pytest.raises(NotAllowed):
        actions.take(Act.ACCEPT, matter_id=away.id, by=town.grid_worker, now=now)


def test_words_find_what_was_said_and_only_that(town, now, many):
    found = queries.worklist(town.dispatcher, Filters(words="路灯不亮"), now).rows
    number = found[0].number

    assert len(found) > 3
    assert [row.number for row in queries.worklist(town.dispatcher, Filters(words=number.lower()), now).rows] == [
        number
    ]
    assert queries.worklist(town.dispatcher, Filters(words="没有这回事"), now).rows == []
    assert queries.worklist(town.dispatcher, Filters(words="'; DROP --"), now).rows == []
    assert queries.worklist(town.dispatcher, Filters(words="路灯 % _"), now).rows == []


def test_a_queue_is_paged_without_losing_or_doubling_a_row(town, now):
    batch = [a_report(at=now - timedelta(minutes=n % 3)) for n in range(25)]
    actions.report_many(batch, by=town.grid_worker, now=now)
    filters = Filters(states=(State.AWAITING_ACCEPTANCE,))

    rows, after = [], ""
    while True:
        page = queries.worklist(town.acceptor, filters, now, after=after, size=4)
        rows += page.rows
        if page.next is None:
            break
        after = page.next

    assert len(rows) == len({row.id for row in rows}) == 25
    assert [row.due_at for row in rows] == sorted(row.due_at for row in rows)


@pytest.mark.parametrize(
    "cursor", ["x", "2026-01-01~1", "2026-01-01T00:00:00Z~", "~", "';--", f"2026-01-01T00:00:00Z~{2**63}"]
)
def test_a_cursor_that_is_none_is_refused(town, now, cursor):
    with pytest.raises(Invalid):
        queries.worklist(town.acceptor, Filters(), now, after=cursor)


def test_lamps_of_the_list_are_lamps_of_the_clock(town, now, many):
    later = now + timedelta(minutes=25)
    for moment in (now, later, now + timedelta(days=1)):
        everything = queries.worklist(town.dispatcher, Filters(states=tuple(OPEN)), moment, size=200).rows
        for lamp in (Lamp.GREEN, Lamp.AMBER, Lamp.RED):
            filtered = queries.worklist(town.dispatcher, Filters(states=tuple(OPEN), lamp=lamp), moment, size=200).rows
            assert {row.id for row in filtered} == {row.id for row in everything if row.lamp(moment) is lamp}


def test_somebody_without_a_duty_sees_nothing_again_and_again(town, now, many):
    stranger = replace(town.dispatcher, duties=())

    for filters in (Filters(words="路灯"), Filters(template="C02"), Filters(states=tuple(OPEN), lamp=Lamp.RED)) * 2:
        assert queries.worklist(stranger, filters, now).rows == []
        assert list(queries.each_of(stranger, filters, now, most=9)) == []


def test_counts_of_the_map_add_up_to_the_list(town, now, many):
    listed = queries.count(town.leader, Filters(states=tuple(OPEN)), now)

    for level in (Level.COUNTY, Level.TOWN, Level.VILLAGE, Level.GRID):
        assert sum(spot.count for spot in spots.counted(town.leader, level, now)) == listed


def test_a_contact_is_opened_with_a_reason_that_is_kept(town, now):
    told = a_report(contact_name="王小明", contact_phone="13800006027")
    reported = actions.report(told, by=town.grid_worker, now=now)

    with pytest.raises(Invalid):
        actions.unmask(matter_id=reported.id, reason=" ", by=town.acceptor, now=now)
    with pytest.raises(NotAllowed):
        actions.unmask(matter_id=reported.id, reason="看看", by=town.leader, now=now)
    with pytest.raises(Missing):
        actions.unmask(matter_id=reported.id, reason="看看", by=town.neighbouring_dispatcher, now=now)
    contact = actions.unmask(matter_id=reported.id, reason="到场前联系", by=town.acceptor, now=now)

    assert contact.phone == "13800006027"
    assert list(Unmasking.objects.values_list("actor", "reason")) == [(town.acceptor.ref, "到场前联系")]


def test_erasing_a_contact_leaves_the_matter_whole(town, now):
    reported = actions.report(a_report(contact_phone="13800006027"), by=town.grid_worker, now=now)

    Contact.objects.filter(matter_id=reported.id).delete()

    assert queries.one(town.acceptor, reported.number).state == "awaiting_acceptance"


def test_evidence_is_added_by_those_who_work_on_it_while_it_is_open(town, now):
    matter = a_matter(town, "HANDLING")
    actions.attach(a_photo(), matter_id=matter.pk, kind="after", by=town.handler, now=now)

    with pytest.raises(NotAllowed):
        actions.attach(a_photo(), matter_id=matter.pk, kind="after", by=town.leader, now=now)
    with pytest.raises(Missing):
        actions.attach(a_photo(), matter_id=matter.pk, kind="after", by=town.neighbouring_handler, now=now)
    closed = a_matter(town, "CLOSED")
    with pytest.raises(Invalid, match=r"evidence\.matter_closed"):
        actions.attach(a_photo(), matter_id=closed.pk, kind="after", by=town.handler, now=now)

    matter.refresh_from_db()
    assert matter.after_photos == 1


def test_the_same_photo_twice_counts_once(town, now):
    matter = a_matter(town, "HANDLING")
    for _ in range(2):
        actions.attach(a_photo(7), matter_id=matter.pk, kind="after", by=town.handler, now=now)

    matter.refresh_from_db()
    assert matter.after_photos == 1
    with pytest.raises(Missing):
        actions.take(Act.SIGN, matter_id=matter.pk + 999, by=town.handler, now=now)
