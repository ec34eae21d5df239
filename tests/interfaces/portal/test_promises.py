"""How a resident is told, and how somebody shows to be the one who reported: as was chosen, and by what was sent."""

import base64
import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.interfaces.desk.visitors import visitor
from tests.interfaces.portal.test_report import FORM, LAMP, here, photo, reported
from tests.town import a_matter
from tongxin.apps.journal import outbox
from tongxin.apps.journal.queries import evidence_of
from tongxin.apps.matters import actions, receipts
from tongxin.apps.matters.models import Matter
from tongxin.apps.notify import proofs, queries
from tongxin.apps.notify.models import Proof, Sending, Silence, Subscription
from tongxin.interfaces.portal import following_devices as devices
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.permissions import RESIDENT, holding_receipt

pytestmark = pytest.mark.django_db
WORDS, PHONE = "菜场边上王阿姨家门口垃圾堆了三天。", "13800006027"


@pytest.fixture
def gateway(settings):
    """Let short messages be owed; none is sent here."""
    settings.SMS_GATEWAY = "http://127.0.0.1:9/sms"
    settings.OUTWARD_LOOPBACK = True


@pytest.fixture
def mine(town, gateway):
    """Return a matter of which a telephone was left, and its link."""
    begun = timezone.now() - timedelta(minutes=30)
    matter = a_matter(town, "HANDLING", now=begun, by=RESIDENT, text=WORDS, contact_phone=PHONE)
    matter.refresh_from_db()
    return matter, f"/p/t/{matter.receipt}/"


def reporter(matter) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
    client.cookies[f"{devices.PREFIX}{matter.pk}"] = receipts.key_of(matter)
    return client


def text(answer) -> str:
    return answer.content.decode()


def the_code() -> str:
    return proofs.code_of(Proof.objects.order_by("-id")[0])


def a_browser(name="one") -> str:
    """Return what a browser says of itself when it is to be told."""
    keys = {"p256dh": _base64(b"\x04" + bytes(64)), "auth": _base64(bytes(16))}
    return json.dumps({"endpoint": f"https://push.example/{name}", "expirationTime": None, "keys": keys})


def _base64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def test_a_stolen_link_opens_with_the_code_that_was_sent_and_not_with_four_digits(mine):
    matter, link = mine
    thief, own = Client(), Client()

    assert 'name="digits"' not in text(thief.get(link)) and "发验证码" in text(thief.get(link))
    wrong = thief.post(link + "prove", {"digits": "6027"})
    assert wrong.status_code == 409 and "要用验证码打开" in text(wrong) and WORDS not in text(wrong)
    sent = own.post(link + "prove", {"send": "sms", "next": "readers"})
    assert sent["Location"] == f"{link}?sent=sms&next=readers#prove"
    page = text(own.get(sent["Location"]))
    assert 'autocomplete="one-time-code"' in page and "6027" not in page and WORDS not in page
    missed = own.post(link + "prove", {"code": f"{(int(the_code()) + 1) % 10**6:06}", "sent": "sms"})
    assert "还可以试 4 次" in text(missed) and 'name="code"' in text(missed)
    right = own.post(link + "prove", {"code": the_code(), "sent": "sms", "next": "readers"})
    assert right["Location"] == link + "readers" and WORDS in text(own.get(link))
    assert not right.cookies[f"{devices.PREFIX}{matter.pk}"]["max-age"]
    assert WORDS not in text(thief.get(link))


def test_by_the_number_a_matter_is_found_with_four_digits_and_the_code(mine):
    matter, link = mine
    asked = {"number": matter.number, "digits": "6027"}

    unknown, wrong = (Client().post("/p/t/", asked | other) for other in ({"number": "KC9"}, {"digits": "0000"}))
    assert {text(each).count("对不上") for each in (unknown, wrong)} == {1} and not Proof.objects.exists()
    step = text(Client().post("/p/t/", asked))
    assert "已经发到" in step and 'name="code"' in step and link not in step and "6027" not in step
    led = Client().post("/p/t/", {"number": matter.number, "sent": "sms", "code": the_code()})
    assert led["Location"] == link

    again = Client().post("/p/t/", asked)
    assert "要得太频繁" in text(again) and again.status_code == 409


def test_one_address_has_few_codes_sent_whatever_matters_they_are_about(town, gateway):
    told = {"by": RESIDENT, "contact_phone": PHONE}
    links = [f"/p/t/{a_matter(town, now=timezone.now(), **told).receipt}/prove" for _ in range(5)]

    statuses = [Client().post(link, {"send": "sms"}).status_code for link in links]

    assert statuses == [302] * 4 + [429] and Sending.objects.filter(occasion="proof").count() == 4


def test_who_leaves_a_telephone_and_wants_to_be_told_of_nothing_is_told_of_nothing(phone, brands, town, gateway):
    told = {"text": LAMP, "contact_phone": PHONE, **here()}
    form = text(phone.get(FORM))
    assert "发短信到这个手机" in form and 'name="mail"' not in form  # there is a gateway, and no mail server
    quiet = reported(phone.post(FORM, told | {"quiet": "1", "mail": "wang@example.com"}))
    usual = reported(phone.post(FORM, told))
    for each in (quiet, usual):
        actions.take(Act.ACCEPT, matter_id=each.pk, by=town.acceptor, now=timezone.now())
    while any(outbox.drain(timezone.now())):
        pass

    assert list(Sending.objects.values_list("matter", "medium")) == [(usual.pk, "sms")]
    assert not Subscription.objects.exists()
    page = text(phone.get(f"/p/t/{quiet.receipt}/telling"))
    assert "什么都不通知您" in page
    assert "138****6027" in text(phone.get(f"/p/t/{usual.receipt}/telling"))
    assert phone.post(f"/p/t/{usual.receipt}/telling", {"silence": "on"}).status_code == 302
    assert phone.post(f"/p/t/{quiet.receipt}/telling", {"silence": "off"}).status_code == 302
    assert [each.matter_id for each in Silence.objects.all()] == [usual.pk]
    refused = phone.post(FORM, {"quiet": "1"})
    assert re.search(r'name="quiet" value="1" checked', text(refused))  # what was chosen stays chosen


def test_a_browser_is_told_of_the_own_matter_until_it_is_switched_off(mine):
    matter, link = mine
    phone, address = reporter(matter), "https://push.example/one"

    page = text(phone.get(link + "telling"))
    assert re.search(r'data-key="[\w-]{87}"', page) and 'data-known=""' in page
    assert re.search(r"data-key", text(phone.get(f"/p/r/{matter.receipt}/")))
    assert "data-key" not in text(Client().get(f"/p/r/{matter.receipt}/"))
    assert phone.post(link + "push", {"subscription": a_browser()}).status_code == 204
    assert (kept := Subscription.objects.get()).address == address and kept.language == "zh-hans"
    page = text(phone.get(link + "telling"))
    assert address not in page and "浏览器" in page and re.search(r'data-known="[0-9a-f]{64}"', page)
    assert '"address": ""' in text(phone.get(link + "data.json"))
    for stranger in (Client(), reporter(a_other(matter))):
        assert stranger.post(link + "push", {"endpoint": address}).status_code == 403
    for wrong in ("{}", a_browser().replace("https", "http"), "x" * 2000):
        refused = phone.post(link + "push", {"subscription": wrong}, headers={"X-Requested-With": "fetch"})
        assert refused.status_code == 422 and "err-msg" in text(refused)
    assert phone.post(link + "push", {"endpoint": address}).status_code == 204
    assert not Subscription.objects.exists()


def a_other(matter):
    """Return the same matter as somebody with the key of another one would hold it."""
    other = type(matter).objects.exclude(pk=matter.pk).first() or matter
    other.receipt = "00000000-0000-0000-0000-000000000000"
    return other


def test_the_service_worker_of_the_door_shows_pushes_and_keeps_nothing(phone, brands):
    answer = phone.get("/p/sw.js")

    assert answer["Content-Type"].startswith("text/javascript") and "no-cache" in answer["Cache-Control"]
    assert text(answer) == 'importScripts("/static/look/pushed.js");\n'
    assert holding_receipt(1).matter_id == 1


def test_a_photo_that_cannot_be_stored_loses_no_report_and_is_named_and_added_again(phone, brands, monkeypatch):
    from tongxin.apps.journal import files

    disk, full = files.place, iter([False, True, False])

    def place(received):
        if next(full, False):
            raise OSError(28, "No space left on device")
        return disk(received)

    monkeypatch.setattr(files, "place", place)
    form = {"text": LAMP, "key": "a-key-a-phone-made-up", **here()}
    answer = phone.post(FORM, form | {"photos": [photo("a.jpg", 1), photo("b.jpg", 60), photo("c.jpg", 120)]})

    matter = reported(answer)
    assert answer["Location"].endswith("?lost=2") and matter.before_photos == 2
    page = text(phone.get(answer["Location"]))
    assert "第 2 张照片没有存上" in page and f"/p/t/{matter.receipt}/add" in page
    assert "没有存上" not in text(Client().get(answer["Location"]))
    again = phone.post(f"/p/t/{matter.receipt}/add", {"photos": photo("b.jpg", 60)})
    assert again.status_code == 302 and evidence_of(f"matter:{matter.pk}").count() == 3
    sent_again = phone.post(FORM, form | {"photos": [photo("a.jpg", 1), photo("d.jpg", 200)]})
    assert sent_again["Location"] == f"/p/r/{matter.receipt}/" and evidence_of(f"matter:{matter.pk}").count() == 4


def test_words_that_were_kept_are_not_asked_for_twice_where_their_photo_was_refused(mine):
    matter, link = mine
    phone = reporter(matter)

    half = phone.post(link + "add", {"text": "还有一袋。", "photos": SimpleUploadedFile("x.svg", b"<svg/>")})

    assert half.status_code == 422 and "您写的已经补充上了" in text(half) and "x.svg" in text(half)
    assert "还有一袋。</textarea>" not in text(half).replace("\n", "")
    assert phone.post(link + "add", {"text": "", "photos": photo()}).status_code == 302
    matter.refresh_from_db()
    assert matter.added == 1


def test_who_joined_reads_how_the_master_stands_and_is_read_where_it_is_handled(mine, town):
    matter, _ = mine
    neighbor = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
    joined = {"text": "我家门口也有一堆。", "same": "yes", "photos": photo("n.jpg", 9)}
    link = neighbor.post(f"/p/join/{matter.number}/", joined)["Location"].partition("?")[0]
    assert neighbor.post(link + "add", {"text": "今天又多了两袋。", "photos": photo("m.jpg", 150)}).status_code == 302
    other = Matter.objects.get(master=matter)

    follows = text(neighbor.get(link))
    assert "并在一起办" in follows and "荷花街道环卫所正在办" in follows and "最晚" in follows
    assert "王阿姨" not in follows and matter.number not in follows

    handler = visitor("handler")
    page = text(handler.get(f"/m/{matter.number}/"))
    assert "我家门口也有一堆。" in page and "今天又多了两袋。" in page and other.number in page
    (first, second) = re.findall(rf"/m/{matter.number}/evidence/\d+(?=\?thumb)", page)[-2:]
    shown = [handler.get(each) for each in (first, second)]
    assert [each.status_code for each in shown] == [200, 200]
    assert "今天又多了两袋。" in text(handler.get(f"/f/m/{matter.number}/"))
    assert handler.get(f"/m/{other.number}/").status_code == 404  # the follower by itself is not the handler's
    assert visitor("neighbouring_handler").get(first).status_code == 404
    while any(outbox.drain(timezone.now())):
        pass
    told = [(row.occasion, row.number) for row in queries.notices(town.handler).rows]
    assert ("words_added", matter.number) in told and other.number not in dict(told).values()
    actions.erase_own(matter_id=other.pk, by=holding_receipt(other.pk), now=timezone.now())
    gone = text(handler.get(f"/m/{matter.number}/"))
    assert "我家门口" not in gone and "两袋" not in gone
    for each in shown:
        each.close()


def test_what_is_none_of_the_kinds_offered_is_taken_sorted_by_the_desk_and_told_with_new_dates(phone, brands, town):
    answer = phone.post(FORM, {"text": LAMP, "template": "none", "contact_phone": PHONE, **here()})

    matter = reported(answer)
    link = f"/p/t/{matter.receipt}/"
    assert matter.template_code == "F11"
    assert "咨询或待归类事项" in text(phone.get(answer["Location"])) and "咨询或待归类事项" in text(phone.get(link))
    desk = visitor("acceptor")
    form = text(desk.get(f"/m/{matter.number}/act/reclassify/"))
    assert form.index('value="D02"') < form.index('value="A01"')  # what the words say comes first
    assert "请选要改成哪一类" in text(desk.post(f"/m/{matter.number}/act/reclassify/", {"reason": "是路灯。"}))
    sent = desk.post(
        f"/m/{matter.number}/act/reclassify/", {"template": "D02", "reason": "是路灯。", "rev": matter.rev}
    )
    assert sent.status_code == 302
    page = text(phone.get(link))
    assert "重新归类：路灯不亮" in page and "待归类" not in page and "是路灯。" not in page
    assert matter.deadlines.get(clock="whole", ended_at=None).started_at == matter.reported_at
