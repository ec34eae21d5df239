"""What lies over a matter at the desk: who may ask and decide, what forms ask for, what the page and its record say."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.interfaces.desk.visitors import visitor
from tests.town import a_matter, kinds_of
from tongxin.apps.matters import actions
from tongxin.apps.matters.actions.timing import fire_due
from tongxin.apps.matters.models import Branch, Extension, Matter
from tongxin.apps.people.models import Unit
from tongxin.interfaces.desk.overlay_asking import CHOICES, LABELS, UNITS
from tongxin.rules.channels import Channel
from tongxin.rules.lifecycles.matter import Act, CloseKind
from tongxin.rules.overlays.frame import Ask
from tongxin.rules.overlays.tables import TABLES, options
from tongxin.rules.permissions import SYSTEM
from tongxin.rules.working_time import Limit


@pytest.fixture
def moment():
    return timezone.now() - timedelta(minutes=12)


@pytest.fixture
def handled(town, moment):
    return a_matter(town, "HANDLING", now=moment)


def over(name, matter, act, language="zh-hans", **given):
    matter.refresh_from_db()
    return visitor(name, language).post(f"/m/{matter.number}/over/{act}/", {"rev": matter.rev, **given})


def page_of(name, matter, part="", language="zh-hans"):
    return visitor(name, language).get(f"/m/{matter.number}/{part}").content.decode()


def asked_for_time(town, matter, **more):
    told = {"limit": Limit.parse("2wh"), "reason": "要等吊车，今天排不上。"} | more
    return actions.take_over("extension.ask", matter_id=matter.pk, by=town.handler, now=timezone.now(), **told)


def in_days(many):
    return (timezone.localtime() + timedelta(days=many)).date().isoformat()


# --- forms -----------------------------------------------------------------------------------------------


def test_every_field_that_a_table_asks_for_has_a_name_and_what_is_chosen_from_has_choices():
    fields = set(Ask.__dataclass_fields__)
    for table in TABLES.values():
        for step in table.steps:
            for asked in step.asks:
                name = asked.rstrip("?")
                assert name in fields
                assert name in LABELS or name in (*UNITS, "reason"), name
                assert name not in CHOICES or options(step.act, name), step.act


def test_time_is_asked_for_with_the_unit_of_the_clock_and_its_new_end_in_sight(town, handled):
    form = page_of("handler", handled, "over/extension.ask/")
    preview = page_of("handler", handled, "over/extension.ask/due?limit=2&limit_unit=wh")
    answer = over("handler", handled, "extension.ask", limit="2", limit_unit="wh", reason="要等吊车。")

    assert "最多 4 工作时" in form
    assert preview.startswith("新到期")
    assert answer.status_code == 302
    assert Extension.objects.get(matter=handled).limit == "2wh"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"limit": "2", "limit_unit": "wh", "reason": ""}, "请写明理由"),
        ({"limit": "", "limit_unit": "wh", "reason": "要等吊车。"}, "请写明要延多久"),
        ({"limit": "99", "limit_unit": "wh", "reason": "要等吊车。"}, "工作时"),
        ({"limit": "x", "limit_unit": "wh", "reason": "要等吊车。"}, "读不懂"),
    ],
)
def test_a_refusal_keeps_what_was_written_and_leaves_no_trace(town, handled, given, sentence):
    before = kinds_of(handled)

    answer = over("handler", handled, "extension.ask", **given)

    page = answer.content.decode()
    assert answer.status_code in (409, 422)
    assert sentence in page
    assert given["reason"] in page
    assert kinds_of(handled) == before


def test_a_hold_says_what_for_why_and_until_when(town, handled):
    form = page_of("handler", handled, "over/hold.ask/")
    wrong = over("handler", handled, "hold.ask", kind="material", ground="season", until=in_days(9), reason="等材料。")
    late = over("handler", handled, "hold.ask", kind="suspension", ground="season", until=in_days(90), reason="汛期。")
    right = over("handler", handled, "hold.ask", kind="suspension", ground="season", until=in_days(9), reason="汛期。")

    assert "补正" in form and "季节原因" in form and 'type="date"' in form
    assert "请重选原因" in wrong.content.decode()
    assert "复查日期要在明天到" in late.content.decode()
    assert right.status_code == 302


def test_units_are_found_by_initials_and_those_ticked_stay(town, handled):
    ticked = town.unit["enforcement"]

    found = page_of("handler", handled, f"over/branch.invite/units?q=ld&units={ticked}")
    without_script = page_of("handler", handled, f"over/branch.invite/?q=ld&units={ticked}&reason=请关阀。")

    assert f'value="{ticked}" checked' in found
    assert "柯城区市政路灯所" in found
    assert f'value="{ticked}" checked' in without_script
    assert "请关阀。" in without_script


def test_several_units_are_invited_at_once(town, handled):
    units = [town.unit["enforcement"], town.unit["lamps"]]

    answer = over("handler", handled, "branch.invite", kind="assist", join="all", units=units, reason="请配合。")

    assert answer.status_code == 302
    assert set(Branch.objects.values_list("unit_id", flat=True)) == set(units)


def test_somebody_elses_change_is_told_and_the_draft_kept(town, handled):
    seen = handled.rev
    asked_for_time(town, handled)

    answer = visitor("duty_chief").post(
        f"/m/{handled.number}/over/extension.deny/",
        {"rev": seen, "id": Extension.objects.get().pk, "reason": "今天能办完。"},
    )

    assert answer.status_code == 412
    assert "事项刚被别人改过" in answer.content.decode()
    assert "今天能办完。" in answer.content.decode()


def test_in_a_dialog_only_the_form_is_sent(town, handled):
    asked = visitor("handler").get(f"/m/{handled.number}/over/extension.ask/", headers={"HX-Request": "true"})

    assert "<nav" not in asked.content.decode()
    assert "申请延期" in asked.content.decode()


# --- who -------------------------------------------------------------------------------------------------


def test_nobody_grants_what_he_asked_for_and_the_page_says_why(town, handled):
    asked = asked_for_time(town, handled)

    chief = page_of("duty_chief", handled)
    handler = page_of("handler", handled)
    answer = over("handler", handled, "extension.grant", id=asked.id)

    assert "批准延期" in chief and "等您办的" in chief
    assert "批准延期" not in handler and "撤回延期申请" in handler
    assert answer.status_code == 403


@pytest.mark.parametrize("name", ["handler", "duty_chief", "commander", "supervisor", "grid_worker", "enforcer"])
def test_a_button_shown_opens_a_form_that_can_be_sent(town, handled, name):
    asked_for_time(town, handled)
    if name == "enforcer":
        invited = actions.take_over(
            "branch.invite", matter_id=handled.pk, by=town.handler, now=timezone.now(), kind="assist", join="all",
            units=(town.unit["enforcement"],), reason="请配合。",
        )  # fmt: skip
        actions.take_over(
            "branch.approve", matter_id=handled.pk, by=town.duty_chief, now=timezone.now(), overlay_id=invited.id
        )

    page = page_of(name, handled)

    links = set(re.findall(rf'href="(/m/{handled.number}/over/[^"]+)"', page))
    for link in links:
        assert "data-main" in visitor(name).get(link.replace("&amp;", "&")).content.decode(), link


def test_what_is_out_of_scope_looks_like_nothing_at_all(town, handled):
    asked = asked_for_time(town, handled)
    stranger = visitor("neighbouring_chief")

    for path in ("over/extension.ask/", f"over/extension.grant/?id={asked.id}", "over/branch.invite/units?q=ld"):
        assert stranger.get(f"/m/{handled.number}/{path}").status_code == 404
    assert stranger.post(f"/m/{handled.number}/over/extension.grant/", {"id": asked.id}).status_code == 404
    assert Extension.objects.get().state == "asked"


def test_an_overlay_of_another_matter_is_not_found_here(town, handled, moment):
    other = a_matter(town, "HANDLING", now=moment)
    asked = asked_for_time(town, other)

    assert visitor("duty_chief").get(f"/m/{handled.number}/over/extension.grant/?id={asked.id}").status_code == 404


# --- what the page says ----------------------------------------------------------------------------------


def test_the_page_shows_who_asked_its_words_its_clock_and_what_it_would_change(town, handled):
    asked_for_time(town, handled)

    page = page_of("duty_chief", handled)

    assert "延期申请中" in page
    assert "荷花街道环卫所 · 承办人" in page
    assert "要等吊车，今天排不上。" in page
    assert "再加 2 工作时" in page
    assert "前延期审批" in page
    assert "测试handler" not in page


def test_what_is_over_folds_and_the_old_due_moment_stays(town, handled):
    asked = asked_for_time(town, handled)
    actions.take_over(
        "extension.grant", matter_id=handled.pk, by=town.duty_chief, now=timezone.now(), overlay_id=asked.id
    )

    page = page_of("handler", handled)

    assert "已结束 1 项" in page
    assert "延期 1 次" in page
    assert re.search(r"原到期 [^<]+，现到期 ", page)


def test_the_tags_of_the_head_name_what_lies_over_it(town, handled):
    invited = actions.take_over(
        "branch.invite", matter_id=handled.pk, by=town.handler, now=timezone.now(), kind="assist", join="all",
        units=(town.unit["enforcement"],), reason="请配合。",
    )  # fmt: skip
    actions.take_over("order.issue", matter_id=handled.pk, by=town.duty_chief, now=timezone.now(), reason="请答复。")
    actions.take(Act.URGE, matter_id=handled.pk, by=town.duty_chief, now=timezone.now(), reason="群众又来电。")

    page = page_of("handler", handled)

    for tag in ("协办 1", "普通督办", "已催办 1 次"):
        assert tag in page
    assert invited.state == "asked"


def test_the_record_tells_every_entry_in_words(town, handled):
    asked = asked_for_time(town, handled)
    now = timezone.now()
    actions.take_over("extension.grant", matter_id=handled.pk, by=town.duty_chief, now=now, overlay_id=asked.id)
    held = actions.take_over(
        "hold.ask", matter_id=handled.pk, by=town.handler, now=now, kind="suspension", ground="season",
        until=(timezone.localtime() + timedelta(days=9)).date(), reason="汛期。",
    )  # fmt: skip
    actions.take_over("hold.grant", matter_id=handled.pk, by=town.commander, now=now, overlay_id=held.id)
    actions.take_over("order.issue", matter_id=handled.pk, by=town.duty_chief, now=now, reason="请答复。")

    for language in ("zh-hans", "en"):
        page = page_of("duty_chief", handled, language=language)
        record = page[page.index('id="record"') :]
        assert not re.search(r"<h3>[a-z_]+\.[a-z_]+", record)
    chinese = page_of("duty_chief", handled)
    for words in ("批准延期", "批准挂账", "理由：季节原因", "复查日", "普通督办"):
        assert words in chinese


def test_of_several_units_that_were_called_the_page_names_whose_clock_ran_out(town, moment):
    matter = a_matter(town, "HANDLING", now=moment)
    units = (town.unit["enforcement"], town.unit["lamps"])
    told = {"matter_id": matter.pk, "by": town.duty_chief, "now": timezone.now()}
    actions.take_over("whistle.blow", kind="enforcement", units=units, reason="请到场。", **told)
    fire_due(by=SYSTEM, now=timezone.now() + timedelta(hours=2))

    page = page_of("duty_chief", matter)

    record, clocks = page[page.index('id="record"') :], page[page.index("tx-clock") :]
    for name in Unit.objects.filter(pk__in=units).values_list("name", flat=True):
        assert f"单位：{name}。" in record
        assert name in clocks


# --- acts of the life ------------------------------------------------------------------------------------


def test_closing_asks_for_the_answer_that_is_owed(town, moment):
    matter = a_matter(
        town,
        "AWAITING_CLOSING",
        now=moment,
        channel=Channel.HOTLINE,
        contact_name="王女士",
        contact_phone="13857036027",
    )
    desk = visitor("duty_chief")

    form = desk.get(f"/m/{matter.number}/act/close/").content.decode()
    silent = desk.post(f"/m/{matter.number}/act/close/", {"rev": matter.rev, "close_as": "normal"})
    answered = desk.post(
        f"/m/{matter.number}/act/close/", {"rev": matter.rev, "close_as": "normal", "reply": "垃圾已清运。"}
    )

    assert "给报事人的答复" in form
    assert silent.status_code == 409
    assert answered.status_code == 302
    assert Matter.objects.get(pk=matter.pk).state == "closed"


def test_a_return_asks_which_unit_it_should_go_to(town, handled):
    desk = visitor("handler")
    given = {"rev": handled.rev, "ground": "not_ours", "reason": "属占道经营。"}

    form = desk.get(f"/m/{handled.number}/act/return/").content.decode()
    without = desk.post(f"/m/{handled.number}/act/return/", given)
    right = desk.post(f"/m/{handled.number}/act/return/", given | {"unit": town.unit["enforcement"]})

    assert "应由哪个单位承办" in form
    assert "请写明应由哪个单位承办" in without.content.decode()
    assert right.status_code == 302
    assert "建议由荷花街道综合执法队承办" in page_of("duty_chief", handled)


def test_a_dispatch_can_be_taken_back_for_a_moment_by_one_key(town, moment):
    matter = a_matter(town, "AWAITING_DISPATCH", now=moment)
    desk = visitor("dispatcher")
    desk.post(
        f"/m/{matter.number}/act/dispatch/",
        {"rev": matter.rev, "unit": town.unit["sanitation"], "next": "/q/awaiting_dispatch/"},
    )

    listed = desk.get("/q/awaiting_dispatch/").content.decode()
    offered = re.search(r'name="rev" value="(\d+)".*?data-key="z"', listed)
    back = desk.post(f"/m/{matter.number}/act/take_back/", {"rev": offered[1], "next": "/q/awaiting_dispatch/"})

    assert back.url == "/q/awaiting_dispatch/"
    assert Matter.objects.get(pk=matter.pk).state == "awaiting_dispatch"
    assert "data-goes" not in desk.get("/q/awaiting_dispatch/").content.decode()


def test_after_the_moment_nothing_is_offered_back(town):
    matter = a_matter(town, "AWAITING_SIGNATURE", now=timezone.now() - timedelta(minutes=12))

    page = page_of("dispatcher", matter)

    assert "撤回派遣" not in page


def test_handling_anew_and_following_are_told_in_words(town, moment):
    matter = a_matter(town, "CLOSED", now=moment)
    desk = visitor("duty_chief")

    form = desk.get(f"/m/{matter.number}/act/rehandle/").content.decode()
    answer = desk.post(
        f"/m/{matter.number}/act/rehandle/", {"rev": matter.rev, "because": "dissatisfied", "reason": "还有残渣。"}
    )

    assert "群众不满意" in form
    assert answer.status_code == 302
    assert CloseKind.NORMAL.value not in page_of("duty_chief", matter)
    assert "群众不满意" in page_of("duty_chief", matter)
