"""Importing matters: every row accounted for, nothing twice, nothing half, and broken files refused in plain words."""

import csv
import zipfile
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from tests.town import HEXIYUAN_01, SONGYUAN_01, a_photo, kinds_of
from tongxin.apps.journal.models import Entry
from tongxin.apps.journal.verification import broken_entries
from tongxin.apps.matters import actions
from tongxin.apps.matters.actions import Past
from tongxin.apps.matters.models import Contact, Deadline, Matter, Report
from tongxin.interfaces.console import importing
from tongxin.interfaces.console.importing import mapping, tables
from tongxin.rules.datum import Datum, from_wgs84
from tongxin.rules.errors import Invalid
from tongxin.rules.lifecycles.matter import Act, CloseKind, State
from tongxin.rules.permissions import SYSTEM

pytestmark = pytest.mark.django_db

HEADER = ["编号", "类型", "内容", "地点", "经度", "纬度", "社区", "来源", "上报", "应办结", "办结", "状态", "判定"]
ROW = [
    "A-1", "垃圾", "门口垃圾没人收", "荷花路 1 号", *map(str, SONGYUAN_01), "", "热线",
    "2026-03-02 09:00:00", "2026-03-05 17:30:00", "2026-03-04 10:00:00", "办结", "按期",
]  # fmt: skip
MAP = """
source = "old-system"
[columns]
key = "编号"
template = "类型"
text = "内容"
place = "地点"
lon = "经度"
lat = "纬度"
area = "社区"
channel = "来源"
reported_at = "上报"
due_at = "应办结"
closed_at = "办结"
state = "状态"
[templates]
"垃圾" = "C02"
[channels]
"热线" = "hotline"
"*" = "partner"
[states]
"办结" = "closed"
"在办" = "handling"
"*" = "awaiting_acceptance"
[verdict]
column = "判定"
on_time = "按期"
overdue = "超期"
"""


def a_row(**changes: str) -> list[str]:
    """Return a row of the old system with some of its cells changed."""
    return [changes.get(column, cell) for column, cell in zip(HEADER, ROW, strict=True)]


def written(folder: Path, rows: list[list[str]], encoding: str = "utf-8") -> Path:
    file = folder / "old.csv"
    with file.open("w", encoding=encoding, newline="") as out:
        csv.writer(out).writerows([HEADER, *rows])
    return file


@pytest.fixture
def mapped(tmp_path):
    file = tmp_path / "map.toml"
    file.write_text(MAP, encoding="utf-8")
    return file


@pytest.fixture
def run(town, mapped, tmp_path):
    """Import a file as the command does and return what it printed."""

    def run(file: Path, **options: object) -> str:
        told = StringIO()
        try:
            call_command(
                "import_matters", str(file), "--mapping", str(mapped), stdout=told, skip_checks=True, **options
            )
        except SystemExit as left:
            assert left.code == 1
        return told.getvalue()

    return run


def counts() -> tuple[int, ...]:
    return tuple(table.objects.count() for table in (Matter, Report, Deadline, Contact, Entry))


# --- rows ------------------------------------------------------------------------------------------------


def test_a_past_matter_keeps_its_state_and_its_clock(run, tmp_path):
    run(written(tmp_path, [a_row()]))

    matter = Matter.objects.get(source="import:old-system", source_key="A-1")
    clock = matter.deadlines.get()
    assert (matter.state, matter.close_as, matter.is_late, matter.channel) == ("closed", "normal", False, "hotline")
    assert matter.area == "330802001001001"
    assert matter.reported_at == datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert (clock.clock, clock.due_at) == ("whole", datetime(2026, 3, 5, 9, 30, tzinfo=UTC))
    assert (clock.ended_at, clock.outcome, clock.next_fire_at) == (matter.closed_at, "on_time", None)
    assert kinds_of(matter) == ["matter.import"]


def test_what_closed_after_its_target_is_late(run, tmp_path):
    run(written(tmp_path, [a_row(办结="2026-03-05 17:30:01")]))

    matter = Matter.objects.get()
    assert (matter.close_as, matter.is_late, matter.deadlines.get().outcome) == ("late", True, "overdue")


def test_what_was_closed_without_a_target_was_neither_kept_nor_missed(run, tmp_path):
    run(written(tmp_path, [a_row(应办结="")]))

    matter = Matter.objects.get()
    assert (matter.state, matter.is_late, matter.deadlines.count()) == ("closed", None, 0)


def test_a_target_from_before_the_report_stays_the_target(run, tmp_path):
    run(written(tmp_path, [a_row(应办结="2026-03-01 09:00:00", 办结="2026-03-02 09:00:00")]))

    clock = Matter.objects.get().deadlines.get()
    assert (clock.due_at, clock.outcome) == (datetime(2026, 3, 1, 1, tzinfo=UTC), "overdue")


def test_rows_without_a_point_go_by_the_name_of_their_area(run, tmp_path):
    run(written(tmp_path, [a_row(经度="", 纬度="", 社区="荷西苑社区")]))

    matter = Matter.objects.get()
    assert (matter.area, matter.located) == ("330802001002", "given")


def test_points_may_come_in_the_datum_of_another_map(run, mapped, tmp_path):
    lon, lat = from_wgs84(*HEXIYUAN_01, Datum.BD09)
    mapped.write_text('datum = "bd09"\n' + MAP, encoding="utf-8")

    run(written(tmp_path, [a_row(经度=str(lon), 纬度=str(lat))]))

    assert Matter.objects.get().area == "330802001002001"


def test_a_point_outside_falls_back_on_the_area_only_if_the_mapping_says_so(run, mapped, tmp_path):
    file = written(tmp_path, [a_row(经度="123.5", 社区="松园社区")])

    refused = run(file)
    mapped.write_text('outside = "area"\n' + MAP, encoding="utf-8")
    run(file)

    assert "point.outside" in refused
    assert Matter.objects.get().area == "330802001001"


BAD = {
    "import.no_key": {"编号": " "},
    "import.unmapped": {"类型": "别的"},
    "import.date": {"上报": "昨天"},
    "import.no_date": {"上报": ""},
    "import.number": {"经度": "东经"},
    "report.no_text": {"内容": " "},
    "report.too_long": {"内容": "长" * 2001},
    "report.in_future": {"上报": "2099-01-01 00:00:00"},
    "point.outside": {"经度": "123.5"},
    "point.half": {"经度": ""},
    "place.missing": {"经度": "", "纬度": ""},
    "past.not_closed": {"办结": ""},
    "past.closed_in_future": {"办结": "2099-01-01 00:00:00"},
    "calendar.too_short": {"上报": "1999-01-01 00:00:00", "应办结": "", "办结": "", "状态": "新"},
}


def test_every_row_is_accounted_for_and_each_rejected_one_says_why(run, tmp_path):
    rows = [a_row(), *(a_row(**{"编号": code} | cells) for code, cells in BAD.items())]
    file = written(tmp_path, [*rows, ["A-9", "多", "余"]])

    told = run(file)

    assert Matter.objects.count() == 1
    assert f"未导入 {len(BAD) + 1}" in " ".join(told.split())
    with (tmp_path / "old.csv.rejected.csv").open(encoding="utf-8-sig", newline="") as rejected:
        kept = list(csv.DictReader(rejected))
    assert [(row["编号"], row["代码 code"]) for row in kept[1:-1] if row["编号"].strip()] == [
        (code, code) for code in list(BAD)[1:]
    ]
    assert kept[0]["代码 code"] == "import.no_key"
    assert (kept[-1]["代码 code"], kept[-1]["行号 line"]) == ("import.columns", str(len(rows) + 2))
    assert all("一" <= row["原因 reason"][-2] <= "鿿" or row["原因 reason"].endswith("。") for row in kept)


def test_the_file_of_rejected_rows_is_for_its_owners_eyes(run, tmp_path):
    run(written(tmp_path, [a_row(内容="")]))

    assert (tmp_path / "old.csv.rejected.csv").stat().st_mode & 0o777 == 0o600


CODE = ("'; DROP TABLE matters_matter; --", "<script>", "{{7*7}}", "%s", "\\.", "=1+1", "a\tb", "\\N", "a\nb")


@pytest.mark.slow
def test_what_looks_like_code_is_kept_as_words_in_large_imports_too(run, tmp_path):
    run(
        written(
            tmp_path, [a_row(编号=f"{n}", 内容=CODE[n % len(CODE)], 地点=CODE[n % len(CODE)]) for n in range(5_004)]
        )
    )

    for text in CODE:
        assert Report.objects.filter(text=text, matter__place=text).count() == 5_004 // len(CODE)


def test_the_file_of_rejected_rows_can_be_put_right_and_imported_itself(run, tmp_path):
    run(written(tmp_path, [a_row(), a_row(编号="A-2", 内容="")]))
    rejected = tmp_path / "old.csv.rejected.csv"
    rejected.write_text(rejected.read_text("utf-8-sig").replace("A-2,垃圾,,", "A-2,垃圾,补写的内容,"), encoding="utf-8")

    run(rejected)

    assert set(Matter.objects.values_list("source_key", flat=True)) == {"A-1", "A-2"}


@pytest.mark.slow
def test_large_and_small_batches_never_give_one_number_twice(town, now):
    def reports(many: int) -> list[str]:
        told = [actions.Incoming("C02", "垃圾", lon=SONGYUAN_01[0], lat=SONGYUAN_01[1])] * many
        return [each.number for each in actions.report_many(told, by=SYSTEM, now=now)]

    numbers = [*reports(16), *reports(5_001), *reports(16), *reports(5_001)]  # 16 serials are taken in one block

    assert len(set(numbers)) == len(numbers)


@pytest.mark.slow
def test_the_journal_of_an_import_is_whole(run, tmp_path):
    run(written(tmp_path, [a_row(编号=f"A-{n}") for n in range(5_001)]))

    assert broken_entries(lambda _: None) == []


# --- twice -----------------------------------------------------------------------------------------------


def test_a_second_import_adds_nothing_and_says_so(run, tmp_path):
    file = written(tmp_path, [a_row(编号=f"A-{n}") for n in range(50)])
    run(file)
    before = counts()

    told = run(file)

    assert counts() == before
    assert "早已导入 50" in " ".join(told.split())
    assert "什么也没有新增" in told


def test_a_key_that_stands_twice_in_a_file_is_one_matter(run, tmp_path):
    told = run(written(tmp_path, [a_row(), a_row(内容="又报一次"), a_row(编号="A-2")]), chunk=1)

    assert Matter.objects.count() == 2
    assert "新导入 2 早已导入 1 未导入 0" in " ".join(told.split())


def test_an_interrupted_import_goes_on_where_it_stopped(town, mapped, tmp_path):
    table = tables.opened(written(tmp_path, [a_row(编号=f"A-{n}") for n in range(10)]))
    plan = mapping.read(mapped)

    def interrupt(_: int) -> None:
        if Matter.objects.count() == 6:
            raise KeyboardInterrupt

    done = importing.Outcome()
    how = {"rejected_at": tmp_path / "no.csv", "chunk_rows": 3, "by": SYSTEM, "now": datetime.now(UTC)}
    with pytest.raises(KeyboardInterrupt):
        importing.run(table, plan, done=done, advance=interrupt, **how)
    rest = importing.run(table, plan, **how)

    assert (done.read, done.imported) == (6, 6)
    assert (rest.read, rest.imported, rest.known) == (10, 4, 6)


def test_verdicts_that_differ_from_the_sources_own_are_named(run, tmp_path):
    told = run(written(tmp_path, [a_row(), a_row(编号="A-2", 判定="超期"), a_row(编号="A-3", 判定="")]))

    assert "来源一致 1" in " ".join(told.split())
    assert "第 3 行 A-2" in told


# --- files -----------------------------------------------------------------------------------------------

BROKEN = {
    "empty": (b"", "是空的"),
    "header only": (",".join(HEADER).encode(), "没有数据行"),
    "quote left open": (",".join(HEADER).encode() + b'\nA-1,"' + "垃".encode() * 10, "引号"),
    "NUL": (",".join(HEADER).encode() + b"\nA\x001", "二进制"),
    "UTF-16": ("\n".join([",".join(HEADER)] * 3).encode("utf-16"), "二进制"),
    "neither encoding": (b"\n".join([",".join(HEADER).encode("gb18030"), b"\xff\xff\xff"]), "GB18030"),
    "one broken line": (",".join(HEADER).encode() + b"\n\xe5\x9e,1\n" + "垃圾\n".encode() * 3, "第 2 行"),
    "a column missing": (b"a,b\n1,2\n", "没有“"),
    "a cell of ten megabytes": (
        ",".join(HEADER).encode() + b"\n" + b'"' + b"x" * 900_000 + b'"\n',
        "超过 131072 个字符",
    ),
    "a line without end": (b"x" * 2_000_000, "不像一行表格"),
    "a picture": (a_photo().read() * 3, "二进制"),
    "a broken zip": (b"PK\x03\x04 no more", "XLSX"),
}


@pytest.mark.parametrize(("content", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_refused_in_plain_words_and_nothing_is_written(run, tmp_path, content, said):
    file = tmp_path / "broken.csv"
    file.write_bytes(content)
    before = counts()

    told = run(file)

    assert "什么也没有写入" in told
    assert said in told.replace("\n", "")
    assert counts() == before


def test_a_break_far_down_the_file_is_found_before_the_first_row_is_written(run, tmp_path):
    file = written(tmp_path, [a_row(编号=f"A-{n}") for n in range(200)])
    with file.open("a", encoding="utf-8") as out:
        out.write('A-200,"no end')

    told = run(file, chunk=10)

    assert "第 202 行" in told
    assert not Matter.objects.exists()


def test_three_gigabytes_are_refused_before_a_byte_is_read(run, tmp_path):
    file = tmp_path / "huge.csv"
    with file.open("wb") as out:
        out.truncate(3_000_000_000)  # a hole: it takes no room

    assert "3000 MB，上限 2048 MB" in run(file).replace("\n", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_are_read_in_the_encodings_that_offices_write(run, tmp_path, encoding):
    run(written(tmp_path, [a_row(内容="垃圾堆在门口，𠮷")], encoding=encoding))

    assert Report.objects.get().text == "垃圾堆在门口，𠮷"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_the_files_own(run, tmp_path, delimiter):
    file = tmp_path / "old.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, delimiter=delimiter).writerows([HEADER, a_row()])

    run(file)

    assert Matter.objects.count() == 1


def test_a_workbook_is_read_as_the_same_table_with_dates_and_numbers_as_such(run, tmp_path):
    book = Workbook()
    book.active.append(HEADER)
    cells = dict(zip(HEADER, ROW, strict=True))
    moments = {column: datetime.fromisoformat(cells[column]) for column in ("上报", "应办结", "办结")}
    numbers = {"编号": 4711, "经度": SONGYUAN_01[0], "纬度": SONGYUAN_01[1], "判定": None}
    book.active.append([*(cells | moments | numbers).values()])
    book.save(tmp_path / "old.xlsx")

    run(tmp_path / "old.xlsx")

    matter = Matter.objects.get(source_key="4711")
    assert matter.reported_at == datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert matter.area == "330802001001001"


def test_a_zip_bomb_is_weighed_unpacked(run, tmp_path):
    file = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", b"0" * 3_000_000)

    assert "3 MB，上限 1 MB" in run(file, max_mb=1).replace("\n", "")


# --- mappings --------------------------------------------------------------------------------------------

WRONG = {
    "mapping.key": "color = 1\n" + MAP,
    "mapping.value time_zone": 'time_zone = "Mars"\n' + MAP,
    "mapping.value datum": 'datum = "wgs72"\n' + MAP,
    "mapping.value dates": 'dates = ["%Q"]\n' + MAP,
    "mapping.value states": MAP.replace('"closed"', '"done"'),
    "mapping.value source": MAP.replace("old-system", "老 系统"),
    "mapping.missing columns.key": MAP.replace('key = "编号"', ""),
    "mapping.missing columns.lat": MAP.replace('lat = "纬度"', ""),
    "mapping.missing verdict": MAP.replace('overdue = "超期"', ""),
    "mapping.one_column": MAP.replace('"上报"', '["上报", "办结"]'),
    "mapping.unreadable": MAP + "[",
}


@pytest.mark.parametrize(("name", "text"), WRONG.items(), ids=WRONG.keys())
def test_a_wrong_mapping_is_refused_naming_the_key(mapped, name, text):
    mapped.write_text(text, encoding="utf-8")

    with pytest.raises(Invalid) as refused:
        mapping.read(mapped)

    code, _, key = name.partition(" ")
    assert refused.value.code == code
    assert key in str(refused.value.facts.get("key", ""))


def test_a_mapping_may_not_lead_to_templates_that_do_not_stand(run, mapped, tmp_path):
    mapped.write_text(MAP.replace('"C02"', '"Z99"'), encoding="utf-8")

    assert 'templates."垃圾" 指向“Z99”' in run(written(tmp_path, [a_row()])).replace("\n", "")


# --- afterwards ------------------------------------------------------------------------------------------

ON_THE_WAY = {
    "awaiting_acceptance": ("accept", "file", "dispatch", "sign", "handle", "review", "check", "close"),
    "awaiting_dispatch": ("dispatch", "sign", "handle", "review", "check", "close"),
    "handling": ("handle", "review", "check", "close"),
    "awaiting_check": ("check", "close"),
}
WHO = {
    "accept": "acceptor", "file": "duty_chief", "dispatch": "dispatcher", "sign": "handler", "handle": "handler",
    "review": "handler_head", "check": "grid_worker", "close": "duty_chief",
}  # fmt: skip


@pytest.mark.parametrize(("state", "acts"), ON_THE_WAY.items(), ids=ON_THE_WAY.keys())
def test_an_open_past_matter_goes_on_from_where_it_stood_to_its_closing(town, now, state, acts):
    past = Past(State(state), due_at=now + timedelta(days=9))
    lon, lat = SONGYUAN_01
    told = actions.Incoming("C02", "垃圾", lon=lon, lat=lat, at=now - timedelta(days=1), past=past)
    matter_id = actions.report(told, by=SYSTEM, now=now).id
    details = {
        "dispatch": {"unit_id": town.unit["sanitation"]},
        "handle": {"reason": "已清运。"},
        "close": {"close_as": CloseKind.NORMAL},
    }

    for minute, act in enumerate(acts):
        at = now + timedelta(minutes=minute)
        if act == "handle":
            actions.attach(a_photo(), matter_id=matter_id, kind="after", by=town.handler, now=at)
        actions.take(Act(act), matter_id=matter_id, by=getattr(town, WHO[act]), now=at, **details.get(act, {}))

    matter = Matter.objects.get(pk=matter_id)
    whole = matter.deadlines.get(clock="whole")
    assert (matter.state, matter.is_late) == ("closed", False)
    assert (whole.due_at, whole.outcome) == (past.due_at, "on_time")
    assert not matter.deadlines.filter(ended_at__isnull=True).exists()


def test_nobody_handles_an_imported_matter_that_was_not_dispatched(run, tmp_path):
    rows = [a_row(编号="new", 状态="新", 办结=""), a_row(编号="busy", 状态="在办", 办结="")]

    run(written(tmp_path, rows))

    assert Matter.objects.get(source_key="new").unit_id is None
    assert Matter.objects.get(source_key="busy").unit_id is not None
