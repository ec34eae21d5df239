"""The switchboard's door, with the simulator that ships: over real HTTP, both ways."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from tests.town import NOW
from tongxin.apps.hotline import actions, cti
from tongxin.apps.hotline.models import Call, Line
from tongxin.interfaces.console.cti_simulator import Switchboard, serve
from tongxin.rules.calls import CallAct
from tongxin.rules.permissions import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "13800006027"


@pytest.fixture
def board(town, live_server):
    """Return a line's switchboard that runs, and let the line know where it takes orders."""
    line, secret = actions.open_line(code="12345", name="热线", unit_id=town.unit["hotline"], by=SYSTEM, now=NOW)
    board = Switchboard(secret, f"{live_server.url}/api/intake/cti/12345")
    server = serve(board, 0)
    running = threading.Thread(target=server.serve_forever, args=(0.01,))
    running.start()
    Line.objects.filter(pk=line.pk).update(url=f"http://127.0.0.1:{server.server_port}/")
    yield board
    server.shutdown()
    running.join()
    server.server_close()


def test_a_call_rings_is_answered_put_through_and_ends(board, town):
    ref = board.ring(NUMBER)
    call = Call.objects.select_related("line").get(ref=ref)
    actions.pick_up(call.pk, by=town.operator, now=NOW)

    cti.order(call, CallAct.ANSWER)
    cti.order(call, CallAct.TRANSFER, "119")

    for _ in range(100):
        call.refresh_from_db()
        if call.recording:
            break
        threading.Event().wait(0.02)
    assert (call.state, call.recording) == ("ended", f"sim/{ref}.wav")
    assert board.orders == [("answer", ""), ("transfer", "119")]


def test_forged_replayed_and_late_calls_are_refused_and_logged_without_numbers(board):
    body, headers = board.envelope("call.arrived", "c1", number=NUMBER)
    forged = Switchboard("whsec_" + "A" * 43 + "=", board.target).envelope("call.arrived", "c2", number=NUMBER)
    late = board.envelope("call.arrived", "c3", at=datetime.now(UTC) - timedelta(minutes=6), number=NUMBER)
    changed = body.replace(b"6027", b"6028"), headers
    elsewhere = Switchboard(board.secret, board.target.replace("12345", "other"))

    with structlog.testing.capture_logs() as said:
        assert board.send(body, headers) == 202
        assert board.send(body, headers) == 409
        assert [board.send(*each) for each in (forged, late, changed)] == [401, 401, 401]
        assert elsewhere.tell("call.arrived", "c4", number=NUMBER) == 401
        assert board.tell("call.answered", "never-rang") == 409
        assert board.tell("call.exploded", "c5") == 422
        assert board.send(*board.envelope("call.arrived", "", number=NUMBER)) == 422

    assert Call.objects.count() == 1
    reasons = [each["reason"] for each in said if each["event"] == "cti.refused"]
    assert reasons == ["forged", "late", "forged", "unknown_line"]
    assert "6027" not in str(said)
    assert "6028" not in str(said)


def test_after_a_change_both_secrets_are_heard_for_a_day(board):
    fresh = actions.rotate_secret(Line.objects.get().pk, by=SYSTEM, now=datetime.now(UTC))

    assert board.tell("call.arrived", "old") == 202
    assert Switchboard(fresh, board.target).tell("call.arrived", "new") == 202
    Line.objects.update(before_until=datetime.now(UTC) - timedelta(seconds=1))
    assert board.tell("call.arrived", "too-old") == 401


def test_what_the_switchboard_does_not_do_is_told_and_waited_for_shortly(board, settings):
    board.ring(NUMBER)
    call = Call.objects.select_related("line").get()

    board.is_deaf = True
    with pytest.raises(cti.Unreached, match=r"cti\.declined"):
        cti.order(call, CallAct.HANG_UP)
    call.line.url = "http://127.0.0.1:9/"
    with pytest.raises(cti.Unreached, match=r"cti\.unreached"):
        cti.order(call, CallAct.HANG_UP)
    call.line.url = ""
    with pytest.raises(cti.Unreached, match=r"cti\.none"):
        cti.order(call, CallAct.HANG_UP)
