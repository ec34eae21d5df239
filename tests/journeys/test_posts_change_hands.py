"""Posts change hands and a sealed matter stays sealed, in a real browser: the roster, the stand-in, the leaver."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.town import a_matter, a_report
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Matter
from tongxin.apps.people.models import Person, Post, Unit
from tongxin.rules.permissions import Role
from tongxin.rules.rosters import monday_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WHY = "家属报警说老人走失，需马上核实地点。"


@pytest.fixture
def looked_at(keep):
    """Keep a picture of a page at both widths, and let nobody be shut out of it."""

    def look(page: Page, name: str) -> None:
        keep(page, name)
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})")
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
        assert page.complaints == []

    return look


@pytest.fixture
def phones(town):
    Unit.objects.filter(code="command_room").update(phone="0570-8061234")
    Unit.objects.filter(code="sanitation").update(phone="0570-8065678")


def test_a_chief_writes_the_week_with_the_keyboard_and_everybody_sees_who_is_on_duty(sign_in, looked_at, town, phones):
    for n in range(8):
        person = Person.objects.create(name=f"值守{n}")
        told = {"unit_id": town.unit["command_room"], "role": Role.ACCEPTOR, "area": "330802001"}
        Post.objects.create(person=person, **told, start_on=timezone.localdate())
    chief, today = sign_in("duty_chief"), timezone.localdate()
    following = monday_of(today) + timedelta(days=7)
    chief.goto(f"/roster/{town.unit['command_room']}/?week={following}")
    looked_at(chief, "01-roster-empty")

    chief.locator("tbody select").first.focus()
    for _ in range(7):
        chief.keyboard.press("ArrowDown")
        chief.keyboard.press("Tab")
    chief.locator("tr", has_text="值班长").first.locator("select").last.select_option("whole")
    chief.keyboard.press("Control+Enter")
    expect(chief.locator(".tx-banners")).to_contain_text("已发布")
    looked_at(chief, "02-roster-published")

    chief.get_by_role("link", name="下一周").click()
    chief.get_by_role("link", name="照抄上一周").click()
    expect(chief.get_by_text("已照上一周填好。")).to_be_visible()
    looked_at(chief, "03-roster-copied")

    chief.goto("/roster/")
    chief.locator("td.today select").first.select_option("whole")
    chief.get_by_role("button", name="发布本周").click()
    expect(chief.locator(".tx-banners")).to_contain_text("已发布")
    reader = sign_in("dispatcher")
    reader.goto("/roster/")
    expect(reader.locator("main")).not_to_contain_text("发布本周")
    looked_at(reader, "04-roster-read")


def test_somebody_stands_in_and_somebody_leaves(sign_in, looked_at, town, phones):
    for n in range(3):
        a_matter(town, "HANDLING", now=timezone.now() - timedelta(hours=1), title=f"菜场东门第 {n + 1} 处垃圾堆积")
    chief = sign_in("duty_chief")
    chief.goto("/me/posts/")
    looked_at(chief, "01-my-posts")
    chief.get_by_role("link", name="安排", exact=True).click()
    chief.select_option("[name=person]", str(town.acceptor.person_id))
    chief.fill("[name=last]", (timezone.localdate() + timedelta(days=4)).isoformat())
    chief.get_by_role("button", name="安排代班").click()
    expect(chief.locator(".tx-banners")).to_contain_text("已安排")
    looked_at(chief, "02-post-lent")
    stand_in = sign_in("acceptor")
    stand_in.goto("/me/posts/")
    looked_at(stand_in, "03-standing-in")

    security = sign_in("security_admin")
    security.goto(f"/admin/posts/person/{town.handler.person_id}/")
    looked_at(security, "04-posts-of-a-person")
    security.get_by_role("button", name=re.compile("离任")).click()
    expect(security.locator(".tx-banners")).to_contain_text("还经办着 3 件")
    looked_at(security, "05-handing-over")
    security.select_option("[name=to]", "unit")
    security.get_by_role("button", name="移交").click()
    expect(security.locator(".tx-banners")).to_contain_text("已移交 3 件")

    head = sign_in("handler_head")
    head.goto("/q/handling/")
    expect(head.get_by_text("无人经办").first).to_be_visible()
    looked_at(head, "06-kept-by-nobody")
    head.locator("a.ttl").first.click()
    expect(head.get_by_role("button", name="接手")).to_be_visible()
    looked_at(head, "07-taking-up")
    head.get_by_role("button", name="接手").click()
    expect(head.locator(".tx-banners")).to_contain_text("由您接着办")

    security.goto(f"/posts/{town.supervisor.duties[0].post_id}/")
    looked_at(security, "08-naming")


def test_the_glass_is_broken_and_the_person_concerned_reads_it(sign_in, looked_at, town, phones):
    told = a_report(template="H12", text="老人下午出门后没有回家，穿灰色外套。", contact_phone="13800006027")
    number = actions.report(told, by=town.grid_worker, now=timezone.now()).number
    supervisor = sign_in("supervisor")
    supervisor.goto(f"/m/{number}/")
    expect(supervisor.locator("body")).to_contain_text("没有这个事项")
    supervisor.complaints.clear()
    supervisor.goto("/unseal/")
    looked_at(supervisor, "01-unseal")

    supervisor.fill("[name=number]", number)
    supervisor.fill("[name=reason]", "急")
    supervisor.get_by_role("button", name="打开并记录").click()
    expect(supervisor.get_by_role("alert").first).to_be_visible()
    supervisor.complaints.clear()
    looked_at(supervisor, "02-refused")
    supervisor.fill("[name=reason]", WHY)
    supervisor.get_by_role("button", name="打开并记录").click()
    expect(supervisor.locator("main")).to_contain_text("穿灰色外套")
    looked_at(supervisor, "03-open")

    reporter = sign_in("grid_worker")
    reporter.goto(f"/m/{number}/")
    reporter.get_by_role("link", name="查看记录").click()
    expect(reporter.locator("main")).to_contain_text(WHY)
    looked_at(reporter, "04-who-looked")

    audit = sign_in("audit_admin")
    audit.goto("/admin/unsealings/")
    looked_at(audit, "05-audit")
    audit.get_by_role("button", name=re.compile("关闭")).click()
    expect(audit.locator(".tx-banners")).to_contain_text("已关闭")
    looked_at(audit, "06-closed")
    supervisor.goto(f"/m/{number}/")
    expect(supervisor.locator("body")).to_contain_text("没有这个事项")

    chief = sign_in("duty_chief")
    chief.goto(f"/m/{number}/")
    looked_at(chief, "07-named-chief")
    assert Matter.objects.get(number=number).keeper is None
