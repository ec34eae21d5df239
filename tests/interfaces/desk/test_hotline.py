"""The 12345 desk by the test client: who may, what is refused and kept, and what the pages never say."""

import pytest

from tests.interfaces.desk.visitors import visitor
from tests.town import NOW, ROOT, a_matter
from tongxin.apps.areas.editions import bump
from tongxin.apps.areas.models import Area
from tongxin.apps.hotline import actions, knowledge, places, queries
from tongxin.apps.hotline.actions.calls import Told
from tongxin.apps.hotline.models import Article, Call, Version
from tongxin.apps.matters.models import Matter
from tongxin.rules.calls import CallEvent
from tongxin.rules.permissions import SYSTEM, reporting

NUMBER = "13800006027"
SPOT = "330802001001001~118.865~28.945~1~荷花菜市场北门"
WRITTEN = {"key": "k1", "text": "垃圾箱旁边堆了好多垃圾。", "where": "荷花菜市场北门", "spot": SPOT, "template": "C02"}


@pytest.fixture
def call(town):
    """Return a call without a switchboard that takes orders: it rings, nobody has picked it up."""
    from django.utils import timezone

    now = timezone.now()
    line, _ = actions.open_line(code="12345", name="热线", unit_id=town.unit["hotline"], by=SYSTEM, now=now)
    told = Told("m1", CallEvent.ARRIVED, "c1", now, number=NUMBER)
    return actions.hear(line.pk, told, by=reporting("line:12345"), now=now)


def test_a_call_is_picked_up_written_down_and_dispatched_and_the_number_never_shown(call):
    desk = visitor("operator")
    pages = [desk.get("/call/"), desk.get("/call/bar")]
    desk.post("/call/act", {"act": "answer", "call": call.pk})
    pages += [desk.get("/call/"), desk.get("/call/beside", WRITTEN)]
    assert desk.get("/call/bar", {"stands": f"{call.pk}.ringing.{Call.objects.get().post_id}"}).status_code == 204

    done = desk.post("/call/", WRITTEN | {"do": "dispatch", "call": call.pk, "use_number": "true"})

    assert done.status_code == 302
    matter = Matter.objects.get()
    assert (matter.place, matter.area, matter.contact.phone) == ("荷花菜市场北门", "330802001001001", NUMBER)
    said = "".join(page.content.decode() for page in pages)
    assert NUMBER not in said
    assert "138****6027" in said


def test_what_is_refused_says_where_and_keeps_every_word(town):
    desk = visitor("operator")

    nowhere = desk.post("/call/", WRITTEN | {"spot": "", "where": "不知道哪里", "do": "dispatch"})
    unanswered = desk.post("/call/", WRITTEN | {"template": "F11", "do": "answer", "answer": ""})

    for page, field in ((nowhere, "f-where"), (unanswered, "f-answer")):
        text = page.content.decode()
        assert page.status_code in (409, 422)
        assert "垃圾箱旁边堆了好多垃圾" in text
        assert f"#{field}" in text or f'id="{field}-err"' in text
    assert not Matter.objects.exists()


def test_an_emergency_without_a_switchboard_says_that_nobody_put_it_through(town):
    done = visitor("operator").post("/call/", {"key": "k", "text": "", "do": "emergency-120"}, follow=True)

    text = done.content.decode()
    assert "交换机没有转成" in text
    assert Matter.objects.get().state == "refused"


def spot_in(page):
    """Return the first place a page offers, as its button sends it."""
    return page.partition('name="spot" value="')[2].partition('"')[0]


@pytest.mark.parametrize("who", ["grid_worker", "dispatcher", "handler", "supervisor", "system_admin"])
def test_the_call_page_is_for_operators_alone(town, who):
    desk = visitor(who)

    for path in ("/call/", "/call/bar", "/call/places?where=songyuan", "/call/drafts/", "/call/returned/"):
        assert desk.get(path).status_code == 403, path
    assert desk.post("/call/", WRITTEN | {"do": "dispatch"}).status_code == 403


def test_a_place_is_found_by_characters_pinyin_and_initials_with_its_grid(town):
    a_matter(town, place="荷花菜市场北门")
    actions.gather_places(by=SYSTEM, now=NOW)
    places.forget()
    desk = visitor("operator")

    for typed in ("菜市场", "hehuacai", "hhcsc"):
        text = desk.get("/call/places", {"where": typed}).content.decode()
        assert "荷花菜市场北门" in text, typed
        assert "松园社区 01 网格" in text, typed
    assert "荷花街道 松园社区" in desk.get("/call/places", {"where": "songyuan"}).content.decode()
    assert places.search(town.neighbouring_dispatcher, "菜市场") == []


def test_a_place_is_found_by_what_people_call_it_and_kept_so(town):
    Area.objects.filter(pk="330802001001").update(aliases="老车站", pinyin="songyuan sy laochezhan lcz")
    bump()
    desk = visitor("operator")

    offered = desk.get("/call/places", {"where": "lcz"}).content.decode()
    desk.post("/call/", WRITTEN | {"where": "老车站", "spot": spot_in(offered), "do": "dispatch"})

    assert "荷花街道 松园社区" in offered
    assert Matter.objects.values_list("place", "area").get() == ("老车站", "330802001001")


def test_an_address_nobody_named_before_is_kept_within_the_village_it_names(town):
    was, desk = a_matter(town, place="荷花菜市场北门"), visitor("operator")
    offered = desk.get("/call/places", {"where": "松园社区 8 幢 3 单元"}).content.decode()
    spot = spot_in(offered)

    beside = desk.get("/call/beside", {"spot": spot}).content.decode()
    desk.post("/call/", WRITTEN | {"where": "松园社区 8 幢 3 单元", "spot": spot, "do": "dispatch"})

    assert "荷花街道 松园社区" in offered and was.number in beside
    matter = Matter.objects.exclude(pk=was.pk).get()
    assert (matter.place, matter.area) == ("松园社区 8 幢 3 单元", "330802001001")
    only = desk.get("/call/places", {"where": "荷花街道松园社区"}).content.decode()
    assert 'data-name="松园社区"' in only


def test_a_typed_code_finds_its_kind_beside_a_text_that_suggests_others(town):
    told = {"text": "问一下医保怎么备案。", "q": "f11"}

    text = visitor("operator").get("/call/beside", told).content.decode()

    assert "t-F11" in text
    assert "t-F07" not in text


def test_an_article_that_is_ticked_stays_in_sight_while_the_text_goes_on(town):
    actions.load_knowledge(ROOT / "catalog" / "knowledge.json", by=SYSTEM, now=NOW)
    article = Article.objects.get(code="yibao-yidi")
    told = {"text": "路灯不亮了。", "article": [article.pk, "x", "9" * 30]}

    text = visitor("operator").get("/call/beside", told).content.decode()

    assert f'id="a-{article.pk}" form="call" data-article checked' in text
    assert text.count("data-article checked") == 1


def test_drafts_lists_and_figures_open_empty_and_full(town, call):
    desk = visitor("operator")
    for path in ("/call/drafts/", "/call/returned/", "/call/figures/?period=week", "/knowledge/"):
        assert desk.get(path).status_code == 200, path
    desk.post("/call/draft", {"key": "k9", "text": "话说到一半。", "where": "松园"})

    assert "话说到一半" in desk.get("/call/drafts/").content.decode()
    assert "话说到一半" in desk.get("/call/?draft=k9").content.decode()
    assert "话说到一半" not in visitor("second_operator").get("/call/?draft=k9").content.decode()
    assert "衢州市 12345 热线" in desk.get("/call/figures/").content.decode()


def test_an_article_is_written_by_one_and_published_by_another(town):
    written = {"title": "公园几点关门？", "body": "晚上十点。", "area": "3308", "from_on": "2026-01-01"}
    writer, chief = visitor("operator"), visitor("hotline_chief")
    writer.post("/knowledge/write/", written)
    draft = Version.objects.get()
    page = f"/knowledge/{draft.article.code}/"

    assert writer.post(f"/knowledge/v/{draft.pk}/review").status_code == 403
    assert "审核通过" in chief.get(page).content.decode()
    chief.post(f"/knowledge/v/{draft.pk}/review")
    assert "晚上十点" not in writer.get("/knowledge/", {"ask": "公园关门"}).content.decode()
    chief.post(f"/knowledge/v/{draft.pk}/publish")

    assert "晚上十点" in writer.get("/knowledge/", {"ask": "公园关门"}).content.decode()
    chief.post("/knowledge/write/", written | {"code": draft.article.code, "body": "晚上九点。"})
    second = Version.objects.get(number=2)
    assert chief.post(f"/knowledge/v/{second.pk}/review").status_code == 403
    assert writer.post("/knowledge/write/", written | {"title": ""}).status_code == 422


def test_the_catalog_answers_what_people_ask(town):
    """Asked as callers ask, the right article comes first; what is over comes last or not at all."""
    assert actions.load_knowledge(ROOT / "catalog" / "knowledge.json", by=SYSTEM, now=NOW) == Article.objects.count()
    assert actions.load_knowledge(ROOT / "catalog" / "knowledge.json", by=SYSTEM, now=NOW) == 0

    asked = {
        "我家停水了怎么办": "shuiwu-tingshui",
        "妈妈在杭州看病医保要备案吗": "yibao-yidi",
        "工地半夜还在施工噪音太大": "luyan-zaoyin",
        "身份证丢了去哪里补办": "shenfenzheng",
    }
    for question, code in asked.items():
        assert knowledge.search(question, NOW.date(), area="330802001001")[0].code == code, question
    later = knowledge.search("老人公交卡年审", NOW.date().replace(year=2027))
    assert later[-1].code == "gongjiao-aixin"
    assert [each.code for each in knowledge.search("大件垃圾", NOW.date(), area="330803")].count("lajifenlei") == 0
    assert queries.at_hand(town.grid_worker, NOW) is None
