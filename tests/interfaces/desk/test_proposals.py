"""Changing rules at the desk: editors write into drafts, a draft shows old beside new, a second person publishes."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.interfaces.desk.visitors import visitor
from tests.town import CAST, NOW, Town, a_matter, a_report
from tongxin.apps.matters import actions, drafting, kinds, rehearsing
from tongxin.apps.matters.actions import proposals
from tongxin.apps.matters.models import Matter, Proposal, Rehearsal, RoutingRule, Template
from tongxin.apps.people.models import Post
from tongxin.interfaces.desk.admin.template_form import BAR
from tongxin.rules.permissions import GRANTS, Permission
from tongxin.rules.proposals import State
from tongxin.rules.rulebook import DEFAULT, plain, settings
from tongxin.rules.rulesets import COLUMNS

pytestmark = pytest.mark.django_db


def page_of(client: Client, path: str, **asked: str) -> str:
    answer = client.get(path, asked)
    assert answer.status_code == 200, path
    return answer.content.decode()


def said(client: Client, path: str, **posted: object) -> str:
    """Post, follow, and return the page that answers."""
    return client.post(path, posted, follow=True).content.decode()


def template_form(code: str = "C02", **changes: object) -> dict[str, object]:
    """Return what the editor of a template posts, these fields changed."""
    row = Template.objects.get(code=code, is_current=True)
    told: dict[str, object] = {name: getattr(row, name) for name in COLUMNS}
    told |= {name: json.dumps(told[name], ensure_ascii=False) for name in ("form", "samples")}
    told |= {name: "true" if told[name] else "" for name in ("may_settle", "is_sealed")}
    told["keywords"] = "，".join(row.keywords)
    told["extra_limits"] = "\n".join(
        BAR.join((each["name"], each["name_en"], each["limit"])) for each in row.extra_limits
    )
    return told | {"kinds_order": "，".join(row.unit_kinds)} | changes


def rule_form(**fields: object) -> dict[str, object]:
    told = {"position": "1", "templates": "C02", "kind": "desk_enforcement", "target_level": "T", "why": "试一试"}
    return told | {"is_active": "true"} | fields


def book_form(**changes: object) -> dict[str, object]:
    told = {path: plain(value) for path, value in settings(DEFAULT).items()}
    return {
        path: "true" if value is True else "" if value is False else value for path, value in told.items()
    } | changes


def a_rehearsed(town: Town, content: dict | None = None) -> Proposal:
    told = content or {"templates": {"C02": {"limit": "2wh"}}}
    proposal = proposals.draft(title="夏季市容", content=told, by=town.system_admin, now=NOW)
    proposals.check(proposal_id=proposal.pk, by=town.system_admin, now=NOW)
    proposals.rehearse(proposal_id=proposal.pk, by=town.system_admin, now=NOW)
    while rehearsing.advance(NOW):
        pass
    return Proposal.objects.get(pk=proposal.pk)


# --- who -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "progress"])
def test_a_proposal_is_read_by_who_may_edit_rules_alone(town, path):
    proposal = proposals.draft(title="夏季市容", by=town.system_admin, now=NOW)

    for name in ("system_admin", "second_admin", "security_admin", "audit_admin", "duty_chief", "leader", "handler"):
        answer = visitor(name).get(f"/admin/rules/{proposal.pk}/{path}")
        assert answer.status_code == (200 if CAST[name][0] in GRANTS[Permission.EDIT_RULES] else 403), name


@pytest.mark.parametrize("path", ["act/check", "act/publish", "act/withdraw", "drop"])
def test_no_act_on_a_proposal_is_open_to_the_desk(town, path):
    proposal = proposals.draft(title="夏季市容", by=town.system_admin, now=NOW)

    assert visitor("duty_chief").post(f"/admin/rules/{proposal.pk}/{path}").status_code == 403


def test_what_is_not_there_is_missing(town):
    admin = visitor("system_admin")

    assert admin.get("/admin/rules/999/").status_code == 404
    assert admin.post("/admin/rules/999/act/dance").status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_changing_rules_speaks_both_languages(town, language):
    a_matter(town)
    twice = [*drafting.standing().routing[:1], *drafting.standing().routing]
    content = {"templates": {"C02": {"limit": "2wh", "form": {"type": 7}}}, "routing": twice, "book": {"households": 7}}
    broken = proposals.draft(title="夏季", content=content, by=town.system_admin, now=NOW)
    proposals.check(proposal_id=broken.pk, by=town.system_admin, now=NOW)
    tried = a_rehearsed(town)
    admin = visitor("system_admin", language)

    paths = [f"/admin/rules/{broken.pk}/?part={part}" for part in ("templates", "routing", "book")]
    for path in (*paths, f"/admin/rules/{tried.pk}/", "/admin/rules/", "/admin/limits/", "/admin/routing/C02-1/"):
        page = page_of(admin, path)
        assert f'<html lang="{"en" if language == "en" else "zh-CN"}">' in page
        assert len(re.findall("<h1>", page)) == 1


# --- editing -------------------------------------------------------------------------------------------------


def test_an_edited_template_goes_into_a_draft_and_is_not_in_force(town):
    page = said(visitor("system_admin"), "/admin/templates/C02/", **template_form(limit="6wh", after_photos="2"))

    draft = Proposal.objects.get()
    assert draft.content["templates"] == {"C02": {"limit": "6wh", "after_photos": 2}}
    assert kinds.kind("C02").version == 1
    assert "4 工作时" in page
    assert "6 工作时" in page
    assert "已写入草案" in page


def test_a_template_posted_as_it_stands_changes_nothing(town):
    for code in Template.objects.order_by("code").values_list("code", flat=True)[::7]:
        said(visitor("system_admin"), f"/admin/templates/{code}/", **template_form(code))

    assert all(Proposal.objects.filter(content__templates={}).values_list("pk", flat=True))
    assert not Proposal.objects.exclude(content__templates={}).exists()


def test_every_column_of_a_template_can_be_changed(town):
    changes: dict[str, object] = {
        "name": "垃圾堆积",
        "name_en": "Heap",
        "keywords": "垃圾，堆",
        "standard_class": "01",
        "level": "T",
        "urgency": "U",
        "limit": "2wh",
        "extra_limits": f"警戒{BAR}Cordon{BAR}30m",
        "unit_kinds": ["desk_enforcement"],
        "transfer_to": "110",
        "is_sealed": "true",
        "before_photos": "3",
        "after_photos": "4",
        "form": '{"type": "object", "properties": {}}',
        "filing_condition": "甲",
        "closing_condition": "乙",
        "filing_condition_en": "a",
        "closing_condition_en": "b",
        "samples": '[{"text": "一堆"}]',
    }
    form = template_form(**changes)
    form["may_settle"] = "" if Template.objects.get(code="C02").may_settle else "true"

    said(visitor("system_admin"), "/admin/templates/C02/", **form)

    assert set(Proposal.objects.get().content["templates"]["C02"]) == set(COLUMNS)


def test_the_kinds_of_units_keep_their_order(town):
    first, *rest = Template.objects.get(code="A01").unit_kinds

    said(
        visitor("system_admin"),
        "/admin/templates/A01/",
        **template_form("A01", unit_kinds=["police", *reversed([first, *rest])]),
    )

    assert Proposal.objects.get().content["templates"]["A01"]["unit_kinds"] == [first, *rest, "police"]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", " "),
        ("limit", "4 Stunden"),
        ("after_photos", "-1"),
        ("form", "{"),
        ("form", '"text"'),
        ("samples", "{}"),
        ("extra_limits", "停工"),
    ],
)
def test_what_cannot_be_read_keeps_the_text_and_points_at_the_field(town, column, value):
    answer = visitor("system_admin").post("/admin/templates/C02/", template_form(**{column: value}))

    assert answer.status_code == 422
    assert f'id="f-{column}-error"' in answer.content.decode()
    assert not Proposal.objects.exists()


def test_an_editor_shows_what_the_draft_says_and_what_is_in_force(town):
    admin = visitor("system_admin")
    said(admin, "/admin/templates/C02/", **template_form(limit="6wh"))

    page = page_of(admin, "/admin/templates/C02/")

    assert re.search(r'name="limit"[^>]*value="6wh"', page)
    assert "现行：4 工作时" in page


def test_edits_of_all_three_kinds_gather_in_one_draft(town):
    admin = visitor("system_admin")

    said(admin, "/admin/templates/C02/", **template_form(limit="6wh"))
    said(admin, "/admin/routing/new/", **rule_form(code="X-1", village_kinds=["villagers"]))
    page = said(admin, "/admin/limits/", **book_form(households="7"))

    draft = Proposal.objects.get()
    assert draft.content["book"] == {"households": 7}
    assert draft.content["routing"][0]["match"] == {"templates": ["C02"], "village_kinds": ["villagers"]}
    assert [title in page for title in ("模板 1", "派单规则 1", "时限与触发 1")] == [True] * 3


def test_an_edit_asked_for_anothers_draft_goes_there(town):
    theirs = proposals.draft(title="别人的", by=town.second_admin, now=NOW)

    said(visitor("system_admin"), "/admin/limits/", **book_form(households="7", draft=str(theirs.pk)))

    assert Proposal.objects.get().content["book"] == {"households": 7}
    assert set(Proposal.objects.get().drafters) == {town.system_admin.person_id, town.second_admin.person_id}


def test_the_english_reason_of_a_rule_is_shown_and_kept(town):
    admin = visitor("system_admin")
    rule = RoutingRule.objects.get(code="C02-1")
    assert rule.why_en in page_of(admin, "/admin/routing/C02-1/")

    told = rule_form(why="改了", why_en=rule.why_en, kind=rule.target["kind"], target_level=rule.target["level"])
    said(admin, "/admin/routing/C02-1/", **{**told, "position": ""})

    row = next(each for each in Proposal.objects.get().content["routing"] if each["code"] == "C02-1")
    assert (row["why"], row["why_en"]) == ("改了", rule.why_en)


def test_a_rule_can_be_moved_taken_out_and_brought_back(town):
    admin, many = visitor("system_admin"), RoutingRule.objects.count()
    rule = RoutingRule.objects.get(code="C02-1")
    told = rule_form(why=rule.why, why_en=rule.why_en, kind=rule.target["kind"], target_level=rule.target["level"])

    said(admin, "/admin/routing/C02-1/", **told)
    moved = [row["code"] for row in Proposal.objects.get().content["routing"]]
    said(admin, "/admin/routing/C02-1/", remove="1")
    gone = [row["code"] for row in Proposal.objects.get().content["routing"]]
    draft = Proposal.objects.get()
    said(admin, f"/admin/rules/{draft.pk}/drop", part="routing", key="C02-1")

    assert (moved[0], len(moved)) == ("C02-1", many)
    assert "C02-1" not in gone
    assert Proposal.objects.get().content["routing"] is None


def test_a_new_rule_does_not_take_a_code_that_is_used(town):
    page = said(visitor("system_admin"), "/admin/routing/new/", **rule_form(code="C02-1"))

    assert "C02-1 已有" in page
    assert not Proposal.objects.exists()


def test_a_rule_without_a_kind_is_refused_and_kept_on_the_page(town):
    page = said(visitor("system_admin"), "/admin/routing/new/", **rule_form(code="X-1", kind=""))

    assert "派单规则 X-1 有一项不对" in page
    assert 'value="X-1"' in page
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("path", "value"),
    [("limits.accept.N", "soon"), ("households", "1"), ("households", "many"), ("holds.days", "61"), ("levels.G", "")],
)
def test_a_setting_that_cannot_be_keeps_the_text_and_points_at_the_field(town, path, value):
    answer = visitor("system_admin").post("/admin/limits/", book_form(**{path: value}))

    assert answer.status_code == 422
    assert f'id="f-{path.replace(".", "-")}-error"' in answer.content.decode()
    assert not Proposal.objects.exists()


def test_every_setting_stands_on_its_page(town):
    page = page_of(visitor("system_admin"), "/admin/limits/")

    for path in settings(DEFAULT):
        assert f'name="{path}"' in page, path


def test_the_book_posted_as_it_stands_changes_nothing(town):
    said(visitor("system_admin"), "/admin/limits/", **book_form())

    assert Proposal.objects.get().content["book"] == {}


# --- the way to being in force -------------------------------------------------------------------------------


def test_one_change_walks_from_the_editor_to_the_next_report(town):
    drafter, second = visitor("system_admin"), visitor("second_admin")
    before = a_matter(town)
    said(drafter, "/admin/templates/C02/", **template_form(limit="6wh"))
    said(drafter, "/admin/routing/new/", **rule_form(code="X-1"))
    at = f"/admin/rules/{Proposal.objects.get().pk}/"

    page = said(drafter, f"{at}act/check")
    assert "检查没有发现新的问题" in page or "处需要斟酌" in page
    page = said(drafter, f"{at}act/rehearse", wanted="1000")
    assert 'hx-trigger="every 1s"' in page
    assert '<meta http-equiv="refresh"' in page
    while rehearsing.advance(timezone.now()):
        pass
    assert drafter.get(f"{at}progress").headers["HX-Refresh"] == "true"
    page = page_of(drafter, at)
    assert "起草人不能发布自己的草案" in page
    assert "荷花街道综合执法队" in page
    assert before.number not in page  # administrators read no matters

    assert "起草人不能发布" in said(drafter, f"{at}act/publish")
    page = said(second, f"{at}act/publish")

    assert "已生效" in page
    assert kinds.kind("C02").version == 2
    after = a_matter(town)
    assert (before.suggested_id, after.suggested_id) == (town.unit["sanitation"], town.unit["enforcement"])


def test_examples_are_shown_to_whom_they_concern(town):
    mine, other = (
        a_matter(town),
        actions.report(a_report(template="C02", point=(118.895, 28.945)), by=town.neighbouring_grid_worker, now=NOW),
    )
    proposal = a_rehearsed(town)
    post = town.duty_chief.duties[0]

    Post.objects.create(
        person_id=town.system_admin.person_id,
        unit_id=post.unit_id,
        role=post.role,
        area=post.area,
        start_on="2020-01-01",
    )

    page = page_of(visitor("system_admin"), f"/admin/rules/{proposal.pk}/")
    assert mine.number in page
    assert other.number not in page
    assert Rehearsal.objects.get().result["asked"] == 2


def test_fatal_findings_are_told_in_sentences_and_close_the_way(town):
    proposal = proposals.draft(
        title="坏表单", content={"templates": {"C02": {"form": {"type": 7}}}}, by=town.system_admin, now=NOW
    )

    page = said(visitor("system_admin"), f"/admin/rules/{proposal.pk}/act/check")

    assert "模板 C02 的表单不是合法的 JSON Schema" in page
    assert "处必须先改正的问题" in page


def test_a_stale_draft_says_what_changed_and_is_brought_up_to_date(town):
    mine = proposals.draft(
        title="我的", content={"templates": {"C02": {"limit": "2wh"}}}, by=town.system_admin, now=NOW
    )
    other = a_rehearsed(town, {"templates": {"C02": {"limit": "3wh"}, "C06": {"limit": "2wd"}}})
    proposals.publish(proposal_id=other.pk, by=town.second_admin, now=NOW)
    admin = visitor("system_admin")

    assert "C02、C06" in page_of(admin, f"/admin/rules/{mine.pk}/")
    page = said(admin, f"/admin/rules/{mine.pk}/act/rebase")

    assert "现行是 3 工作时，草案保留 2 工作时" in page
    assert drafting.facts_of(Proposal.objects.get(pk=mine.pk)).behind == ()


def test_rules_can_be_published_at_a_date(town):
    proposal = a_rehearsed(town)
    tomorrow = timezone.localtime() + timedelta(days=1)

    page = said(
        visitor("second_admin"), f"/admin/rules/{proposal.pk}/act/publish", publish_at=f"{tomorrow:%Y-%m-%dT%H:%M}"
    )

    assert Proposal.objects.get().state == State.SCHEDULED
    assert f"{tomorrow:%m-%d %H:%M}" in page
    assert "取消定时" in page


@pytest.mark.parametrize(
    ("moment", "told"), [("2020-01-01T00:00", "生效时刻要晚于现在"), ("tomorrow", "请写成日期和时间")]
)
def test_a_moment_that_cannot_be_is_refused(town, moment, told):
    proposal = a_rehearsed(town)

    page = said(visitor("second_admin"), f"/admin/rules/{proposal.pk}/act/publish", publish_at=moment)

    assert told in page
    assert Proposal.objects.get().state == State.REHEARSED


def test_a_change_can_be_taken_out_of_a_draft(town):
    content = {"templates": {"C02": {"limit": "2wh"}}, "book": {"households": 7, "reopen_days": 20}}
    proposal = proposals.draft(title="试", content=content, by=town.system_admin, now=NOW)
    admin = visitor("system_admin")

    said(admin, f"/admin/rules/{proposal.pk}/drop", part="templates", key="C02")
    said(admin, f"/admin/rules/{proposal.pk}/drop", part="book", key="households")

    left = Proposal.objects.get().content
    assert (left["templates"], left["book"]) == ({}, {"reopen_days": 20})


# --- the story -----------------------------------------------------------------------------------------------


def test_a_rule_tells_its_story(town):
    rules = [dict(row) for row in drafting.standing().routing]
    at = next(n for n, row in enumerate(rules) if row["code"] == "C02-1")
    rules[at]["why"] = "夏季改派"
    content = {"templates": {"C02": {"limit": "2wh"}}, "routing": rules, "book": {"households": 7}}
    proposals.publish(proposal_id=a_rehearsed(town, content).pk, by=town.second_admin, now=NOW)
    admin = visitor("system_admin")

    for path, told in (("templates/C02/", "2 工作时"), ("routing/C02-1/", "夏季改派"), ("limits/", "群体性事项")):
        page = page_of(admin, f"/admin/{path}")
        assert "夏季市容" in page, path
        assert told in page
        assert "测试second_admin" in page
    assert "第 1 版" in page_of(admin, "/admin/templates/C02/", version="2")


def test_a_matter_reported_before_shows_its_own_rules_still(town):
    matter = a_matter(town)
    content = {"templates": {"C02": {"name": "垃圾堆积", "limit": "2wh"}}}
    proposals.publish(proposal_id=a_rehearsed(town, content).pk, by=town.second_admin, now=NOW)

    page = visitor("dispatcher").get(f"/m/{matter.number}/").content.decode()

    assert "暴露垃圾" in page
    assert Matter.objects.get(pk=matter.pk).template_version == 1
