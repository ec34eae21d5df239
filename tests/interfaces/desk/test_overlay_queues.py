"""What waits over matters, by post: lists, counts beside the navigation, orders, call-backs and merging."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.interfaces.desk.visitors import visitor
from tests.town import a_matter, kinds_of
from tongxin.apps.matters import actions, overlay_queues
from tongxin.apps.matters.actions.supervision import raise_order
from tongxin.apps.matters.models import Answer, CallBack, Matter, Order, Unmasking
from tongxin.apps.matters.overlay_queues import QUEUES
from tongxin.interfaces.desk.nav import OVERLAY_QUEUES
from tongxin.rules.channels import Channel
from tongxin.rules.lifecycles.matter import Act, CloseKind, Ground
from tongxin.rules.overlays.order import Trigger
from tongxin.rules.overlays.tables import TABLES
from tongxin.rules.permissions import SYSTEM, Role
from tongxin.rules.working_time import Limit

ROWS = re.compile(r'id="r-([a-z_]+)-(\d+)"')
NUMBERS = re.compile(r'class="no">(KC[0-9-]+)<')


@pytest.fixture
def moment():
    return timezone.now() - timedelta(minutes=12)


def over(town, matter, act, who, **told):
    return actions.take_over(act, matter_id=matter.pk, by=getattr(town, who), now=timezone.now(), **told)


def listed(name, queue):
    return ROWS.findall(visitor(name).get(f"/o/{queue}/").content.decode())


def a_call_back(town, moment):
    matter = a_matter(
        town,
        "AWAITING_CLOSING",
        now=moment,
        channel=Channel.HOTLINE,
        contact_name="王女士",
        contact_phone="13857036027",
    )
    actions.take(
        Act.CLOSE, matter_id=matter.pk, by=town.duty_chief, now=timezone.now(), close_as=CloseKind.NORMAL,
        reply="垃圾已清运。",
    )  # fmt: skip
    return Matter.objects.get(pk=matter.pk)


# --- lists -----------------------------------------------------------------------------------------------


def test_every_list_of_the_navigation_exists_and_waits_for_steps_its_table_has():
    assert {each.name for each in OVERLAY_QUEUES} <= set(QUEUES)
    for queue in QUEUES.values():
        steps = {step.act for step in TABLES[queue.kind].steps if "" not in step.sources}
        assert set(queue.acts) <= steps
        assert all(step.by != {Role.PLATFORM} for step in queue.steps())


def test_each_step_waits_in_the_list_of_whom_it_waits_for(town, moment):
    more_time, held, joint, called, pressed, returned = (a_matter(town, "HANDLING", now=moment) for _ in range(6))
    over(town, more_time, "extension.ask", "handler", limit=Limit.parse("2wh"), reason="等吊车。")
    until = (timezone.localtime() + timedelta(days=9)).date()
    over(town, held, "hold.ask", "handler", kind="suspension", ground="season", until=until, reason="汛期。")
    units = (town.unit["enforcement"],)
    invited = over(town, joint, "branch.invite", "handler", kind="assist", join="all", units=units, reason="请配合。")
    over(town, called, "whistle.blow", "duty_chief", kind="enforcement", units=units, reason="请到场。")
    over(town, pressed, "order.issue_key", "supervisor", reason="请答复。")
    actions.take(
        Act.RETURN, matter_id=returned.pk, by=town.handler, now=timezone.now(), ground=Ground.NOT_OURS,
        suggested_unit=town.unit["enforcement"], reason="属占道经营。",
    )  # fmt: skip

    waits_for = {
        "extension": {"duty_chief", "second_chief", "commander"},
        "hold": {"commander"},
        "branch": {"dispatcher", "duty_chief", "second_chief", "commander"},
        "summons": {"enforcer"},
        "order": {"handler", "handler_head"},
        "objection": {"duty_chief", "second_chief", "commander"},
    }
    for queue, posts in waits_for.items():
        assert {name for name in town.cast if overlay_queues.count(town.cast[name], QUEUES[queue])} == posts, queue
    over(town, joint, "branch.approve", "duty_chief", overlay_id=invited.id)
    assert listed("enforcer", "branch") == [("branch", str(invited.id))]
    assert listed("duty_chief", "branch") == []


def test_a_list_is_drawn_with_the_matter_and_the_navigation_counts_it(town, moment):
    matter = a_matter(town, "HANDLING", now=moment)
    over(town, matter, "extension.ask", "handler", limit=Limit.parse("2wh"), reason="等吊车。")

    page = visitor("duty_chief").get("/o/extension/").content.decode()
    other = visitor("duty_chief").get("/q/awaiting_acceptance/").content.decode()

    assert matter.number in page
    assert "待审批" in page
    assert re.search(r'href="/o/extension/">.*?<span class="c">1</span>', other, re.DOTALL)
    assert "peek?over=extension-" in page


def test_beside_the_list_the_chosen_overlay_comes_first_with_its_acts(town, moment):
    matter = a_matter(town, "HANDLING", now=moment)
    asked = over(town, matter, "extension.ask", "handler", limit=Limit.parse("2wh"), reason="等吊车。")

    peek = visitor("duty_chief").get(f"/m/{matter.number}/peek?over=extension-{asked.id}").content.decode()

    do = peek[peek.index('class="tx-do"') :]
    assert re.search(r'btn-primary main[^>]*data-key="a"[^>]*>.*批准延期', do)
    assert "不批准延期" in do


@pytest.mark.parametrize("queue", sorted(QUEUES))
def test_every_list_is_empty_with_a_word_for_a_post_for_which_nothing_waits(town, queue):
    answer = visitor("neighbouring_chief").get(f"/o/{queue}/")

    assert answer.status_code == 200
    assert "已清空" in answer.content.decode() or "tx-empty" in answer.content.decode()


def test_lists_cost_the_same_statements_however_long(town, moment, django_assert_max_num_queries):
    for _ in range(4):
        matter = a_matter(town, "HANDLING", now=moment)
        over(town, matter, "extension.ask", "handler", limit=Limit.parse("2wh"), reason="等吊车。")
    desk = visitor("duty_chief")
    desk.get("/o/extension/")

    with django_assert_max_num_queries(6):
        desk.get("/o/extension/")


def test_pages_follow_one_another_without_gaps(town, moment):
    made = []
    for _ in range(5):
        matter = a_matter(town, "HANDLING", now=moment)
        made.append(over(town, matter, "extension.ask", "handler", limit=Limit.parse("2wh"), reason="等吊车。").id)
    seen, after = [], ""

    while after is not None:
        page = overlay_queues.waiting(town.duty_chief, QUEUES["extension"], after=after, size=2)
        seen += [row.id for row in page.rows]
        after = page.next

    assert seen == made


def test_oversight_sees_what_stands_still_and_what_was_made_longer(town, moment):
    matter = a_matter(town, "HANDLING", now=moment)
    until = (timezone.localtime() + timedelta(days=9)).date()
    asked = over(town, matter, "hold.ask", "handler", kind="suspension", ground="season", until=until, reason="汛期。")
    over(town, matter, "hold.grant", "commander", overlay_id=asked.id)

    held = visitor("leader").get("/o/held/").content.decode()

    assert matter.number in held
    assert "已挂账" in held
    assert "../extended/" in held
    assert listed("neighbouring_handler", "held") == []


# --- orders ----------------------------------------------------------------------------------------------


def test_one_order_presses_for_all_ticked_matters_and_names_those_it_may_not(town, moment):
    ours, second, closed = (a_matter(town, state, now=moment) for state in ("HANDLING", "HANDLING", "CLOSED"))
    numbers = [ours.number, second.number, closed.number]
    desk = visitor("supervisor")

    form = desk.get("/orders/new", {"number": numbers}).content.decode()
    answer = desk.post("/orders/new", {"number": numbers, "grade": "key", "reason": "请说明为何超期。"})
    told = desk.get(answer.url).content.decode()

    assert all(number in form for number in numbers)
    assert Order.objects.get().items.count() == 2
    assert f"{closed.number}：" in told or f"{closed.number}:" in told
    assert ours.number in told and "请说明为何超期。" in told


def test_an_order_without_words_keeps_its_matters(town, moment):
    matter = a_matter(town, "HANDLING", now=moment)

    answer = visitor("supervisor").post("/orders/new", {"number": [matter.number], "grade": "key", "reason": ""})

    assert answer.status_code == 409
    assert matter.number in answer.content.decode()
    assert Order.objects.count() == 0


def test_the_page_of_an_order_shows_replies_and_only_its_issuer_takes_it_back(town, moment):
    matter = a_matter(town, "HANDLING", now=moment)
    item = over(town, matter, "order.issue_key", "supervisor", reason="请说明为何超期。")
    number = Order.objects.get().number
    over(town, matter, "order.reply", "handler", overlay_id=item.id, reason="吊车今早已到，午前清完。")

    page = visitor("supervisor").get(f"/orders/{number}/").content.decode()
    handler = visitor("handler").get(f"/orders/{number}/").content.decode()
    refused = visitor("handler").post(f"/orders/{number}/cancel", {"reason": "不用了。"})
    cancelled = visitor("supervisor").post(f"/orders/{number}/cancel", {"reason": "已说明。"})

    assert "吊车今早已到，午前清完。" in page and "撤销督办单" in page
    assert "吊车今早已到" in handler and "撤销督办单" not in handler
    assert refused.status_code == 403
    assert cancelled.status_code == 302
    assert Order.objects.get().ended_at is not None


def test_an_order_raised_by_a_rule_is_listed_under_what_it_is_about(town, moment):
    matter = a_matter(town, "HANDLING", now=moment)
    raised = {"trigger": Trigger.OVERDUE, "cause": "clock:1", "by": SYSTEM, "now": timezone.now()}
    raise_order(matter_id=matter.pk, **raised)

    page = visitor("supervisor").get("/orders/").content.decode()

    assert re.search(rf'class="ttl"[^>]*>{re.escape(matter.title)}<', page)
    assert "按规则自动督办：超期未办结" in page


def test_an_order_over_the_next_county_is_nowhere(town, moment):
    matter = a_matter(town, "HANDLING", now=moment)
    over(town, matter, "order.issue_key", "supervisor", reason="请答复。")
    number = Order.objects.get().number
    stranger = visitor("neighbouring_chief")

    assert number not in stranger.get("/orders/").content.decode()
    assert stranger.get(f"/orders/{number}/").status_code == 404
    assert "没有督办单" in stranger.get("/orders/").content.decode()


def test_who_issues_no_orders_is_told_so(town, moment):
    matter = a_matter(town, "HANDLING", now=moment)

    page = visitor("handler").get("/orders/new", {"number": [matter.number]}).content.decode()

    assert "您的岗位不发督办单" in page


# --- calling back ----------------------------------------------------------------------------------------


def test_whoever_takes_calls_finds_call_backs_once_among_them(town, moment):
    a_call_back(town, moment)

    page = visitor("operator").get("/m/").content.decode()

    assert '"/call-backs/"' in page and '"/o/call_back/"' not in page
    assert '"/o/call_back/"' in visitor("caller_back").get("/m/").content.decode()


def test_a_call_shows_what_was_told_and_done_and_the_contact_only_for_a_reason(town, moment):
    matter = a_call_back(town, moment)
    desk = visitor("caller_back")

    page = desk.get("/call-backs/").content.decode()
    row = CallBack.objects.get()
    shown = desk.post("/call-backs/", {"id": row.pk, "number": matter.number, "act": "unmask", "why": "回访"})

    assert desk.get("/").url == "/o/call_back/"
    for words in ("菜场出来那个垃圾箱", "垃圾已清运，地面已冲洗", "138****6027", "请问问题解决了吗"):
        assert words in page
    assert "13857036027" not in page
    assert "13857036027" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert Unmasking.objects.get().reason == "回访"


def test_an_answer_is_written_down_and_the_next_one_comes(town, moment):
    first, second = a_call_back(town, moment), a_call_back(town, moment)
    desk, row = visitor("caller_back"), CallBack.objects.order_by("due_at", "id").first()
    given = {"id": row.pk, "number": first.number, "act": "answer", "rating": "satisfied", "is_solved": "true"}

    answer = desk.post("/call-backs/", given)
    following = desk.get(answer.url).content.decode()

    kept = Answer.objects.get()
    assert (kept.matter_id, kept.rating, kept.is_solved) == (first.pk, "satisfied", True)
    assert second.number in following and "登记评价" in following


def test_a_poor_answer_without_words_is_refused_and_keeps_what_was_chosen(town, moment):
    matter = a_call_back(town, moment)
    row = CallBack.objects.get()
    given = {"id": row.pk, "number": matter.number, "act": "answer", "rating": "dissatisfied", "is_solved": "false"}
    desk = visitor("caller_back")

    refused = desk.post("/call-backs/", given)
    taken = desk.post("/call-backs/", given | {"reason": "还有残渣。"})

    page = refused.content.decode()
    assert refused.status_code == 409
    assert re.search(r'value="dissatisfied"[^>]* checked', page)
    assert re.search(r'value="false"[^>]* checked', page)
    assert taken.status_code == 302
    assert "matter.rehandle" in kinds_of(matter)


def test_who_is_not_reached_is_passed_over_and_nobody_is_called_twice_in_a_row(town, moment):
    matter = a_call_back(town, moment)
    row = CallBack.objects.get()
    desk, given = visitor("caller_back"), {"id": row.pk, "number": matter.number, "act": "miss"}

    missed = desk.post("/call-backs/", given)
    again = desk.post("/call-backs/", given)

    assert missed.status_code == 302
    assert again.status_code == 409
    assert CallBack.objects.get().tries == 1
    assert "已拨 1 次" in desk.get("/call-backs/").content.decode()


def test_a_call_answered_meanwhile_is_not_answered_twice(town, moment):
    matter = a_call_back(town, moment)
    row = CallBack.objects.get()
    given = {"id": row.pk, "number": matter.number, "act": "answer", "rating": "satisfied", "is_solved": "true"}
    visitor("second_chief").post("/call-backs/", given)

    desk = visitor("caller_back")
    late = desk.post("/call-backs/", given)

    assert late.url == "/call-backs/"
    assert "已不在待回访中" in desk.get(late.url).content.decode()
    assert Answer.objects.count() == 1


def test_nobody_to_call_is_said_by_fact(town):
    page = visitor("caller_back").get("/call-backs/").content.decode()

    assert "待回访已清空" in page


# --- merging ---------------------------------------------------------------------------------------------


def test_what_may_be_the_same_stands_beside_it_with_reasons_and_is_merged_by_one_key(town, moment):
    first, second = a_matter(town, now=moment), a_matter(town, now=moment)
    desk = visitor("duty_chief")

    peek = desk.get(f"/m/{second.number}/peek").content.decode()
    answer = desk.post(
        f"/m/{second.number}/act/merge/",
        {"rev": second.rev, "master": first.number, "next": "/q/awaiting_acceptance/"},
    )
    listed_ = desk.get(answer.url).content.decode()

    assert "可能是同一件 1 件" in peek and "同类事项" in peek and "相距" in peek
    assert re.search(r'data-key="1"[^>]*>.*并入这件', peek)
    second.refresh_from_db()
    assert (second.state, second.master_id) == ("merged", first.pk)
    assert "撤销合并" in listed_ and 'data-key="z"' in listed_


def test_a_merge_is_undone_and_the_matter_stands_where_it_stood(town, moment):
    first, second = a_matter(town, now=moment), a_matter(town, "AWAITING_DISPATCH", now=moment)
    desk = visitor("duty_chief")
    desk.post(f"/m/{second.number}/act/merge/", {"rev": second.rev, "master": first.number})
    second.refresh_from_db()

    follower = desk.get(f"/m/{second.number}/").content.decode()
    master = desk.get(f"/m/{first.number}/").content.decode()
    desk.post(f"/m/{second.number}/act/unmerge/", {"rev": second.rev})

    assert "本件已并入" in follower and first.number in follower
    assert "并件 1" in master and second.number in master
    assert Matter.objects.get(pk=second.pk).state == "awaiting_dispatch"


def test_a_master_is_found_by_its_number_or_its_words_within_what_one_sees(town, moment):
    first, second = a_matter(town, now=moment), a_matter(town, now=moment)
    strange = a_matter(town, now=moment, point=(118.895, 28.945))
    desk = visitor("acceptor")

    def offered(typed):
        found = desk.get(f"/m/{second.number}/masters", {"q": typed}).content.decode()
        return re.findall(r'name="master" value="([^"]+)"', found)

    for typed in (first.number.lower(), "垃圾箱"):
        assert offered(typed) == [first.number]
    assert offered(strange.number) == []


def test_without_a_master_the_form_says_so(town, moment):
    matter = a_matter(town, now=moment)

    answer = visitor("acceptor").post(f"/m/{matter.number}/act/merge/", {"rev": matter.rev})

    assert answer.status_code == 409
    assert "请选择合并到哪一件" in answer.content.decode()
