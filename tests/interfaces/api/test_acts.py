"""POST /api/v1/matters/{number}/acts/{act}: the lifecycle through the door."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import town as towns
from tests.interfaces.api.conftest import a_body
from tongxin.apps.matters import kinds
from tongxin.apps.matters.models import Matter
from tongxin.apps.people import calendar
from tongxin.apps.people import queries as people
from tongxin.interfaces.api.v1 import acts, keys, needs, showing
from tongxin.rules.lifecycles.matter import LIFECYCLE, Act

# the test's own transaction, and what a process reads again every few seconds whatever it is asked
NOT_THE_STEPS = ("SAVEPOINT", "people_calendaroverride", '"people_unit"', '"matters_template"', '"matters_rulebook"')


@pytest.fixture
def number(caller):
    return caller("grid_worker").post("/matters", a_body()).json()["number"]


def test_a_matter_goes_from_report_to_closing_through_the_api(caller, number):
    steps = [
        ("acceptor", "accept", {}),
        ("duty_chief", "file", {}),
        ("dispatcher", "dispatch", {"unit": "sanitation"}),
        ("handler", "sign", {}),
        ("handler", "handle", {"reason": "垃圾已清运，地面已冲洗。"}),
        ("handler_head", "review", {}),
        ("grid_worker", "check", {}),
        ("duty_chief", "close", {"close_as": "normal"}),
    ]
    for who, act, details in steps:
        if act == "handle":
            caller("handler").upload(f"/matters/{number}/evidence", file=a_file(), kind="after")
        answer = caller(who).act(number, act, **details)
        assert answer.status_code == 200, (act, answer.json())

    assert answer.json()["state"] == "closed"
    assert answer["ETag"] == f'"{answer.json()["rev"]}"' == f'"{Matter.objects.get().rev}"'


def a_file():
    photo = towns.a_photo()
    photo.name = "照片.jpg"
    return photo


@pytest.mark.parametrize(
    ("who", "act", "details", "status", "code"),
    [
        ("acceptor", "sign", {}, 409, "step.wrong_state"),
        ("grid_worker", "accept", {}, 403, "step.wrong_role"),
        ("acceptor", "refuse", {}, 409, "step.no_ground"),
        ("acceptor", "refuse", {"ground": "because"}, 422, "body.value"),
        ("acceptor", "accept", {"reason": "长" * 2001}, 422, "report.too_long"),
        ("acceptor", "accept", {"reason": 3}, 422, "body.type"),
        ("acceptor", "accept", {"unit": "nobody"}, 404, "unit.unknown"),
        ("acceptor", "accept", {"unit": 0}, 422, "body.value"),
        ("acceptor", "accept", {"unit": 2**70}, 422, "body.value"),
        ("acceptor", "accept", {"rev": 99}, 412, "matter.changed"),
        ("acceptor", "accept", {"note": "x"}, 422, "body.unknown"),
        ("neighbouring_chief", "accept", {}, 404, "matter.missing"),
        ("acceptor", "fly", {}, 404, "path.invalid"),
    ],
)
def test_a_step_that_may_not_be_taken_says_why_and_leaves_no_trace(caller, number, who, act, details, status, code):
    answer = caller(who).act(number, act, **details)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.json()
    assert Matter.objects.get().rev == 1


def test_a_step_taken_on_an_old_page_is_refused(caller, number):
    etag = caller("acceptor").get(f"/matters/{number}")["ETag"]

    first = caller("acceptor").post(f"/matters/{number}/acts/accept", If_Match=etag)
    second = caller("duty_chief").post(f"/matters/{number}/acts/file", If_Match=etag)

    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json()["code"] == "matter.changed"


@pytest.mark.parametrize(("header", "rev"), [("nonsense", None), ('"1"', 2), ("1", None), ('"99999999999"', None)])
def test_a_revision_that_is_none_or_two_is_refused(caller, number, header, rev):
    answer = caller("acceptor").post(f"/matters/{number}/acts/accept", {"rev": rev}, If_Match=header)

    assert (answer.status_code, answer.json()["code"]) == (422, "match.invalid")


def test_an_unknown_matter_and_one_out_of_scope_read_alike(caller, number):
    unknown = number[:-4] + "9999"

    far = caller("neighbouring_chief").act(number, "accept").json()
    none = caller("neighbouring_chief").act(unknown, "accept").json()

    assert far == none | {"facts": {"number": number}}


def test_a_key_narrowed_to_one_act_takes_no_other(caller, number):
    refused = caller("duty_chief", acts=["file"]).act(number, "accept")
    taken = caller("duty_chief", acts=["accept"]).act(number, "accept")

    assert (refused.status_code, refused.json()["code"]) == (403, "key.narrowed")
    assert taken.status_code == 200


def remember_afresh(caller):
    """Read at once all that a process reads every few seconds: the key, units, templates, the calendar."""
    for memory in (keys, showing, kinds, people, calendar):
        memory.forget()
    caller.get("/acts")
    kinds.kind_of("C02", 1)
    kinds.book(1)
    people.offices()
    calendar.calendar()
    showing.unit_id("sanitation")


@pytest.mark.parametrize(
    ("state", "who", "act", "details"),
    [
        ("AWAITING_ACCEPTANCE", "acceptor", "accept", {}),
        ("AWAITING_DISPATCH", "dispatcher", "dispatch", {"unit": "sanitation"}),
        ("AWAITING_SIGNATURE", "handler", "sign", {}),
        ("HANDLING", "handler", "progress", {"reason": "车已派出"}),
        ("AWAITING_REVIEW", "handler_head", "redo", {"reason": "再冲洗一遍"}),
        ("AWAITING_CHECK", "grid_worker", "rework", {"reason": "还有垃圾"}),
    ],
)
def test_a_step_takes_six_statements_at_most(caller, town, state, who, act, details):
    matter = towns.a_matter(town, state, now=timezone.now() - timedelta(minutes=20))
    acts.id_of(matter.number)
    remember_afresh(caller(who))

    with CaptureQueriesContext(connection) as captured:
        answer = caller(who).act(matter.number, act, **details)

    sent = [each["sql"] for each in captured.captured_queries if not any(word in each["sql"] for word in NOT_THE_STEPS)]
    assert answer.status_code == 200, answer.json()
    assert len(sent) <= 6, [" ".join(each.split()[:8]) for each in sent]


def test_the_table_of_acts_is_the_lifecycle(caller):
    items = caller("leader").get("/acts").json()["items"]

    assert [(each["act"], set(each["sources"]), each["target"]) for each in items] == [
        (step.act.value, {state.value for state in step.sources}, step.target and step.target.value)
        for step in LIFECYCLE
    ]


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        (Act.ACCEPT, []),
        (Act.REFUSE, ["ground", "reason", "route"]),
        (Act.DISPATCH, ["unit"]),
        (Act.RETURN, ["ground", "suggested_unit", "reason"]),
        (Act.CLOSE, ["close_as"]),
        (Act.HANDLE, ["reason"]),
    ],
)
def test_what_an_act_asks_for_is_read_off_its_guards(act, fields):
    assert needs.of(act) == fields
