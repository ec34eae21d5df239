"""Standard texts in forms, and the pages where they and macros are kept."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.interfaces.desk.visitors import visitor
from tests.town import CAST, a_matter
from tongxin.apps.matters.models import Macro, StandardText
from tongxin.interfaces.desk import texts
from tongxin.rules.permissions import GRANTS, Permission

pytestmark = pytest.mark.django_db
LEADS = GRANTS[Permission.EQUIP_UNIT] | GRANTS[Permission.EDIT_RULES]


@pytest.fixture
def moment():
    return timezone.now() - timedelta(minutes=12)


def form(name, matter, act, language="zh-hans", **asked) -> str:
    return visitor(name, language).get(f"/m/{matter.number}/act/{act}/", asked).content.decode()


def test_a_form_offers_the_texts_that_fit_with_the_facts_filled_in(town, moment):
    matter = a_matter(town, "HANDLING", now=moment, place="菜场东门")

    page = form("handler", matter, "handle")

    assert "菜场东门的垃圾已清运" in page  # a text for all that begin with C
    assert "隐患已消除" not in page  # one for B
    assert "请补充处置经过" not in page  # one for another act
    assert "{place}" not in page


def test_a_form_in_english_offers_english(town, moment):
    assert "The refuse at" in form("handler", a_matter(town, "HANDLING", now=moment), "handle", "en")


def test_an_act_on_an_overlay_has_its_texts_too(town, moment):
    matter = a_matter(town, "HANDLING", now=moment, template="D07")

    page = visitor("handler").get(f"/m/{matter.number}/over/extension.ask/").content.decode()

    assert "天气原因" in page


def test_an_act_without_words_offers_none(town, moment):
    assert 'name="ready"' not in form("acceptor", a_matter(town, now=moment), "accept")


def test_without_script_the_chosen_text_is_put_behind_what_was_written(town, moment):
    matter = a_matter(town, "HANDLING", now=moment)
    text = StandardText.objects.get(code="progress-half")

    page = form("handler", matter, "progress", reason="先说一句。", ready=text.pk, insert="1")

    assert "先说一句。\n" in page
    assert "处置已过半" in page.partition("<textarea")[2].partition("</textarea>")[0]


def test_a_text_of_another_unit_is_neither_offered_nor_inserted(town, moment, now):
    matter = a_matter(town, "HANDLING", now=moment)
    ours, theirs = (
        StandardText.objects.create(title="自用", text=f"{unit} 的话。", act="progress", unit_id=town.unit[unit])
        for unit in ("sanitation", "enforcement")
    )

    page = form("handler", matter, "progress", ready=theirs.pk, insert="1")

    assert "sanitation 的话。" in page
    assert "enforcement 的话。" not in page
    assert page.index(f'value="{ours.pk}"') < page.index("处置过半")  # the own ones come first


def test_a_text_that_is_off_is_not_offered(town, moment):
    StandardText.objects.filter(code="progress-half").update(is_active=False)

    assert "处置过半" not in form("handler", a_matter(town, "HANDLING", now=moment), "progress")


def test_facts_take_their_places_and_other_braces_stay(town, moment):
    matter = a_matter(town, now=moment)

    assert texts.filled("{number}·{other}·{", matter) == f"{matter.number}·{{other}}·{{"
    assert "松园社区 01 网格" in texts.filled("{place}", matter)


# --- keeping them ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CAST)
def test_only_who_leads_a_unit_or_keeps_the_rules_comes_to_the_page(town, name):
    is_allowed = CAST[name][0] in LEADS

    assert visitor(name).get("/admin/texts/").status_code == (200 if is_allowed else 403)


def test_a_head_writes_for_the_own_unit(town):
    head = visitor("handler_head")
    told = {"what": "text", "title": "路口", "text": "{place}已围挡。", "act": "progress", "is_active": "true"}

    head.post("/admin/texts/", told)

    row = StandardText.objects.get(title="路口")
    assert row.unit_id == town.unit["sanitation"]
    assert "路口" in head.get("/admin/texts/").content.decode()
    assert "路口" not in visitor("duty_chief").get("/admin/texts/").content.decode()
    assert visitor("duty_chief").get(f"/admin/texts/text/{row.pk}/").status_code == 404
    assert head.get(f"/admin/texts/text/{row.pk}/").status_code == 200


def test_the_citys_texts_are_the_administrators(town):
    row = StandardText.objects.get(code="progress-half")
    admin = visitor("system_admin")
    told = {"what": "text", "do": "keep", "title": "办了一半", "text": "一半。", "act": "progress"}

    assert visitor("handler_head").post(f"/admin/texts/text/{row.pk}/", told).status_code == 404
    admin.post(f"/admin/texts/text/{row.pk}/", told)

    row.refresh_from_db()
    assert (row.title, row.is_active) == ("办了一半", False)


def test_what_lacks_is_said_and_what_was_written_stays(town):
    page = visitor("handler_head").post("/admin/texts/", {"what": "text", "text": "只有正文。"}).content.decode()

    assert "给它起个标题" in page
    assert "只有正文。" in page


def test_a_macro_is_made_changed_and_removed(town):
    head = visitor("handler_head")
    head.post("/admin/texts/", {"what": "macro", "name": "已联系", "act": "progress", "reason": "已联系。"})
    macro = Macro.objects.get()
    head.post(
        f"/admin/texts/macro/{macro.pk}/", {"what": "macro", "name": "联系了", "act": "progress", "reason": "好。"}
    )

    macro.refresh_from_db()
    assert (macro.name, macro.details) == ("联系了", {"reason": "好。"})
    head.post(f"/admin/texts/macro/{macro.pk}/", {"do": "drop"})
    assert not Macro.objects.exists()


def test_the_page_speaks_english_at_the_switch(town):
    page = visitor("handler_head", "en").get("/admin/texts/").content.decode()

    assert "Standard texts and macros" in page
