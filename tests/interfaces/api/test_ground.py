"""What stands and happens on the ground, by programs: devices, patrols, visits, vans, calls for help. In scope only."""

from datetime import time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.apps.patrols.grid import GRID, VILLAGE, a_help_place, a_round, a_van
from tests.town import SONGYUAN_01, SONGYUAN_02
from tongxin.apps.devices import actions as devices
from tongxin.apps.devices.actions import Message
from tongxin.rules.devices import Tidings
from tongxin.rules.permissions import SYSTEM

pytestmark = pytest.mark.django_db
LON, LAT = SONGYUAN_01
WELL = {"code": "WL-7", "kind": "water_level", "owner": "lamps", "lon": LON, "lat": LAT, "place": "下穿通道"}


def ok(answer, status=200):
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def local(moment):
    return timezone.localtime(moment).isoformat()


# --- devices ---------------------------------------------------------------------------------------------


def test_a_device_is_entered_kept_and_taken_away_by_a_program(caller):
    admin = caller("system_admin")

    entered = ok(admin.post("/devices", WELL), 201)
    again = ok(admin.post("/devices", WELL | {"place": "下穿通道西口"}))
    limited = ok(
        admin.put("/devices/WL-7/limits", {"limits": {"raise_at": 30, "clear_at": 20}, "heartbeat_minutes": 30})
    )
    keyed = ok(admin.post("/devices/WL-7/key"))
    ended = ok(admin.delete("/devices/WL-7/key"))
    kept = ok(admin.post("/devices/WL-7/upkeep", {"what": "repaired", "on": "2026-11-20", "note": "换浮子"}), 201)
    devices.take_in(
        [Message("WL-7", Tidings.READING, timezone.now() - timedelta(minutes=n), value=2.0 * n) for n in range(1, 6)],
        by=SYSTEM,
        now=timezone.now(),
    )
    whole, measured = ok(admin.get("/devices/WL-7")), ok(admin.get("/devices/WL-7/readings", {"points": 3}))
    retired = ok(admin.post("/devices/WL-7/retire"))

    assert entered["area"]["code"] == GRID and entered["state"] == "expected" and "key" not in entered
    assert again["place"] == "下穿通道西口"
    assert limited["limits"] == {"raise_at": 30, "clear_at": 20} and limited["heartbeat_minutes"] == 30
    assert keyed["key"].startswith("txd_") and keyed["has_key"] and not ended["has_key"]
    assert kept["unit"]["code"] == "lamps" and whole["upkeep"] == [kept]
    assert whole["state"] == "working" and whole["value"] == 2.0
    assert [each["value"] for each in measured["items"]] == [10.0]  # the worst of each piece
    assert retired["state"] == "retired"
    assert admin.post("/devices/WL-7/key").status_code == 409


def test_devices_are_seen_in_scope_alone_and_kept_by_who_keeps_them(caller):
    ok(caller("system_admin").post("/devices", WELL), 201)

    seen = {who for who in ("duty_chief", "lamp_handler", "neighbouring_chief") if _listed(caller(who))}

    assert seen == {"duty_chief", "lamp_handler"}  # on its ground, of its unit
    assert caller("neighbouring_chief").get("/devices/WL-7").status_code == 404
    assert caller("neighbouring_chief").post("/devices/WL-7/retire").status_code == 404
    assert caller("duty_chief").post("/devices/WL-7/retire").status_code == 403
    assert caller("duty_chief").post("/devices", WELL).status_code == 403
    assert ok(caller("duty_chief").get("/devices", {"kind": "smoke"}))["items"] == []
    assert caller("duty_chief").get("/devices", {"sort": "place"}).status_code == 422


def _listed(one):
    found = ok(one.get("/devices"))
    assert sum(found["states"].values()) == len(found["items"])
    return found["items"]


# --- patrols ---------------------------------------------------------------------------------------------


def a_plan_body(**changes):
    points = [{"name": f"{n} 号点", "lon": LON + 0.001 * n, "lat": LAT} for n in range(2)]
    told = {"name": "消防通道巡查", "area": GRID, "duty": "safety", "unit": "station", "rhythm": "daily"}
    return told | {"opens": "08:30", "closes": "17:30", "points": points} | changes


def test_a_plan_is_drawn_up_redrawn_and_closed_by_who_answers_for_the_ground(caller):
    chief = caller("secretary")

    drawn = ok(chief.post("/patrols/plans", a_plan_body()), 201)
    path = f"/patrols/plans/{drawn['id']}"
    kept = [{name: point[name] for name in ("id", "name", "lon", "lat")} for point in drawn["points"]]
    redrawn = ok(chief.put(path, a_plan_body(name="夜巡", points=kept[:1], version=1)))

    assert redrawn["points"] == drawn["points"][:1] and redrawn["name"] == "夜巡"  # a point that stays keeps its id
    assert chief.put(path, a_plan_body(version=1)).status_code == 412
    assert chief.post("/patrols/plans", a_plan_body(opens="25:00")).status_code == 422
    assert chief.post("/patrols/plans", a_plan_body(area="330803001001001")).status_code == 403
    assert caller("grid_worker").post("/patrols/plans", a_plan_body()).status_code == 403
    assert caller("neighbouring_chief").get(path).status_code == 404
    assert ok(caller("neighbouring_chief").get("/patrols/plans"))["items"] == []
    assert [each["id"] for each in ok(chief.get("/patrols/plans"))["items"]] == [drawn["id"]]
    assert ok(chief.post(f"{path}/close"))["items"] == []


def test_a_round_is_walked_by_its_own_team_and_counted_by_area(caller, town):
    round_ = a_round(town, now=timezone.now(), opens=time(0), closes=time(0))  # open all day
    path, first = f"/patrols/rounds/{round_.pk}", round_.points[0]
    found = {"point": first, "found": "fine", "at": local(timezone.now()), "lon": LON, "lat": LAT}
    worker, other = caller("grid_worker"), caller("neighbouring_grid_worker")

    made = ok(worker.post(f"{path}/check-ins", found), 201)

    assert made["metres"] == 0 and made["is_within"] and "lon" not in made  # the position is not kept
    assert worker.post(f"{path}/check-ins", found).json()["code"] == "patrol.visited"
    assert ok(worker.get(path))["places"][0]["check_in"] == made
    assert ok(caller("duty_chief").get("/patrols/coverage", {"by": "village"}))["items"][0]["seen"] == 1
    assert ok(caller("duty_chief").get("/patrols/coverage", {"by": "team"}))["items"][0]["unit"]["code"] == "station"
    assert other.get(path).status_code == 404
    assert other.post(f"{path}/check-ins", found).status_code == 403
    assert ok(other.get("/patrols/rounds"))["items"] == [] == ok(other.get("/patrols/coverage"))["items"]
    assert [each["id"] for each in ok(caller("secretary").get("/patrols/rounds"))["items"]] == [round_.pk]
    assert caller("secretary").get("/patrols/rounds", {"since": "2026-01-01", "until": "2025-01-01"}).status_code == 422


# --- visits, vans, help ----------------------------------------------------------------------------------


def test_a_visit_tells_of_a_place_and_may_bring_up_a_matter(caller):
    worker = caller("grid_worker")
    told = {"area": GRID, "kind": "building", "place": "3 号楼", "purpose": "safety", "at": local(timezone.now())}

    made = ok(worker.post("/visits", told | {"outcome": "reported", "asked": "楼道堆物", "template": "C02"}), 201)

    assert ok(worker.get(f"/matters/{made['matter']}"))["channel"] == "grid"
    assert ok(worker.get("/visits"))["items"] == [made]
    assert ok(caller("neighbouring_chief").get("/visits"))["items"] == []
    refused = worker.post("/visits", told | {"outcome": "nothing", "asked": "打 13812346027 找他"})
    assert (refused.status_code, refused.json()["code"]) == (422, "visit.personal")
    assert caller("operator").post("/visits", told | {"outcome": "nothing"}).status_code == 403
    duties = ok(caller("secretary").get("/duties", {"by": "village"}))["items"]
    assert {each["duty"]: each["by_area"] for each in duties}["safety"] == {VILLAGE: 1}
    assert all(not each["total"] for each in ok(caller("neighbouring_chief").get("/duties"))["items"])


def test_a_van_is_equipped_packed_and_stands_at_its_stops(caller, town):
    body = {
        "name": "便民 2 号车", "area": VILLAGE, "unit": "station", "offers": ["papers"], "rhythm": "daily",
        "kit": ["血压计"], "stops": [{"name": "村口", "start": "09:00", "end": "10:00", "lon": LON, "lat": LAT}],
    }  # fmt: skip
    chief, worker = caller("secretary"), caller("grid_head")

    van = ok(chief.post("/vans", body), 201)
    path = f"/vans/{van['id']}"
    changed = ok(chief.put(path, body | {"kit": ["血压计", "老花镜"], "version": van["version"]}))
    packed = ok(worker.put(f"{path}/kit", {"items": ["老花镜"]}))
    stop = changed["stops"][0]["id"]
    stood = ok(worker.post(f"{path}/stands", {"stop": stop, "at": local(timezone.now()), "served": 2}))

    assert packed["items"] == ["老花镜"] and stood["served"] == 2
    assert chief.put(path, body | {"version": van["version"]}).status_code == 412
    assert worker.put(f"{path}/kit", {"items": ["别的"]}).status_code == 409
    assert caller("neighbouring_chief").get(path).status_code == 404
    assert ok(caller("neighbouring_chief").get("/vans"))["items"] == []
    assert caller("neighbouring_grid_worker").put(f"{path}/kit", {"items": []}).status_code == 403
    a_van(town, now=timezone.now())
    assert [each["id"] for each in ok(chief.post(f"{path}/retire"))["items"]] != [van["id"]]


def test_a_call_for_help_is_answered_by_the_team_that_was_called(caller, town):
    chief = caller("duty_chief")
    body = {"name": "荷花菜场", "area": GRID, "units": ["station", "command_room"], "lon": LON, "lat": LAT}

    place = ok(chief.post("/help/places", body), 201)
    path = f"/help/places/{place['id']}"
    renewed = ok(chief.post(f"{path}/renew"))
    ok(chief.put(path, body | {"minutes": 5, "version": renewed["version"]}))
    call = ok(chief.post(f"{path}/calls", {"trouble": "quarrel"}), 201)
    again = ok(chief.post(f"{path}/calls", {"trouble": "quarrel"}), 201)
    stranger = Client().post(f"/api/v1{path}/calls", {"trouble": "quarrel"}, content_type="application/json")
    answered = ok(caller("grid_worker").post(f"/help/calls/{call['id']}/answer"))
    arrived = ok(caller("grid_worker").post(f"/help/calls/{call['id']}/arrive"))
    ended = ok(caller("grid_worker").post(f"/help/calls/{call['id']}/end", {"ending": "settled"}))

    assert (again["id"], stranger.status_code) == (call["id"], 401)  # an id can be guessed, the printed code cannot
    assert renewed["href"] != place["href"] and place["href"].startswith("/f/help/")
    assert (call["standing"], answered["unit"]["code"], arrived["standing"], ended["ending"]) == (
        "calling", "station", "arrived", "settled",
    )  # fmt: skip
    assert "href" not in ok(caller("grid_worker").get("/help/places"))["items"][0]  # its code is for who sets it up
    assert caller("grid_worker").post(f"/help/calls/{call['id']}/answer").status_code == 409
    for neighbour in (caller("neighbouring_chief"), caller("neighbouring_grid_worker")):
        assert ok(neighbour.get("/help/places"))["items"] == [] == ok(neighbour.get("/help/calls"))["items"]
        assert neighbour.post(f"{path}/calls", {"trouble": "quarrel"}).status_code == 404
        assert neighbour.post(f"/help/calls/{call['id']}/arrive").status_code == 403
    a_help_place(town, now=timezone.now(), lon=SONGYUAN_02[0])
    assert len(ok(chief.get("/help/calls", {"is_open": False}))["items"]) == 1
