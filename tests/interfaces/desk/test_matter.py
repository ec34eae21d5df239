"""The page of one matter: what it says, to whom, and what it keeps to itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.interfaces.desk.visitors import visitor
from tests.town import a_matter, a_photo
from tongxin.apps.journal.models import Evidence
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Unmasking
from tongxin.rules.permissions import RESIDENT, holding_receipt


@pytest.fixture
def moment():
    return timezone.now() - timedelta(minutes=12)


def page_of(name, matter, language="zh-hans", part=""):
    return visitor(name, language).get(f"/m/{matter.number}/{part}")


def test_the_page_says_what_it_is_how_late_and_what_comes_next(town, moment):
    matter = a_matter(town, "AWAITING_DISPATCH", now=moment, place="荷花菜市场北门", form={"amount": "一堆"})

    page = page_of("dispatcher", matter).content.decode()

    for said in (
        matter.number,
        "堆了好多垃圾",
        "荷花菜市场北门",
        "一堆",
        "派遣到期",
        "按建议派遣给 荷花街道环卫所",
        "规则 C02",
    ):
        assert said in page
    assert 'aria-current="step"' in page


def test_who_has_no_step_here_is_told_who_has(town, moment):
    matter = a_matter(town, "AWAITING_SIGNATURE", now=moment)

    page = page_of("grid_worker", matter).content.decode()

    assert "下一步：签收，由荷花街道环卫所的" in page
    assert 'data-key="q"' not in page


def test_a_refused_act_stays_visible_with_its_reason(town, moment):
    matter = a_matter(town, "AWAITING_SIGNATURE", now=moment)

    page = page_of("dispatcher", matter).content.decode()

    assert "超时改派" in page
    assert "还没超时" in page


def test_out_of_scope_looks_like_nothing_at_all(town, moment):
    matter = a_matter(town, "AWAITING_CLOSING", now=moment)
    photo = Evidence.objects.get(subject=f"matter:{matter.pk}")
    parts = ("", "peek", "contact", "units", "act/close/", f"evidence/{photo.pk}", f"evidence/{photo.pk}?thumb=1")

    for name in ("neighbouring_handler", "neighbouring_dispatcher", "enforcer", "system_admin"):
        for part in parts:
            answer = page_of(name, matter, part=part)
            assert answer.status_code == 404, (name, part)
            assert "垃圾" not in answer.content.decode()


def test_evidence_is_sent_with_headers_that_run_nothing(town, moment):
    matter = a_matter(town, "AWAITING_CHECK", now=moment)
    photo = Evidence.objects.get(subject=f"matter:{matter.pk}")

    answer = page_of("grid_worker", matter, part=f"evidence/{photo.pk}")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == f'inline; filename="evidence-{photo.pk}.jpg"'
    assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"


def test_evidence_of_another_matter_is_not_found_through_this_one(town, moment):
    one, other = (a_matter(town, "AWAITING_CHECK", now=moment) for _ in range(2))
    photo = Evidence.objects.get(subject=f"matter:{other.pk}")

    assert page_of("grid_worker", one, part=f"evidence/{photo.pk}").status_code == 404


def test_photos_are_added_and_a_refused_one_is_named(town, moment):
    matter = a_matter(town, "HANDLING", now=moment)
    script = a_photo()
    script.name, script = "shell.php", type(script)(b"<?php echo 1 ?>")
    script.name = "shell.php"
    photo = a_photo()
    photo.name = "after.jpg"

    answer = visitor("handler").post(
        f"/m/{matter.number}/evidence", {"kind": "after", "files": [photo, script]}, follow=True
    )

    matter.refresh_from_db()
    assert matter.after_photos == 1
    assert "已添加 1 个文件" in answer.content.decode()
    assert "shell.php" in answer.content.decode()


def test_a_contact_is_masked_until_somebody_says_why(town, moment):
    matter = a_matter(town, now=moment, contact_name="王女士", contact_phone="13857036027")
    desk = visitor("acceptor")

    masked = desk.get(f"/m/{matter.number}/").content.decode()
    unasked = desk.post(f"/m/{matter.number}/contact", {"reason": "", "other": " "})
    shown = desk.post(f"/m/{matter.number}/contact", {"reason": "到场前联系"})

    assert "王* 138****6027" in masked
    assert "13857036027" not in masked + unasked.content.decode()
    assert unasked.status_code == 422
    assert "13857036027" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert shown["Refresh"] == f"600;url=/m/{matter.number}/"
    assert Unmasking.objects.get(matter=matter).reason == "到场前联系"
    assert "13857036027" not in desk.get(f"/m/{matter.number}/").content.decode()


def test_a_sealed_matter_says_so_and_is_hidden_from_the_desk(town, moment):
    matter = a_matter(town, now=moment, is_secret=True)

    assert "保密件：" in page_of("duty_chief", matter).content.decode()
    assert page_of("acceptor", matter).status_code == 404


def test_whatever_was_typed_is_shown_as_text(town, moment):
    matter = a_matter(town, now=moment, text="<script>alert(1)</script>'; DROP TABLE--", place='"><img src=x>')

    for part in ("", "peek"):
        page = page_of("acceptor", matter, part=part).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x>" not in page
        assert "&lt;script&gt;" in page


def test_the_record_names_posts_and_never_persons(town, moment):
    matter = a_matter(town, "CLOSED", now=moment)

    page = page_of("duty_chief", matter).content.decode()

    assert "荷花街道环卫所 · 承办人" in page
    assert "垃圾已清运，地面已冲洗。" in page
    assert "测试handler" not in page


def test_the_page_speaks_english_whole(town, moment):
    matter = a_matter(town, "HANDLING", now=moment, form={"amount": "一堆"})

    page = page_of("handler", matter, "en").content.decode()

    assert "a heap" in page
    assert "Handle" in page
    for chinese in ("处置", "流转记录", "责任"):
        assert chinese not in page


def test_matters_like_it_stand_beside_it(town, moment):
    first = a_matter(town, now=moment)
    second = a_matter(town, now=moment)

    assert first.number in page_of("acceptor", second).content.decode()
    assert "可能是同一件 1 件" in page_of("acceptor", second, part="peek").content.decode()


def test_a_fetched_photo_is_not_sent_twice(town, moment):
    matter = a_matter(town, "HANDLING", now=moment)
    kept = actions.attach(a_photo(9), matter_id=matter.pk, kind="after", by=town.handler, now=moment)
    desk = visitor("handler")
    first = desk.get(f"/m/{matter.number}/evidence/{kept.pk}?thumb=1")
    assert b"".join(first.streaming_content)

    again = desk.get(f"/m/{matter.number}/evidence/{kept.pk}?thumb=1", headers={"if-none-match": first["ETag"]})

    assert again.status_code == 304


def test_what_the_reporter_added_stands_on_the_page_beside_the_list_and_in_it(town, now):
    matter = a_matter(town, "HANDLING", by=RESIDENT)
    me = holding_receipt(matter.pk)
    actions.supplement(matter_id=matter.pk, text="桥底下还有一堆。", by=me, now=now)
    handler = visitor("handler")

    listed = handler.get("/m/").content.decode()
    assert "报事人补充" in listed and "不用办了" not in listed
    actions.wish_ended(matter_id=matter.pk, text="自己清掉了。", by=me, now=now)

    for page in (f"/m/{matter.number}/", f"/m/{matter.number}/peek"):
        told = handler.get(page).content.decode()
        assert "桥底下还有一堆。" in told and "自己清掉了。" in told and "报事人说不用办了" in told, page
    assert "报事人说不用办了" in handler.get("/m/").content.decode()

    actions.erase_own(matter_id=matter.pk, by=me, now=now)

    told = handler.get(f"/m/{matter.number}/").content.decode()
    assert "桥底下" not in told and "删除了自己写的内容" in told
