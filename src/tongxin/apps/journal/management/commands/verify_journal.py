"""`tongxin verify_journal`: compute every chain and seal again, and tell where the journal was tampered with."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tongxin.apps.journal import verification
from tongxin.apps.journal.models import Seal
from tongxin.apps.journal.verification import Break, Fault

MOST_SHOWN = 200
SAYS = {
    Fault.ALTERED: "内容与写入时不一致（被改动）",
    Fault.MISSING: "缺少这一条（被删除或序号被改）",
    Fault.UNLINKED: "与前一条接不上（前一条被替换，或次序被改）",
    Fault.UNKNOWN: "哈希算法无法识别",
    Fault.SEAL_ALTERED: "当日封存与现有记录不符（末尾被截断，或整条链被重写）",
    Fault.SEAL_UNLINKED: "与前一日封存接不上（前一日封存被删除或替换）",
}


class Command(BaseCommand):
    help = "校验日志：重算哈希链和每日封存，有断点时退出码为 1 / Verify the journal; exits 1 if it is broken"
    requires_system_checks: list[str] = []  # they load every page of the web

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--subject", help="只校验一个对象，例如 matter:123 / only this subject")
        parser.add_argument(
            "--since",
            type=date.fromisoformat,
            help="只校验这一天（YYYY-MM-DD）以来有变化的对象 / only what changed since",
        )

    def handle(self, *, subject: str | None, since: date | None, **options: object) -> None:
        console = Console(file=sys.stdout)
        total = verification.entries_to_check(subject=subject, since=since)
        columns = (TextColumn("校验日志"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("", total=total)
            found = verification.broken_entries(lambda read: progress.advance(task, read), subject=subject, since=since)
        if subject is None:
            found += verification.broken_seals(since=since)
        if found:
            _show(console, found)
            console.print(f"共校验 {total} 条记录，发现 {len(found)} 处断点。请保全数据库和备份，并报告审计管理员。")
            sys.exit(1)
        console.print(f"共校验 {total} 条记录，全部完好。{_last_seal()}")


def _show(console: Console, found: Sequence[Break]) -> None:
    table = Table("对象或日期", "序号", "问题")
    for fault, place, seq in found[:MOST_SHOWN]:
        table.add_row(place, "" if seq is None else str(seq), SAYS[fault])
    console.print(table)
    if len(found) > MOST_SHOWN:
        console.print(f"仅列出前 {MOST_SHOWN} 处。")


def _last_seal() -> str:
    """Say which seal was the last: whoever has noted it elsewhere compares."""
    seal = Seal.objects.order_by("-day").first()
    if seal is None:
        return "尚无每日封存。"
    return f"最近封存 {seal.day}：{bytes(seal.hash).hex()}。"
