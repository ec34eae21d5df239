"""GET /api/v1/matters and /matters/{number}: what is told, and what never is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import town as towns
from tests.interfaces.api.conftest import a_body


def test_a_list_is_walked_to_its_end_without_gap_or_repetition(caller):
    worker = caller("grid_worker")
    worker.post("/matters", [a_body(text=f"第 {n} 件") for n in range(7)])

    seen, after = [], ""
    while after is not None:
        page = worker.get("/matters", {"limit": 3, "after": after}).json()
        seen += [each["number"] for each in page["items"]]
        after = page["next"]

    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"a", "b"}),
        ({"template": "C02"}, {"a"}),
        ({"area": "330802001001002"}, {"b"}),
        ({"area": "330802001"}, {"a", "b"}),
        ({"channel": "hotline"}, {"b"}),
        ({"urgency": "E"}, {"b"}),
        ({"state": "awaiting_acceptance"}, {"a", "b"}),
        ({"state": ["closed", "refused"]}, set()),
        ({"lamp": "green"}, {"a", "b"}),
        ({"lamp": "red"}, set()),
        ({"q": "垃圾"}, {"a"}),
        ({"q": "没有人说过"}, set()),
        ({"unit": "sanitation"}, set()),
    ],
)
def test_a_list_is_narrowed_by_what_is_asked(caller, query, found):
    a = caller("grid_worker").post("/matters", a_body(text="一堆垃圾")).json()["number"]
    b = a_body(text="油烟扰民", template="C03", point=towns.SONGYUAN_02, channel="hotline", urgency="E")
    b = caller("grid_worker").post("/matters", b).json()["number"]

    items = caller("acceptor").get("/matters", query).json()["items"]

    assert {each["number"] for each in items} == {{"a": a, "b": b}[name] for name in found}


def test_a_list_is_narrowed_by_local_days_both_included(caller):
    number = caller("grid_worker").post("/matters", a_body()).json()["number"]
    today = timezone.localdate()

    def on(since, until):
        items = (
            caller("acceptor").get("/matters", {"since": since.isoformat(), "until": until.isoformat()}).json()["items"]
        )
        return [each["number"] for each in items]

    assert on(today, today) == [number]
    assert on(today + timedelta(1), today + timedelta(1)) == []
    assert on(today - timedelta(1), today - timedelta(1)) == []


def test_a_list_costs_one_statement(caller, django_assert_max_num_queries):
    caller("acceptor").get("/matters")

    with django_assert_max_num_queries(1):
        caller("acceptor").get("/matters")


def test_one_matter_is_told_in_full(caller, town):
    matter = towns.a_matter(town, "HANDLING", now=timezone.now() - timedelta(minutes=20))

    answer = caller("handler").get(f"/matters/{matter.number}")

    told = answer.json()
    assert answer["ETag"] == f'"{matter.rev}"'
    assert told["rev"] == matter.rev
    assert told["state"] == "handling"
    assert told["unit"]["code"] == "sanitation"
    assert told["desk"]["code"] == "command_room"
    assert [each["kind"] for each in told["timeline"]] == towns.kinds_of(matter)
    assert {each["clock"] for each in told["clocks"] if not each["ended_at"]} == {"whole", "handle"}
    assert told["timeline"][0]["role"] == "grid_worker"


def test_notes_stand_beside_the_entry_they_were_written_with(caller, town):
    matter = towns.a_matter(town, "HANDLING", now=timezone.now() - timedelta(minutes=20))
    caller("handler").act(matter.number, "progress", reason="车已派出")

    timeline = caller("handler").get(f"/matters/{matter.number}").json()["timeline"]

    assert [each["note"] for each in timeline][-1] == "车已派出"


def test_acts_are_told_open_or_refused_and_each_keeps_its_word(caller, town):
    matter = towns.a_matter(town, "AWAITING_SIGNATURE", now=timezone.now() - timedelta(minutes=20))

    told = caller("handler").get(f"/matters/{matter.number}").json()["acts"]

    acts = {each["act"]: each for each in told}
    assert acts["sign"]["is_open"] and acts["sign"]["refused"] is None
    assert acts["return"]["needs"] == ["ground", "suggested_unit", "reason"]
    assert not acts["recall"]["is_open"] and acts["recall"]["refused"]["code"] == "step.wrong_role"
    assert caller("handler").post(acts["sign"]["href"].removeprefix("/api/v1")).status_code == 200


def test_contacts_are_masked_whoever_reads(caller):
    body = a_body(contact={"name": "王女士", "phone": "13812346027"})
    number = caller("grid_worker").post("/matters", body).json()["number"]

    for who in ("grid_worker", "acceptor", "duty_chief", "supervisor", "leader"):
        answer = caller(who).get(f"/matters/{number}")

        assert answer.json()["contact"] == {"name": "王*", "phone": "138****6027", "is_secret": False}
        assert "13812346027" not in answer.content.decode()


def test_of_a_secret_reporter_nothing_is_told(caller):
    body = a_body(contact={"name": "王女士", "phone": "13812346027"}, is_secret=True)
    number = caller("grid_worker").post("/matters", body).json()["number"]

    told = caller("duty_chief").get(f"/matters/{number}").json()

    assert told["contact"] == {"name": "*", "phone": "*", "is_secret": True}
    assert caller("acceptor").get(f"/matters/{number}").status_code == 404


def test_reading_one_matter_takes_seven_statements_at_most(caller, town, django_assert_max_num_queries):
    matter = towns.a_matter(town, "HANDLING", now=timezone.now() - timedelta(minutes=20))
    caller("handler").get(f"/matters/{matter.number}")

    with django_assert_max_num_queries(7):
        caller("handler").get(f"/matters/{matter.number}")


def test_no_reader_is_told_a_receipt(caller):
    reported = caller("grid_worker").post("/matters", a_body()).json()

    assert reported["receipt"] not in caller("duty_chief").get(reported["links"]["self"][7:]).content.decode()
