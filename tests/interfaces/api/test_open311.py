"""Open311 GeoReport v2: discovery, services, requests in and out, in XML and JSON, with errors as arrays."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import unquote_to_bytes, urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from tests import town as towns
from tests.interfaces.api.open311 import BASE, TEST, a_request, errors, get, post, simple
from tongxin.apps.journal.models import Evidence
from tongxin.apps.matters import actions, kinds
from tongxin.apps.matters.models import Contact, Matter, Report
from tongxin.apps.publicity.actions import review
from tongxin.guard.limits import Limit
from tongxin.interfaces.api.open311 import attributes, door
from tongxin.interfaces.api.open311.params import Params
from tongxin.rules.channels import Channel
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.permissions import Actor, Duty, Role
from tongxin.rules.publicity import Showing

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(caller):
    return caller("acceptor").key


def sent(key, **changes):
    return post("requests.json", a_request(key, **changes))


def numbered(answer):
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()[0]["service_request_id"]


def test_discovery_names_a_production_and_a_test_endpoint_in_both_forms():
    told = Client().get("/api/open311/discovery.json").json()
    in_xml = simple(Client().get("/api/open311/discovery.xml"))

    assert set(told) == {"changeset", "contact", "key_service", "endpoints"}
    assert all(told.values())
    assert datetime.fromisoformat(told["changeset"]).tzinfo
    assert {each["type"]: each["url"] for each in told["endpoints"]} == {
        "production": f"http://testserver{BASE}",
        "test": f"http://testserver{TEST}",
    }
    for each in told["endpoints"]:
        assert each["specification"] == "http://wiki.open311.org/GeoReport_v2"
        assert each["formats"] == ["text/xml", "application/json"]
        assert Client().get(each["url"] + "services.json").status_code == 200
    assert [each["type"] for each in in_xml["endpoints"]["endpoint"]] == ["production", "test"]
    assert in_xml["endpoints"]["endpoint"][0]["formats"]["format"] == ["text/xml", "application/json"]


def test_every_template_is_a_service_whose_questions_are_told_in_order():
    listed = get("services.json")
    services = {each["service_code"]: each for each in listed.json()}
    lamp = get("services/D02.json").json()
    lift = simple(get("services/B15.xml"))

    assert listed["Content-Type"] == "application/json; charset=utf-8"
    assert len(services) == 133
    assert all(re.fullmatch("[A-Za-z0-9_-]+", code) for code in services)
    assert services["D02"] | {"keywords": ""} == {
        "service_code": "D02",
        "service_name": "路灯不亮",
        "description": services["D02"]["description"],
        "metadata": True,
        "type": "realtime",
        "keywords": "",
        "group": "部件设施",
    }
    assert "private" in services["A02"]["keywords"].split(",")
    assert "private" not in services["D02"]["keywords"].split(",")
    assert [(each["code"], each["order"], each["required"], each["datatype"]) for each in lamp["attributes"]] == [
        ("pole", 1, False, "string"),
        ("count", 2, True, "number"),
    ]
    assert lift["attributes"]["attribute"][1]["values"]["value"] == [
        {"key": "true", "name": "是"},
        {"key": "false", "name": "否"},
    ]
    assert lift["attributes"]["attribute"][1]["variable"] == "true"
    english = Client().get(f"{BASE}services/D02.json", headers={"Accept-Language": "en"}).json()
    assert [each["description"] for each in english["attributes"]] == ["Pole number", "Lights"]


def test_a_request_becomes_a_matter_and_is_read_back_by_its_number(key, town):
    answer = sent(key, first_name="群", last_name="众", phone="13800000000", media_url="https://example.org/a.jpg")
    number = numbered(answer)

    matter = Matter.objects.get(number=number)
    assert (matter.area, matter.channel, matter.state) == (
        "330802001001001",
        Channel.PARTNER.value,
        "awaiting_acceptance",
    )
    assert Report.objects.get(pk=matter.pk).form == {"amount": "一堆", "kind": "生活垃圾"}
    assert Contact.objects.get(pk=matter.pk).phone == "13800000000"
    [told] = get(f"requests/{number}.json", api_key=key).json()
    assert told["service_request_id"] == number
    assert told["description"] == "菜场出来那个垃圾箱旁边堆了好多垃圾。"
    assert (told["long"], told["lat"]) == pytest.approx(towns.SONGYUAN_01)
    assert (told["status"], told["status_notes"]) == ("open", "待受理")
    assert told["media_url"] == "https://example.org/a.jpg"
    assert told["address_id"] == "330802001001001"
    assert datetime.fromisoformat(told["expected_datetime"]) > datetime.fromisoformat(told["requested_datetime"])
    assert simple(get(f"requests/{number}.xml", api_key=key))["request"]["service_request_id"] == number
    token = str(matter.receipt)
    assert get(f"tokens/{token}.json").json() == [{"service_request_id": number, "token": token}]


def test_a_request_without_words_is_told_by_its_kind_and_its_answers(key):
    number = numbered(sent(key, description=" ", media_url="https://example.org/a.jpg"))

    [told] = get(f"requests/{number}.json", api_key=key).json()

    assert (told["description"], told["media_url"]) == ("暴露垃圾", "https://example.org/a.jpg")


def test_a_stranger_reads_the_kind_and_the_grid_and_no_word_that_anybody_wrote(key, town):
    number = numbered(sent(key, address_string="菜场门口王老五家", media_url="https://example.org/a.jpg"))
    matter = Matter.objects.get(number=number)
    Client().post(f"{BASE}requests.json", a_request(key) | {"media": a_photo()})

    [told] = get(f"requests/{number}.json").json()
    everything = get("requests.xml").content.decode() + get("requests.json").content.decode()

    assert told["description"] == told["service_name"] == "暴露垃圾"
    assert told["media_url"] is None
    assert told["address"] == "衢州市 柯城区 荷花街道 松园社区 01 网格"
    assert (matter.lon, matter.lat) == pytest.approx(towns.SONGYUAN_01)
    moved = numbered(sent(key, point=(towns.WEST + 0.0011, towns.SOUTH + 0.0013)))
    [shifted] = get(f"requests/{moved}.json").json()
    assert (shifted["lat"], shifted["long"]) == (told["lat"], told["long"])  # the same grid, the same point
    for written in ("好多垃圾", "王老五", "example.org", "/media/", str(matter.receipt)):
        assert written not in everything, written


def test_a_stranger_reads_the_words_that_somebody_reviewed_until_they_are_taken_down(key, town):
    number = numbered(sent(key))
    matter = Matter.objects.get(number=number)
    discloser = Actor("person:1", 1, (Duty(None, Role.DISCLOSER, "3308", town.unit["city_center"]),))

    def described(state, text=""):
        review(matter_id=matter.pk, state=state, text=text, by=discloser, now=timezone.now())
        return get("requests.json").json()[0]["description"]

    assert described(Showing.SHOWN, "菜场门口的垃圾已清走。") == "菜场门口的垃圾已清走。"
    assert described(Showing.TAKEN_DOWN) == "暴露垃圾"
    assert get("requests.json", api_key=key).json()[0]["description"].startswith("菜场出来")


def test_a_sealed_matter_is_nothing_to_strangers_and_out_of_scope_keys_read_nothing(key, caller):
    sealed = {"service_code": "A02", "attribute[cause]": "赡养", "attribute[is_violent]": "false"}
    number = numbered(sent(key, **sealed))
    plain = numbered(sent(key))
    neighbour, chief = caller("neighbouring_dispatcher").key, caller("duty_chief").key

    def listed(**query):
        return {each["service_request_id"] for each in get("requests.json", **query).json()}

    assert errors(get(f"requests/{number}.json"))[0][0] == 404
    assert listed() == listed(service_request_id=f"{number},{plain}") == {plain}
    assert listed(api_key=neighbour) == set()
    assert get(f"requests/{plain}.json", api_key=neighbour).status_code == 404
    assert listed(api_key=chief) == {number, plain}
    assert listed(api_key=key) == {number, plain}  # whoever reported it reads it


def test_lists_keep_to_dates_kinds_status_and_pages(key, town):
    now = timezone.now().replace(microsecond=0)
    old = [
        towns.a_matter(town, now=now - timedelta(days=days), template="D02" if days < 50 else "C02").number
        for days in (120, 80, 10)
    ]
    closed = towns.a_matter(town, state="CLOSED", now=now - timedelta(days=5)).number

    def listed(**query):
        answer = get("requests.json", **query)
        assert answer.status_code == 200, answer.content.decode()
        return [each["service_request_id"] for each in answer.json()]

    assert listed() == [closed, old[2], old[1]]
    assert listed(start_date=(now - timedelta(days=130)).isoformat()) == [old[1], old[0]]
    assert listed(service_code="D02,B15") == [old[2]]
    assert listed(status="closed") == [closed]
    assert listed(status="open,closed", page=2, page_size=2) == [old[1]]
    assert listed(service_request_id=f"{old[0].lower()}, {closed}", status="open", start_date=now) == [closed, old[0]]
    hour = timedelta(hours=1)
    touched = {"updated_after": (now - timedelta(days=5)).isoformat(), "updated_before": now.isoformat()}
    assert listed(**touched) == [closed]
    assert listed(updated_before=(now - timedelta(days=9)).isoformat()) == [old[2], old[1]]
    [told] = get(f"requests/{closed}.json").json()
    assert told["status"] == "closed"
    assert (
        told["updated_datetime"] == Matter.objects.get(number=closed).closed_at.astimezone(towns.SHANGHAI).isoformat()
    )
    assert datetime.fromisoformat(told["updated_datetime"]) - now < hour


def a_photo(name="photo1.jpg", content=None):
    return SimpleUploadedFile(name, content or towns.a_photo().getvalue(), "image/jpeg")


@pytest.mark.parametrize("field", ["media", "photo1", "file_front"])
def test_photos_come_along_under_any_name_and_keys_fetch_them_by_a_link_that_ends(key, field, monkeypatch):
    answer = Client().post(f"{BASE}requests.json", a_request(key) | {field: a_photo()})
    number = numbered(answer)

    [told] = get(f"requests/{number}.json", api_key=key).json()
    photo = Client().get(told["media_url"])

    assert b"".join(photo.streaming_content).startswith(b"\xff\xd8")
    photo.close()
    assert photo["Content-Type"] == "image/jpeg"
    monkeypatch.setattr("tongxin.interfaces.api.open311.media.SECONDS", -1)
    assert errors(Client().get(told["media_url"]))[0][0] == 404


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", towns.a_photo().getvalue()[:40], b"%PDF-1.4\n%%EOF"])
def test_a_file_that_is_no_photo_refuses_the_whole_request(key, content):
    answer = Client().post(f"{BASE}requests.xml", a_request(key) | {"media": a_photo(content=content)})

    assert answer.status_code == 400
    assert errors(answer)[0][0] == 400
    assert not Matter.objects.exists()
    assert not Evidence.objects.exists()


def test_the_test_endpoint_checks_everything_and_keeps_nothing(key):
    form = a_request(key) | {"media": a_photo()}

    fit = Client().post(f"{TEST}requests.json", form)
    unfit = Client().post(f"{TEST}requests.json", a_request(key, point=towns.AT_SEA))

    assert fit.status_code == 201
    number = fit.json()[0]["service_request_id"]
    assert number.startswith("TEST-")
    assert "测试" in fit.json()[0]["service_notice"]
    assert errors(unfit)[0][0] == 400
    assert "测试" in errors(get(f"requests/{number}.json", base=TEST))[0][1]
    assert not Matter.objects.exists()
    assert not Evidence.objects.exists()


def test_a_place_is_a_point_a_code_or_words_in_this_order(key):
    def lies(**place):
        form = {name: value for name, value in a_request(key).items() if name not in ("lat", "long")} | place
        answer = post("requests.json", form)
        return Matter.objects.get(number=numbered(answer)).area if answer.status_code == 201 else errors(answer)[0]

    lon, lat = towns.SONGYUAN_02
    assert lies(lat=lat, long=lon, address_id="330803001001", address_string="樟树潭社区") == "330802001001002"
    assert lies(address_id="330802001002", address_string="樟树潭社区") == "330802001002"
    assert lies(address_string="荷花街道松园社区菜场门口") == "330802001001"
    assert lies(address_string="樟树潭社区 1 网格旁边") == "330803001001001"
    assert lies(lat="", long="", address_id="#NOTPINPOINTED#", address_string="樟潭街道") == "330803001"
    assert lies()[0] == lies(lat=lat)[0] == 400
    assert "月球" in lies(address_string="月球背面")[1]
    assert "9999" in lies(address_id="9999")[1]
    assert lies(address_id="3308")[0] == 400  # a whole city is no place to go to


def test_a_key_sent_twice_is_one_request_and_another_story_is_refused(town, key):
    told = a_request(key)

    first = post("requests.json", told, X_Idempotency_Key="fms-417")
    accepted = Matter.objects.get()
    actions.take(
        Act.ACCEPT, matter_id=accepted.pk, by=town.acceptor, now=accepted.reported_at
    )  # due next is something else
    again = post("requests.json", told, X_Idempotency_Key="fms-417")
    other = post("requests.json", told | {"description": "别的事。"}, X_Idempotency_Key="fms-417")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()  # its promise, too
    assert errors(other)[0][0] == 400
    assert Matter.objects.count() == 1


@pytest.mark.parametrize("encoding", ["gbk", "latin-1"])
def test_a_text_that_is_not_utf8_is_refused_rather_than_kept_as_something_else(key, encoding):
    told = a_request(key) | {"description": "垃圾" if encoding == "gbk" else "déchets"}
    escaped = urlencode(told, encoding=encoding, errors="ignore")

    for body in (escaped, unquote_to_bytes(escaped)):
        answer = Client().post(f"{BASE}requests.json", body, content_type="application/x-www-form-urlencoded")
        assert "UTF-8" in errors(answer)[0][1]
    assert not Matter.objects.exists()


@pytest.mark.parametrize("form", ["xml", "json"])
def test_every_refusal_is_an_array_of_errors_with_the_standards_statuses(key, caller, form):
    leader = caller("leader").key
    long = a_request(key, description="长" * 4_001)
    wanting = {name: value for name, value in a_request(key).items() if not name.startswith("attribute")}
    refusals = {
        403: [
            post(f"requests.{form}", a_request()),
            post(f"requests.{form}", a_request("tx_nobody")),
            post(f"requests.{form}", a_request(leader)),
            get(f"requests.{form}", api_key="tx_nobody"),
        ],
        404: [
            get(f"services/Z99.{form}"),
            get(f"requests/KC991231-0001.{form}"),
            get(f"tokens/nothing.{form}"),
            get(f"nothing.{form}"),
            get(f"services.{form}", jurisdiction_id="elsewhere.example"),
            post(f"requests.{form}", a_request(key, service_code="Z99")),
        ],
        400: [
            post(f"requests.{form}", a_request(key, service_code="")),
            post(f"requests.{form}", a_request(key, point=towns.AT_SEA)),
            post(f"requests.{form}", a_request(key, point=("nan", "inf"))),
            post(f"requests.{form}", a_request(key, media_url="javascript:alert(1)")),
            post(f"requests.{form}", a_request(key, **{"attribute[amount]": "很多很多"})),
            post(f"requests.{form}", wanting),
            post(f"requests.{form}", long),
            get(f"requests.{form}", start_date="2026-01-01", end_date="2026-12-31"),
            get(f"requests.{form}", start_date="yesterday"),
            get(f"requests.{form}", status="lost"),
            get(f"requests.{form}", page="0"),
            get(f"requests.{form}", page="99999"),
            Client().post(f"{BASE}requests.{form}?api_key={key}", "{}", content_type="application/json"),
        ],
        405: [Client().put(f"{BASE}requests.{form}"), Client().post(f"{BASE}services.{form}")],
    }

    for status, answers in refusals.items():
        for number, answer in enumerate(answers):
            assert answer.status_code == status, (status, number, answer.content.decode())
            assert errors(answer)[0][0] == status
    both = errors(post(f"requests.{form}", wanting))
    assert len(both) == 2
    assert all("attribute[" in told for _, told in both)
    assert not Matter.objects.exists()


def test_the_longest_text_of_the_standard_is_kept_whole(key):
    text = "第一行：垃圾。\n" + "长" * 3_992

    number = numbered(sent(key, description=text.replace("\n", "\r\n")))

    assert len(text) == 4_000
    assert get(f"requests/{number}.json", api_key=key).json()[0]["description"] == text


def test_control_characters_in_a_text_leave_the_xml_readable(key):
    number = numbered(sent(key, description="垃圾\x0b<script>&\ufffe堆"))

    told = simple(get(f"requests/{number}.xml", api_key=key))["request"]["description"]

    assert told == "垃圾\ufffd<script>&\ufffd堆"


def test_a_city_of_its_own_name_serves_that_name_and_no_other(settings):
    codes = [get("services.json", jurisdiction_id=named).status_code for named in ("", "testserver", "3308", "330800")]
    settings.OPEN311_JURISDICTION = "quzhou.example"

    assert codes == [200] * 4
    assert get("services.json", jurisdiction_id="quzhou.example").status_code == 200
    assert get("services.json", jurisdiction_id="3308").status_code == 404


def test_who_knocks_too_often_waits_and_others_do_not(key, monkeypatch):
    monkeypatch.setattr(door, "strangers", Limit(a_minute=1, burst=2))

    answers = [get("services.json") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 400]
    assert errors(answers[-1])[0][0] == 429
    assert int(answers[-1]["Retry-After"]) > 0
    assert Client().get(f"{BASE}services.json", REMOTE_ADDR="192.0.2.7").status_code == 200
    assert get("services.json", api_key=key).status_code == 200


def test_a_question_about_many_days_counts_as_many_knocks(monkeypatch):
    monkeypatch.setattr(door, "strangers", Limit(a_minute=1, burst=100))
    now = timezone.now()
    long = {"start_date": (now - timedelta(days=60)).isoformat(), "end_date": now.isoformat()}

    answers = [get("servicerequestupdates.json", **long) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 400]
    assert errors(answers[1])[0][0] == 429
    assert get("servicerequestupdates.json").status_code == 200  # the last day only


def test_a_bug_is_an_array_with_the_requests_id_and_nothing_of_its_cause(key, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("13812346027")

    monkeypatch.setattr(actions, "report", broken)

    answer = post("requests.xml", a_request(key), X_Request_ID="abcdefgh12345")

    assert answer.status_code == 400
    assert "abcdefgh12345" in errors(answer)[0][1]
    assert "1381234" not in answer.content.decode()


def test_a_thousand_requests_are_read_in_a_few_statements(town, key, django_assert_max_num_queries):
    actions.report_many([towns.a_report() for _ in range(1_000)], by=town.acceptor, now=timezone.now())
    for most, asked in ((2, {}), (3, {"api_key": key})):
        get("requests.json", page_size=1, **asked)
        most += 2  # the keys and the edition of areas, where the second or two for which they are remembered are over

        with django_assert_max_num_queries(most):
            assert len(get("requests.json", **asked).json()) == 1_000


def test_a_question_with_several_answers_is_told_and_answered_as_the_standard_has_it(town):
    signs = {"type": "array", "title": "现象", "minItems": 1, "items": {"enum": ["发臭", "堵路", "招蚊虫"]}}
    when = {"type": "string", "format": "date", "title": "从哪天起"}
    form = {"type": "object", "properties": {"signs": signs, "since": when}, "required": ["signs"]}
    kind = replace(kinds.current()["C02"], form=form)

    def answered(query):
        return attributes.answered(kind, Params(QueryDict(query)).attributes())

    told = {each.code: each.told(is_chinese=True) for each in attributes.of(form)}
    assert (told["signs"].datatype, told["signs"].required) == ("multivaluelist", True)
    assert [each.key for each in told["signs"].values] == ["发臭", "堵路", "招蚊虫"]
    assert told["since"].datatype == "datetime"

    twice = answered("attribute[signs][]=发臭&attribute[signs][]=堵路&attribute[since]=2026-11-19T20:00:00Z")
    assert twice == {"signs": ["发臭", "堵路"], "since": "2026-11-20"}
    assert answered("attribute[signs]=发臭") == {"signs": ["发臭"]}
    for wrong in ("attribute[signs][]=发臭&attribute[signs][]=不在其中", "attribute[since]=2026-11-20"):
        with pytest.raises(door.Faults):
            answered(wrong)
