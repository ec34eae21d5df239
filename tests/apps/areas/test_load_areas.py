"""The command tells what it did or why it did nothing, in Chinese, and by its exit code."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.apps.areas.conftest import CITY, TOWNS, WEST
from tongxin import words
from tongxin.apps.areas import actions
from tongxin.apps.areas.locator import build
from tongxin.apps.areas.models import Area
from tongxin.rules.errors import Refused


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("load_areas", *map(str, arguments), stdout=out)
    return out.getvalue()


def refused(*arguments: object) -> str:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("load_areas", *map(str, arguments), stdout=out)
    assert ended.value.code == 1
    assert not Area.objects.exists()
    return out.getvalue()


def test_a_table_with_outlines_is_loaded(ground):
    told = run(ground.table(), "--geojson", ground.outlines(TOWNS))

    assert "新增 4，更改 0，不变 0；边界 2 个" in told


def test_a_directory_is_a_city(ground):
    ground.table()
    ground.outlines(TOWNS)
    (ground.folder / "city.toml").write_text('tables = ["areas.csv"]\noutlines = ["areas.geojson"]\n')

    told = run(ground.folder)

    assert "新增 4" in told


@pytest.mark.parametrize("manifest", ["tables = [", 'tables = ["none.csv"]', None], ids=["broken", "wrong", "missing"])
def test_a_directory_that_is_no_city_is_refused(ground, manifest):
    if manifest is not None:
        (ground.folder / "city.toml").write_text(manifest)

    assert "未载入" in refused(ground.folder)


def test_every_bad_row_is_a_line_of_its_own(ground):
    told = refused(ground.table(CITY + "990199003,丙镇,town,990199\nx,丁镇,town,\n"))

    assert "共 2 处有误" in told
    lines = [line.split()[0] for line in told.splitlines() if line[:1].isdigit()]
    assert lines == ["6", "7"]


def test_overlaps_are_refused_or_told(ground):
    table, shapes = ground.table(), ground.outlines({"990101001": WEST, "990101002": WEST})

    assert "未载入" in refused(table, "--geojson", shapes)
    assert "请留意" in run(table, "--geojson", shapes, "--allow-gaps")


def test_the_day_of_the_check_may_be_given(ground):
    table = ground.table("code,name,valid_from\n9901,试验市,2026-01-01\n")

    run(table, "--today", "2027-06-01")

    assert Area.objects.get().valid_from.isoformat() == "2026-01-01"
    assert build(Area.objects.get().valid_from).codes == []


SOURCES = "".join(path.read_text("utf-8") for path in Path(actions.__file__).parent.rglob("*.py"))
RECORDED = {"area.load", "area.retire", "area.replace"}
RULES = sorted(set(re.findall(r'"((?:file|areas?|outline|point)\.[a-z_]+)"', SOURCES)) - RECORDED)


@pytest.mark.parametrize("rule", RULES)
def test_every_refusal_has_its_sentence(rule):
    assert words.say(Refused(rule))
