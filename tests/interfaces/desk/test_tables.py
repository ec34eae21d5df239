"""Tables of the desk as files: what their pages show, to whom they show it, marked and recorded like every export."""

import csv
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from tests.apps.patrols.grid import NOW, a_round
from tests.interfaces.desk.visitors import visitor
from tongxin.apps.journal.models import Entry

pytestmark = pytest.mark.django_db
TABLES = {
    "/patrols/export": "patrol.export",
    "/patrols/duties/export": "duty.export",
    "/devices/export": "device.export",
    "/reverse/figures/export": "reverse.export",
}


def taken(name: str, path: str) -> list[list[str]]:
    answer = visitor(name).get(path)
    assert answer.status_code == 200, answer.content
    return list(csv.reader(StringIO(b"".join(answer.streaming_content).decode().removeprefix("\ufeff"))))


@pytest.mark.parametrize("path", TABLES)
def test_every_table_goes_out_marked_and_recorded_to_who_may_take_it_alone(town, path):
    (mark,), heads, *_rows = taken("duty_chief", f"{path}.csv")

    assert "荷花街道综合信息指挥室 · 值班长" in mark and len(heads) >= 8
    entry = Entry.objects.get(kind=TABLES[path])
    assert entry.actor == town.duty_chief.ref and {"filters", "count", "form"} <= set(entry.data)
    assert visitor("grid_worker").get(f"{path}.csv").status_code == 403
    assert visitor("duty_chief").get(f"{path}.pdf").status_code == 404
    assert Entry.objects.filter(kind=TABLES[path]).count() == 1


def test_coverage_goes_out_as_its_page_counts_it_and_no_further_than_one_sees(town):
    a_round(town)
    asked = f"/patrols/export.csv?by=grid&since={NOW.date()}&until={NOW.date()}"

    _mark, _heads, row = taken("duty_chief", asked)

    assert row[0] == "松园社区 01 网格" and row[2:5] == ["1", "3", "0"]
    assert len(taken("neighbouring_dispatcher", asked)) == 2


def test_a_table_is_a_workbook_too(town):
    a_round(town)
    answer = visitor("duty_chief").get("/patrols/duties/export.xlsx")

    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active

    assert sheet["A2"].value == "区域" and sheet.max_column == 11
