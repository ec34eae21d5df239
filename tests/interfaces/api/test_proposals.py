"""Changing rules by programs: the same way as at the desk, with the same refusals, and nothing of matters told."""

import json

import pytest
from django.utils import timezone

from tests.interfaces.api.conftest import JSON, Caller, a_body
from tests.town import CAST
from tongxin.apps.matters import drafting, kinds, rehearsing
from tongxin.apps.matters.models import Proposal
from tongxin.rules.permissions import GRANTS, Permission
from tongxin.rules.rulebook import DEFAULT, settings

pytestmark = pytest.mark.django_db

SHORTER = {"title": "夏季市容", "content": {"templates": {"C02": {"limit": "2wh"}}, "book": {"households": 7}}}


def put(caller: Caller, path: str, body: object) -> object:
    headers = {"Authorization": f"Bearer {caller.key}"}
    return caller.client.put(f"/api/v1{path}", json.dumps(body), content_type=JSON, headers=headers)


def test_a_change_walks_from_draft_to_the_next_report(caller):
    drafter, second, worker = caller("system_admin"), caller("second_admin"), caller("grid_worker")
    worker.post("/matters", a_body())

    drafted = drafter.post("/proposals", SHORTER)
    at = f"/proposals/{drafted.json()['id']}"
    checked = drafter.post(f"{at}/acts/check").json()
    asked = drafter.post(f"{at}/acts/rehearse", {"wanted": 1000}).json()
    while rehearsing.advance(timezone.now()):
        pass
    own = drafter.post(f"{at}/acts/publish")
    published = second.post(f"{at}/acts/publish").json()

    assert drafted.status_code == 201
    assert drafted.json()["changes"] == [
        {"part": "templates", "key": "C02", "field": "limit", "old": "4wh", "new": "2wh"},
        {"part": "book", "key": "", "field": "households", "old": 5, "new": 7},
    ]
    assert checked["state"] == "checked"
    assert all(each["says"] for each in checked["findings"])
    assert (asked["rehearsal"]["done"], asked["rehearsal"]["wanted"]) == (0, 1)
    assert (own.status_code, own.json()["code"]) == (403, "proposal.own_draft")
    assert published["state"] == "published"
    assert published["rehearsal"]["result"]["asked"] == 1
    assert worker.post("/matters", a_body()).status_code == 201
    assert kinds.kind("C02").version == 2


def test_a_dry_run_tells_no_matter_through_the_api(caller):
    caller("grid_worker").post("/matters", a_body())
    admin = caller("system_admin")
    at = f"/proposals/{admin.post('/proposals', SHORTER).json()['id']}"
    admin.post(f"{at}/acts/check")
    admin.post(f"{at}/acts/rehearse")
    while rehearsing.advance(timezone.now()):
        pass

    assert "examples" not in admin.get(at).json()["rehearsal"]["result"]


@pytest.mark.parametrize("path", ["/rules", "/proposals", "/proposals/1"])
def test_rules_are_read_by_who_may_edit_them(caller, path):
    for name, (role, *_) in CAST.items():
        if role not in GRANTS[Permission.EDIT_RULES]:
            assert caller(name).get(path).status_code == 403, name


def test_a_narrowed_key_changes_no_rules(caller):
    assert caller("system_admin", ["report"]).post("/proposals", SHORTER).status_code == 403
    assert caller("system_admin", ["edit_rules"]).post("/proposals", SHORTER).status_code == 201


def test_the_rules_in_force_are_told_whole(caller):
    told = caller("system_admin").get("/rules").json()

    assert told["book"].keys() == settings(DEFAULT).keys()
    assert told["routing"] == [dict(row) for row in drafting.standing().routing]
    assert told["edition"] == 1


def test_what_is_read_can_be_written_back_and_changes_nothing(caller):
    admin = caller("system_admin")
    told = admin.get("/rules").json()

    drafted = admin.post("/proposals", {"title": "同样", "content": {"routing": told["routing"]}}).json()

    assert drafted["changes"] == []


def test_a_proposal_is_written_anew_by_who_saw_it_last(caller):
    admin = caller("system_admin")
    drafted = admin.post("/proposals", SHORTER).json()
    at = f"/proposals/{drafted['id']}"

    changed = put(admin, at, {"title": "秋季", "content": {"book": {"households": 8}}, "rev": drafted["rev"]})
    stale = put(admin, at, {"title": "冬季", "content": {}, "rev": drafted["rev"]})

    assert (changed.status_code, changed.json()["content"]["templates"]) == (200, {})
    assert (stale.status_code, stale.json()["code"]) == (412, "proposal.moved")
    assert Proposal.objects.get().title == "秋季"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"templates": {"C02": {"limit": "soon"}}}, "template.invalid"),
        ({"templates": {"C02": {"colour": "red"}}}, "template.invalid"),
        ({"templates": []}, "proposal.unknown_part"),
        ({"routing": [{"code": "X", "target": {"kind": "circus", "level": "T"}}]}, "routing.invalid"),
        ({"routing": [7]}, "routing.invalid"),
        ({"routing": [{"code": "X"}]}, "routing.invalid"),
        ({"book": {"households": 1}}, "rulebook.out_of_bounds"),
        ({"book": {"tea": 1}}, "rulebook.unknown"),
        ({"weather": {}}, "proposal.unknown_part"),
        ({"templates": {"C02": {"filing_condition": "a\u0000b"}}}, "body.nul"),
    ],
)
def test_what_no_rule_can_say_is_refused_by_its_code(caller, content, code):
    answer = caller("system_admin").post("/proposals", {"title": "试", "content": content})

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not Proposal.objects.exists()


def test_acts_nobody_knows_and_proposals_that_are_not_there_are_missing(caller):
    admin = caller("system_admin")
    at = f"/proposals/{admin.post('/proposals', SHORTER).json()['id']}"

    assert admin.post(f"{at}/acts/dance").status_code == 404
    assert admin.post("/proposals/999/acts/check").status_code == 404
    assert admin.post(f"{at}/acts/publish").status_code == 409
