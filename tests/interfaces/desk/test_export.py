"""Exports: the list as its reader may see it, safe to open, marked with who took it, capped and recorded."""

import csv
from io import BytesIO, StringIO

import pytest
from django.http import QueryDict
from openpyxl import load_workbook

from tests.interfaces.desk.visitors import visitor
from tests.town import CAST, a_matter
from tongxin.apps.journal.models import Entry
from tongxin.interfaces.desk import export, sheets
from tongxin.interfaces.desk.filtering import as_data, filters_of, query_of
from tongxin.rules.errors import Invalid
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.permissions import GRANTS, Permission

pytestmark = pytest.mark.django_db


def csv_of(name: str, language: str = "zh-hans", **asked: str) -> list[list[str]]:
    answer = visitor(name, language).get("/m/export.csv", asked)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")  # so that Excel reads it as UTF-8
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


def test_the_first_line_says_who_took_it_and_when(town):
    (mark,), heads, *rows = csv_of("dispatcher")

    assert "荷花街道综合信息指挥室 · 派遣员" in mark
    assert heads[:2] == ["编号", "标题"]
    assert rows == []


def test_a_line_holds_what_the_list_shows_and_no_contact(town):
    matter = a_matter(town, contact_name="王某某", contact_phone="13800001111")

    *_, row = csv_of("dispatcher")

    assert row[0] == matter.number
    assert row[6:10] == ["柯城区", "荷花街道", "松园社区", "松园社区 01 网格"]
    assert "13800001111" not in "".join(row)
    assert "王某某" not in "".join(row)


def test_the_neighbouring_countys_handler_takes_nothing_out(town):
    a_matter(town, "HANDLING")

    assert len(csv_of("neighbouring_handler")) == 2
    assert len(csv_of("handler")) == 3


@pytest.mark.parametrize("name", CAST)
def test_only_who_may_export_can(town, name):
    is_allowed = CAST[name][0] in GRANTS[Permission.EXPORT]

    assert visitor(name).get("/m/export.csv").status_code == (200 if is_allowed else 403)


def test_filters_narrow_the_export_as_they_narrow_the_list(town):
    a_matter(town)
    a_matter(town, "CLOSED")

    assert [row[4] for row in csv_of("leader", state="closed")[2:]] == ["已结案"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_cell_is_taken_for_a_formula(town, start):
    a_matter(town, title=f"{start}HYPERLINK(1)", place=f"{start}1")

    *_, row = csv_of("dispatcher")

    assert not any(cell.startswith(sheets.FORMULA) for cell in row)
    assert sheets.safe(f"{start}1") == f"'{start}1"
    assert sheets.safe(-1.5) == -1.5


def test_a_workbook_holds_the_same_lines(town):
    a_matter(town)
    answer = visitor("dispatcher").get("/m/export.xlsx")

    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content)), read_only=True).active
    lines = [["" if cell is None else str(cell) for cell in line] for line in sheet.iter_rows(values_only=True)]

    assert lines[2] == csv_of("dispatcher")[2]
    assert "派遣员" in lines[0][0]


def test_an_export_is_recorded_with_codes_alone(town):
    csv_of("dispatcher", area="330802001", q="垃圾")

    entry = Entry.objects.filter(kind="matter.export").latest("id")

    assert entry.actor == town.dispatcher.ref
    assert entry.post_id == town.dispatcher.duties[0].post_id
    assert entry.data == {"filters": {"area": "330802001", "q": True}, "count": 0, "form": "csv"}


def test_too_many_rows_are_refused_before_any_is_read(town, rf, monkeypatch):
    a_matter(town)
    a_matter(town)
    monkeypatch.setattr(export, "MOST", 1)
    request = rf.get("/m/export.csv")
    request.actor = town.leader

    with pytest.raises(Invalid, match=r"export\.too_many"):
        export.export(request, "csv")

    assert not Entry.objects.filter(kind="matter.export").exists()


def test_an_export_costs_the_same_statements_however_long(town, rf, django_assert_num_queries):
    for many in (1, 4):
        for _ in range(many):
            a_matter(town)
        request = rf.get("/m/export.csv")
        request.actor = town.leader
        b"".join(export.export(request, "csv").streaming_content)

        with django_assert_num_queries(9):  # count, plan, rows, the record, and savepoints around the last two
            b"".join(export.export(request, "csv").streaming_content)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_is_sent_while_it_is_made(form, monkeypatch):
    monkeypatch.setattr(sheets, "AT_ONCE", 2)
    read = []
    lines = ([read.append(n) or n] for n in range(6))
    made = sheets.csv_of("m", ["a"], lines) if form == "csv" else sheets.xlsx_of("t", "m", ["a"], [8], lines)

    assert read == []
    first = next(made)

    assert first
    assert len(read) == 2


def test_a_printed_workbook_repeats_who_took_it_out(town):
    a_matter(town, title="电缆 <井盖> & 护栏 ]]>\x08")
    answer = visitor("dispatcher").get("/m/export.xlsx")

    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active

    assert "荷花街道综合信息指挥室 · 派遣员" in sheet.oddHeader.left.text
    assert sheet.freeze_panes == "A3"
    assert sheet["B3"].value == "电缆 <井盖> & 护栏 ]]>"


def test_other_forms_are_not_found(town):
    assert visitor("leader").get("/m/export.pdf").status_code == 404


def test_an_export_speaks_english_at_the_switch(town):
    (mark,), heads = csv_of("dispatcher", "en")

    assert mark.startswith("Exported by")
    assert heads[0] == "Number"


# --- what an address asks for ----------------------------------------------------------------------------


def test_an_address_is_read_and_written_the_same_way():
    text = "state=handling&state=closed&area=330802&template=C02&lamp=red&unit=3&channel=hotline&urgency=U&level=T"
    text += "&q=%E5%9E%83%E5%9C%BE&since=2026-01-01&until=2026-02-01"

    filters = filters_of(QueryDict(text))

    assert query_of(filters) == text
    assert filters.states == (State.HANDLING, State.CLOSED)
    assert as_data(filters)["state"] == ["handling", "closed"]


@pytest.mark.parametrize(
    "text",
    [
        "state=gone",
        "area=12x",
        "area=٣٣",
        "lamp=blue",
        "unit=one",
        f"unit={'9' * 30}",
        "channel=x",
        "urgency=Z",
        "level=Q",
        "since=2026-02-30",
        "q=%00",
    ],
)
def test_what_cannot_be_read_is_refused_so_that_nothing_wider_is_shown(text):
    with pytest.raises(Invalid, match=r"filter\.unreadable"):
        filters_of(QueryDict(text))


def test_blanks_narrow_nothing():
    assert filters_of(QueryDict("state=&area=&lamp=&unit=&q=+&since=")) == filters_of(QueryDict(""))
