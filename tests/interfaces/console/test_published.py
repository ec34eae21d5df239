"""Published figures: lived through the rules, they come out as they were printed."""

from datetime import date, datetime

import pytest

from tests import town as towns
from tests.interfaces.console.test_simulate import HOME
from tongxin.apps.matters.models import Escalation, Matter
from tongxin.apps.people import staffing
from tongxin.interfaces.console.simulation.published import Published, live_through
from tongxin.rules.indices import Index, rates
from tongxin.rules.permissions import SYSTEM
from tongxin.rules.working_time import SHANGHAI

END = datetime(2026, 11, 20, 15, 42, tzinfo=SHANGHAI)
SMALL = Published(reported=136, closed=129, by_towns=7, raised=3)


def test_the_figures_of_the_press_are_held_with_their_own_denominator():
    assert round(100 * 129_136 / 136_157, 2) == 94.84
    assert Published().past_closed + Published().by_towns + Published().raised == 129_136


@pytest.mark.slow
@pytest.mark.django_db
def test_what_was_printed_is_what_is_counted(town):
    staffing.set_up_units(towns.ROOT / "catalog" / "standard_units.json", by=SYSTEM, now=END)
    staffing.staff(grid_staff=10, by=SYSTEM, now=END, since=date(2020, 1, 1))

    counts = live_through(SMALL, seed=3, end=END, home=HOME)

    assert (counts.reported, counts.closed, counts.closed_by_town, counts.raised) == (136, 129, 7, 3)
    assert counts.closed_by_county == 3 == Escalation.objects.filter(is_up=True).count()
    plain, due, *_ = rates(counts)
    assert plain == (Index.CLOSED_OF_REPORTED, 129, 136)
    assert due == (Index.CLOSED_OF_DUE, 129, 129 + counts.overdue)
    assert counts.overdue + counts.within == 7
    assert Matter.objects.filter(level="T", state="closed", dispatches=1).count() == 7
