"""What lies over matters, through the API: read, acted on, listed for whom it waits, and pressed for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.town import a_matter, kinds_of
from tongxin.apps.matters import actions
from tongxin.rules.lifecycles.matter import Act, Ground
from tongxin.rules.working_time import Limit


@pytest.fixture
def moment():
    return timezone.now() - timedelta(minutes=12)


@pytest.fixture
def handled(town, moment):
    return a_matter(town, "HANDLING", now=moment)


def asked_for_time(town, matter):
    return actions.take_over(
        "extension.ask",
        matter_id=matter.pk,
        by=town.handler,
        now=timezone.now(),
        limit=Limit.parse("2wh"),
        reason="要等吊车。",
    )


def acts_of(shown):
    return {each["act"]: each for each in shown}


def test_more_time_is_asked_for_granted_and_read_with_its_words(caller, handled):
    asked = caller("handler").post(
        f"/matters/{handled.number}/overlays/extension.ask", {"limit": "2wh", "reason": "要等吊车。"}
    )
    read = caller("duty_chief").get(f"/matters/{handled.number}/overlays").json()
    granted = caller("duty_chief").post(
        f"/matters/{handled.number}/overlays/extension.grant", {"id": asked.json()["id"], "rev": read["rev"]}
    )

    assert asked.status_code == 200
    (item,) = read["items"]
    assert (item["kind"], item["state"], item["said"]) == ("extension", "asked", "要等吊车。")
    assert item["facts"]["limit"] == "2wh"
    assert [clock["clock"] for clock in item["clocks"]] == ["extension"]
    assert acts_of(item["acts"])["extension.grant"]["is_open"]
    assert granted.json()["state"] == "granted"
    assert kinds_of(handled)[-2:] == ["extension.ask", "extension.grant"]


def test_what_may_not_be_done_says_why(caller, town, handled):
    asked_for_time(town, handled)

    read = caller("handler").get(f"/matters/{handled.number}/overlays").json()
    again = caller("handler").post(
        f"/matters/{handled.number}/overlays/extension.ask", {"limit": "2wh", "reason": "再等一等。"}
    )

    assert acts_of(read["openings"])["extension.ask"]["refused"]["code"] == "overlay.one_is_open"
    assert acts_of(read["items"][0]["acts"])["extension.grant"]["refused"]["code"] == "step.wrong_role"
    assert again.status_code == 409
    assert again["Content-Type"] == "application/problem+json"
    assert again.json()["code"] == "overlay.one_is_open"


def test_needs_tell_what_an_act_asks_for(caller, handled):
    read = caller("handler").get(f"/matters/{handled.number}/overlays").json()

    assert acts_of(read["openings"])["hold.ask"]["needs"] == ["kind", "ground", "until", "reason"]
    for missing in ("kind", "ground", "until", "reason"):
        body = {"kind": "suspension", "ground": "season", "until": "2099-01-01", "reason": "汛期。"}
        answer = caller("handler").post(
            f"/matters/{handled.number}/overlays/hold.ask", {k: v for k, v in body.items() if k != missing}
        )
        assert answer.status_code == 409


@pytest.mark.parametrize(
    ("act", "body", "status", "code"),
    [
        ("extension.ask", {"limit": "soon", "reason": "x"}, 422, "overlay.unreadable"),
        ("extension.ask", {"limits": "2wh"}, 422, "body.unknown"),
        ("extension.grant", {"id": 999_999}, 404, "overlay.missing"),
        ("branch.invite", {"units": ["nobody"], "reason": "x"}, 404, "unit.unknown"),
        ("hold.expire", {}, 404, "path.invalid"),
        ("extension.ask", {"limit": "2wh", "reason": "x", "rev": 1}, 412, "matter.changed"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_code(caller, handled, act, body, status, code):
    answer = caller("handler").post(f"/matters/{handled.number}/overlays/{act}", body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_list_holds_what_waits_for_a_post_of_this_key_and_for_nobody_else(caller, town, handled):
    asked_for_time(town, handled)

    for name, expected in (
        ("duty_chief", [handled.number]),
        ("handler", []),
        ("county_chief", []),
        ("neighbouring_chief", []),
        ("leader", []),
    ):
        items = caller(name).get("/overlays/extension").json()["items"]
        assert [item["matter"]["number"] for item in items] == expected, name
    assert caller("duty_chief").get("/overlays/nothing").status_code == 404


def test_pages_of_a_list_follow_one_another(caller, town, moment):
    numbers = [a_matter(town, "HANDLING", now=moment) for _ in range(3)]
    for matter in numbers:
        asked_for_time(town, matter)
    seen, after = [], ""

    while after is not None:
        page = caller("duty_chief").get("/overlays/extension", {"limit": 2, "after": after}).json()
        seen += [item["matter"]["number"] for item in page["items"]]
        after = page["next"]

    assert seen == [matter.number for matter in numbers]
    assert caller("duty_chief").get("/overlays/extension", {"after": "x"}).status_code == 422


def test_a_list_costs_one_statement(caller, town, handled, django_assert_num_queries):
    asked_for_time(town, handled)
    caller("duty_chief").get("/overlays/extension")

    with django_assert_num_queries(1):
        caller("duty_chief").get("/overlays/extension")


def test_one_order_presses_for_several_matters_and_says_what_became_of_each(caller, town, moment):
    ours, closed = a_matter(town, "HANDLING", now=moment), a_matter(town, "CLOSED", now=moment)
    body = {"grade": "key", "text": "请说明为何超期。", "matters": [ours.number, closed.number]}

    issued = caller("supervisor").post("/orders", body)
    shown = caller("supervisor").get(f"/orders/{issued.json()['number']}").json()

    assert issued.status_code == 207
    assert [item["status"] for item in issued.json()["items"]] == [201, 409]
    assert [item["matter"]["number"] for item in shown["matters"]] == [ours.number]
    assert (shown["grade"], shown["open"], shown["items"]) == ("key", 1, 1)
    assert caller("handler").get("/overlays/order").json()["items"][0]["matter"]["number"] == ours.number


def test_orders_are_read_by_whom_their_matters_concern(caller, town, handled):
    number = (
        caller("supervisor")
        .post("/orders", {"grade": "ordinary", "text": "请答复。", "matters": [handled.number]})
        .json()["number"]
    )

    for name in ("duty_chief", "handler", "supervisor", "leader"):
        assert [each["number"] for each in caller(name).get("/orders").json()["items"]] == [number], name
    assert caller("neighbouring_chief").get("/orders").json()["items"] == []
    assert caller("neighbouring_chief").get(f"/orders/{number}").status_code == 404
    assert caller("handler").get("/orders", {"is_open": "false"}).json()["items"] == []
    assert (
        caller("handler").post("/orders", {"grade": "key", "text": "x", "matters": [handled.number]}).status_code == 403
    )


def test_a_return_names_the_unit_it_should_go_to_and_a_merge_its_master(caller, town, moment):
    returned, master, other = (a_matter(town, state, now=moment) for state in ("AWAITING_SIGNATURE", *["HANDLING"] * 2))

    without = caller("handler").act(returned.number, "return", ground="not_ours", reason="属占道经营。")
    back = caller("handler").act(
        returned.number, "return", ground="not_ours", reason="属占道经营。", suggested_unit="enforcement"
    )
    merged = caller("duty_chief").act(other.number, "merge", master=master.number)

    assert (without.status_code, without.json()["code"]) == (409, "step.no_suggested_unit")
    assert back.json()["state"] == "awaiting_dispatch"
    assert merged.json()["state"] == "merged"
    waiting = caller("duty_chief").get("/overlays/objection").json()["items"]
    assert [each["matter"]["number"] for each in waiting] == [returned.number]


def test_the_first_desk_answers_with_the_closing(caller, town, moment):
    from tongxin.rules.channels import Channel

    matter = a_matter(
        town,
        "AWAITING_CLOSING",
        now=moment,
        channel=Channel.HOTLINE,
        contact_name="王女士",
        contact_phone="13857036027",
    )

    silent = caller("duty_chief").act(matter.number, "close", close_as="normal")
    answered = caller("duty_chief").act(matter.number, "close", close_as="normal", reply="垃圾已清运。")

    assert (silent.status_code, silent.json()["code"]) == (409, "step.no_reply")
    assert answered.json()["state"] == "closed"


def test_who_opened_an_overlay_is_never_told(caller, town, handled):
    asked_for_time(town, handled)

    text = caller("duty_chief").get(f"/matters/{handled.number}/overlays").content.decode()

    assert "opened_by" not in text
    assert "decided_by" not in text
    assert "测试" not in text


def test_a_return_disputed_is_ruled_on(caller, town, moment):
    matter = a_matter(town, "HANDLING", now=moment)
    actions.take(
        Act.RETURN,
        matter_id=matter.pk,
        by=town.handler,
        now=timezone.now(),
        ground=Ground.NOT_OURS,
        suggested_unit=town.unit["enforcement"],
        reason="属占道经营。",
    )
    id_ = caller("duty_chief").get("/overlays/objection").json()["items"][0]["id"]

    ruled = caller("duty_chief").post(
        f"/matters/{matter.number}/overlays/objection.uphold",
        {"id": id_, "unit": "enforcement", "reason": "占道经营由执法队办理。"},
    )

    assert ruled.json()["state"] == "upheld"
    assert caller("duty_chief").get("/overlays/objection").json()["items"] == []
