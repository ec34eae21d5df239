"""What waited on a phone arrives once, in order, each item with an answer of its own."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.interfaces.field.phones import a_told_report, an_item, phone, send
from tests.town import a_matter, a_photo, kinds_of
from tongxin.apps.journal.models import Entry, Evidence
from tongxin.apps.matters import actions, arrivals, kinds
from tongxin.apps.matters.models import Arrival, Deadline, Matter
from tongxin.interfaces.field.syncing import fresh_key
from tongxin.rules.lifecycles.matter import Act, State

pytestmark = pytest.mark.django_db


def test_an_item_whose_answer_was_lost_is_taken_once_and_answered_as_the_first_time(town):
    mine = phone("grid_worker")
    report = an_item("report", **a_told_report())
    photo = an_item("evidence", about=report["key"], **{"as": "before"}, shade=1)

    first = send(mine, report, photo)
    second = send(mine, report, photo)

    assert [each["outcome"] for each in first] == ["accepted", "accepted"]
    assert [each["outcome"] for each in second] == ["duplicate", "duplicate"]
    assert [each["number"] for each in second] == [each["number"] for each in first]
    matter = Matter.objects.get()
    assert matter.before_photos == 1 and Evidence.objects.count() == 1
    assert (matter.source, matter.channel) == ("field", "grid")


def test_two_people_may_use_the_same_key_and_neither_gets_the_others_answer(town):
    report = an_item("report", **a_told_report())

    mine, theirs = send(phone("grid_worker"), report), send(phone("other_grid_worker"), report)

    assert mine[0]["outcome"] == theirs[0]["outcome"] == "accepted"
    assert mine[0]["number"] != theirs[0]["number"]


def test_one_refused_item_stops_no_other_and_may_be_sent_again_once_mended(town):
    mine = phone("grid_worker")
    wrong = an_item("report", **a_told_report(template="Z99"))
    right = an_item("report", **a_told_report())

    refused, accepted = send(mine, wrong, right)
    mended = send(mine, wrong | {"fields": a_told_report()})[0]

    assert refused["outcome"] == "refused" and refused["code"] == "template.unknown" and "Z99" in refused["said"]
    assert accepted["outcome"] == mended["outcome"] == "accepted"
    assert Matter.objects.count() == 2


def test_what_was_done_hours_ago_keeps_its_moment_and_makes_nobody_late(town):
    long_ago = timedelta(hours=30)
    wrong_clock = timezone.now() + timedelta(days=400)  # the phone's calendar is a year ahead

    report = an_item("report", **a_told_report()) | {"at": (wrong_clock - long_ago).isoformat()}
    answer = send(phone("grid_worker"), report, sent_at=wrong_clock)[0]

    matter = Matter.objects.get(number=answer["number"])
    assert abs(timezone.now() - long_ago - matter.reported_at) < timedelta(minutes=1)
    started = Deadline.objects.filter(matter=matter).values_list("started_at", flat=True)
    assert started and all(abs(timezone.now() - each) < timedelta(minutes=1) for each in started)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"at": (timezone.now() - timedelta(days=4)).isoformat()}, "sync.too_old"),
        ({"at": "yesterday"}, "sync.moment"),
        ({"key": "1"}, "sync.key"),
        ({"kind": "score"}, "sync.unknown_kind"),
        ({"fields": []}, "sync.unreadable"),
        ({"kind": "evidence", "fields": {"about": fresh_key()}}, "sync.waits"),
        ({"kind": "act", "fields": {"act": "dispatch", "number": "KC261120-0001"}}, "sync.not_on_the_ground"),
    ],
)
def test_an_item_that_cannot_be_taken_says_why_and_leaves_no_trace(town, changed, code):
    answer = send(phone("grid_worker"), an_item("report", **a_told_report()) | changed)[0]

    assert (answer["outcome"], answer["code"]) == ("refused", code)
    assert answer["said"] and not Matter.objects.exists() and not Arrival.objects.exists()


def test_a_moment_to_come_counts_as_now(town):
    ahead = an_item("report", ago=-timedelta(hours=5), **a_told_report())

    answer = send(phone("grid_worker"), ahead)[0]

    assert Matter.objects.get(number=answer["number"]).reported_at <= timezone.now()


def test_a_message_that_is_none_is_refused_as_a_whole(town):
    mine = phone("grid_worker")
    too_many = json.dumps([an_item("report", **a_told_report())] * 51)

    assert mine.post("/f/sync", {"items": "["}).status_code == 422
    assert mine.post("/f/sync", {"items": '{"a": 1}'}).status_code == 422
    assert mine.post("/f/sync", {"items": too_many}).status_code == 422
    assert not Matter.objects.exists()


def test_what_others_did_meanwhile_is_shown_and_a_person_decides(town):
    matter = a_matter(town, "AWAITING_CHECK", now=timezone.now() - timedelta(hours=1))
    seen = Entry.objects.filter(subject=f"matter:{matter.pk}").count()
    actions.take(Act.REWORK, matter_id=matter.pk, by=town.secretary, now=timezone.now(), reason="还有污水")
    check = an_item("act", act="check", number=matter.number, seen=str(seen))

    conflict = send(phone("grid_worker"), check)[0]
    kept = send(phone("grid_worker"), check | {"fields": check["fields"] | {"seen": conflict["seen"]}})[0]

    assert conflict["outcome"] == "conflict"
    assert [each["what"] for each in conflict["changes"]] == ["返工"]
    assert conflict["changes"][0]["who"] == "松园社区工作站" and "测试" not in json.dumps(conflict, ensure_ascii=False)
    assert (kept["outcome"], kept["code"]) == ("refused", "step.wrong_state")


def test_ones_own_photos_and_somebody_elses_are_no_conflict(town):
    matter = a_matter(town, "AWAITING_CHECK", now=timezone.now() - timedelta(hours=1))
    seen = Entry.objects.filter(subject=f"matter:{matter.pk}").count()
    actions.attach(a_photo(77), matter_id=matter.pk, kind="other", by=town.handler, now=timezone.now())
    photo = an_item("evidence", number=matter.number, **{"as": "other"}, shade=9)
    check = an_item("act", ago=timedelta(hours=2), act="check", number=matter.number, seen=str(seen))

    answers = send(phone("grid_worker"), photo, check)

    assert [each["outcome"] for each in answers] == ["accepted", "accepted"]
    assert answers[1]["state"] == State.AWAITING_CLOSING
    done_at = Entry.objects.filter(kind="matter.check").get().data["done_at"]
    assert done_at[:13] == (timezone.now() - timedelta(hours=2)).isoformat()[:13]


def test_what_one_did_oneself_a_moment_ago_is_no_conflict(town):
    matter = a_matter(town, "HANDLING", now=timezone.now() - timedelta(hours=1))
    seen = str(Entry.objects.filter(subject=f"matter:{matter.pk}").count())
    told = {"number": matter.number, "seen": seen}

    answers = send(
        phone("handler"),
        an_item("act", act="progress", reason="清运车已到。", **told),
        an_item("evidence", number=matter.number, shade=4, **{"as": "after"}),
        an_item("act", act="handle", reason="清运完毕。", **told),
    )

    assert [each["outcome"] for each in answers] == ["accepted"] * 3
    assert answers[2]["state"] == State.AWAITING_REVIEW


def test_settling_on_the_spot_is_a_report_its_photos_and_an_act_in_one_message(town):
    report = an_item("report", **a_told_report())
    before, after = (
        an_item("evidence", about=report["key"], shade=n, **{"as": kind}) for n, kind in enumerate(("before", "after"))
    )
    settle = an_item("act", about=report["key"], act="settle", reason="已当场清理。")

    without = send(phone("grid_worker"), report, before, settle)
    whole = send(phone("grid_worker"), report, before, after, settle)

    assert [each["outcome"] for each in without] == ["accepted", "accepted", "refused"]
    assert without[2]["code"] == "step.no_after_photo"
    assert [each["outcome"] for each in whole] == ["duplicate", "duplicate", "accepted", "accepted"]
    matter = Matter.objects.get()
    assert matter.state == State.AWAITING_CHECK and "matter.settle" in kinds_of(matter)


def test_a_matter_out_of_sight_is_missing_for_a_phone_too(town):
    matter = a_matter(town, "AWAITING_CHECK")

    answers = send(
        phone("neighbouring_grid_worker"),
        an_item("act", act="check", number=matter.number, seen="1"),
        an_item("evidence", number=matter.number, **{"as": "other"}, shade=3),
    )

    assert [each["code"] for each in answers] == ["matter.missing", "matter.missing"]


def test_a_report_without_words_says_what_it_is_about_but_a_confidential_one_must_be_told(town):
    sealed = next(kind.code for kind in kinds.current().values() if kind.is_sealed)

    plain, untold = send(
        phone("grid_worker"),
        an_item("report", **a_told_report(text="")),
        an_item("report", **a_told_report(text="", template=sealed)),
    )

    assert "暴露垃圾" in Matter.objects.get(number=plain["number"]).report.text
    assert untold["code"] == "report.no_text"


def test_the_keys_of_phones_are_forgotten_after_a_fortnight(town):
    send(phone("grid_worker"), an_item("report", **a_told_report()))

    arrivals.forget_old(timezone.now() + timedelta(days=13))
    still = Arrival.objects.count()
    arrivals.forget_old(timezone.now() + timedelta(days=15))

    assert (still, Arrival.objects.count()) == (1, 0)


def test_a_phone_asks_whose_items_it_may_send_and_a_signed_out_one_is_led_to_sign_in(town, client):
    told = phone("grid_worker").get("/f/sync").json()
    others = phone("handler").get("/f/sync").json()

    assert told["person"] != others["person"] and town.grid_worker.ref not in json.dumps(told)
    assert client.get("/f/sync").status_code == 302
    assert client.post("/f/sync", {"items": "[]"}).status_code == 302
