"""`tongxin load_areas`: a city's areas from a table and outlines, or from a directory that holds a city."""

import tomllib
from argparse import ArgumentParser
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from tongxin import words
from tongxin.apps.areas import actions
from tongxin.apps.areas.actions import Flaws, Loaded
from tongxin.apps.areas.files import Fault
from tongxin.rules.datum import Datum
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.permissions import SYSTEM

MANIFEST = "city.toml"


class Command(BaseCommand):
    help = "载入区划和网格：CSV 表（code,name,level,parent）与 GeoJSON 边界；或一个城市目录，如 cities/quzhou"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, metavar="CSV|DIR", help="区划表，或含 city.toml 的目录")
        parser.add_argument("--geojson", type=Path, action="append", default=[], help="边界文件，可多次给出")
        parser.add_argument("--key", help="边界文件中标明区划代码或名称的属性；默认依次试 code gb adcode name")
        parser.add_argument("--crs", type=Datum, choices=list(Datum), default=Datum.WGS84, help="边界文件的坐标系")
        parser.add_argument(
            "--allow-gaps", action="store_true", help="空隙、重叠、自相交的边界只提示（后者修复），不拒绝"
        )
        parser.add_argument("--today", type=date.fromisoformat, help="按哪一天有效的区划核对，默认今天")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=self.stdout, highlight=False, markup=False, emoji=False)
        now = timezone.now()
        if day := options["today"]:
            now = timezone.make_aware(datetime.combine(day, time(12)))
        try:
            tables_at, outlines_at = files_of(options["source"])
            with _spinner(console):
                loaded = actions.load(
                    tables_at=tables_at,
                    outlines_at=[*outlines_at, *options["geojson"]],
                    key=options["key"],
                    datum=options["crs"],
                    flaws=Flaws.TOLD if options["allow_gaps"] else Flaws.REFUSED,
                    by=SYSTEM,
                    now=now,
                )
        except Refused as refusal:
            _tell_refusal(console, refusal)
            raise SystemExit(1) from refusal
        except KeyboardInterrupt:
            console.print("已中断，什么也没有写入。")
            raise SystemExit(130) from None
        _tell(console, loaded)


def files_of(source: Path) -> tuple[list[Path], list[Path]]:
    """Return the tables and outlines of a city's directory, or the one table. Raises Invalid."""
    if not source.is_dir():
        return [source], []
    manifest = source / MANIFEST
    try:
        city = tomllib.loads(manifest.read_text("utf-8"))
    except FileNotFoundError as error:
        raise Invalid("file.missing", file=str(manifest)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid("file.toml", file=str(manifest), reason=str(error)) from error
    return [source / each for each in city.get("tables", [])], [source / each for each in city.get("outlines", [])]


def _spinner(console: Console) -> Progress:
    """Show that work goes on, and for how long."""
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    progress.add_task("读取、核对、写入区划…")
    return progress


def _tell(console: Console, loaded: Loaded) -> None:
    console.print(
        f"区划已载入：新增 {loaded.added}，更改 {loaded.changed}，不变 {loaded.unchanged}；边界 {loaded.drawn} 个。"
    )
    if loaded.told:
        console.print(f"以下 {len(loaded.told)} 处请留意：")
        console.print(_table(loaded.told))


def _tell_refusal(console: Console, refusal: Refused) -> None:
    if refusal.code != "areas.rejected":
        console.print(f"未载入：{words.say(refusal)}")
        return
    rows = refusal.facts["rows"]
    console.print(f"未载入：共 {refusal.facts['count']} 处有误，什么也没有写入。")
    console.print(_table(rows))
    if refusal.facts["count"] > len(rows):
        console.print(f"只列出前 {len(rows)} 处。")


def _table(faults: list[Fault]) -> Table:
    table = Table("行", "代码", "问题", box=None, pad_edge=False)
    for line, code, facts in faults:
        table.add_row(str(line or ""), code, words.say(Refused(facts["rule"], **{**facts, "line": line, "area": code})))
    return table
