"""Figures: both closing rates from the same rows, by ring and by area, and only of what one may see."""

from datetime import date, timedelta

import pytest

from tests.town import ZHANGTAN_01, a_matter
from tongxin.apps.matters import actions, figures
from tongxin.apps.matters.figures import Period
from tongxin.rules.indices import Index, rates
from tongxin.rules.lifecycles.matter import Act

pytestmark = pytest.mark.django_db
LATER = timedelta(days=60)


def test_what_is_inside_its_limit_counts_in_one_definition_only(town, now):
    a_matter(town, "CLOSED")
    a_matter(town)

    young, old = (figures.counted(town.leader, at)[0].counts for at in (now, now + LATER))

    assert (young.reported, young.closed, young.within, young.overdue) == (2, 1, 1, 0)
    assert (old.reported, old.closed, old.within, old.overdue) == (2, 1, 0, 1)
    both = [{rate.of: (rate.part, rate.whole) for rate in rates(counts)} for counts in (young, old)]
    assert [each[Index.CLOSED_OF_REPORTED] for each in both] == [(1, 2), (1, 2)]
    assert [each[Index.CLOSED_OF_DUE] for each in both] == [(1, 1), (1, 2)]


def test_a_held_or_merged_matter_is_not_due(town, now):
    from tests.apps.matters.test_holds import held

    held(town, now)
    master, child = a_matter(town), a_matter(town)
    actions.take(Act.MERGE, matter_id=child.pk, by=town.acceptor, now=now, master_id=master.pk)

    counts = figures.counted(town.leader, now + LATER)[0].counts

    assert (counts.stopped, counts.overdue, counts.within) == (2, 1, 0)


def test_where_it_was_settled_and_what_was_raised(town, now):
    a_matter(town, "CLOSED")
    raised = a_matter(town, "HANDLING")
    actions.take(Act.ESCALATE, matter_id=raised.pk, by=town.duty_chief, now=now, reason="要县里定")

    counts = figures.counted(town.leader, now)[0].counts

    assert (counts.closed_by_village, counts.closed_by_town, counts.raised) == (1, 0, 1)


def test_groups_add_up_to_the_whole_and_the_neighbour_counts_apart(town, now):
    a_matter(town, "CLOSED")
    a_matter(town)
    actions.report(_there(), by=town.neighbouring_chief, now=now)

    whole, *groups = figures.counted(town.leader, now, by="county")

    assert [group.area for group in groups] == ["330802", "330803"]
    sums = [sum(column) for column in zip(*(group.counts for group in groups), strict=True)]
    assert list(whole.counts) == sums
    assert whole.counts.reported == 3


def _there():
    from tests.town import a_report

    return a_report(point=ZHANGTAN_01)


def test_nobody_counts_what_he_does_not_see(town, now):
    a_matter(town)

    assert figures.counted(town.neighbouring_chief, now)[0].counts.reported == 0
    assert figures.counted(town.system_admin, now)[0].counts.reported == 0
    assert figures.counted(town.duty_chief, now)[0].counts.reported == 1


def test_a_period_is_of_local_days_and_one_statement_counts_it(town, now, django_assert_num_queries):
    a_matter(town)
    friday, thursday = date(2026, 11, 20), date(2026, 11, 19)

    with django_assert_num_queries(1):
        today = figures.counted(town.leader, now, period=Period(friday, friday), by="town")

    assert today[0].counts.reported == 1
    assert figures.counted(town.leader, now, period=Period(thursday, thursday))[0].counts.reported == 0
    assert figures.counted(town.leader, now, template="C")[0].counts.reported == 1
    assert figures.counted(town.leader, now, template="D")[0].counts.reported == 0
