"""The demonstration hotline: set up once, and a call at hand at every start."""

from tests.town import NOW
from tongxin.apps.hotline import queries
from tongxin.apps.hotline.models import Article, Call, Line
from tongxin.interfaces.console.simulation import calls


def test_the_hotline_is_set_up_once_and_a_call_waits_for_the_operator(town):
    calls.set_up(now=NOW, seed=1)
    calls.set_up(now=NOW, seed=1)

    assert (Line.objects.count(), Article.objects.count(), Call.objects.count()) == (1, 12, calls.CALLS_A_DAY + 1)
    assert queries.masked_number(queries.at_hand(town.operator, NOW)) == "138****6027"
    (team,) = queries.figures(town.operator, NOW.replace(day=19, hour=0), NOW)
    assert 0.9 < team.connected / team.calls < 1
