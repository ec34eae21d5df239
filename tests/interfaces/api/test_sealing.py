"""Sealed matters through the API: nothing for who is not named, one by breaking the glass, and who looked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import town as towns
from tests.interfaces.api.conftest import a_body
from tests.interfaces.api.test_scope import a_file
from tongxin.apps.matters.models import Unsealing
from tongxin.apps.people import duties
from tongxin.rules.permissions import Permission

WHY = {"reason": "家属报警，需马上核实走失地点"}


@pytest.fixture
def number(caller):
    return (
        caller("grid_worker").post("/matters", a_body(template="H12", text="老人没有回家，独一无二。")).json()["number"]
    )


@pytest.mark.parametrize("who", ["acceptor", "dispatcher", "supervisor", "leader", "handler"])
def test_who_is_not_named_finds_nothing(caller, number, who):
    call = caller(who)

    assert call.get("/matters").json()["items"] == []
    assert call.get("/matters", {"q": "独一无二"}).json()["items"] == []
    assert call.get("/matters", {"q": number}).json()["items"] == []
    for answer in (
        call.get(f"/matters/{number}"),
        call.get(f"/matters/{number}/evidence/1"),
        call.get(f"/matters/{number}/readers"),
        call.post(f"/matters/{number}/acts/accept", {}),
        call.upload(f"/matters/{number}/evidence", kind="before", file=a_file()),
    ):
        assert answer.status_code == 404


def test_the_named_chief_reads_and_works_on_it(caller, number):
    assert caller("duty_chief").get(f"/matters/{number}").json()["is_sealed"] is True
    assert caller("duty_chief").post(f"/matters/{number}/acts/accept", {}).status_code == 200


def test_one_is_opened_with_a_reason_to_be_read_and_nothing_else(caller, number):
    call = caller("supervisor")

    opened = call.post(f"/matters/{number}/unsealings", WHY)

    assert opened.status_code == 201
    assert opened.json()["number"] == number
    shown = call.get(opened.json()["href"].removeprefix("/api/v1")).json()
    assert shown["text"].startswith("老人")
    assert [act["act"] for act in shown["acts"] if act["is_open"]] == []
    assert call.get("/matters").json()["items"] == []
    assert call.post(f"/matters/{number}/acts/urge", {"reason": "快办"}).status_code == 404
    assert call.upload(f"/matters/{number}/evidence", kind="before", file=a_file()).status_code in (403, 404)
    assert call.post(f"/matters/{number}/unsealings", WHY).json()["id"] == opened.json()["id"]


def test_a_photo_is_fetched_while_it_is_open(caller, number):
    href = caller("duty_chief").upload(f"/matters/{number}/evidence", kind="before", file=a_file()).json()["href"]
    call, path = caller("supervisor"), href.removeprefix("/api/v1")
    assert call.get(path).status_code == 404

    glass = call.post(f"/matters/{number}/unsealings", WHY).json()["id"]
    assert call.get(path).getvalue()
    call.post(f"/unsealings/{glass}/end")

    assert call.get(path).status_code == 404
    assert call.get(f"/matters/{number}").status_code == 404


@pytest.mark.parametrize(
    ("who", "body", "status", "code"),
    [
        ("supervisor", {"reason": "急"}, 422, "unseal.reason"),
        ("supervisor", {}, 422, None),
        ("supervisor", {**WHY, "hours": 99}, 422, None),
        ("duty_chief", WHY, 409, "unseal.not_needed"),
        ("acceptor", WHY, 403, "permission.denied"),
        ("neighbouring_chief", WHY, 404, "matter.missing"),
    ],
)
def test_a_refusal_is_a_problem_with_its_code(caller, number, who, body, status, code):
    answer = caller(who).post(f"/matters/{number}/unsealings", body)

    assert answer.status_code == status
    assert code is None or answer.json()["code"] == code
    assert not Unsealing.objects.exists()


def test_a_narrowed_key_breaks_no_glass_unless_it_may(caller, number):
    path = f"/matters/{number}/unsealings"

    assert caller("supervisor", acts=["urge"]).post(path, WHY).status_code == 403
    assert caller("supervisor", acts=[Permission.UNSEAL]).post(path, WHY).status_code == 201


def test_it_is_closed_by_its_opener_or_by_security_and_audit_and_by_nobody_else(caller, number):
    glass = caller("supervisor").post(f"/matters/{number}/unsealings", WHY).json()["id"]

    assert caller("duty_chief").post(f"/unsealings/{glass}/end").status_code == 403
    assert caller("security_admin").post(f"/unsealings/{glass}/end").status_code == 200
    assert caller("audit_admin").post(f"/unsealings/{glass}/end").status_code == 200
    for nonsense in ("0", "x", str(2**63), "999999"):
        assert caller("audit_admin").post(f"/unsealings/{nonsense}/end").status_code == 404


def test_the_reporter_reads_who_looked_and_others_do_not(caller, town, number):
    caller("supervisor").post(f"/matters/{number}/unsealings", WHY)
    path = f"/matters/{number}/readers"

    (look,) = caller("grid_worker").get(path).json()["items"]

    assert look["role"] == "supervisor"
    assert look["unit"]["name"] == "衢州市督查室"
    assert look["reason"] == WHY["reason"]
    assert set(look) == {"at", "role", "is_lent", "unit", "reason", "until"}
    assert len(caller("audit_admin").get(path).json()["items"]) == 1
    assert caller("duty_chief").get(path).status_code == 403
    assert caller("supervisor").get(path).status_code == 404


def test_the_timeline_marks_who_stood_in(caller, town):
    plain = caller("grid_worker").post("/matters", a_body()).json()["number"]
    day = timezone.localdate()
    duties.stand_in(
        post_id=town.acceptor.duties[0].post_id,
        person_id=town.dispatcher.person_id,
        start_on=day,
        end_on=day + timedelta(days=1),
        by=town.acceptor,
        now=timezone.now(),
    )
    caller("dispatcher").post(f"/matters/{plain}/acts/accept", {})

    told = caller("dispatcher").get(f"/matters/{plain}").json()["timeline"]

    assert [(each["kind"], each["is_lent"]) for each in told] == [("matter.report", False), ("matter.accept", True)]
    assert towns.kinds_of(towns.Matter.objects.get(number=plain)) == ["matter.report", "matter.accept"]


def test_who_audits_reads_what_was_opened_and_every_entry_and_nobody_else_does(caller, town, number):
    caller("supervisor").post(f"/matters/{number}/unsealings", WHY)
    auditor = caller("audit_admin")

    (opened,) = auditor.get("/unsealings").json()["items"]
    told = auditor.get("/audit", {"kind": "matter.unseal"}).json()["items"]
    first = auditor.get("/audit").json()
    second = auditor.get("/audit", {"before": first["next"]}).json() if first["next"] else {"items": []}

    assert (opened["number"], opened["reason"], opened["is_open"]) == (number, WHY["reason"], True)
    (entry,) = told
    assert entry["subject"] == f"matter:{Unsealing.objects.get().matter_id}" and WHY["reason"] not in str(told)
    assert not {each["id"] for each in first["items"]} & {each["id"] for each in second["items"]}
    for who in ("duty_chief", "leader", "system_admin"):
        assert caller(who).get("/audit").status_code == caller(who).get("/unsealings").status_code == 403
