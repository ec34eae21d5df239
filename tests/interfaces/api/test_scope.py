"""Who may what: the neighbouring county reads nothing, and every door asks the one table of permissions."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import town as towns
from tests.interfaces.api.conftest import a_body

NEIGHBOURS = ["neighbouring_dispatcher", "neighbouring_chief", "neighbouring_handler", "neighbouring_grid_worker"]
ADMINS = ["system_admin", "security_admin", "audit_admin"]

# name: may report, sees a matter of the first grid of 松园, may add evidence to it
MATRIX = {
    "grid_worker": (True, True, True),
    "other_grid_worker": (True, False, False),
    "grid_head": (True, True, True),
    "secretary": (True, True, True),
    "acceptor": (True, True, True),
    "dispatcher": (True, True, True),
    "duty_chief": (True, True, True),
    "second_chief": (True, True, True),
    "commander": (True, True, True),
    "caller_back": (True, True, True),
    "operator": (True, True, False),  # it did not come by the hotline
    "second_operator": (True, True, False),
    "hotline_chief": (True, True, False),
    "county_chief": (True, True, False),  # not at their desk
    "county_commander": (True, True, False),  # not at their desk
    "city_chief": (True, True, False),  # not at their desk
    "handler": (True, False, False),  # not dispatched to this unit yet
    "handler_head": (True, False, False),
    "enforcer": (True, False, False),
    "lamp_handler": (True, False, False),
    "villager": (True, False, False),
    "supervisor": (False, True, False),
    "leader": (False, True, False),
    "neighbouring_dispatcher": (True, False, False),
    "neighbouring_chief": (True, False, False),
    "neighbouring_handler": (True, False, False),
    "neighbouring_grid_worker": (True, False, False),
    "system_admin": (False, False, False),
    "second_admin": (False, False, False),
    "security_admin": (False, False, False),
    "audit_admin": (False, False, False),
}


@pytest.fixture
def number(caller):
    return caller("grid_worker").post("/matters", a_body(text="独一无二的垃圾")).json()["number"]


def a_file():
    return SimpleUploadedFile("a.jpg", towns.a_photo().getvalue(), "image/jpeg")


def test_the_matrix_names_the_whole_cast():
    assert set(MATRIX) == set(towns.CAST)


@pytest.mark.parametrize("who", MATRIX)
def test_everybody_may_just_what_their_post_permits(caller, number, who):
    may_report, sees, may_attach = MATRIX[who]

    one = caller(who).get(f"/matters/{number}")
    listed = {each["number"] for each in caller(who).get("/matters").json()["items"]}
    found = {each["number"] for each in caller(who).get("/matters", {"q": "独一无二"}).json()["items"]}
    by_number = {each["number"] for each in caller(who).get("/matters", {"q": number}).json()["items"]}
    attached = caller(who).upload(f"/matters/{number}/evidence", file=a_file(), kind="before")
    reported = caller(who).post("/matters", a_body())

    assert one.status_code == (200 if sees else 404)
    assert listed == found == by_number == ({number} if sees else set())
    assert attached.status_code == (201 if may_attach else 403 if sees else 404)
    assert reported.status_code == (201 if may_report else 403)


@pytest.mark.parametrize("who", NEIGHBOURS)
def test_the_neighbouring_county_gets_at_nothing_by_any_address(caller, town, number, who):
    caller("acceptor").act(number, "accept")
    caller("duty_chief").act(number, "file")
    caller("dispatcher").act(number, "dispatch", unit="sanitation")
    evidence = caller("handler").upload(f"/matters/{number}/evidence", file=a_file(), kind="before").json()
    neighbour = caller(who)

    assert neighbour.get(f"/matters/{number}").status_code == 404
    assert neighbour.get(f"/matters/{number}/evidence/{evidence['id']}").status_code == 404
    assert neighbour.upload(f"/matters/{number}/evidence", file=a_file(), kind="after").status_code == 404
    for act in ("sign", "return", "progress", "handle", "recall"):
        assert neighbour.act(number, act, reason="x").status_code == 404
    unit = town.unit["sanitation"]
    for query in (
        {},
        {"area": "330802"},
        {"unit": unit},
        {"q": "垃圾"},
        {"q": number},
        {"state": "awaiting_signature"},
    ):
        assert neighbour.get("/matters", query).json() == {"items": [], "next": None}


def test_a_cursor_of_somebody_else_opens_nothing(caller):
    caller("grid_worker").post("/matters", [a_body() for _ in range(3)])
    cursor = caller("acceptor").get("/matters", {"limit": 1}).json()["next"]

    assert caller("neighbouring_dispatcher").get("/matters", {"after": cursor}).json()["items"] == []


def test_a_sealed_matter_is_seen_by_named_duties_only(caller):
    number = caller("grid_worker").post("/matters", a_body(is_secret=True)).json()["number"]

    others = set(MATRIX) - {"grid_worker"}  # who reported it knows it anyway
    sees = {who for who in others if caller(who).get(f"/matters/{number}").status_code == 200}

    chiefs = {"duty_chief", "second_chief", "county_chief", "city_chief", "hotline_chief"}
    assert sees == chiefs | {"commander", "county_commander"}


@pytest.mark.parametrize(
    "path", ["/templates", "/templates/C02", "/units", "/acts", "/areas/330802", "/areas/locate?lon=118.865&lat=28.945"]
)
@pytest.mark.parametrize("who", ["neighbouring_handler", *ADMINS])
def test_places_units_and_kinds_are_open_to_every_key(caller, who, path):
    assert caller(who).get(path).status_code == 200
