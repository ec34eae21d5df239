"""A call names a line and a post. Its number is sealed, short-lived, and found by nobody."""

from datetime import timedelta

import pytest

from tests.apps.hotline.conftest import NUMBER
from tests.town import NOW
from tongxin.apps.hotline import actions, queries
from tongxin.apps.hotline.actions.calls import Told
from tongxin.apps.hotline.models import Call, Draft, HandOver
from tongxin.apps.journal.models import Entry
from tongxin.rules.calls import CallEvent
from tongxin.rules.errors import Missing, NotAllowed, Refused
from tongxin.rules.permissions import SYSTEM, reporting

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def test_a_call_rings_for_the_whole_team_until_one_picks_it_up(town, board):
    call = board("call.arrived", "c1", number=NUMBER)
    assert queries.at_hand(town.operator, NOW) == queries.at_hand(town.second_operator, NOW) == call

    actions.pick_up(call.pk, by=town.operator, now=NOW)

    assert queries.at_hand(town.operator, NOW) == call
    assert queries.at_hand(town.second_operator, NOW) is None
    with pytest.raises(Refused, match=r"call\.taken"):
        actions.pick_up(call.pk, by=town.second_operator, now=NOW)
    with pytest.raises(NotAllowed):
        actions.pick_up(call.pk, by=town.dispatcher, now=NOW)


def test_a_call_for_a_seat_rings_there_alone(town, board):
    actions.take_seat(line_id=board.line.pk, seat="07", by=town.operator, now=NOW)

    call = board("call.arrived", "c1", seat="07", number=NUMBER)

    assert queries.at_hand(town.operator, NOW) == call
    assert queries.at_hand(town.second_operator, NOW) is None
    with pytest.raises(Refused, match=r"seat\.taken"):
        actions.take_seat(line_id=board.line.pk, seat="07", by=town.second_operator, now=NOW)


def test_what_was_heard_is_not_heard_again_and_nothing_comes_out_of_order(town, board):
    told = Told("msg_x", CallEvent.ARRIVED, "c1", NOW, number=NUMBER)
    line = reporting("line:12345")
    actions.hear(board.line.pk, told, by=line, now=NOW)

    with pytest.raises(Refused, match=r"cti\.heard_before"):
        actions.hear(board.line.pk, told, by=line, now=NOW)
    with pytest.raises(Refused, match=r"call\.out_of_order"):
        board("call.arrived", "c1")
    with pytest.raises(Refused, match=r"call\.out_of_order"):
        board("call.hung_up", "nobody-rang")

    assert Call.objects.count() == 1


def test_a_clock_that_runs_ahead_keeps_no_call_ringing(town, board):
    told = Told("msg_ahead", CallEvent.ARRIVED, "c1", NOW + timedelta(days=9_999))

    call = actions.hear(board.line.pk, told, by=reporting("line:12345"), now=NOW)

    assert call.arrived_at == NOW
    assert queries.at_hand(town.operator, NOW + 5 * HOUR) is None


def test_the_number_is_read_by_nobody_and_gone_a_day_after_the_call(town, board, talking, settings):
    sealed = bytes(Call.objects.get().sealed_number)
    assert NUMBER.encode() not in sealed
    assert queries.masked_number(talking) == "138****6027"

    board("call.hung_up", "c1", NOW + HOUR)
    actions.purge(by=SYSTEM, now=NOW + HOUR + timedelta(hours=settings.HOTLINE_NUMBER_HOURS) - SECOND)
    assert Call.objects.get().sealed_number is not None
    actions.purge(by=SYSTEM, now=NOW + HOUR + timedelta(hours=settings.HOTLINE_NUMBER_HOURS))

    assert Call.objects.get().sealed_number is None
    assert not [entry for entry in Entry.objects.all() if "6027" in str(entry.data)]


def test_a_switchboard_that_never_hangs_up_does_not_keep_the_number_alive(town, board, talking):
    actions.purge(by=SYSTEM, now=NOW + timedelta(days=2))

    assert Call.objects.get().sealed_number is None
    assert queries.at_hand(town.operator, NOW + timedelta(days=2)) is None


def test_what_was_written_stays_when_the_call_drops_and_goes_when_nobody_comes_back(town, board, talking):
    written = {"text": "松园路菜场北门污水外溢，来电人王女士。", "where": "松园", "csrf": "x"}
    actions.save_draft(key="k1", form=written, call_id=talking.pk, by=town.operator, now=NOW)

    board("call.hung_up", "c1", NOW + SECOND)

    assert "王女士" not in str(bytes(Draft.objects.get().sealed_form))
    assert queries.drafts(town.operator)[0].form == {"text": written["text"], "where": "松园"}
    assert queries.drafts(town.second_operator) == []
    actions.purge(by=SYSTEM, now=NOW + timedelta(days=3, seconds=2))
    assert not Draft.objects.exists()


def test_a_draft_that_arrives_after_its_call_was_registered_is_kept_no_more(town, talking):
    told = actions.Told("k1", "松园路菜场北门污水外溢。", "C02", area="330802001001001", call_id=talking.pk)
    actions.dispatch(told, by=town.operator, now=NOW)

    late = actions.save_draft(key="k1", form={"text": told.text}, call_id=talking.pk, by=town.operator, now=NOW)

    assert late is None
    assert not Draft.objects.exists()
    assert actions.save_draft(key="k1", form={"text": "别的"}, call_id=None, by=town.second_operator, now=NOW)


def test_a_third_party_is_noted_with_what_it_was_told(town, board, talking):
    note = actions.note_three_way(
        call_id=talking.pk, to="荷花街道市政养护所", words="北门污水外溢，请当面答复。", by=town.operator, now=NOW
    )

    assert HandOver.objects.get() == note
    assert note.told == "北门污水外溢，请当面答复。"
    with pytest.raises(Missing):
        actions.note_three_way(call_id=talking.pk, to="市政", words="", by=town.second_operator, now=NOW)


def test_a_secret_that_was_changed_is_good_for_a_day_more(town, board):
    from tongxin.apps.hotline import cti

    fresh = actions.rotate_secret(board.line.pk, by=town.security_admin, now=NOW)
    board.line.refresh_from_db()

    assert cti.secrets_of(board.line, NOW + 23 * HOUR) == [fresh, board.secret]
    assert cti.secrets_of(board.line, NOW + 24 * HOUR) == [fresh]
    with pytest.raises(NotAllowed):
        actions.rotate_secret(board.line.pk, by=town.operator, now=NOW)
