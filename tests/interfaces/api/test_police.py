"""The door of the police, with the simulator that ships: over real HTTP, both ways."""

import json
import threading
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from django.utils import timezone

from tests.town import SONGYUAN_01
from tongxin.apps.alarms import actions, telling
from tongxin.apps.alarms.models import Alarm, Partner, Telling
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions as matters
from tongxin.apps.matters.models import Matter
from tongxin.apps.people.models import Unit
from tongxin.guard import outward
from tongxin.interfaces.console.police_simulator import STORIES, Platform, serve
from tongxin.rules.alarms import Answering, Category, Result
from tongxin.rules.lifecycles.matter import Act, Ground
from tongxin.rules.permissions import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "13800006027"
AT = {"lon": SONGYUAN_01[0], "lat": SONGYUAN_01[1]}
STORY = {"category": "03", "text": "两户为院墙界址争执。", **AT}


@pytest.fixture
def platform(town, live_server, settings):
    """Return a partner's platform that runs, and let the ledger know where it is told."""
    settings.OUTWARD_LOOPBACK = True
    Unit.objects.create(code="PCS", name="荷花派出所", kind="police", area="330802001", pinyin="")
    told = {"code": "110", "name": "柯城公安", "area": "330802", "by": SYSTEM, "now": timezone.now()}
    partner, secret = actions.open_partner(**told)
    platform = Platform(secret, f"{live_server.url}/api/intake/police/110")
    server = serve(platform, 0)
    running = threading.Thread(target=server.serve_forever, args=(0.01,))
    running.start()
    url = f"http://127.0.0.1:{server.server_port}/"
    actions.change_partner(partner_id=partner.pk, name="110", url=url, is_open=True, by=SYSTEM, now=timezone.now())
    yield platform
    server.shutdown()
    running.join()
    server.server_close()
    outward.close()


def test_a_dispute_is_handed_over_answered_and_its_end_comes_back(platform, town):
    number, status, answer = platform.hand_over(**STORY, station="PCS", contact={"phone": PHONE})
    again = platform.hand_over(number=number, **STORY)[1:]
    said = [
        platform.tell("alarm.corrected", {"number": number, "text": "实为三户。"}),
        platform.tell("alarm.acknowledged", {"number": number, "to": "attending"}),
        platform.tell("alarm.feedback", {"number": number, "to": "responsible", "result": "calmed"}),
        platform.tell("alarm.withdrawn", {"number": number, "reason": "当事人和好"}),
    ]

    alarm = Alarm.objects.select_related("matter__report").get()
    desk = alarm.pushes.get(to="desk")
    told = {"push_id": desk.pk, "answering": Answering.FEED_BACK, "result": Result.SETTLED}
    actions.answer(by=town.duty_chief, now=timezone.now(), **told)
    refusal = {"ground": Ground.SETTLED, "reason": "双方已和好。", "route": "可向社区调委会申请"}
    matters.take(Act.REFUSE, matter_id=alarm.matter_id, by=town.duty_chief, now=timezone.now(), **refusal)
    entries = Entry.objects.filter(subject=f"matter:{alarm.matter_id}", kind__in=actions.following.KINDS)
    actions.follow(list(entries), by=SYSTEM, now=timezone.now())
    sent = [telling.send_due(timezone.now()) for _ in range(3)]

    assert (status, answer) == (201, {"matter": alarm.matter.number, "is_new": True})
    assert again == (200, {"matter": alarm.matter.number, "is_new": False})
    assert said == [(200, {"matter": alarm.matter.number, "is_new": True})] * 4
    assert alarm.matter.report.text == "实为三户。"
    assert {push.to: (push.acknowledged_at is not None, push.result) for push in alarm.pushes.all()} == {
        "attending": (True, ""), "responsible": (True, "calmed"), "desk": (True, "settled"),
    }  # fmt: skip
    assert sent == [1, 1, 0]  # one after another, in their order
    assert [(each["type"], each["data"].get("result") or each["data"]["outcome"]) for each in platform.told] == [
        ("alarm.feedback", "settled"), ("alarm.outcome", "not_taken"),
    ]  # fmt: skip
    assert set(platform.told[1]["data"]) == {"number", "matter", "at", "outcome"}  # no word anybody wrote


def test_forged_late_and_foreign_messages_are_refused_and_logged_without_what_they_held(platform):
    data = {"number": "J1", "at": "2026-11-20T15:30:00+08:00", **STORY, "contact": {"phone": PHONE}}
    body, headers = platform.envelope("alarm.raised", data)
    forged = Platform("whsec_" + "A" * 43 + "=", platform.target).envelope("alarm.raised", data)
    late = platform.envelope("alarm.raised", data, at=datetime.now(UTC) - timedelta(minutes=6))
    changed = body.replace(b"6027", b"6028"), headers
    elsewhere = Platform(platform.secret, platform.target.replace("/110", "/119"))

    with structlog.testing.capture_logs() as said:
        refused = [platform.send(*each)[0] for each in (forged, late, changed)] + [
            elsewhere.tell("alarm.raised", data)[0]
        ]
        taken = [platform.send(body, headers) for _ in range(2)]  # the same message again is the same incident
        wrong = [
            platform.tell("alarm.raised", data | {"id_card": "330802199001010000"}),
            platform.tell("alarm.raised", data | {"category": "25"}),
            platform.tell("alarm.raised", {**data, "number": ""}),
            platform.tell("alarm.exploded", data),
            platform.tell("alarm.feedback", {"number": "J1", "to": "desk", "result": "settled"}),
            platform.tell("alarm.withdrawn", {"number": "J404"}),
        ]

    assert refused == [401, 401, 401, 401]
    assert [(status, answer["is_new"]) for status, answer in taken] == [(201, True), (200, False)]
    assert [(status, answer["code"]) for status, answer in wrong] == [
        (422, "body.unknown"), (422, "body.value"), (422, "body.value"), (422, "body.value"), (422, "body.value"),
        (404, "alarm.missing"),
    ]  # fmt: skip
    assert Matter.objects.count() == Alarm.objects.count() == 1
    assert [each["reason"] for each in said if each["event"] == "police.refused"] == [
        "forged", "late", "forged", "unknown_partner"
    ]  # fmt: skip
    assert "6027" not in str(said)
    assert "330802199001010000" not in str(said)


def test_what_the_police_do_not_take_is_tried_again_given_up_after_a_day_and_sent_again_on_demand(platform, town):
    platform.hand_over(**STORY)
    platform.is_deaf = True
    desk = Alarm.objects.get().pushes.get(to="desk")
    told = {"push_id": desk.pk, "answering": Answering.FEED_BACK, "result": Result.TENSE}
    now = timezone.now()
    actions.answer(by=town.duty_chief, now=now, **told)

    tried = 0
    while tried < 20 and telling.send_due(now):
        tried, now = tried + 1, now + timedelta(hours=9)
    given_up = Telling.objects.get()
    platform.is_deaf = False
    actions.send_again(telling_id=given_up.pk, by=SYSTEM, now=now)
    telling.send_due(now)

    assert (given_up.state, given_up.code, tried) == ("failed", "503", 9)
    assert (Telling.objects.get().state, len(platform.told)) == ("sent", 1)


def test_the_simulator_says_what_it_is_and_tells_stories_that_are_taken(platform, client):
    with urllib.request.urlopen(f"{Partner.objects.get().url}alarm", b"{}") as answer:
        handed = json.load(answer)
    schema = client.get("/api/intake/police/schema.json").json()

    fields = schema["$defs"]["Raised"]["properties"]
    assert (handed["status"], handed["by"]) == (201, "tongxin-police-simulator")
    assert all(set(each._asdict()) <= set(fields) for each in STORIES)
    assert {each.category for each in STORIES} <= set(Category)
    assert not {"name", "id_card", "officer", "party", "plate"} & set(fields)
    assert set(schema["data"]) == {
        "alarm.raised",
        "alarm.corrected",
        "alarm.withdrawn",
        "alarm.acknowledged",
        "alarm.feedback",
    }
