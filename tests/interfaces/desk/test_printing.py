"""A matter on paper: whole, masked, marked with who printed it, recorded, and found again by its code."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from tests.interfaces.desk.visitors import visitor
from tests.town import CAST, a_matter, kinds_of
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import queries
from tongxin.interfaces.desk import printing
from tongxin.rules.permissions import GRANTS, Permission

pytestmark = pytest.mark.django_db


@pytest.fixture
def moment():
    return timezone.now() - timedelta(minutes=12)


def page(rf, town, matter, who="dispatcher", language="zh-hans") -> str:
    request = rf.get(f"/m/{matter.number}/print.pdf")
    request.actor = getattr(town, who)
    with translation.override(language):
        return printing.page_of(request, queries.one(request.actor, matter.number), timezone.now())


def test_the_paper_tells_facts_limits_record_and_evidence(town, rf, moment):
    matter = a_matter(town, "CLOSED", now=moment)

    told = page(rf, town, matter)

    assert matter.number in told
    assert "荷花街道环卫所" in told
    assert "垃圾已清运，地面已冲洗。" in told
    assert told.index("<b>上报</b>") < told.index("<b>受理</b>") < told.index("<b>结案</b>")
    assert "data:image/jpeg;base64," in told
    assert f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" in told
    assert "<svg" in told


def test_what_lies_over_the_matter_stands_on_paper_too(town, rf, moment):
    matter = a_matter(town, "HANDLING", now=moment, template="D07")
    told = {"limit": "2", "limit_unit": "wd", "reason": "连续降雨，请打 13912340000。", "rev": matter.rev}
    visitor("handler").post(f"/m/{matter.number}/over/extension.ask/", told)

    shown = page(rf, town, matter, "duty_chief")

    assert "连续降雨" in shown
    assert "13912340000" not in shown
    assert "待审批" in shown


def test_nobody_is_recognized_on_paper(town, rf, moment):
    said = "垃圾没人收，请打 13912340000 找我，身份证 330802199001011234。"
    told = {"text": said, "title": "垃圾 13912340000", "contact_name": "王某某", "contact_phone": "13800001111"}
    matter = a_matter(town, "HANDLING", now=moment, **told)

    for who in ("dispatcher", "duty_chief"):
        shown = page(rf, town, matter, who)
        assert "139****0000" in shown
        assert "王* 138****1111" in shown
        assert not [number for number in ("13912340000", "13800001111", "330802199001011234") if number in shown]


def test_the_mark_names_the_post_of_who_prints_and_never_the_name(town, rf, moment):
    shown = page(rf, town, a_matter(town, now=moment))

    assert "由 荷花街道综合信息指挥室 · 派遣员" in shown
    assert "测试dispatcher" not in shown


def test_the_paper_speaks_english_at_the_switch(town, rf, moment):
    shown = page(rf, town, a_matter(town, now=moment), language="en")

    assert "Printed by 荷花街道综合信息指挥室 · Dispatcher" in shown
    assert "Record of a matter" in shown


def test_printing_is_recorded_on_the_matter_with_the_post(town, moment):
    matter = a_matter(town, now=moment)

    answer = visitor("dispatcher").get(f"/m/{matter.number}/print.pdf")

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "no-store"
    assert answer.content.startswith(b"%PDF-")
    entry = Entry.objects.get(kind="matter.print")
    assert (entry.subject, entry.actor) == (f"matter:{matter.pk}", town.dispatcher.ref)
    assert entry.post_id == town.dispatcher.duties[0].post_id
    assert entry.data == {}


@pytest.mark.parametrize("name", [name for name in CAST if CAST[name][0] not in GRANTS[Permission.EXPORT]])
def test_who_may_not_export_prints_no_document_and_sees_no_button(town, moment, name):
    matter = a_matter(town, now=moment)

    assert visitor(name).get(f"/m/{matter.number}/print.pdf").status_code == 403
    assert "print.pdf" not in visitor(name).get(f"/m/{matter.number}/").content.decode()
    assert kinds_of(matter) == ["matter.report"]


def test_the_next_county_prints_nothing_of_ours(town, moment):
    matter = a_matter(town, now=moment)

    assert visitor("neighbouring_dispatcher").get(f"/m/{matter.number}/print.pdf").status_code == 404
    assert kinds_of(matter) == ["matter.report"]


def test_a_sealed_matter_says_so_on_paper(town, rf, moment):
    matter = a_matter(town, now=moment, template="I09", text="账目不清。")

    assert "本件保密。" in page(rf, town, matter, "duty_chief")


def test_the_button_stands_on_the_page(town, moment):
    matter = a_matter(town, now=moment)

    assert f"/m/{matter.number}/print.pdf" in visitor("dispatcher").get(f"/m/{matter.number}/").content.decode()


def test_a_printed_code_leads_to_the_matter_after_signing_in(town, moment, client):
    matter = a_matter(town, now=moment)
    address = reverse("desk:go-matter", args=[matter.number])

    assert address == f"/go/matter/{matter.number}"
    assert visitor("dispatcher").get(address.lower()).url == f"/m/{matter.number}/"
    assert f"next={address}" in client.get(address).url
