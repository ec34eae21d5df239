"""Letters and lines at the desk: who reads them, what becomes of them, and what is shown once."""

import re

import pytest

from tests.interfaces.desk.visitors import visitor
from tests.town import NOW, a_matter
from tongxin.apps.hotline import actions
from tongxin.apps.hotline.actions import Arrived
from tongxin.apps.hotline.letters import Said
from tongxin.apps.hotline.models import Letter, Line, Reply
from tongxin.apps.matters.models import Matter
from tongxin.interfaces.desk import hotline_letters
from tongxin.rules.channels import Channel
from tongxin.rules.letters import Ignored
from tongxin.rules.permissions import SYSTEM, reporting

ADDRESS, TEXT = "wang.fang@example.com", "荷花中路 18 号路灯三天不亮。"
FORM = {"text": "路灯不亮", "where": "x", "spot": "330802001001001~~~~松园", "template": "D04"}
NEW = {"kind": "chat", "name": "公众号", "code": "wx", "url": "https://chat.example/answers"}


def a_letter(n: int = 1, *, way: Channel = Channel.MAIL, files=(), ignored=None) -> Letter:
    said = Said(ADDRESS, "王芳", f"第 {n} 封", TEXT, f"<{n}@example.com>")
    arrived = Arrived(way, str(n), said, files, ignored=ignored)
    return actions.take_letter(arrived, by=reporting("mailbox"), now=NOW)[0]


def test_a_letter_stands_beside_the_form_with_its_writer_masked(town):
    letter = a_letter(files=[("灯.jpg", b"x" * 5000)])
    a_letter(2)
    a_letter(3, ignored=Ignored.AUTO)

    page = visitor("operator").get("/call/letters/").content.decode()

    assert ADDRESS not in page and "w***@example.com" in page and "王*" in page
    assert page.count(TEXT) == 2  # the letter, and the form to begin with
    assert "灯.jpg" in page and "第 2 封" in page and "第 3 封" not in page
    assert f'action="/call/letters/{letter.pk}/"' in page
    assert "没有设置发信服务器或消息通道" in page


def test_letters_and_drafts_are_counted_in_the_navigation_at_no_further_statement(town, django_assert_max_num_queries):
    for n in range(3):
        a_letter(n)
    a_letter(3, ignored=Ignored.AUTO)
    actions.save_draft(key="k", form={"text": TEXT}, call_id=None, by=town.operator, now=NOW)
    desk = visitor("operator")
    desk.get("/m/")

    with django_assert_max_num_queries(6):
        page = desk.get("/m/").content.decode()

    assert re.search(r'href="/call/letters/".*?class="c">3<', page, re.DOTALL)
    assert re.search(r'href="/call/drafts/".*?class="c">1<', page, re.DOTALL)
    assert "/call/letters/" not in visitor("dispatcher").get("/m/").content.decode()


def test_letters_are_settled_one_after_another_and_nothing_typed_is_lost(town, settings):
    settings.EMAIL_HOST = "127.0.0.1"
    master, desk = a_matter(town), visitor("operator")
    first, second, third, fourth = (a_letter(n) for n in range(1, 5))

    nowhere = desk.post(f"/call/letters/{first.pk}/", FORM | {"spot": "", "where": "不知道哪里", "do": "dispatch"})
    silent = desk.post(f"/call/letters/{second.pk}/", {"do": "answer", "answer": "", "text": "写到一半"})
    assert (nowhere.status_code, silent.status_code) == (422, 422)
    assert "不知道哪里" in nowhere.content.decode() and "写到一半" in silent.content.decode()
    assert 'id="f-where-err"' in nowhere.content.decode() and "#f-answer" in silent.content.decode()

    done = desk.post(f"/call/letters/{first.pk}/", FORM | {"do": "dispatch", "tells_writer": "true"}, follow=True)
    desk.post(f"/call/letters/{second.pk}/", {"do": "answer", "answer": "您好。"})
    desk.post(f"/call/letters/{third.pk}/", {"do": "aside"})
    desk.post(f"/call/letters/{fourth.pk}/", FORM | {"do": f"join-{master.number}"})

    found = Matter.objects.filter(channel="mail").order_by("id")
    assert [each.state for each in found] == ["awaiting_filing", "merged"]
    assert found[0].number in done.content.decode()
    states = list(Letter.objects.order_by("id").values_list("state", "tells_writer"))
    assert states == [("reported", True), ("answered", False), ("aside", False), ("reported", False)]
    assert Reply.objects.get().letter_id == second.pk
    empty = desk.get("/call/letters/").content.decode()
    assert "来信已清空" in empty and "已登记 2、已回信 1" in empty
    assert desk.get(f"/call/letters/{first.pk}/").status_code == 404
    assert desk.post(f"/call/letters/{first.pk}/", {"do": "aside"}).status_code == 409


def test_every_letter_that_waits_is_reached_by_going_on_and_none_is_read_out(town, monkeypatch):
    monkeypatch.setattr(hotline_letters, "LISTED", 2)
    rows = [a_letter(n) for n in range(1, 5)]
    desk, met, path = visitor("operator"), [], f"/call/letters/{rows[0].pk}/"

    while path not in met:
        met.append(path)
        page = desk.get(path).content.decode()
        path = re.search(r'href="(/call/letters/\d+/)" data-key="n"', page)[1]

    assert len(met) == len(rows)
    told = {"spot": FORM["spot"], "template": FORM["template"], "text": "x"}
    assert 'id="script"' in desk.get("/call/beside", told).content.decode()
    assert 'id="script"' not in desk.get("/call/beside", told | {"letter": 1}).content.decode() + page


def test_letters_are_for_the_operators_of_their_unit_alone(town):
    letter = a_letter()

    for who in ("dispatcher", "grid_worker", "supervisor", "system_admin", "security_admin", "hotline_chief"):
        desk = visitor(who)
        for path in ("/call/letters/", f"/call/letters/{letter.pk}/"):
            assert desk.get(path).status_code == 403, (who, path)
        assert desk.post(f"/call/letters/{letter.pk}/", {"do": "aside"}).status_code == 403
    assert Letter.objects.get().state == "waiting"


def test_lines_are_opened_rotated_and_closed_and_a_secret_is_shown_once(town):
    desk = visitor("security_admin")
    assert "还没有线路" in desk.get("/admin/lines/").content.decode()

    opened = desk.post("/admin/lines/", NEW | {"unit": town.unit["hotline"]})
    wrong = desk.post("/admin/lines/", NEW | {"unit": town.unit["hotline"], "code": "a b"})
    line = Line.objects.get()
    fresh = desk.post(f"/admin/lines/{line.pk}/rotate")
    after = desk.get("/admin/lines/").content.decode()

    secrets = [page.content.decode().partition('value="whsec_')[2][:40] for page in (opened, fresh)]
    assert all(secrets) and secrets[0] != secrets[1]
    assert "whsec_" not in after and "/api/intake/chat/wx" in after and "旧密钥用到" in after
    assert "线路编码只用字母" in wrong.content.decode() and "公众号" in wrong.content.decode()
    desk.post(f"/admin/lines/{line.pk}/close")
    line.refresh_from_db()
    assert not line.is_open and "已关闭" in desk.get("/admin/lines/").content.decode()
    desk.post("/admin/lines/", NEW | {"unit": town.unit["hotline"]})
    assert Line.objects.get().is_open


@pytest.mark.parametrize("who", ["system_admin", "operator", "audit_admin", "hotline_chief"])
def test_lines_are_kept_by_the_security_administrator_alone(town, who):
    line, _ = actions.open_line(code="wx", name="x", unit_id=town.unit["hotline"], by=SYSTEM, now=NOW)

    assert visitor(who).get("/admin/lines/").status_code == 403
    assert visitor(who).post(f"/admin/lines/{line.pk}/rotate").status_code == 403
