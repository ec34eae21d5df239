"""Reporting at the desk: what it is, where it is, everything kept when something must be mended."""

import pytest

from tests.interfaces.desk.visitors import visitor
from tests.town import AT_SEA, SONGYUAN_01, a_photo
from tongxin.apps.matters.models import Matter

TOLD = {"text": "菜场出来那个垃圾箱旁边堆了好多垃圾，纸箱也没人收。", "template": "C02"}
HERE = {"lon": str(SONGYUAN_01[0]), "lat": str(SONGYUAN_01[1])}


def named(photo, name="photo.jpg"):
    photo.name = name
    return photo


def test_a_report_gets_its_number_its_place_and_its_photos(town):
    given = {**TOLD, **HERE, "place": "松园路", "form.amount": "一堆", "before": [named(a_photo())]}

    answer = visitor("acceptor").post("/report/", given, follow=True)

    matter = Matter.objects.get()
    assert answer.redirect_chain[0][0] == f"/m/{matter.number}/"
    assert f"已上报，编号 {matter.number}" in answer.content.decode()
    assert (matter.area, matter.before_photos, matter.channel) == ("330802001001001", 1, "department")
    assert matter.report.form == {"amount": "一堆"}


def test_a_grid_can_be_named_instead_of_a_point(town):
    visitor("grid_worker").post("/report/", {**TOLD, "area": "330802001001001"})

    assert Matter.objects.get().located == "given"


def test_a_form_sent_twice_is_one_matter(town):
    desk = visitor("acceptor")
    sent = [desk.post("/report/", {**TOLD, **HERE, "key": "one-form"}).url for _ in range(2)]

    assert sent[0] == sent[1]
    assert Matter.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"text": "  "}, "请写明发生了什么"),
        ({"template": ""}, "请选择是什么事"),
        ({"template": "ZZ9"}, "请选择是什么事"),
        ({"lon": str(AT_SEA[0]), "lat": str(AT_SEA[1])}, "不在本市任何网格内"),
        ({"lon": "abc"}, "不是有效的经纬度"),
        ({"lat": ""}, "经度和纬度要一起填"),
        ({"lon": "", "lat": ""}, "请在地图上选点"),
        ({"lon": "", "lat": "", "area": "999"}, "没有编码为 999 的区域"),
        ({"form.amount": "两卡车"}, "请从选项中选一个"),
        ({"text": "长" * 2001}, "最多 2000 个字符"),
    ],
)
def test_what_must_be_mended_is_named_and_what_was_typed_is_kept(town, changed, said):
    given = {**TOLD, **HERE, "place": "松园路 28 号", "contact_phone": "13857036027", **changed}

    answer = visitor("acceptor").post("/report/", given)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert "松园路 28 号" in page
    assert "13857036027" in page
    assert not Matter.objects.exists()


def test_the_text_suggests_templates_and_says_by_which_words(town):
    page = visitor("acceptor").get("/report/kinds", {"text": "门口垃圾没人收，臭得很"}).content.decode()

    assert 'value="C02"' in page
    assert "<mark>没人收</mark>" in page


@pytest.mark.parametrize("typed", ["暴露垃圾", "bllj", "baolulaji", "c02", "Exposed"])
def test_a_template_is_found_by_name_pinyin_initials_and_code(town, typed):
    assert 'value="C02"' in visitor("acceptor").get("/report/kinds", {"q": typed}).content.decode()


def test_it_works_by_plain_forms_alone(town):
    page = visitor("acceptor").get("/report/", {**TOLD, "q": "bllj", "template": "C02"}).content.decode()

    assert "纸箱也没人收" in page
    assert 'name="form.amount"' in page


def test_a_point_is_explained_at_once(town):
    desk = visitor("acceptor")

    assert "松园社区 01 网格" in desk.get("/report/locate", HERE).content.decode()
    at_sea = {"lon": AT_SEA[0], "lat": AT_SEA[1]}
    assert "不在本市任何网格内" in desk.get("/report/locate", at_sea).content.decode()


def test_the_grid_staff_settles_on_the_spot(town):
    given = {
        **TOLD,
        **HERE,
        "settle": "1",
        "done": "当场清走。",
        "before": [named(a_photo(1))],
        "after": [named(a_photo(2))],
    }

    visitor("grid_worker").post("/report/", given)

    matter = Matter.objects.get()
    assert matter.state == "awaiting_check"
    assert (matter.before_photos, matter.after_photos) == (1, 1)


def test_settling_without_its_photos_is_not_reported_at_all(town):
    answer = visitor("grid_worker").post("/report/", {**TOLD, **HERE, "settle": "1", "done": "当场清走。"})

    assert answer.status_code == 422
    assert "当场处置至少要 1 张" in answer.content.decode()
    assert not Matter.objects.exists()


def test_a_refused_photo_is_named_and_the_report_stands(town):
    script = named(type(a_photo())(b"<html>not a photo</html>"), "evil.jpg")

    answer = visitor("acceptor").post("/report/", {**TOLD, **HERE, "before": [script]}, follow=True)

    assert Matter.objects.count() == 1
    assert "evil.jpg" in answer.content.decode()


def test_nobody_reports_without_the_post(town):
    answer = visitor("leader").post("/report/", {**TOLD, **HERE})

    assert answer.status_code == 403
    assert not Matter.objects.exists()


def test_towns_are_offered_to_those_above_them_and_grids_to_those_within(town):
    within = visitor("grid_worker").get("/report/").content.decode()
    areas = visitor("duty_chief").get("/report/areas", {"town": "330802001"}).content.decode()

    assert 'value="330802001001001"' in within
    assert "荷西苑社区 01 网格" in areas


def test_the_form_of_a_template_speaks_english_and_answers_in_the_citys_words(town):
    page = visitor("acceptor", "en").get("/report/form", {"template": "C02"}).content.decode()

    assert 'value="一堆"' in page
    assert "a heap" in page
