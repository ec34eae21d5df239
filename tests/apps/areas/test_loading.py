"""A city's areas come in whole, or not at all and with every reason."""

import json
import os

import pytest
import shapely

from tests.apps.areas.conftest import CITY, EAST, NOW, TOWNS, WEST
from tongxin.apps.areas import actions, queries
from tongxin.apps.areas.actions import Flaws
from tongxin.apps.areas.models import Area, AreaEdition, Lineage
from tongxin.apps.journal.models import Entry
from tongxin.rules.datum import Datum, from_wgs84
from tongxin.rules.errors import Invalid, NotAllowed
from tongxin.rules.permissions import SYSTEM, Actor

BOWTIE = shapely.Polygon([(118.80, 28.90), (118.81, 28.91), (118.81, 28.90), (118.80, 28.91)])


def rules_of(refusal: Invalid) -> list[str]:
    return [facts["rule"] for _, _, facts in refusal.facts["rows"]]


def test_a_city_is_loaded_and_what_was_not_drawn_is_made_of_what_was(ground):
    loaded = ground.load()

    assert (loaded.added, loaded.drawn, loaded.told) == (4, 2, ())
    city = Area.objects.get(pk="9901")
    assert (city.name, city.level, city.is_derived) == ("试验市", 4, True)
    assert shapely.from_wkb(bytes(city.shape)).equals(shapely.union(WEST, EAST))
    assert (city.west, city.south, city.east, city.north) == (118.80, 28.90, 118.82, 28.91)
    assert Area.objects.get(pk="990101001").pinyin == "jiazhen jz"


def test_a_load_is_told_in_the_journal_and_to_other_processes(ground):
    edition = AreaEdition.objects.values().first()

    ground.load()

    entry = Entry.objects.filter(subject="areas").latest("id")
    assert (entry.kind, entry.actor, entry.data["added"]) == ("area.load", "system", 4)
    assert AreaEdition.objects.values().first() != edition


def test_loading_the_same_again_changes_nothing(ground):
    ground.load()
    areas = ground.now()[0]

    again = ground.load()

    assert (again.added, again.changed, again.unchanged) == (0, 0, 4)
    assert ground.now()[0] == areas


def test_what_people_call_an_area_is_loaded_answers_to_typing_and_is_taken_back(ground):
    called = "代码,名称,别名\n990101001,甲镇,%s\n990101002,乙镇,\n"
    ground.load()
    ground.load(called % "老车站；荷花菜场/老车站")
    found = queries.search("荷花菜场")
    words = ("hhcc", "hehuacai", "菜场", "jiazhen", "lczh")
    typed = {word: [each.code for each in queries.search(word)] for word in words}

    ground.load()
    kept = Area.objects.get(pk="990101001").aliases
    with pytest.raises(Invalid) as refusal:
        ground.load(called % ("名" * 121))
    ground.load(called % "")

    assert (found[0].name, found[0].aliases) == ("甲镇", ("老车站", "荷花菜场"))
    assert [queries.alias_meant(found[0], words) for words in ("菜场", "lcz", "甲镇")] == ["荷花菜场", "老车站", ""]
    assert [code for codes in typed.values() for code in codes] == ["990101001"] * 4 and typed["lczh"] == []
    assert kept == "老车站、荷花菜场"  # a table that is silent changes nothing
    assert rules_of(refusal.value)[-1] == "area.aliases"
    assert queries.search("荷花菜场") == [] and Area.objects.get(pk="990101001").pinyin == "jiazhen jz"


def test_a_new_name_is_a_change_with_a_lineage(ground):
    ground.load()

    again = ground.load(CITY.replace("甲镇", "甲街道"))

    assert (again.added, again.changed) == (0, 1)
    assert Area.objects.get(pk="990101001").pinyin == "jiajiedao jjd"
    assert Lineage.objects.values_list("from_code", "to_code", "change").get() == ("990101001", "990101001", "rename")


def test_redrawn_areas_redraw_what_was_made_of_them(ground):
    ground.load()

    ground.load(shapes={"990101001": WEST, "990101002": shapely.box(118.81, 28.90, 118.83, 28.91)})

    assert Area.objects.get(pk="9901").east == 118.83


@pytest.mark.parametrize(
    "content",
    [
        CITY.encode("gb18030"),
        CITY.encode("utf-8-sig"),
        CITY.replace(",", ";"),
        CITY.replace(",", "\t").replace("\n", "\r\n"),
        CITY.replace("code,name,level,parent", "区划代码,名称,级别,上级"),
        CITY.replace("city", "市").replace("county", "县").replace("town", "镇"),
        CITY + ",,,\n\n",
    ],
    ids=["GB18030", "BOM", "semicolons", "tabs and CRLF", "Chinese heads", "Chinese levels", "empty rows"],
)
def test_tables_come_as_the_office_saves_them(ground, content):
    loaded = ground.load(content)

    assert loaded.added == 4
    assert Area.objects.get(pk="990101002").name == "乙镇"


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("99010100,丙镇,town,990101", "area.code_width"),
        ("九九,丙镇,town,990101", "area.code_width"),
        (",丙镇,town,990101", "area.code_width"),
        ("990101003,,town,990101", "area.name"),
        (f"990101003,{'镇' * 81},town,990101", "area.name"),
        ("990101003,丙镇,village,990101", "area.level"),
        ("990101003,丙镇,planet,990101", "area.level"),
        ("990101003,丙镇,town,990102", "area.parent_differs"),
        ("990199003,丙镇,town,990199", "area.parent_unknown"),
        ("990101001,丙镇,town,990101", "area.code_repeated"),
        ("990101003,丙镇,town,990101,1", "area.columns"),
        ("990101003,丙镇", "area.columns"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_nothing_is_left_behind(ground, row, rule):
    before = ground.now()

    with pytest.raises(Invalid, match=r"areas\.rejected") as refusal:
        ground.load(f"{CITY}{row}\n")

    assert [(line, facts["rule"]) for line, _, facts in refusal.value.facts["rows"]] == [(6, rule)]
    assert ground.now() == before


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("990101001001901,园区,special,,x", "area.date"),
        ("990101001001901,园区,ordinary,,", "area.special_serial"),
        ("990101001001001,一格,special,,", "area.special_serial"),
        ("990101001001001,一格,secret,,", "area.kind"),
        ("990101001001001,一格,,many,", "area.households"),
        ("990101001001001,一格,,-3,", "area.households"),
        ("990101001001001,一格,,,2026-02-30", "area.date"),
    ],
)
def test_a_bad_kind_count_or_date_is_refused(ground, row, rule):
    table = f"code,name,kind,households,valid_from\n990101001001,一村,,,\n{row}\n"
    ground.load()

    with pytest.raises(Invalid) as refusal:
        ground.load(table, {"990101001001": WEST})

    assert rules_of(refusal.value) == [rule]


def test_every_bad_row_is_told_at_once_and_a_bad_parent_only_once(ground):
    rows = "990102,西区,town,9901\n990102001,丙镇,town,990102\nx,丁镇,town,990101\n990101009,,town,990101\n"

    with pytest.raises(Invalid) as refusal:
        ground.load(CITY + rows)

    assert [(line, facts["rule"]) for line, _, facts in refusal.value.facts["rows"]] == [
        (6, "area.level"),
        (8, "area.code_width"),
        (9, "area.name"),
    ]


def test_a_parent_may_stand_in_the_database(ground):
    ground.load()

    loaded = ground.load("code,name\n990101001001,一村\n", {"990101001001": WEST})

    assert loaded.added == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b" \n \n", "file.empty"),
        (b"code,name\n9901,\x00\n", "file.binary"),
        (b"\x7fELF\x02\x01\x00\x00" * 20, "file.binary"),
        (CITY.encode("utf-16"), "file.binary"),
        (CITY.encode()[:-5] + b"\xff\xfe\n" + CITY.encode(), "file.encoding"),
        (b"code,name\n9901,\xff\xff\xff\n", "file.encoding"),
        (CITY.replace("甲镇", '"甲镇').encode(), "file.quoting"),
        (CITY.replace("甲镇", '"甲"镇').encode(), "file.quoting"),
        (b'code,name\n9901,"' + b"x" * 200_000 + b'"\n', "file.quoting"),
        (b"number,title\n1,2\n", "file.columns"),
        (b"just words\n", "file.columns"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_nothing_left_behind(ground, content, code):
    before = ground.now()

    with pytest.raises(Invalid) as refusal:
        ground.load(content)

    assert refusal.value.code == code
    assert ground.now() == before


def test_broken_quoting_is_told_with_the_line_where_the_record_begins(ground):
    with pytest.raises(Invalid) as refusal:
        ground.load(CITY.replace("甲镇", '"甲镇'))

    assert refusal.value.facts["line"] == 4


def test_a_broken_line_of_utf8_does_not_pass_for_gb18030(ground):
    good = CITY.encode()
    broken = good.replace("甲镇".encode(), "甲镇".encode()[:-1])

    with pytest.raises(Invalid) as refusal:
        ground.load(broken)

    assert (refusal.value.code, refusal.value.facts["line"]) == ("file.encoding", 4)


def test_a_file_of_three_gigabytes_is_refused_before_it_is_read(ground):
    huge = ground.folder / "huge.csv"
    huge.touch()
    os.truncate(huge, 3_000_000_000)  # sparse: takes no room

    with pytest.raises(Invalid) as refusal:
        actions.load(tables_at=[huge], by=SYSTEM, now=NOW)

    assert (refusal.value.code, refusal.value.facts["megabytes"]) == ("file.too_large", 3000)


def test_a_missing_file_is_told(ground):
    with pytest.raises(Invalid) as refusal:
        actions.load(tables_at=[ground.folder / "none.csv"], by=SYSTEM, now=NOW)

    assert refusal.value.code == "file.missing"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "file.json"),
        (b"[" * 100_000, "file.json"),
        (b"[1, 2]", "file.geojson"),
        (b'{"type": "FeatureCollection", "features": []}', "file.geojson"),
        (b'{"features": [3, {"properties": 3}]}', "outline.none_known"),
        (b'{"features": [{"properties": {"name": "nowhere"}}]}', "outline.none_known"),
    ],
)
def test_a_file_that_is_no_geojson_is_refused(ground, content, code):
    path = ground.folder / "bad.geojson"
    path.write_bytes(content)

    with pytest.raises(Invalid) as refusal:
        actions.load(tables_at=[ground.table()], outlines_at=[path], by=SYSTEM, now=NOW)

    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("shapes", "rules"),
    [
        ({"990101001": BOWTIE, "990101002": EAST}, ["outline.invalid"]),
        ({"990101001": shapely.Point(118.8, 28.9), "990101002": EAST}, ["outline.type"]),
        ({"990101001": shapely.Polygon(), "990101002": EAST}, ["outline.unreadable"]),
        ({"990101001": shapely.box(13_224_000, 3_365_000, 13_225_000, 3_366_000)}, ["outline.range"]),
        ({"990101001": WEST, "990101002": shapely.box(118.809, 28.90, 118.82, 28.91)}, ["area.overlap"]),
        ({"990101": shapely.union(WEST, EAST), "990101001": WEST, "990101002": WEST.buffer(0)}, None),
        ({"990101": shapely.box(118.79, 28.90, 118.82, 28.91), **TOWNS}, ["area.gap"]),
        ({"990101": shapely.box(118.80, 28.90, 118.815, 28.91), **TOWNS}, ["area.beyond"]),
    ],
    ids=["bowtie", "point", "empty", "metres", "overlap", "the same twice", "gap", "beyond the parent"],
)
def test_outlines_that_do_not_fit_are_refused_with_nothing_left_behind(ground, shapes, rules):
    before = ground.now()

    with pytest.raises(Invalid, match=r"areas\.rejected") as refusal:
        ground.load(shapes=shapes)

    assert rules_of(refusal.value) == (rules or ["area.gap", "area.overlap"])
    assert ground.now() == before


def test_a_hole_in_the_city_is_a_gap(ground):
    ring = shapely.difference(shapely.box(118.80, 28.90, 118.82, 28.92), shapely.box(118.805, 28.905, 118.81, 28.91))

    with pytest.raises(Invalid) as refusal:
        ground.load("code,name\n9901,试验市\n990101,东区\n", {"990101": ring})

    assert rules_of(refusal.value) == ["area.gap"]


WHOLE = {"990101": shapely.union(WEST, EAST)}


def test_the_width_of_the_pen_is_no_fault(ground):
    loaded = ground.load(shapes=WHOLE | {"990101001": WEST, "990101002": shapely.box(118.810002, 28.90, 118.82, 28.91)})

    assert loaded.told == ()


def test_open_ground_is_no_gap_while_it_may_belong_to_somebody_not_yet_drawn(ground):
    loaded = ground.load(shapes=WHOLE | {"990101001": WEST})

    assert loaded.told == ()


def test_an_outline_given_twice_is_refused(ground):
    twice = [ground.outlines(TOWNS), ground.outlines({"990101001": WEST}, name="again.geojson")]
    one = ground.folder / "areas.geojson"
    features = json.loads(one.read_text())["features"]

    with pytest.raises(Invalid) as in_two_files:
        actions.load(tables_at=[ground.table()], outlines_at=twice, by=SYSTEM, now=NOW)
    one.write_text(json.dumps({"features": [*features, features[0]]}))
    with pytest.raises(Invalid) as in_one_file:
        actions.load(tables_at=[ground.table()], outlines_at=[one], by=SYSTEM, now=NOW)

    assert rules_of(in_two_files.value) == rules_of(in_one_file.value) == ["outline.repeated"]


def test_a_code_given_in_two_tables_is_refused(ground):
    tables = [ground.table(), ground.table("code,name\n990101001,甲镇\n", name="more.csv")]

    with pytest.raises(Invalid) as refusal:
        actions.load(tables_at=tables, by=SYSTEM, now=NOW)

    assert rules_of(refusal.value) == ["area.code_repeated"]


def test_flaws_may_be_lived_with_and_are_told(ground):
    loaded = ground.load(shapes={"990101001": BOWTIE, "990101002": EAST}, flaws=Flaws.TOLD)

    assert [(line, facts["rule"]) for line, _, facts in loaded.told] == [(4, "outline.invalid")]
    assert shapely.from_wkb(bytes(Area.objects.get(pk="990101001").shape)).is_valid


def test_a_feature_of_no_known_area_is_told_and_passed_over(ground):
    loaded = ground.load(shapes=TOWNS | {"990109001": WEST})

    assert [facts["rule"] for _, _, facts in loaded.told] == ["outline.unknown"]


@pytest.mark.parametrize(
    ("key", "called"),
    [("gb", ["156990101001", "156990101002"]), ("adcode", ["990101001", "990101002"]), ("name", ["甲镇", "乙镇"])],
)
def test_outlines_say_whose_they_are_in_several_ways(ground, key, called):
    path = ground.outlines(dict(zip(called, TOWNS.values(), strict=True)), key=key)

    loaded = actions.load(tables_at=[ground.table()], outlines_at=[path], by=SYSTEM, now=NOW)

    assert (loaded.drawn, loaded.told) == (2, ())


def test_a_name_that_several_areas_bear_is_refused(ground):
    path = ground.outlines({"甲镇": WEST}, key="name")

    with pytest.raises(Invalid) as refusal:
        actions.load(
            tables_at=[ground.table(CITY.replace("乙镇", "甲镇"))], outlines_at=[path], key="name", by=SYSTEM, now=NOW
        )

    assert rules_of(refusal.value) == ["outline.name_ambiguous"]


def test_outlines_in_gcj02_are_brought_to_wgs84(ground):
    shifted = {
        code: shapely.transform(shape, lambda points: [from_wgs84(*point, Datum.GCJ02) for point in points])
        for code, shape in TOWNS.items()
    }

    ground.load(shapes=shifted, datum=Datum.GCJ02)

    area = Area.objects.get(pk="990101001")
    assert (area.west, area.south) == pytest.approx((118.80, 28.90), abs=1e-8)


def test_the_third_dimension_is_dropped(ground):
    ground.load(shapes={code: shapely.force_3d(shape, 90.0) for code, shape in TOWNS.items()})

    assert not shapely.from_wkb(bytes(Area.objects.get(pk="990101001").shape)).has_z


def test_loading_asks_for_the_duty(ground):
    with pytest.raises(NotAllowed):
        actions.load(tables_at=[ground.table()], by=Actor("person:7"), now=NOW)

    assert not Area.objects.exists()


def test_no_more_faults_are_shown_than_one_can_read(ground):
    rows = "".join(f"x{number},名,town,990101\n" for number in range(1000))

    with pytest.raises(Invalid) as refusal:
        ground.load(CITY + rows)

    assert refusal.value.facts["count"] == 1000
    assert len(refusal.value.facts["rows"]) == 200


def test_numbers_as_codes_are_read(ground):
    features = [
        {"type": "Feature", "properties": {"adcode": int(code)}, "geometry": json.loads(shapely.to_geojson(shape))}
        for code, shape in TOWNS.items()
    ]
    path = ground.folder / "numbers.geojson"
    path.write_text(json.dumps({"features": features}))

    loaded = actions.load(tables_at=[ground.table()], outlines_at=[path], by=SYSTEM, now=NOW)

    assert loaded.drawn == 2
