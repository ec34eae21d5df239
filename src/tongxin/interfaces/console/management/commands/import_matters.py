"""`tongxin import_matters FILE --mapping MAP.toml`: matters that were run elsewhere, from CSV or XLSX."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table as Grid
from rich.text import Text

from tongxin import words
from tongxin.interfaces.console import importing
from tongxin.interfaces.console.importing import mapping, outcome, tables
from tongxin.interfaces.console.importing.mapping import Plan
from tongxin.interfaces.console.importing.outcome import Outcome
from tongxin.rules.area_codes import How
from tongxin.rules.errors import Refused
from tongxin.rules.permissions import SYSTEM

SHOWN = 20  # disagreements


class Command(BaseCommand):
    help = "导入别处办过的事项（CSV、XLSX）/ Import matters that were run elsewhere. 写法见 docs/import.md"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV（UTF-8、GB18030）或 XLSX")
        parser.add_argument("--mapping", type=Path, required=True, metavar="MAP.toml", help="列和值的对照")
        parser.add_argument("--rejected", type=Path, help="未导入的行写到哪里，默认 FILE.rejected.csv")
        parser.add_argument(
            "--max-mb", type=int, default=tables.LIMIT_MB, help="文件上限（XLSX 按解压后计），默认 %(default)s"
        )
        parser.add_argument("--chunk", type=int, default=importing.CHUNK_ROWS, help="每次提交的行数，默认 %(default)s")

    def handle(self, *, file: Path, mapping: Path, rejected: Path | None, max_mb: int, chunk: int, **_: Any) -> None:
        out = Console(file=self.stdout, highlight=False, markup=False)
        rejected = rejected or file.with_name(f"{file.name}.rejected.csv")
        done = Outcome()
        try:
            plan = _import(out, file, mapping, rejected, max_mb, chunk, done)
        except Refused as refusal:
            out.print(f"{'中途停止' if done.read else '未导入，什么也没有写入'}：{words.say(refusal)}")
            if done.read:
                _tell(out, done, rejected, {})
            sys.exit(1)
        except KeyboardInterrupt:
            out.print("已中断。已提交的行都在；再运行一次同样的命令，就从这里接着导入。")
            _tell(out, done, rejected, {})
            sys.exit(130)
        _tell(out, done, rejected, outcome.located(plan.source))


def _import(out: Console, file: Path, mapped: Path, rejected: Path, max_mb: int, chunk: int, done: Outcome) -> Plan:
    plan = mapping.read(mapped)
    with _progress(out) as progress:
        checking = progress.add_task("核对文件", total=None)
        table = tables.opened(file, limit_mb=max_mb, advance=lambda rows: progress.advance(checking, rows))
        progress.remove_task(checking)
        taking = progress.add_task("导入", total=table.rows)
        importing.run(
            table,
            plan,
            rejected_at=rejected,
            done=done,
            advance=lambda rows: progress.advance(taking, rows),
            chunk_rows=max(chunk, 1),
            by=SYSTEM,
            now=timezone.now(),
        )
    return plan


class _Speed(ProgressColumn):
    """Rows a second, once there is something to tell."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} 行/秒" if task.speed else "")


def _progress(out: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Speed(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=out,
        transient=True,
        disable=not out.is_terminal,
    )


def _tell(out: Console, done: Outcome, rejected: Path, places: dict[str, int]) -> None:
    grid = Grid(box=None, show_header=False, pad_edge=False)
    grid.add_column()
    grid.add_column(justify="right")
    for name, many in (
        ("读到", done.read),
        ("新导入", done.imported),
        ("早已导入", done.known),
        ("未导入", done.rejected),
    ):
        grid.add_row(name, f"{many:,}")
    if places:
        total = sum(places.values())
        for how, many in places.items():
            grid.add_row(f"位置：{words.label(How(how))}", f"{many:,}（{many / total:.2%}）")
    if done.agreeing or done.disagreeing:
        grid.add_row("超时判定与来源一致", f"{done.agreeing:,}")
        grid.add_row("超时判定与来源不一致", f"{done.disagreeing:,}")
    out.print(grid)
    for each in done.disagreements[:SHOWN]:
        ours, theirs = words.label(each.ours), words.label(each.theirs)
        out.print(f"  第 {each.line} 行 {each.key}：这里判为“{ours}”，来源判为“{theirs}”。")
    if done.rejected:
        reasons = "、".join(
            f"{code} {many:,}" for code, many in sorted(done.reasons.items(), key=lambda each: -each[1])
        )
        out.print(f"未导入的行连同原因写在 {rejected}（{reasons}）。")
    if done.read and done.known == done.read:
        out.print("这些行都早已导入过，什么也没有新增。")
