"""FixMyStreet, the most used client: its requests as captured, its answers read the way it reads them.

Source: mysociety/fixmystreet, perllib/Open311.pm and perllib/Open311/*.pm.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests import town as towns
from tests.interfaces.api.open311 import TEST, errors, post, simple
from tongxin.apps.journal.models import Entry, Evidence
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Matter, Note, Report
from tongxin.rules.lifecycles.matter import Act, Ground

pytestmark = pytest.mark.django_db

ENDPOINT = "/api/open311/v2//"  # written with a slash, put together with another
DESCRIPTION = (
    "垃圾堆在路口\r\n\r\n菜场出来那个垃圾箱旁边堆了好多垃圾。\r\n\r\nhttps://www.fixmystreet.example/report/417\r\n"
)
EXTENDED = {
    "open",
    "closed",
    "fixed",
    "in progress",
    "action scheduled",
    "investigating",
    "duplicate",
    "not councils responsibility",
    "no further action",
    "internal referral",
    "cancelled",
    "reopen",
}


@pytest.fixture
def key(caller):
    return caller("acceptor").key


def polled(path, **query):
    """Return what FixMyStreet finds in a list: one element or several."""
    answer = Client().get(f"{ENDPOINT}{path}", {"jurisdiction_id": "3308"} | query)
    assert answer.status_code == 200, answer.content.decode()
    told = simple(answer)
    found = next(iter(told.values())) if told else []
    return found if isinstance(found, list) else [found]


def a_report(key, **changes):
    """Return what FixMyStreet sends of a report, its own fields included."""
    lon, lat = towns.SONGYUAN_01
    return {
        "service_code": "C02",
        "api_key": key,
        "jurisdiction_id": "3308",
        "lat": lat,
        "long": lon,
        "email": "user@example.org",
        "first_name": "群",
        "last_name": "众",
        "phone": "",
        "description": DESCRIPTION,
        "deviceid": "",
        "address_string": "#NOTPINPOINTED#",
        "address_id": "#NOTPINPOINTED#",
        "media_url": ["https://www.fixmystreet.example/photo/1.jpeg", "https://www.fixmystreet.example/photo/2.jpeg"],
        "attribute[amount]": "一堆",
        "attribute[kind]": "生活垃圾",
        "attribute[uprn]": "",
        "attribute[easting]": "418000",
        "attribute[fixmystreet_id]": "417",
    } | changes


def test_it_finds_the_services_and_their_questions():
    services = polled("services.xml")
    asked = polled("services/C02.xml")[0] and simple(Client().get(f"{ENDPOINT}services/C02.xml"))

    assert {each["service_name"] for each in services} > {"路灯不亮", "暴露垃圾"}
    assert all(each["metadata"] == "true" and isinstance(each["group"], str) for each in services)
    amount = asked["attributes"]["attribute"][0]
    assert (amount["code"], amount["required"], amount["variable"]) == ("amount", "true", "true")
    assert [each["key"] for each in amount["values"]["value"]] == ["几袋", "一堆", "一车以上"]


def test_a_report_it_sends_comes_in_with_its_line_breaks_and_without_its_own_fields(key):
    answer = post("requests.xml", a_report(key), base=ENDPOINT)

    number = simple(answer)["request"]["service_request_id"]
    report = Report.objects.select_related("matter").get(matter__number=number)
    assert answer.status_code == 201
    assert report.matter.title == "垃圾堆在路口"
    assert report.text.splitlines()[:3] == ["垃圾堆在路口", "", "菜场出来那个垃圾箱旁边堆了好多垃圾。"]
    assert report.form == {"amount": "一堆", "kind": "生活垃圾"}
    assert "user@example.org" not in report.text
    assert [each["service_request_id"] for each in polled("requests.xml", service_request_id=f"{number},X")] == [number]


def test_photos_it_uploads_lie_with_the_matter(key):
    photos = {
        name: SimpleUploadedFile(f"{name}.jpg", towns.a_photo(shade).getvalue(), "image/jpeg")
        for shade, name in enumerate(("photo1", "photo2"))
    }

    answer = Client().post(f"{ENDPOINT}requests.xml", a_report(key) | photos)

    number = simple(answer)["request"]["service_request_id"]
    assert Matter.objects.get(number=number).before_photos == 2


def test_what_goes_wrong_is_told_as_it_keeps_it_for_its_staff(key):
    answer = post("requests.xml", a_report(key, service_code="NONE"), base=ENDPOINT)

    told = simple(answer)["error"]
    assert (answer.status_code, told["code"]) == (404, "404")
    assert "NONE" in told["description"]


def as_it_keeps(answer_status):
    """Return a status as FixMyStreet reads it."""
    return answer_status.lower().replace("_", " ")


def window(since, until):
    return {"start_date": since.strftime("%Y-%m-%dT%H:%M:%SZ"), "end_date": until.strftime("%Y-%m-%dT%H:%M:%SZ")}


def test_it_hears_of_every_step_within_its_window_once_and_of_nothing_outside(town, key):
    start = timezone.now().astimezone(UTC).replace(microsecond=417_000) - timedelta(minutes=60)
    number = towns.a_matter(town, state="CLOSED", now=start).number

    def heard(since, until, **query):
        return polled("servicerequestupdates.xml", **window(since, until), **query)

    everything = heard(start - timedelta(hours=1), start + timedelta(hours=1), api_key=key)
    assert [as_it_keeps(each["status"]) for each in everything] == [
        "investigating",
        "investigating",
        "action scheduled",
        "in progress",
        "in progress",
        "fixed",
    ]
    assert len({each["update_id"] for each in everything}) == len(everything)
    assert all(each["service_request_id"] == number for each in everything)
    assert [each["description"] for each in everything][2:4] == ["已派给荷花街道环卫所。", "荷花街道环卫所正在办理。"]
    assert "/media/" in everything[-1]["media_url"]
    assert [each for each in everything if "media_url" in each] == everything[-1:]
    assert all(each["external_status_code"] for each in everything)

    since, until = start + timedelta(minutes=3), start + timedelta(minutes=4)
    few = heard(since, until)  # both ends belong to it, to the second, as it compares them
    times = [datetime.fromisoformat(each["updated_datetime"]).astimezone(UTC) for each in few]
    assert [each["update_id"] for each in few] == [each["update_id"] for each in everything[2:4]]
    assert all(since.replace(microsecond=0) <= each <= until for each in times)
    assert "media_url" not in heard(start, start + timedelta(hours=1))[-1]  # photos are for keys
    assert heard(start - timedelta(days=3), start - timedelta(days=2)) == []


def test_a_refusal_says_why_and_no_note_of_the_staff_leaves_the_house(town, key):
    now = timezone.now() - timedelta(minutes=10)
    refused, sealed = towns.a_matter(town, now=now), towns.a_matter(town, now=now, template="A02", form={})
    answered = towns.a_matter(town, state="HANDLING", now=now)
    for matter, by in ((refused, town.acceptor), (sealed, town.duty_chief)):
        how = {"ground": Ground.NOT_OURS, "reason": "内部：找老李问一下", "route": "请向供电公司反映"}
        actions.take(Act.REFUSE, matter_id=matter.pk, by=by, now=now + timedelta(minutes=1), **how)
    reply = {"reason": "垃圾今天下午清走，感谢反映。"}
    actions.take(Act.REPLY, matter_id=answered.pk, by=town.acceptor, now=now + timedelta(minutes=6), **reply)

    strangers, ours = polled("servicerequestupdates.xml"), polled("servicerequestupdates.xml", api_key=key)

    of = {each["service_request_id"]: each for each in strangers}
    assert as_it_keeps(of[refused.number]["status"]) == "not councils responsibility"
    assert of[refused.number]["description"] == "不予受理：不属于本级职责。"
    assert sealed.number not in of
    assert of[answered.number]["description"] == "已答复报事人。"
    assert {each["service_request_id"]: each for each in ours}[answered.number]["description"] == reply["reason"]
    assert "老李" not in str(ours) + str(strangers)
    assert {as_it_keeps(each["status"]) for each in ours} <= EXTENDED


def test_half_a_window_is_refused(key):
    answer = Client().get(f"{ENDPOINT}servicerequestupdates.xml", {"start_date": "2026-11-20T00:00:00Z"})

    assert errors(answer)[0][0] == 400


# --- words it sends on -----------------------------------------------------------------------------------


def an_update(key, number, **changes):
    """Return what FixMyStreet sends when somebody comments on a report."""
    return {
        "api_key": key,
        "jurisdiction_id": "3308",
        "service_request_id": number,
        "update_id": "417",
        "updated_datetime": "2026-11-22T14:55:00+08:00",
        "status": "OPEN",
        "description": "又多了两袋。\r\n味道很大。",
        "email": "user@example.org",
        "first_name": "群",
        "last_name": "众",
        "title": "",
        "public_anonymity_required": "FALSE",
        "email_alerts_requested": "FALSE",
    } | changes


def kept_of(number):
    matter = Matter.objects.get(number=number)
    return matter, [
        (each.kind, each.actor, each.data, Note.objects.get(matter=matter, seq=each.seq).text)
        for each in Entry.objects.filter(subject=f"matter:{matter.pk}", kind__endswith=".supplement").order_by("seq")
    ]


def test_a_comment_on_its_own_report_is_the_reporters_and_a_comment_sent_twice_is_one(key):
    number = simple(post("requests.xml", a_report(key), base=ENDPOINT))["request"]["service_request_id"]
    photo = {"photo1": SimpleUploadedFile("photo1.jpg", towns.a_photo().getvalue(), "image/jpeg")}

    first = Client().post(f"{ENDPOINT}servicerequestupdates.xml", an_update(key, number, status="FIXED") | photo)
    again = post("servicerequestupdates.xml", an_update(key, number), base=ENDPOINT)

    matter, [(kind, actor, data, text)] = kept_of(number)
    told = [simple(each)["request_update"]["update_id"] for each in (first, again)]
    assert (first.status_code, again.status_code) == (201, 200), first.content.decode()
    assert told[0] == told[1] != {}
    assert (kind, actor) == ("resident.supplement", f"receipt:{matter.pk}")  # erased with what else the reporter said
    assert text == "又多了两袋。\n味道很大。\n（对方平台标记：已解决）"
    assert "417" not in str(data)
    assert (matter.added, matter.state) == (1, "awaiting_acceptance")  # a note to people: no step is taken by it
    assert Evidence.objects.filter(subject=f"matter:{matter.pk}", kept_by=actor, kind="other").count() == 1
    assert polled("servicerequestupdates.xml", api_key=key) == []  # what it said itself does not come back


def test_a_comment_on_anothers_report_is_the_partners_and_takes_a_post_there(key, caller, town):
    number = towns.a_matter(town).number
    ended = towns.a_matter(town, state="CLOSED").number

    def sent(who, **changes):
        return post(
            "servicerequestupdates.xml", an_update(who, changes.pop("number", number), **changes), base=ENDPOINT
        )

    assert sent(key).status_code == 201
    matter, [(kind, actor, _, _)] = kept_of(number)
    assert (kind, actor.partition(":")[0], matter.added) == ("partner.supplement", "key", 0)
    refused = {
        404: [sent(caller("neighbouring_chief").key), sent(key, number="KC991231-0001")],
        403: [sent(""), sent(caller("supervisor").key)],
        400: [
            sent(key, number=""),
            sent(key, description=""),
            sent(key, status="LOST", update_id="418"),
            sent(key, updated_datetime="now", update_id="418"),
            sent(key, number=ended),
        ],
    }
    for status, answers in refused.items():
        for answer in answers:
            assert (answer.status_code, errors(answer)[0][0]) == (status, status), answer.content.decode()
    assert len(kept_of(number)[1]) == 1


def test_the_test_endpoint_hears_words_and_keeps_none(key, town):
    matter = towns.a_matter(town)

    fit = post("servicerequestupdates.json", an_update(key, matter.number), base=TEST)
    unfit = post("servicerequestupdates.json", an_update(key, "KC991231-0001"), base=TEST)

    assert fit.json()[0]["update_id"].startswith("TEST-")
    assert errors(unfit)[0][0] == 404
    assert kept_of(matter.number)[1] == []
