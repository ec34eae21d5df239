"""News to programs: signed, in order, as far as the owner sees; again until it is taken; never into our own house."""

import json
import threading
from datetime import timedelta

import pytest
from django.utils.timezone import localdate
from standardwebhooks import Webhook, WebhookVerificationError

from tests import town as towns
from tongxin.apps.journal import outbox
from tongxin.apps.matters import actions
from tongxin.apps.notify import hooks, queries
from tongxin.apps.notify.actions import change_endpoint, open_endpoint, remove_endpoint, replay, rotate_secret
from tongxin.apps.notify.models import Endpoint, Event
from tongxin.apps.people.models import Post
from tongxin.guard import destinations, outward
from tongxin.guard.outward import Unreached, post
from tongxin.rules.errors import Invalid, Missing, NotAllowed
from tongxin.rules.occasions import Occasion
from tongxin.rules.retries import GIVE_UP, TO_PROGRAMS


@pytest.fixture
def endpoint(town, now, receiver) -> Endpoint:
    """Return an endpoint of the town's handler, that listens and asks for whatever befalls matters."""
    told = {"name": "环卫所调度系统", "url": f"{receiver.url}/hook", "kinds": ["matter.*"]}
    return open_endpoint(**told, by=town.handler, now=now)


def read(came, endpoint, **secret) -> dict:
    return Webhook(secret.get("secret", endpoint.secret)).verify(came.body, came.headers)


def types(came) -> list[str]:
    return [json.loads(each.body)["type"] for each in came]


def test_a_receiver_verifies_what_came_and_reads_codes_and_no_words(town, now, endpoint, receiver, worked):
    text = "我是王女士，电话 13812346027，垃圾堆在荷花中路 12 号。"
    matter = towns.a_matter(town, "HANDLING", now=now, text=text, place="荷花中路 12 号")
    worked(now)

    told = {each["type"]: each for each in (read(came, endpoint) for came in receiver.came)}

    assert {"cn.tongxin.matter.dispatch", "cn.tongxin.matter.sign"} <= set(told)
    signed = told["cn.tongxin.matter.sign"]
    assert signed["specversion"] == "1.0" and signed["subject"] == matter.number
    assert signed["source"] == "https://tongxin.example" and signed["datacontenttype"] == "application/json"
    assert signed["data"]["facts"] == {"from": "awaiting_signature", "state": "handling"}
    assert signed["data"]["unit"] == "sanitation" and signed["data"]["template"] == "C02"
    everything = b"".join(came.body for came in receiver.came).decode()
    assert not any(word in everything for word in ("王女士", "1381234", "荷花中路", "person:"))
    assert len({came.headers["webhook-id"] for came in receiver.came}) == len(receiver.came)

    forged = receiver.came[0].body.replace(b"matter", b"Matter")
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secret).verify(forged, receiver.came[0].headers)


def test_an_owner_is_sent_what_the_posts_show_at_that_moment_and_nothing_else(town, now, receiver, worked):
    hears = {"name": "一", "url": f"{receiver.url}/a", "kinds": ["*"]}
    ours = open_endpoint(**hears, by=town.handler, now=now)
    theirs = open_endpoint(**hears, by=town.neighbouring_handler, now=now)
    towns.a_matter(town, "HANDLING", now=now)
    worked(now)

    assert {each.state for each in Event.objects.filter(endpoint=ours)} == {"sent"}
    assert {(each.state, each.code) for each in Event.objects.filter(endpoint=theirs)} == {("dropped", "not_visible")}
    came = len(receiver.came)

    towns.a_matter(town, "HANDLING", now=now)
    Post.objects.filter(person_id=town.handler.person_id).update(end_on=localdate(now))
    worked(now)

    assert len(receiver.came) == came


def test_of_a_sealed_matter_an_endpoint_is_told_the_number_alone(town, now, receiver, worked):
    told = {"name": "一", "url": f"{receiver.url}/a", "kinds": ["matter.report"]}
    endpoint = open_endpoint(**told, by=town.duty_chief, now=now)
    reported = actions.report(towns.a_report(template="F05"), by=town.grid_worker, now=now)
    worked(now)

    (came,) = receiver.came
    assert read(came, endpoint)["data"] == {"number": reported.number, "is_sealed": True}


def test_what_is_not_taken_is_sent_again_for_a_day_under_the_same_name(town, now, endpoint, receiver):
    receiver.says = lambda came: 500
    matter = towns.a_matter(town, "AWAITING_SIGNATURE", now=now)
    at = now + timedelta(minutes=10)
    outbox.drain(at)
    Event.objects.exclude(kind="matter.dispatch").delete()

    tries = 0
    for _ in range(400):
        tries += hooks.send_due(at)
        at += timedelta(minutes=5)

    assert tries == len(receiver.came) == len(TO_PROGRAMS) + 1
    assert {came.headers["webhook-id"] for came in receiver.came} == {f"evt_{Event.objects.get().pk}"}
    assert Event.objects.get().state == "failed"

    receiver.says = lambda came: 204
    assert replay(endpoint_id=endpoint.pk, start=now, end=at, by=town.handler, now=at) == 1
    at = max(at, Endpoint.objects.get().rest_until)
    hooks.send_due(at)
    assert Event.objects.get().state == "sent" and Endpoint.objects.get().failing_since is None
    assert json.loads(receiver.came[-1].body)["subject"] == matter.number


def test_one_matters_news_come_in_order_though_one_of_them_fails_at_first(town, now, endpoint, receiver):
    failed = []

    def refuse_the_first_dispatch(came):
        if b"matter.dispatch" in came.body and not failed:
            failed.append(came)
            return 503
        return 200

    receiver.says = refuse_the_first_dispatch
    towns.a_matter(town, "HANDLING", now=now)
    at = now + timedelta(minutes=10)
    outbox.drain(at)
    Event.objects.exclude(kind__in=["matter.dispatch", "matter.sign"]).delete()
    for n in range(12):
        hooks.send_due(at + timedelta(seconds=n))

    assert types(receiver.came) == [
        "cn.tongxin.matter.dispatch",
        "cn.tongxin.matter.dispatch",
        "cn.tongxin.matter.sign",
    ]


def test_who_is_slow_to_answer_keeps_no_other_waiting(town, now, endpoint, receiver, monkeypatch):
    """One of two endpoints never answers, and much is owed to it; the other is told all the same."""
    monkeypatch.setattr(hooks, "SLOW_SECONDS", 0.3)
    monkeypatch.setattr(hooks, "AT_ONCE", 3)
    monkeypatch.setattr(outward, "SECONDS", 0.4)
    hung, release = f"{receiver.url}/hung", threading.Event()
    receiver.says = lambda came: release.wait(5) and 200 if came.path == "/hung" else 200
    silent = open_endpoint(name="不应答", url=hung, kinds=["matter.*"], by=town.duty_chief, now=now)
    for _ in range(5):
        towns.a_matter(town, "HANDLING", now=now)
    at = now + timedelta(minutes=15)
    outbox.drain(at)

    while hooks.send_due(at):
        pass

    tried = sum(Event.objects.filter(endpoint=silent).values_list("tries", flat=True))
    assert 0 < tried <= hooks.AT_ONCE  # the first news of two matters was left for later, and no try was counted
    assert {each.state for each in Event.objects.filter(endpoint=endpoint)} == {"sent"}

    release.set()
    later = Endpoint.objects.get(pk=silent.pk).rest_until
    while hooks.send_due_slowly(later) + hooks.send_due(later):
        later += TO_PROGRAMS[0]
    assert {each.state for each in Event.objects.filter(endpoint=silent)} == {"sent"}


def test_two_secrets_sign_for_a_day_after_one_was_changed(town, now, endpoint, receiver):
    old = endpoint.secret
    new = rotate_secret(endpoint_id=endpoint.pk, by=town.handler, now=now).secret
    assert new != old and new.startswith("whsec_")
    towns.a_matter(town, "AWAITING_SIGNATURE", now=now - timedelta(minutes=5))
    Endpoint.objects.update(since=now - timedelta(days=1))
    outbox.drain(now)
    hooks.send_due(now)
    for secret in (old, new):
        assert read(receiver.came[-1], endpoint, secret=secret)["specversion"] == "1.0"

    Endpoint.objects.update(old_until=now)
    Event.objects.update(state="waiting", next_try_at=now)
    hooks.send_due(now)
    assert read(receiver.came[-1], endpoint, secret=new)
    with pytest.raises(WebhookVerificationError):
        read(receiver.came[-1], endpoint, secret=old)


def test_an_endpoint_that_took_nothing_for_days_is_switched_off_and_its_owner_told(
    town, now, endpoint, receiver, worked
):
    receiver.says = lambda came: 500
    towns.a_matter(town, "AWAITING_SIGNATURE", now=now)
    worked(now)
    assert Endpoint.objects.get().disabled_at is None

    later = now + GIVE_UP + timedelta(hours=1)
    Event.objects.update(state="waiting", tries=0, next_try_at=later)
    hooks.send_due(later)
    outbox.drain(later)

    off = Endpoint.objects.get()
    assert off.disabled_at == later and {each.code for each in Event.objects.all()} == {"disabled"}
    assert queries.notices(town.handler).rows[0].occasion is Occasion.HOOK_OFF
    with pytest.raises(Invalid, match=r"webhook\.off"):
        replay(endpoint_id=off.pk, start=now, end=later, by=town.handler, now=later)


def test_what_is_owed_to_an_endpoint_switched_off_by_hand_is_replayed_when_it_is_on_again(
    town, now, endpoint, receiver, worked
):
    told = {"name": endpoint.name, "url": endpoint.url, "kinds": ["matter.*"], "by": town.handler}
    towns.a_matter(town, "AWAITING_SIGNATURE", now=now)
    outbox.drain(at := now + timedelta(minutes=15))

    change_endpoint(endpoint_id=endpoint.pk, **told, is_on=False, now=at)
    off = {(each.state, each.code) for each in Event.objects.all()}
    change_endpoint(endpoint_id=endpoint.pk, **told, is_on=True, now=at)
    worked(at)
    assert off == {("failed", "disabled")} and receiver.came == []

    again = replay(endpoint_id=endpoint.pk, start=now, end=at + timedelta(days=1), by=town.handler, now=at)
    worked(at)
    assert again == Event.objects.count() > 0
    assert "cn.tongxin.matter.dispatch" in types(receiver.came)


def test_an_endpoint_belongs_to_its_owner(town, now, endpoint):
    told = {"name": "别人的", "url": endpoint.url, "kinds": ["*"], "is_on": True}
    for stranger in (town.enforcer, town.neighbouring_handler, town.dispatcher):
        with pytest.raises(Missing):
            change_endpoint(endpoint_id=endpoint.pk, **told, by=stranger, now=now)
        with pytest.raises(Missing):
            rotate_secret(endpoint_id=endpoint.pk, by=stranger, now=now)
        with pytest.raises(Missing):
            queries.events(stranger, endpoint.pk)
        assert list(queries.endpoints(stranger)) == []
    with pytest.raises(NotAllowed):
        queries.endpoints(town.grid_worker)
    with pytest.raises(NotAllowed):
        named = {"name": "一", "url": endpoint.url, "kinds": ["*"], "person_id": town.handler.person_id}
        open_endpoint(**named, by=town.dispatcher, now=now)

    change_endpoint(endpoint_id=endpoint.pk, **told, by=town.system_admin, now=now)
    remove_endpoint(endpoint_id=endpoint.pk, by=town.handler, now=now)
    assert list(queries.endpoints(town.system_admin)) == []
    assert Endpoint.objects.get().secret == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook", "https://127.0.0.1/", "https://localhost/", "https://10.1.2.3/", "https://[::1]/",
        "https://169.254.169.254/latest/", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "ftp://a.example/",
        "https://user:pw@a.example/", "https://0.0.0.0/", "https:///x", "https://a.example/ x", "https://100.64.0.1/",
        "https://[fd00::1]/", "https://224.0.0.1/",
    ],
)  # fmt: skip
def test_no_address_leads_into_our_own_house(url, settings):
    settings.OUTWARD_LOOPBACK = False
    with pytest.raises(Invalid):
        destinations.checked(url)


def test_a_name_that_leads_into_the_house_is_found_out_when_connecting(settings, receiver, monkeypatch):
    """A name may change between the day it was written down and the moment of sending."""
    settings.OUTWARD_LOOPBACK = False
    inside = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("192.168.1.7", 443))]
    monkeypatch.setattr(destinations.socket, "getaddrinfo", lambda *_, **__: inside)

    with pytest.raises(Unreached, match="refused_address"):
        post("https://rebound.example/hook", b"{}", {})
    with pytest.raises(Unreached, match="refused_address"):
        post(receiver.url, b"{}", {})
    assert receiver.came == []


def test_nobody_is_followed_elsewhere_or_waited_for_byte_by_byte(receiver, monkeypatch):
    receiver.says, receiver.headers = lambda came: 302, {"Location": "http://127.0.0.1:1/"}
    assert post(f"{receiver.url}/hook", b"{}", {}).status == 302
    assert len(receiver.came) == 1

    monkeypatch.setattr(outward, "SECONDS", 0.2)
    release = threading.Event()
    receiver.says = lambda came: release.wait(2) and 200
    with pytest.raises(Unreached, match="timeout"):
        post(f"{receiver.url}/slow", b"{}", {})
    release.set()
