"""The work on the grid on the phone: rounds, visits, vans and help, sent once whether the network was there or not."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.apps.patrols.grid import GRID, NEXT_GRID, a_help_place, a_round, a_van, spots
from tests.interfaces.field.phones import a_told_report, an_item, phone, send
from tests.town import SONGYUAN_01, SONGYUAN_02
from tongxin.apps.patrols import actions
from tongxin.apps.patrols.models import CheckIn, HelpCall, Run, StopCheck, Visit
from tongxin.interfaces.field.syncing import fresh_key
from tongxin.rules.help_calls import Trouble
from tongxin.rules.permissions import reporting

pytestmark = pytest.mark.django_db
LON, LAT = (str(degrees) for degrees in SONGYUAN_01)


@pytest.fixture
def at(monkeypatch):
    """Noon of today: the pages look at the real clock, and the round of the day is open then."""
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    monkeypatch.setattr(timezone, "now", lambda: noon)
    return noon


def text_of(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.content.decode()[-600:])
    return answer.content.decode()


def told(round_, n=0, **fields):
    return {"round": str(round_.pk), "point": str(round_.points[n]), "found": "fine"} | fields


def test_today_shows_the_own_round_and_leads_to_its_next_point(town, at):
    round_ = a_round(town, now=at)
    first = f"/f/patrols/{round_.pk}/{round_.points[0]}/"

    today = text_of(phone("grid_worker"), "/f/")
    assert first in today and "松园社区 01 网格 · 08:30" not in today  # all are of the own grid
    a_round(town, now=at, area=NEXT_GRID, spots=spots(at=SONGYUAN_02))
    several = text_of(phone("secretary"), "/f/")
    assert "松园社区 01 网格 · 08:30" in several and "松园社区 02 网格 · 08:30" in several
    assert "消防通道、楼道畅通" in text_of(phone("grid_worker"), first)
    assert text_of(phone("grid_worker"), f"/f/patrols/{round_.pk}/").count('class="tx-nth"') == 3
    assert f"/f/patrols/{round_.pk}/" not in text_of(phone("other_grid_worker"), "/f/")
    text_of(phone("other_grid_worker"), f"/f/patrols/{round_.pk}/", 404)
    kept = phone("grid_worker").get("/f/kept.json").json()["urls"]
    assert {first, "/f/visits/new/"} <= set(kept)


def test_a_check_in_that_waited_on_the_phone_arrives_once_with_its_own_moment(town, at):
    round_ = a_round(town, now=at)
    mine = phone("grid_worker")
    done = an_item("checkin", ago=timedelta(hours=2), **told(round_, lon=LON, lat=LAT, ticks=["exits", "gas"]))

    first, second = send(mine, done)[0], send(mine, done)[0]

    assert (first["outcome"], second["outcome"]) == ("accepted", "duplicate")
    made = CheckIn.objects.get()
    assert (made.metres, made.is_within, made.ticked) == (0, True, ["exits", "gas"])
    assert made.at == at - timedelta(hours=2)
    assert 'class="mark done"' in text_of(mine, "/f/")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"found": "unreached"}, "patrol.no_reason"),
        ({"found": "reported"}, "patrol.no_matter"),
        ({"found": "?"}, "patrol.no_finding"),
        ({"lon": "x", "lat": LAT}, "patrol.bad_point"),
        ({"point": "x"}, "patrol.not_due"),
        ({"round": "999999999999999999999"}, "patrol.missing"),
        ({"ticks": ["politics"]}, "patrol.unknown_tick"),
    ],
)
def test_a_check_in_that_cannot_be_taken_says_why_and_leaves_nothing(town, at, fields, code):
    round_ = a_round(town, now=at)

    answer = send(phone("grid_worker"), an_item("checkin", **told(round_, **fields)))[0]

    assert (answer["outcome"], answer["code"]) == ("refused", code)
    assert not CheckIn.objects.exists()


def test_what_is_reported_at_a_point_without_a_network_checks_it_in_with_the_matter(town, at):
    round_ = a_round(town, now=at)
    mine, at_once = phone("grid_worker"), an_item("report", **a_told_report())
    waits = an_item("checkin", **told(round_, found="reported", about=at_once["key"]))
    assert send(mine, waits)[0]["code"] == "sync.waits"  # the report is still on the phone

    answers = send(mine, at_once, waits)

    assert [each["outcome"] for each in answers] == ["accepted", "accepted"]
    assert CheckIn.objects.get().matter.number == answers[0]["number"]


def test_a_phone_without_script_checks_in_by_its_form(town, at):
    round_ = a_round(town, now=at)
    mine, path = phone("grid_worker"), f"/f/patrols/{round_.pk}/{round_.points[0]}/"

    wrong = mine.post(path, {"key": fresh_key(), **told(round_, found="unreached")})
    right = mine.post(path, {"key": fresh_key(), **told(round_, found="unreached", reason="围挡")})

    assert wrong.status_code == 409 and "写明原因" in wrong.content.decode()
    assert right.status_code == 302
    assert CheckIn.objects.get().reason == "围挡"


def test_a_visit_and_the_matter_out_of_it_arrive_together_once(town, at):
    mine = phone("grid_worker")
    shop = {"area": GRID, "place_kind": "shop", "place": "便利店", "purpose": "prevention", "ticks": ["fraud", "gas"]}
    item = an_item("visit", **shop, outcome="reported", asked="门口路灯不亮", template="D02")

    first, second = send(mine, item)[0], send(mine, item)[0]

    made = Visit.objects.get()
    assert first["number"] == second["number"] == made.matter.number
    assert made.ticked == ["fraud"]
    for wrong in ({"area": NEXT_GRID}, {"purpose": "?"}, {"place": "张三 13800006027"}, {"next_on": "soon"}):
        answer = send(mine, an_item("visit", **(shop | {"outcome": "nothing"} | wrong)))[0]
        assert answer["outcome"] == "refused", wrong
    assert Visit.objects.count() == 1
    assert "便利店" in text_of(mine, "/f/visits/new/")


def test_the_van_is_packed_stands_at_a_stop_and_counts_whom_it_served(town, at):
    van = a_van(town, now=at)
    stop = van.stops.first()
    mine = phone("grid_worker")

    packed, stood = send(
        mine,
        an_item("vanpack", van=str(van.pk), items=["血压计"]),
        an_item("vanstop", van=str(van.pk), stop=str(stop.pk), served="4", lon=LON, lat=LAT),
    )

    assert packed["outcome"] == stood["outcome"] == "accepted"
    assert Run.objects.get().packed == ["血压计"]
    assert StopCheck.objects.get().served == 4
    assert "祠堂" in text_of(mine, "/f/van/")
    assert "祠堂" in text_of(mine, "/f/")
    assert mine.post("/f/van/", {"key": fresh_key(), "van": van.pk, "stop": stop.pk, "served": "5"}).status_code == 302
    assert StopCheck.objects.get().served == 5


def test_a_team_sees_what_rings_on_top_of_its_day_and_answers_it(town, at):
    place = a_help_place(town, now=at)
    call = actions.call(place_id=place.pk, trouble=Trouble.LOST, by=reporting("help_place:1"), now=at)
    mine = phone("grid_worker")

    assert "荷花菜市场" in text_of(mine, "/f/")
    assert "荷花菜市场" not in text_of(phone("enforcer"), "/f/")
    mine.post(f"/f/helps/{call.pk}/answer")
    mine.post(f"/f/helps/{call.pk}/arrive")
    assert mine.post(f"/f/helps/{call.pk}/end", {"ending": ""}).status_code == 422
    mine.post(f"/f/helps/{call.pk}/end", {"ending": "settled"})

    call.refresh_from_db()
    assert (call.standing, call.unit_id) == ("ended", town.unit["station"])
    assert mine.post(f"/f/helps/call/{place.pk}", {"trouble": "hazard"}).status_code == 302
    assert HelpCall.objects.filter(ended_at__isnull=True).get().trouble == "hazard"


def test_whoever_stands_at_a_place_taps_without_account_or_name_and_sees_how_far_help_is(town, at):
    place = a_help_place(town, now=at)
    somebody, path = Client(), f"/f/help/{place.token}"

    first = text_of(somebody, path)
    assert "110" in first
    assert "工作站" not in first
    answer = somebody.post(path, {"trouble": "injured"})

    assert answer.status_code == 302
    call = HelpCall.objects.get()
    assert call.trouble == "injured"
    waiting = somebody.get(path)
    assert "已呼叫" in waiting.content.decode()
    assert waiting.headers["Refresh"] == "6"
    assert waiting.headers["Cache-Control"] == "no-store"
    actions.answer(call_id=call.pk, by=town.grid_worker, now=at)
    assert "松园社区工作站" in text_of(somebody, path)
    text_of(somebody, f"/f/help/{place.token[:-1]}x", 404)


def test_an_address_that_taps_too_often_is_asked_to_wait_and_calls_nobody(town, at):
    place = a_help_place(town, now=at)
    somebody, path = Client(), f"/f/help/{place.token}"

    answers = [somebody.post(path, {"trouble": each.value}).status_code for each in Trouble]

    assert answers == [302, 302, 302, 302, 429]
    assert HelpCall.objects.count() == 4
