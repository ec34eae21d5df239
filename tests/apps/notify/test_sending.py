"""What leaves the house for people: each medium against a real other side, once, in time, and never too much of it."""

import base64
import json
import socket
import time
from datetime import timedelta

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone
from py_vapid import Vapid02

from tests import town as towns
from tongxin.apps.journal import outbox
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Matter
from tongxin.apps.notify import sending
from tongxin.apps.notify.actions import choose, retry, set_robot, set_wording, subscribe
from tongxin.apps.notify.media import push
from tongxin.apps.notify.media.parcel import Parcel
from tongxin.apps.notify.media.table import ADAPTERS
from tongxin.apps.notify.models import Sending, Subscription
from tongxin.apps.notify.purging import CONTACTS, purge
from tongxin.apps.people.models import Account
from tongxin.guard import outward
from tongxin.rules.errors import Invalid, NotAllowed
from tongxin.rules.lifecycles.matter import Act, CloseKind
from tongxin.rules.occasions import Medium
from tongxin.rules.permissions import holding_receipt
from tongxin.rules.retries import TO_PEOPLE

PHONE = "13812346027"


@pytest.fixture
def now():
    """Signatures are as old as they are by the real clock."""
    return timezone.now()


def a_report_with(town, now, *, channel="", address="", contact=None, **told) -> Matter:
    """Return an accepted matter whose reporter asked to be told."""
    told |= {"contact_name": "王女士", "contact_phone": contact} if contact else {}
    reported = actions.report(towns.a_report(**told), by=town.grid_worker, now=now)
    if channel:
        by = holding_receipt(reported.id)
        subscribe(channel=channel, address=address, matter_id=reported.id, by=by, now=now)
    actions.take(Act.ACCEPT, matter_id=reported.id, by=town.acceptor, now=now)
    return Matter.objects.get(pk=reported.id)


def states() -> list[tuple[str, str]]:
    return list(Sending.objects.order_by("id").values_list("state", "code"))


def test_whoever_left_a_telephone_hears_by_short_message_where_there_is_a_gateway(town, now, worked, gateway, house):
    matter = a_report_with(town, now, contact="138 1234 6027")
    worked(now)

    (message,) = gateway.taken

    assert (message.medium, message.to) == ("sms", PHONE)
    assert message.text == (
        f"您反映的“暴露垃圾”已受理，编号{matter.number}。https://tongxin.example/p/t/{matter.receipt}"
    )
    assert "王" not in message.text and states() == [("sent", "200")]

    house.SMS_GATEWAY = ""
    a_report_with(town, now, contact=PHONE)
    worked(now)
    assert len(gateway.taken) == Sending.objects.count() == 1


def test_a_gateway_in_trouble_is_asked_again_later_and_a_message_comes_once(town, now, gateway):
    a_report_with(town, now, contact=PHONE)
    outbox.drain(now)
    gateway.breaks = 1

    sending.send_due(now)
    assert states() == [("waiting", "503")]
    sending.send_due(now + timedelta(seconds=59))
    assert gateway.taken == []
    sending.send_due(now + TO_PEOPLE[0])
    assert states() == [("sent", "200")]

    Sending.objects.update(state="waiting")  # as if the worker had been killed before it wrote that down
    sending.send_due(now + TO_PEOPLE[0])
    assert [each.times for each in gateway.taken] == [2]


@pytest.mark.parametrize("medium", [Medium.MAIL, Medium.WECOM, Medium.SMS])
def test_a_server_that_never_answers_is_waited_for_twice_and_not_by_every_message(house, monkeypatch, medium):
    monkeypatch.setattr(outward, "SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        deaf.settimeout(0.2)
        house.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        house.EMAIL_HOST, house.EMAIL_PORT = deaf.getsockname()
        house.EMAIL_TIMEOUT = 0.1
        to = {Medium.MAIL: "a@city.example", Medium.SMS: PHONE}.get(medium, f"http://127.0.0.1:{house.EMAIL_PORT}/")
        house.SMS_GATEWAY = f"http://127.0.0.1:{house.EMAIL_PORT}/sms"
        begun = time.monotonic()

        outcomes = list(ADAPTERS[medium](Parcel((n,), to, "题", "文") for n in range(120)))

    assert {(each.is_sent, each.code, each.is_final) for each in outcomes} == {(False, "timeout", False)}
    assert time.monotonic() - begun < 1


def test_what_was_taken_by_a_worker_that_died_is_taken_again_when_its_time_is_over(town, now, gateway):
    a_report_with(town, now, contact=PHONE)
    outbox.drain(now)

    assert len(sending._take(now)) == 1

    assert sending.send_due(now + timedelta(seconds=30)) == 0
    assert sending.send_due(now + sending.LEASE) == 1
    assert states() == [("sent", "200")]


def test_what_fails_for_good_waits_for_a_person(town, now, gateway, house):
    a_report_with(town, now, contact=PHONE)
    house.SMS_SECRET = "another one"
    outbox.drain(now)
    sending.send_due(now)
    assert states() == [("failed", "401")]

    house.SMS_SECRET = gateway.secret
    (stuck,) = Sending.objects.all()
    with pytest.raises(NotAllowed):
        retry(sending_ids=[stuck.pk], by=town.dispatcher, now=now)
    retry(sending_ids=[stuck.pk], by=town.system_admin, now=now)
    sending.send_due(now)

    assert states() == [("sent", "200")]


def test_staff_get_one_letter_an_hour_with_all_of_it(town, now, letters):
    choose(media={"work": ["mail"]}, by=town.handler, now=now)
    Account.objects.filter(username="handler").update(email="handler@city.example")
    numbers = {towns.a_matter(town, "AWAITING_SIGNATURE", now=now).number for _ in range(3)}
    soon = now + timedelta(minutes=10)
    outbox.drain(soon)

    sent_in = [sending.send_due(soon + timedelta(minutes=n)) for n in range(61)]

    assert [each for each in sent_in if each] == [3]
    (letter,) = letters
    assert letter["To"] == "handler@city.example"
    assert letter["Subject"] == "3 条通知"
    assert all(number in letter.get_content() for number in numbers)


def test_a_letter_to_nobody_forgets_the_address(town, now, worked, letters):
    a_report_with(town, now, channel="mail", address="nobody@gone.example")
    matter = a_report_with(town, now, channel="mail", address="wang@home.example")
    worked(now)

    assert [letter["To"] for letter in letters] == ["wang@home.example"]
    assert f"/p/t/{matter.receipt}" in letters[0].get_content()
    assert sorted(states()) == [("dropped", "smtp_550"), ("sent", "250")]
    assert list(Subscription.objects.values_list("address", flat=True)) == ["wang@home.example"]


def a_browser(url: str) -> tuple[ec.EllipticCurvePrivateKey, bytes, str]:
    """Return a browser's private key, its secret, and what it says of its subscription."""
    key, auth = ec.generate_private_key(ec.SECP256R1()), b"sixteen octets.."
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    keys = {"p256dh": base64.urlsafe_b64encode(point).decode(), "auth": base64.urlsafe_b64encode(auth).decode()}
    return key, auth, json.dumps({"endpoint": f"{url}/push/abc", "keys": keys})


def test_a_push_is_read_by_the_one_browser_and_signed_by_the_house(town, now, worked, receiver):
    key, auth, said = a_browser(receiver.url)
    matter = a_report_with(town, now, channel="push", address=said)
    worked(now)

    (came,) = receiver.came
    told = json.loads(http_ece.decrypt(came.body, private_key=key, auth_secret=auth, version="aes128gcm"))
    signed, public = (
        part.partition("=")[2] for part in came.headers["authorization"].removeprefix("vapid ").split(",")
    )

    assert told["title"] == "已受理" and matter.number in told["body"]
    assert told["url"] == f"https://tongxin.example/p/t/{matter.receipt}"
    assert (came.headers["content-encoding"], came.headers["ttl"]) == ("aes128gcm", "86400")
    assert public == push.public_key()
    assert Vapid02.verify(f"vapid t={signed},k={public}")
    assert "王" not in came.body.decode("latin-1")

    receiver.says = lambda came: 410
    actions.take(Act.FILE, matter_id=matter.pk, by=town.duty_chief, now=now)
    actions.take(Act.DISPATCH, matter_id=matter.pk, by=town.dispatcher, unit_id=town.unit["sanitation"], now=now)
    worked(now)
    assert not Subscription.objects.exists()


def test_a_units_robot_says_kinds_and_numbers_and_nothing_a_resident_wrote(town, now, gateway, house):
    robots = house.robots
    unit = town.unit["sanitation"]
    asked = {"unit_id": unit, "by": town.system_admin, "now": now}
    set_robot(medium="wecom", url=f"{robots}/cgi-bin/webhook/send?key=group-1", **asked)
    set_robot(medium="dingtalk", url=f"{robots}/robot/send?access_token=group-2", secret=gateway.robot_secret, **asked)
    told = {"place": "荷花中路 12 号王女士家门口", "text": "我是王女士，电话 13812346027。"}
    numbers = [towns.a_matter(town, "AWAITING_SIGNATURE", now=now, **told).number for _ in range(2)]
    soon = now + timedelta(minutes=10)
    outbox.drain(soon)
    for n in range(10):
        sending.send_due(soon + timedelta(seconds=n))

    assert sorted((each.medium, each.to) for each in gateway.taken) == [("dingtalk", "group-2"), ("wecom", "group-1")]
    for each in gateway.taken:
        assert [line.partition("，")[0] for line in each.text.split("\n")] == [
            f"待签收：{number} 暴露垃圾" for number in numbers
        ]
        assert "王女士" not in each.text and "荷花中路" not in each.text
    with pytest.raises(Invalid, match=r"robot\.host"):
        set_robot(medium="wecom", url="https://evil.example/cgi-bin/webhook/send?key=1", **asked)


def test_only_whoever_reported_asks_for_news_and_erasing_the_contact_forgets_the_addresses(town, now, worked, house):
    matter, other = a_report_with(town, now), a_report_with(town, now)
    mail = {"channel": "mail", "address": "wang@home.example", "now": now}
    for stranger in (town.dispatcher, holding_receipt(other.pk)):
        with pytest.raises(NotAllowed):
            subscribe(matter_id=matter.pk, by=stranger, **mail)
    with pytest.raises(NotAllowed):
        subscribe(person_id=town.handler.person_id, by=town.dispatcher, **mail)
    for wrong in ({"channel": "mail", "address": "wang"}, {"channel": "sms", "address": "110"}, {"channel": "wecom"}):
        with pytest.raises(Invalid):
            subscribe(matter_id=matter.pk, by=holding_receipt(matter.pk), **(mail | wrong))
    for each in (matter, other):
        subscribe(matter_id=each.pk, by=holding_receipt(each.pk), **mail)
        subscribe(matter_id=each.pk, by=holding_receipt(each.pk), **mail)
    assert Subscription.objects.count() == 2

    actions.erase_contact(matter_id=matter.pk, by=holding_receipt(matter.pk), now=now)
    worked(now)

    assert [each.matter_id for each in Subscription.objects.all()] == [other.pk]


def test_addresses_outlive_the_closing_of_a_matter_by_an_appeal_and_no_more(town, now):
    matter = towns.a_matter(town, "CLOSED", now=now)
    subscribe(channel="sms", address=PHONE, matter_id=matter.pk, by=holding_receipt(matter.pk), now=now)
    closed = Matter.objects.get(pk=matter.pk).closed_at

    purge(closed + CONTACTS)
    assert Subscription.objects.exists()
    purge(closed + CONTACTS + timedelta(seconds=1))
    assert not Subscription.objects.exists()


def test_a_city_words_its_messages_and_a_short_one_stays_short(town, now, worked, gateway):
    asked = {"occasion": "accepted", "medium": "sms", "language": "zh-hans", "by": town.system_admin, "now": now}
    for wrong, why in (
        ("很" * 71, "too_long"),
        ("{phone}", "unknown_name"),
        ("{number", "braces"),
        ("{number!r}", "braces"),
    ):
        with pytest.raises(Invalid, match=f"wording.{why}"):
            set_wording(text=wrong, **asked)
    with pytest.raises(NotAllowed):
        set_wording(text="收到。", **(asked | {"by": town.dispatcher}))

    set_wording(text="{unit}收到了您说的{kind}。", **asked)
    a_report_with(town, now, contact=PHONE)
    worked(now)
    assert gateway.taken[0].text.startswith("收到了您说的暴露垃圾。")

    set_wording(text="", **asked)
    a_report_with(town, now, contact=PHONE)
    worked(now)
    assert gateway.taken[1].text.startswith("您反映的“暴露垃圾”已受理")


def test_a_reporter_hears_at_each_turn_of_the_life_and_of_nothing_within_the_house(town, now, worked, gateway):
    matter = a_report_with(town, now, contact=PHONE)
    at = now
    for reached, act, who, details in towns.WAY[1:]:
        at += timedelta(seconds=1)
        if act is Act.HANDLE:
            actions.attach(towns.a_photo(), matter_id=matter.pk, kind="after", by=town.handler, now=at)
        if act is Act.CLOSE:
            details = {"close_as": CloseKind.NORMAL, "reply": "已清运。"}
        given = details | ({"unit_id": town.unit["sanitation"]} if reached == "AWAITING_SIGNATURE" else {})
        actions.take(act, matter_id=matter.pk, by=getattr(town, who), now=at, **given)
    worked(now)

    occasions = list(Sending.objects.order_by("entry_id").values_list("occasion", flat=True))

    assert occasions == ["accepted", "passed_on", "closed"]
    assert {each.to for each in gateway.taken} == {PHONE}
    passed_on = next(each.text for each in gateway.taken if "已派给" in each.text)
    assert "荷花街道环卫所" in passed_on and "月" in passed_on
