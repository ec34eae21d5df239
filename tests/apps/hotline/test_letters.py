"""Letters: each comes in once, one operator settles it, its writer is answered, and its words go again."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import structlog
from aiosmtpd.controller import Controller

from tests.apps.hotline import postbox
from tests.apps.hotline.test_letters_reading import an_email
from tests.town import NOW, ROOT, Town, a_matter, a_photo, walked
from tongxin.apps.hotline import actions, letters, letters_fetching, letters_sending
from tongxin.apps.hotline.actions import Arrived, Told
from tongxin.apps.hotline.letters import Said
from tongxin.apps.hotline.models import Article, Enclosure, Letter
from tongxin.apps.journal import outbox
from tongxin.apps.journal.models import Entry, Evidence
from tongxin.apps.matters import actions as matters
from tongxin.apps.matters.models import Matter
from tongxin.apps.notify import sending
from tongxin.apps.notify.actions.contacts import subscribe_writer
from tongxin.apps.notify.models import Subscription
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused
from tongxin.rules.lifecycles.matter import Act, Ground
from tongxin.rules.permissions import SYSTEM, reporting

pytestmark = pytest.mark.django_db
WRITER, TEXT = "wang.fang@example.com", "荷花中路 18 号路灯三天不亮。"
TOLD = Told("", TEXT, "D04", area="330802001001")
AUTOMATIC = {  # header, and why such a message is no letter
    "auto": {"Auto-Submitted": "auto-replied"},
    "bounce": {"From": "MAILER-DAEMON@example.com"},
    "loop": {"From": "Tongxin <tongxin@localhost>"},
    "bulk": {"Precedence": "bulk"},
}


@pytest.fixture(scope="module")
def box():
    with postbox.listening() as address:
        yield address


@pytest.fixture
def post(box, settings):
    """Put letters into the box and have them fetched: returns how many were taken in."""
    settings.LETTER_BOX = box
    with postbox.opened(box) as opened:
        opened.delete(opened.uids())

    def posted(*sent: bytes) -> int:
        with postbox.opened(box) as opened:
            for each in sent:
                opened.append(each, "INBOX")
        return letters_fetching.fetch(NOW)

    return posted


@pytest.fixture
def mails():
    """Return the e-mails that a mail server was given."""

    class Kept(list):
        async def handle_DATA(self, server, session, envelope):
            self.append(envelope)
            return "550 nobody here" if "gone" in envelope.rcpt_tos[0] else "250 OK"

    kept = Kept()
    kept.port = postbox.free_port()
    server = Controller(kept, hostname="127.0.0.1", port=kept.port)
    server.start()
    yield kept
    server.stop()


@pytest.fixture
def smtp(settings, mails):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mails.port
    return mails


def a_letter(n: int = 1, address: str = WRITER, files=()) -> Letter:
    said = Said(address, "王芳", "路灯", TEXT, f"<{n}@example.com>")
    return actions.take_letter(Arrived(Channel.MAIL, str(n), said, files), by=reporting("mailbox"), now=NOW)[0]


def heard(now=NOW) -> None:
    while any(outbox.drain(now)):
        pass


def test_a_letter_comes_in_once_and_is_marked_as_seen_only_when_it_is_written_down(town, box, post, monkeypatch):
    raw = an_email(TEXT, From=f"王芳 <{WRITER}>").as_bytes()
    monkeypatch.setattr(letters_fetching, "take_letter", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        post(raw)
    with postbox.opened(box) as opened:
        assert len(opened.uids("UNSEEN")) == 1
    monkeypatch.undo()
    letters_fetching.settings.LETTER_BOX = box

    assert letters_fetching.fetch(NOW) == 1
    with postbox.opened(box) as opened:
        assert opened.uids("UNSEEN") == []
        opened.append(raw, "INBOX")
    assert letters_fetching.fetch(NOW) == 1

    letter = Letter.objects.get()
    said = letters.said(letters.one(town.operator, letter.pk))
    assert (said.address, said.name, said.title, said.text) == (WRITER, "王芳", "路灯", TEXT)
    assert said.masked == "王* · w***@example.com"
    assert TEXT not in str(bytes(letter.sealed)) and letters_fetching.fetch(NOW) == 0


def test_of_what_nobody_wrote_to_us_nothing_is_kept_but_that_it_came(town, post):
    sent = [an_email(TEXT, **{"Message-ID": f"<{why}@x>"} | told).as_bytes() for why, told in AUTOMATIC.items()]

    assert post(*sent) == len(AUTOMATIC)

    assert sorted(Letter.objects.values_list("ignored", flat=True)) == sorted(AUTOMATIC)
    assert not Letter.objects.exclude(sealed=None).exists()
    assert not letters.waiting(town.operator).exists()
    assert letters.settled_since(town.operator, NOW) == {"ignored": len(AUTOMATIC)}


def test_a_huge_letter_is_fetched_in_part_and_a_broken_one_stops_no_other(town, post, monkeypatch):
    monkeypatch.setattr(letters_fetching, "WHOLE", 40_000)
    monkeypatch.setattr(letters_fetching, "BEGINNING", 8_000)
    huge = an_email("照片很大")
    huge.add_attachment(b"\xff" * 60_000, maintype="image", subtype="jpeg", filename="a.jpg")
    other = an_email(**{"Message-ID": "<2@x>"})
    other.add_attachment(a_photo().getvalue(), maintype="image", subtype="jpeg", filename="灯.jpg")

    assert post(huge.as_bytes(), b"\xff\xfe broken", other.as_bytes()) == 3

    found = [letters.said(letters.one(town.operator, each.pk)) for each in letters.waiting(town.operator)]
    assert [(each.text, each.left_out) for each in found if "broken" not in each.text] == [
        ("照片很大", 1),
        ("路灯不亮。", 0),
    ]
    assert [letters.files(each)[0].name for each in letters.waiting(town.operator) if letters.files(each)] == ["灯.jpg"]


def test_a_box_that_does_not_answer_is_told_to_the_log_without_its_password(town, settings):
    settings.LETTER_BOX = "imap://me:verysecret@127.0.0.1:1/INBOX"

    with structlog.testing.capture_logs() as said:
        assert letters_fetching.fetch(NOW) == 0

    assert [each["event"] for each in said] == ["letters.box_unreached"]
    assert "verysecret" not in str(said)


def test_a_letter_becomes_a_matter_with_its_photo_and_its_writer_hears_of_it(town: Town, settings):
    letter = a_letter(files=[("灯.jpg", a_photo().getvalue()), ("x.exe", b"MZ no picture")])

    reported = actions.register_letter(letter.pk, TOLD, tells_writer=True, by=town.operator, now=NOW)
    heard()
    subscribe_writer(letter_id=letter.pk, by=SYSTEM, now=NOW)  # reactions are told at least once
    actions.keep_enclosures(letter.pk, by=SYSTEM, now=NOW)

    matter = Matter.objects.get(pk=reported.id)
    assert (matter.channel, matter.state, matter.area) == ("mail", "awaiting_filing", "330802001001")
    assert Evidence.objects.filter(subject=f"matter:{matter.pk}").count() == 1
    assert list(Enclosure.objects.values_list("refused", flat=True)) == ["evidence.type_refused"]
    assert Subscription.objects.get().address == WRITER
    assert Subscription.objects.get().matter_id == matter.pk
    with pytest.raises(Refused, match=r"letter\.settled"):
        actions.put_aside(letter.pk, by=town.second_operator, now=NOW)


def test_a_letter_about_the_same_follows_it(town: Town):
    master = a_matter(town)
    letter = a_letter()

    reported = actions.register_letter(letter.pk, TOLD, master_id=master.pk, by=town.operator, now=NOW)

    assert Matter.objects.get(pk=reported.id).master_id == master.pk
    assert not Subscription.objects.exists()


def test_an_answer_goes_out_once_it_is_written_down_and_is_threaded_to_the_letter(town: Town, smtp):
    actions.load_knowledge(ROOT / "catalog" / "knowledge.json", by=SYSTEM, now=NOW)
    article = Article.objects.get(code="yibao-yidi")
    letter = a_letter()

    reply = actions.answer_letter(letter.pk, said="您好，答复如下。", articles=[article.pk], by=town.operator, now=NOW)
    assert not smtp
    letters_sending.send_due(NOW)
    letters_sending.send_due(NOW)

    reply.refresh_from_db()
    article.refresh_from_db()
    assert (len(smtp), smtp[0].rcpt_tos, reply.state, reply.code, article.used) == (1, [WRITER], "sent", "250", 1)
    sent = smtp[0].content.decode()
    assert "In-Reply-To: <1@example.com>" in sent
    assert "Auto-Submitted: auto-replied" in sent
    assert not [each for each in Entry.objects.all() if WRITER in str(each.data) or "您好" in str(each.data)]


def test_an_answer_that_does_not_arrive_is_tried_again_or_shown_as_undelivered(town: Town, smtp, settings):
    gone = actions.answer_letter(a_letter(1, "gone@example.com").pk, said="您好", by=town.operator, now=NOW)
    letters_sending.send_due(NOW)
    settings.EMAIL_PORT = 1
    later = actions.answer_letter(a_letter(2).pk, said="您好", by=town.operator, now=NOW)
    letters_sending.send_due(NOW)

    gone.refresh_from_db()
    later.refresh_from_db()
    assert (gone.state, gone.code) == ("failed", "smtp_550")
    assert (later.state, later.code, later.tries) == ("waiting", "unreachable", 1)
    assert [each.pk for each in letters.undelivered(town.operator)] == [gone.pk]
    assert not letters.undelivered(town.grid_worker)
    settings.EMAIL_HOST = ""
    with pytest.raises(Invalid, match=r"letter\.no_way_back"):
        actions.answer_letter(a_letter(3).pk, said="您好", by=town.operator, now=NOW)


def test_letters_are_read_and_settled_by_the_operators_of_their_unit_alone(town: Town):
    letter = a_letter()

    for who in (town.dispatcher, town.grid_worker, town.supervisor, town.system_admin, town.neighbouring_dispatcher):
        assert not letters.waiting(who).exists()
        with pytest.raises(Missing):
            letters.one(who, letter.pk)
        for act in (
            lambda by: actions.register_letter(letter.pk, TOLD, by=by, now=NOW),
            lambda by: actions.answer_letter(letter.pk, said="x", by=by, now=NOW),
            lambda by: actions.put_aside(letter.pk, by=by, now=NOW),
        ):
            with pytest.raises(NotAllowed):
                act(who)
    assert letters.waiting(town.second_operator).get() == letter


def test_the_words_of_a_settled_letter_go_and_of_an_advertisement_at_once(town: Town, settings, smtp):
    spam, kept, waits = a_letter(1, files=[("a.jpg", b"x")]), a_letter(2), a_letter(3)
    actions.put_aside(spam.pk, by=town.operator, now=NOW)
    reply = actions.answer_letter(kept.pk, said="您好", by=town.operator, now=NOW)
    assert Letter.objects.get(pk=spam.pk).sealed is None
    assert not Enclosure.objects.exists()

    actions.purge_letters(by=SYSTEM, now=NOW + timedelta(days=settings.LETTER_DAYS - 1))
    assert Letter.objects.get(pk=kept.pk).sealed
    assert actions.purge_letters(by=SYSTEM, now=NOW + timedelta(days=settings.LETTER_DAYS, seconds=1)) == 1

    reply.refresh_from_db()
    assert (Letter.objects.get(pk=kept.pk).sealed, reply.sealed) == (None, None)
    assert letters.said(letters.one(town.operator, waits.pk)).text == TEXT
    with pytest.raises(NotAllowed):
        actions.purge_letters(by=town.operator, now=NOW)


def test_the_writer_of_an_e_mail_hears_at_its_address_how_the_matter_goes_on_until_it_closes(
    town: Town, smtp, settings
):
    settings.PUBLIC_URL = "https://tongxin.example"
    here = replace(TOLD, area="330802001001001")
    reported = actions.register_letter(a_letter().pk, here, tells_writer=True, by=town.operator, now=NOW)
    heard()
    matter = walked(town, reported.id, "CLOSED")
    heard(NOW + timedelta(hours=1))
    sending.send_due(NOW + timedelta(hours=12))

    told = [message_from_bytes(each.content, policy=policy.default) for each in smtp]
    assert {each["To"] for each in told} == {WRITER}
    assert [each["Subject"] for each in told] == ["已派给单位", "办好了"]
    assert f"（{matter.number}）办好了" in told[-1].get_content()
    assert f"https://tongxin.example/p/t/{matter.receipt}" in told[-1].get_content()
    assert not [each for each in Entry.objects.all() if WRITER in str(each.data)]


def test_the_writer_of_a_letter_that_is_declined_is_told(town: Town, smtp):
    letter = a_letter()
    reported = actions.register_letter(letter.pk, TOLD, tells_writer=True, by=town.operator, now=NOW)
    heard()

    reason = {"ground": Ground.NOT_OURS, "reason": "不属受理范围", "route": "物业"}
    matters.take(Act.DECLINE, matter_id=reported.id, by=town.duty_chief, now=NOW, **reason)
    heard()
    sending.send_due(NOW + timedelta(hours=12))

    assert smtp[-1].rcpt_tos == [WRITER]
    assert reported.number in message_from_bytes(smtp[-1].content, policy=policy.default).get_content()
