"""What everybody may read: counts of five and more, reviewed words, notices of their time, the brands of the city."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.town import HEXIYUAN_01, NOW, SONGYUAN_01, a_matter, a_report
from tongxin.apps.areas.models import Area
from tongxin.apps.matters import actions as matters
from tongxin.apps.matters import outside
from tongxin.apps.matters.models import Matter
from tongxin.apps.publicity import actions, queries
from tongxin.apps.publicity.models import Brand, Publication
from tongxin.interfaces.portal.home import ICONS
from tongxin.rules import publicity
from tongxin.rules.area_codes import Level
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Invalid, Missing, NotAllowed
from tongxin.rules.permissions import RESIDENT, SYSTEM
from tongxin.rules.publicity import FEWEST, SINGLY, Showing, is_singly

pytestmark = pytest.mark.django_db
YESTERDAY = NOW - timedelta(days=1)
SONGYUAN, HEXIYUAN = "330802001001", "330802001002"


def many(count, now=YESTERDAY, **told):
    batch = [a_report(**told) for _ in range(count)]
    return matters.report_many(batch, by=RESIDENT, now=now)


def told(village, now=NOW):
    queries.forget()
    found = queries.counts("3308", now).get(village)
    return found and found.many


def test_fewer_than_five_are_not_told_and_are_in_no_sum(town):
    many(FEWEST, point=SONGYUAN_01)
    many(FEWEST - 1, point=HEXIYUAN_01)

    assert told(SONGYUAN) == FEWEST and told(HEXIYUAN) is None
    assert queries.sums(SONGYUAN, Level.GRID, NOW) == {f"{SONGYUAN}001": FEWEST}
    # a sum of everything, less what is told, would tell the four
    assert queries.sums("3308", Level.COUNTY, NOW) == {"330802": FEWEST}


@given(st.dictionaries(st.sampled_from([SONGYUAN, *(f"{SONGYUAN}00{n}" for n in range(1, 7))]), st.integers(0, 12)))
def test_grids_taken_from_their_village_leave_none_or_at_least_five(others):
    village = publicity.told({}, {SONGYUAN: sum(others.values())})[SONGYUAN].many or 0

    grids = publicity.told_within({}, others)

    shown = [each.many for each in grids.values() if each.many]
    left = village - sum(shown)
    assert (left == 0 or left >= FEWEST) and all(many >= FEWEST for many in shown)
    if all(many == 0 or many >= FEWEST for area, many in others.items() if area != SONGYUAN) and not others.get(
        SONGYUAN
    ):
        assert left == 0  # where nothing is too few, nothing is kept back


def test_sealed_matters_today_and_long_ago_are_in_no_count(town):
    many(FEWEST, point=SONGYUAN_01)
    before = told(SONGYUAN)

    many(3, point=SONGYUAN_01, is_secret=True)
    many(3, point=SONGYUAN_01, template="A02")
    many(3, now=NOW, point=SONGYUAN_01)
    many(3, now=NOW - timedelta(days=91), point=SONGYUAN_01)

    assert told(SONGYUAN) == before
    assert told(SONGYUAN, NOW + timedelta(days=1)) == before + 3


def closed(town, **said) -> Matter:
    return a_matter(town, "CLOSED", by=RESIDENT, channel=Channel.RESIDENT, **said)


def test_words_are_public_only_after_a_review_and_never_those_that_were_reported(town, discloser):
    matter = closed(town, text="王大爷家门口的垃圾没人收")
    assert queries.shown("3308") == [] and [each.matter for each in queries.waiting(discloser, None, NOW)] == [matter]

    shown = {"matter_id": matter.pk, "state": Showing.SHOWN, "text": "小区门口的垃圾没有人收。"}
    actions.review(**shown, by=discloser, now=NOW)

    assert [each.text for each in queries.shown(SONGYUAN)] == ["小区门口的垃圾没有人收。"]
    assert queries.shown(HEXIYUAN) == [] and queries.waiting(discloser, None, NOW) == []
    actions.review(matter_id=matter.pk, state=Showing.TAKEN_DOWN, by=discloser, now=NOW)
    assert queries.shown("3308") == [] and Publication.objects.get().text == ""


def test_nothing_of_a_sealed_matter_is_shown_even_where_it_was_sealed_later(town, discloser):
    matter = closed(town)
    actions.review(matter_id=matter.pk, state=Showing.SHOWN, text="垃圾没有人收。", by=discloser, now=NOW)
    sealed = a_matter(town, by=RESIDENT, is_secret=True)
    dispute = closed(town, template="A01")

    Matter.objects.filter(pk=matter.pk).update(is_sealed=True, seal="secret")

    assert queries.shown("3308") == [] and queries.waiting(discloser, None, NOW) == []
    for never in (sealed, dispute):
        with pytest.raises((Missing, Invalid)):
            actions.review(matter_id=never.pk, state=Showing.SHOWN, text="垃圾", by=discloser, now=NOW)


def test_who_reviews_does_so_in_the_own_area_only(town, discloser):
    there = a_matter(town, by=RESIDENT, point=(118.895, 28.945))
    here = closed(town)

    with pytest.raises(Missing):
        actions.review(matter_id=there.pk, state=Showing.SHOWN, text="那边", by=discloser, now=NOW)
    for other in (town.leader, town.duty_chief, town.system_admin, RESIDENT):
        with pytest.raises((NotAllowed, Missing)):
            actions.review(matter_id=here.pk, state=Showing.SHOWN, text="这边", by=other, now=NOW)
    with pytest.raises(NotAllowed):
        period = {"start_at": NOW, "end_at": NOW + timedelta(hours=1)}
        actions.post_notice(area="330803", title="停水", text="两小时", **period, by=discloser, now=NOW)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": " "}, "notice.empty"),
        ({"text": "长" * 2001}, "notice.too_long"),
        ({"end_at": NOW}, "notice.period"),
        ({"end_at": NOW + timedelta(days=400)}, "notice.too_lasting"),
        ({"area": "330899"}, "area.unknown"),
    ],
)
def test_a_notice_that_cannot_stand_is_refused(town, changes, code):
    whole = {"area": "330802", "title": "停水", "text": "两小时", "start_at": NOW, "end_at": NOW + timedelta(hours=2)}

    with pytest.raises(Invalid, match=code):
        actions.post_notice(**(whole | changes), by=town.system_admin, now=NOW)


def test_the_brands_of_quzhou_can_all_be_read_and_lie_in_their_counties(town):
    for code in ("330822", "330824", "330825", "330881"):
        Area.objects.create(code=code, name=code, pinyin="", level=6)
    from tongxin.apps.areas import editions

    editions.bump()
    editions.forget()
    file = Path(__file__).resolve().parents[3] / "cities" / "quzhou" / "brands.json"

    assert actions.load_brands(file, by=SYSTEM, now=NOW) == actions.load_brands(file, by=SYSTEM, now=NOW) == 7

    queries.forget()
    assert queries.brand_of("330802001001").name == "柯城点点通" and queries.brand_of("3308").slug == "quzhou"
    own = [each.services[0]["title"] for each in Brand.objects.all()]
    assert len(set(own)) == 7 and all(len(each.services) == 6 for each in Brand.objects.all())
    assert {each["icon"] for brand in Brand.objects.all() for each in brand.services} <= set(ICONS)
    assert {each.name for each in Brand.objects.exclude(source="")} >= {"衢江钉格通", "江山E家亲", "常山慢城百事通"}


def test_the_list_for_programs_and_the_map_keep_one_rule_and_their_difference_tells_nobody(town):
    """Source: docs/adr/0007. What a stranger lists singly, taken from what the map tells, leaves none or at least k."""
    asked = outside.Asked(told=("matter.report",))
    at_home, on_ground = ("F11", "C24", "A03", "B03"), ("D02", "C02", "E01", "H02")
    for village, rest in ((SONGYUAN_01, FEWEST - 1), (HEXIYUAN_01, FEWEST)):
        for nth in range(rest):
            many(1, point=village, template=at_home[nth % 4])
        for template in on_ground:
            many(1, point=village, template=template)
    many(2, point=SONGYUAN_01, template="D02", is_secret=True)
    many(1, point=SONGYUAN_01, template="H12")

    listed = outside.lines(None, asked)

    assert {each.template_code for each in listed} == set(on_ground) and len(listed) == 8
    assert all(each.text is None and not each.is_sealed for each in listed)
    singly = {village: sum(each.area.startswith(village) for each in listed) for village in (SONGYUAN, HEXIYUAN)}
    assert (told(SONGYUAN), told(HEXIYUAN)) == (None, singly[HEXIYUAN] + FEWEST)
    many(1, point=SONGYUAN_01, template="D07")
    assert told(SONGYUAN) == FEWEST  # those that lie on the ground; of the others nothing can be reckoned
    numbers = list(Matter.objects.filter(template_code__in=at_home).values_list("number", flat=True))
    assert outside.lines(None, outside.Asked(told=("matter.report",), numbers=numbers)) == []
    window = (YESTERDAY - timedelta(days=1), NOW)
    happened = outside.happened(None, *window, told=("matter.report",), answers=(), size=100)
    assert {each.number for each in happened} <= {each.number for each in outside.lines(None, asked)}


@pytest.mark.parametrize("code", ["A01", "B03", "C24", "F11", "G02", "H11", "H12", "I06", "Z01"])
def test_what_happens_to_persons_or_in_homes_is_shown_singly_by_no_door(code):
    assert not is_singly(code, is_sealed=False) and not re.match(SINGLY, code)


@given(st.from_regex(r"[A-J][0-9]{2}", fullmatch=True), st.booleans())
def test_the_pattern_in_the_database_says_what_the_rule_says(code, is_sealed):
    assert bool(re.match(SINGLY, code)) == is_singly(code, is_sealed=False)
    assert not is_singly(code, is_sealed=True)
