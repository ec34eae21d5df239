"""The chat's door, with the simulator that ships: over real HTTP, both ways."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests.town import NOW, walked
from tongxin.apps.hotline import actions, letters, letters_sending
from tongxin.apps.hotline.actions import Told
from tongxin.apps.hotline.models import Letter, Line
from tongxin.apps.journal import outbox
from tongxin.apps.notify import sending
from tongxin.apps.notify.models import Sending, Subscription
from tongxin.apps.notify.purging import CONTACTS, purge
from tongxin.interfaces.console.chat_simulator import Chat, serve
from tongxin.rules.letters import LineKind
from tongxin.rules.permissions import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "窨井盖松了，踩上去会翘。"


@pytest.fixture
def chat(town, live_server):
    """Return a chat that runs, and let its line know where answers go."""
    told = {"name": "公众号", "unit_id": town.unit["hotline"], "kind": LineKind.CHAT}
    line, secret = actions.open_line(code="chat", **told, by=SYSTEM, now=NOW)
    chat = Chat(secret, f"{live_server.url}/api/intake/chat/chat")
    server = serve(chat, 0)
    running = threading.Thread(target=server.serve_forever, args=(0.01,))
    running.start()
    Line.objects.filter(pk=line.pk).update(url=f"http://127.0.0.1:{server.server_port}/")
    yield chat
    server.shutdown()
    running.join()
    server.server_close()


def drained(now) -> None:
    while any(outbox.drain(now + timedelta(minutes=15))):
        pass


def test_a_message_waits_as_a_letter_and_its_answer_goes_back_once(chat, town):
    envelope = chat.envelope(TEXT, "conv-7", "阿平")
    assert [chat.send(*envelope), chat.send(*envelope), chat.write("另一条", as_dingtalk=True)] == [202, 202, 202]
    first, second = letters.waiting(town.operator)
    assert (letters.said(first).text, letters.said(first).masked, letters.said(second).text) == (TEXT, "阿*", "另一条")
    now = timezone.now()

    reply = actions.answer_letter(first.pk, said="已派人去看。", by=town.operator, now=now)
    letters_sending.send_due(now)
    reply.refresh_from_db()
    reply.state, reply.next_try_at = "waiting", now
    reply.save()
    letters_sending.send_due(now)

    reply.refresh_from_db()
    assert (reply.state, reply.code) == ("sent", "200")
    assert chat.answers == [("conv-7", "已派人去看。")]


def test_whoever_wrote_by_chat_hears_in_the_conversation_how_it_goes_on_until_it_closes(chat, town):
    chat.write(TEXT, "conv-7", "阿平")
    chat.write("别的事", "conv-8")
    wants, silent = letters.waiting(town.operator)
    told, now = Told("", TEXT, "D04", area="330802001001001"), timezone.now()
    reported = actions.register_letter(wants.pk, told, tells_writer=True, by=town.operator, now=now)
    actions.register_letter(silent.pk, told, by=town.operator, now=now)
    drained(now)
    matter = walked(town, reported.id, "CLOSED", now=now)
    drained(now)

    sending.send_due(later := now + timedelta(hours=20))
    Sending.objects.filter(occasion="closed").update(state="waiting", next_try_at=later)  # its worker broke down
    sending.send_due(later)

    assert {to for to, _ in chat.answers} == {"conv-7"}
    assert chat.answers[-1][1].endswith(f"（{matter.number}）办好了，请看结果并评价。")
    assert len(chat.answers) == Sending.objects.count() == 2
    assert set(Sending.objects.values_list("medium", "state", "code")) == {("chat", "sent", "200")}
    purge(matter.closed_at + CONTACTS + timedelta(seconds=1))
    assert not Subscription.objects.exists()


def test_what_is_forged_late_closed_or_unreadable_is_refused_and_leaves_nothing(chat, town):
    body, headers = chat.envelope(TEXT)
    late = chat.envelope(TEXT, at=datetime.now(UTC) - timedelta(minutes=6))
    voice, secret = actions.open_line(code="tel", name="x", unit_id=town.unit["hotline"], by=SYSTEM, now=NOW)
    elsewhere = Chat(secret, chat.target.replace("/chat/chat", f"/chat/{voice.code}"))

    assert chat.send(body.replace("窨".encode(), "井".encode()), headers) == 401
    assert chat.send(*late) == 401
    assert elsewhere.write(TEXT) == 401
    assert [chat.write(each) for each in ("", "  ")] == [422, 422]
    assert chat.write("长" * 40_000) == 413
    half = json.dumps({"MsgId": "1", "FromUserName": "c", "Content": "\ud800"})
    signed = {"content-type": "application/json"} | sign(chat, half)
    assert chat.send(half.encode(), signed) == 400
    actions.close_line(Line.objects.get(code="chat").pk, by=SYSTEM, now=timezone.now())
    assert chat.write(TEXT) == 401

    assert not Letter.objects.exists()


def sign(chat: Chat, body: str) -> dict[str, str]:
    from tongxin.guard import envelopes

    return envelopes.signed([chat.secret], "msg_half", body, datetime.now(UTC))
