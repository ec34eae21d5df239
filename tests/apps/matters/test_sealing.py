"""Sealed matters: who reads which, that the chain of work goes on, and breaking the glass of a single one."""

from datetime import timedelta

import pytest

from tests.town import CAST, NOW, SONGYUAN_01, ZHANGTAN_01, a_photo, a_report, kinds_of
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions, figures, finding, overlay_queues, queries, spots, unmaskings
from tongxin.apps.matters.models import Matter, Unsealing
from tongxin.apps.matters.overlay_queues import QUEUES
from tongxin.apps.matters.queries import Filters
from tongxin.apps.matters.suggesting.likeness import Told, candidates
from tongxin.apps.people import actions as people
from tongxin.apps.people import duties
from tongxin.apps.people.queries import actor_of
from tongxin.rules.area_codes import Level
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused
from tongxin.rules.lifecycles.matter import OPEN, Act, CloseKind
from tongxin.rules.overlays.hold import Act as Holding
from tongxin.rules.overlays.hold import Ground as HoldGround
from tongxin.rules.overlays.hold import Kind as HoldKind
from tongxin.rules.permissions import Role, scope
from tongxin.rules.sealing import Seal

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)
WHY = "家属报警，需马上核实走失地点"
SEALED = {
    Seal.OVERSIGHT: {"template": "I09"},
    Seal.MINORS: {"template": "A02", "form": {"is_minor_concerned": True}},
    Seal.DISPUTE: {"template": "A02", "form": {"is_minor_concerned": False}},
    Seal.PERSONAL: {"template": "H12"},
    Seal.SECRET: {"template": "C02", "is_secret": True},
}


@pytest.fixture
def sealed(town):
    """One sealed matter of each kind in 松园, reported by the grid worker, with the plain one beside them."""
    told = [a_report(text=f"请保密处理，{seal}。", point=SONGYUAN_01, **more) for seal, more in SEALED.items()]
    answers = actions.report_many([*told, a_report()], by=town.grid_worker, now=NOW)
    return dict(zip(SEALED, (Matter.objects.get(pk=each.id) for each in answers), strict=False))


def post_of(actor):
    return actor.duties[0].post_id


def named(town, who, *seals):
    """Name a post for these kinds alone, and return its holder as from now on."""
    actor = getattr(town, who)
    duties.name_for(post_id=post_of(actor), seals=seals, by=town.security_admin, now=NOW)
    return actor_of(actor.person_id, NOW)


def opened(town, matter, *, who="supervisor", now=NOW, reason=WHY):
    return actions.unseal(number=matter.number, reason=reason, by=getattr(town, who), now=now)


# --- who reads which -------------------------------------------------------------------------------------


def test_each_report_is_sealed_with_its_kind(sealed):
    assert {seal: matter.seal for seal, matter in sealed.items()} == {seal: seal for seal in Seal}
    assert Matter.objects.filter(is_sealed=False, seal="").count() == 1


@pytest.mark.parametrize("seal", Seal)
def test_a_post_named_for_a_kind_finds_it_by_every_path_and_no_other(town, sealed, seal):
    reader = named(town, "acceptor", seal)

    rows = queries.worklist(reader, Filters(words="请保密处理"), NOW).rows
    assert [row.id for row in rows] == [sealed[seal].pk]
    assert queries.count(reader, Filters(), NOW) == 2  # and the plain one
    assert sum(tally.count for tally in queries.queues(reader, list(OPEN), NOW).values()) == 2
    assert sum(spot.count for spot in spots.counted(reader, Level.GRID, NOW)) == 2
    assert {row.id for row in queries.each_of(reader, Filters(), NOW, most=99) if row.is_sealed} == {sealed[seal].pk}
    assert queries.one(reader, sealed[seal].number).pk == sealed[seal].pk
    for other in set(Seal) - {seal}:
        with pytest.raises(Missing):
            queries.one(reader, sealed[other].number, now=NOW)


def test_a_chief_who_is_not_named_finds_nothing_by_any_path(town, sealed):
    chief = named(town, "duty_chief")
    matter = sealed[Seal.SECRET]

    assert {row.id for row in queries.worklist(chief, Filters(), NOW).rows if row.is_sealed} == set()
    assert queries.worklist(chief, Filters(words=matter.number), NOW).rows == []
    assert queries.count(chief, Filters(), NOW) == 1
    assert [row for row in queries.each_of(chief, Filters(), NOW, most=99) if row.is_sealed] == []
    assert sum(spot.count for spot in spots.counted(chief, Level.TOWN, NOW)) == 1
    plain = Matter.objects.get(is_sealed=False)
    assert queries.near(chief, plain, NOW) == []  # the secret one is of the same kind in the same place
    for act in (Act.ACCEPT, Act.REFUSE):
        with pytest.raises(Missing):
            actions.take(act, matter_id=matter.pk, by=chief, now=NOW)
    with pytest.raises(Missing):
        actions.attach(a_photo(), matter_id=matter.pk, kind="before", by=chief, now=NOW)
    with pytest.raises(Missing):
        actions.unmask(matter_id=matter.pk, reason="联系", by=chief, now=NOW)


def test_suggestions_figures_and_what_lies_over_it_tell_nothing_either(town, sealed):
    matter = _on_its_way_to_a_hold(town, sealed[Seal.PERSONAL])
    told = Told("请保密处理，personal。", "H12", matter.area, matter.lon, matter.lat)
    named_one, others = town.commander, (named(town, "duty_chief"), town.acceptor, town.supervisor, town.leader)

    def paths(reader):
        return {
            "number": finding.by_number(reader, matter.number, NOW.date()),
            "end of a number": finding.by_number(reader, matter.number[-4:], NOW.date()),
            "suggestions": [each for each in candidates(reader, told, NOW - WEEK) if each.number == matter.number],
            "figures": [group for group in figures.counted(reader, NOW, template="H12") if group.counts.reported],
            "overlays": [row for queue in QUEUES.values() for row in overlay_queues.waiting(reader, queue).rows],
        }

    assert {name for name, found in paths(named_one).items() if found} == set(paths(named_one))
    for reader in others:
        assert {name for name, found in paths(reader).items() if found} == set()


def _on_its_way_to_a_hold(town, matter):
    told = {"matter_id": matter.pk, "now": NOW}
    actions.take(Act.ACCEPT, by=town.second_chief, **told)
    actions.take(Act.FILE, by=town.second_chief, **told)
    actions.take(Act.DISPATCH, by=town.second_chief, unit_id=town.unit["sanitation"], **told)
    actions.take(Act.SIGN, by=town.handler, **told)
    until = NOW.date() + timedelta(days=20)
    asked = {"kind": HoldKind.SUSPENSION, "ground": HoldGround.PLANNING, "until": until, "reason": "待规划"}
    actions.take_over(Holding.ASK, by=town.handler, **told, **asked)
    return matter


@pytest.mark.parametrize("who", CAST)
def test_the_sql_of_the_scope_is_the_pure_sentence_whoever_is_named_for_what(town, sealed, who):
    named(town, "acceptor", Seal.MINORS)
    named(town, "leader", Seal.OVERSIGHT, Seal.SECRET)
    named(town, "second_chief", Seal.PERSONAL)
    actor = actor_of(getattr(town, who).person_id, NOW)

    expected = {matter.pk for matter in Matter.objects.all() if scope(actor).sees(matter)}

    assert set(queries.visible_to(actor).values_list("pk", flat=True)) == expected
    assert {row.id for row in queries.worklist(actor, Filters(), NOW, size=99).rows} == expected


@pytest.mark.parametrize("seal", Seal)
def test_the_chain_of_work_goes_on_over_a_sealed_matter_to_its_end(town, sealed, seal):
    """No dead end: who may read it can take every step that grid staff and others take elsewhere."""
    chief, second, told = town.duty_chief, town.second_chief, {"matter_id": sealed[seal].pk, "now": NOW}
    actions.take(Act.VERIFY, by=chief, **told)
    actions.take(Act.CONFIRM, by=second, **told)
    actions.take(Act.ACCEPT, by=chief, **told)
    actions.take(Act.FILE, by=chief, **told)
    actions.take(Act.DISPATCH, by=chief, unit_id=town.unit["sanitation"], **told)
    actions.take(Act.SIGN, by=town.handler, **told)
    actions.attach(a_photo(), kind="after", by=town.handler, **told)
    actions.take(Act.HANDLE, by=town.handler, reason="已处理并告知。", **told)
    actions.take(Act.REVIEW, by=town.handler_head, **told)
    actions.take(Act.CHECK, by=second, **told)
    actions.take(Act.CLOSE, by=chief, close_as=CloseKind.NORMAL, reply="已办结。", **told)

    assert Matter.objects.get(pk=sealed[seal].pk).state == "closed"


# --- breaking the glass ----------------------------------------------------------------------------------


def test_the_glass_is_broken_for_one_matter_and_for_two_hours(town, sealed):
    matter, other = sealed[Seal.PERSONAL], sealed[Seal.MINORS]

    opened(town, matter)

    later = NOW + timedelta(minutes=119)
    assert queries.one(town.supervisor, matter.number, now=later).pk == matter.pk
    with pytest.raises(Missing):
        queries.one(town.supervisor, matter.number, now=NOW + timedelta(hours=2))
    with pytest.raises(Missing):
        queries.one(town.supervisor, other.number, now=NOW)
    with pytest.raises(Missing):
        queries.one(town.leader, matter.number, now=NOW)


def test_what_is_open_is_read_by_its_number_and_found_nowhere_else(town, sealed):
    matter = sealed[Seal.PERSONAL]
    opened(town, matter)
    who = town.supervisor

    assert queries.worklist(who, Filters(words="请保密处理"), NOW).rows == []
    assert queries.worklist(who, Filters(words=matter.number), NOW).rows == []
    assert queries.count(who, Filters(), NOW) == 1
    assert len(list(queries.each_of(who, Filters(), NOW, most=99))) == 1
    assert sum(spot.count for spot in spots.counted(who, Level.CITY, NOW)) == 1
    assert not queries.visible_to(who).filter(pk=matter.pk).exists()
    with pytest.raises(Missing):
        queries.one(who, matter.number)  # who does not say that it reads only


def test_what_is_open_is_not_acted_on_and_its_contact_stays_masked(town, sealed):
    matter = sealed[Seal.SECRET]
    chief = named(town, "duty_chief")
    actions.unseal(number=matter.number, reason=WHY, by=chief, now=NOW)

    with pytest.raises(Missing):
        actions.take(Act.ACCEPT, matter_id=matter.pk, by=chief, now=NOW)
    with pytest.raises(Missing):
        actions.attach(a_photo(), matter_id=matter.pk, kind="before", by=chief, now=NOW)
    with pytest.raises(NotAllowed, match=r"unseal\.only_reads"):
        actions.unmask(matter_id=matter.pk, reason="联系", by=chief, now=NOW)


def test_it_is_written_on_the_matter_and_in_the_story_of_the_post_without_a_word_of_the_reason(town, sealed):
    matter = sealed[Seal.PERSONAL]

    opened(town, matter)

    on_matter = Entry.objects.filter(subject=f"matter:{matter.pk}").latest("seq")
    on_post = Entry.objects.filter(subject=f"post:{post_of(town.supervisor)}").latest("seq")
    assert (on_matter.kind, on_post.kind) == ("matter.unseal", "security.unseal")
    assert on_post.data == {"matter": matter.pk}
    assert set(on_matter.data) == {"until"}


def test_opening_twice_is_opening_once(town, sealed):
    first = opened(town, sealed[Seal.PERSONAL])

    assert opened(town, sealed[Seal.PERSONAL], now=NOW + timedelta(hours=1)).pk == first.pk
    assert Unsealing.objects.count() == 1


@pytest.mark.parametrize("who", ["acceptor", "dispatcher", "leader", "handler", "grid_head", "audit_admin"])
def test_only_a_chief_a_commander_or_a_supervisor_breaks_the_glass(town, sealed, who):
    with pytest.raises(NotAllowed):
        opened(town, sealed[Seal.PERSONAL], who=who)


def test_nothing_tells_a_stranger_what_there_is(town, sealed):
    """What lies elsewhere, is plain and out of scope, or was never there: all of it is missing alike."""
    there = actions.report(a_report(template="H12", point=ZHANGTAN_01), by=town.neighbouring_grid_worker, now=NOW)
    plain = actions.report(a_report(point=ZHANGTAN_01), by=town.neighbouring_grid_worker, now=NOW)
    for number in (there.number, plain.number, "KC261120-9999", "x' OR 1=1", ""):
        with pytest.raises(Missing) as refused:
            actions.unseal(number=number, reason=WHY, by=town.duty_chief, now=NOW)
        assert refused.value.facts == {}

    assert not Unsealing.objects.exists()


def test_what_one_may_read_anyway_is_not_broken_open(town, sealed):
    for number in (sealed[Seal.PERSONAL].number, Matter.objects.get(is_sealed=False).number):
        with pytest.raises(Refused, match=r"unseal\.not_needed"):
            actions.unseal(number=number, reason=WHY, by=town.duty_chief, now=NOW)


def test_a_reason_is_asked_for_before_anything_is_looked_up(town, sealed):
    for number in (sealed[Seal.PERSONAL].number, "KC261120-9999"):
        with pytest.raises(Invalid, match=r"unseal\.reason"):
            actions.unseal(number=number, reason="急", by=town.supervisor, now=NOW)


def test_a_post_opens_five_a_day_and_the_sixth_tells_nothing_of_what_there_is(town, sealed):
    more = actions.report(a_report(template="H12"), by=town.grid_worker, now=NOW)
    for matter in sealed.values():
        opened(town, matter)

    for number in (more.number, "KC261120-9999"):
        with pytest.raises(Refused, match=r"unseal\.too_many"):
            actions.unseal(number=number, reason=WHY, by=town.supervisor, now=NOW)
    tomorrow = NOW + timedelta(days=1)
    actions.unseal(number=more.number, reason=WHY, by=town.supervisor, now=tomorrow.replace(hour=0, minute=0))


@pytest.mark.parametrize("who", ["supervisor", "security_admin", "audit_admin"])
def test_it_is_closed_early_by_its_opener_or_by_security_and_audit(town, sealed, who):
    matter = sealed[Seal.PERSONAL]
    glass = opened(town, matter)

    for stranger in ("leader", "duty_chief", "system_admin"):
        with pytest.raises(NotAllowed):
            actions.reseal(unsealing_id=glass.pk, by=getattr(town, stranger), now=NOW)
    actions.reseal(unsealing_id=glass.pk, by=getattr(town, who), now=NOW)
    actions.reseal(unsealing_id=glass.pk, by=getattr(town, who), now=NOW + timedelta(minutes=1))

    with pytest.raises(Missing):
        queries.one(town.supervisor, matter.number, now=NOW)
    assert kinds_of(matter)[-2:] == ["matter.unseal", "matter.reseal"]
    assert Unsealing.objects.get().ended_at == NOW
    with pytest.raises(Missing):
        actions.reseal(unsealing_id=0, by=town.security_admin, now=NOW)


def test_who_loses_the_post_loses_what_was_open(town, sealed):
    opened(town, sealed[Seal.PERSONAL])
    people.end_post(post_id=post_of(town.supervisor), end_on=NOW.date(), by=town.security_admin, now=NOW)

    with pytest.raises(Missing):
        queries.one(actor_of(town.supervisor.person_id, NOW), sealed[Seal.PERSONAL].number, now=NOW)


def test_limits_are_the_houses_own(town, sealed, settings):
    settings.UNSEAL_HOURS, settings.UNSEAL_A_DAY = 1, 1

    assert opened(town, sealed[Seal.PERSONAL]).until == NOW + timedelta(hours=1)
    with pytest.raises(Refused, match=r"unseal\.too_many"):
        opened(town, sealed[Seal.MINORS])


# --- who looked ------------------------------------------------------------------------------------------


def test_the_person_concerned_reads_from_which_post_when_and_why_and_no_name(town, sealed):
    matter = sealed[Seal.PERSONAL]
    glass = opened(town, matter)
    contact = actions.report(a_report(contact_phone="13800006027"), by=town.grid_worker, now=NOW)
    actions.unmask(matter_id=contact.id, reason="到场前联系", by=town.acceptor, now=NOW)

    unsealed, unmasked = (
        unmaskings.readers(town.grid_worker, number).looks for number in (matter.number, contact.number)
    )

    assert [(look.role, look.unit_id, look.reason, look.until) for look in unsealed] == [
        (Role.SUPERVISOR, town.unit["supervision"], WHY, glass.until)
    ]
    assert [(look.role, look.reason, look.until) for look in unmasked] == [(Role.ACCEPTOR, "到场前联系", None)]
    assert not {"name", "person", "person_id", "actor"} & set(unsealed[0]._fields)


def test_the_latest_look_stands_first_whatever_was_looked_at(town, sealed):
    matter = sealed[Seal.SECRET]
    actions.unmask(matter_id=matter.pk, reason="先联系", by=town.duty_chief, now=NOW)
    opened(town, matter, now=NOW + timedelta(minutes=1))
    actions.unmask(matter_id=matter.pk, reason="再联系", by=town.duty_chief, now=NOW + timedelta(minutes=2))

    looks = unmaskings.readers(town.grid_worker, matter.number).looks

    assert [look.reason for look in looks] == ["再联系", WHY, "先联系"]


def test_who_looked_is_for_the_reporter_and_the_audit_alone(town, sealed):
    matter = sealed[Seal.PERSONAL]
    opened(town, matter)

    assert len(unmaskings.readers(town.audit_admin, matter.number).looks) == 1
    with pytest.raises(NotAllowed, match=r"readers\.not_yours"):
        unmaskings.readers(town.duty_chief, matter.number)
    for who in ("other_grid_worker", "supervisor", "security_admin", "neighbouring_chief"):
        with pytest.raises(Missing):
            unmaskings.readers(getattr(town, who), matter.number)
    with pytest.raises(Missing):
        unmaskings.readers(town.audit_admin, "KC261120-9999")


def test_an_unmasking_needs_a_duty_here_that_permits_it(town):
    """A leader of the city who takes calls in another town looks at no contact here."""
    told = {"unit_id": town.unit["next_command_room"], "role": Role.ACCEPTOR, "area": "330803001"}
    people.appoint(person_id=town.leader.person_id, **told, start_on=NOW.date(), by=town.security_admin, now=NOW)
    leader = actor_of(town.leader.person_id, NOW)
    matter = actions.report(a_report(contact_phone="13800006027"), by=town.grid_worker, now=NOW)

    with pytest.raises(NotAllowed):
        actions.unmask(matter_id=matter.id, reason="看看", by=leader, now=NOW)


def test_reading_one_costs_one_statement_and_looking_for_broken_glass_one_more(town, sealed, django_assert_num_queries):
    with django_assert_num_queries(1):
        queries.one(town.duty_chief, sealed[Seal.SECRET].number, now=NOW)
    with django_assert_num_queries(2), pytest.raises(Missing):
        queries.one(town.supervisor, sealed[Seal.SECRET].number, now=NOW)
