"""`tongxin simulate --matters N --seed S`: half a year of a city's life through the real rules."""

from argparse import ArgumentParser, ArgumentTypeError
from calendar import monthrange
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tongxin import words
from tongxin.apps.matters.figures import counted
from tongxin.interfaces.console import city
from tongxin.interfaces.console.simulation import figures, simulate
from tongxin.interfaces.console.simulation.published import EVERYWHERE, WENDENG, live_through
from tongxin.rules.errors import Refused
from tongxin.rules.working_time import SHANGHAI

MOST_MONTHS = 24


class Command(BaseCommand):
    help = "Simulate a city's life: the same seed, number and end give the same city."
    requires_system_checks: list[str] = []  # no page is served: the desk's addresses need not be loaded

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--matters", type=_many, help="how many matters are reported")
        parser.add_argument("--published", action="store_true", help="live through the figures a city has published")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--end", type=_moment, default=None, help="when it ends, local time (default: now)")
        parser.add_argument("--months", type=_months, default=6, help="how long it lasts")
        parser.add_argument("--home", default=city.HOME_VILLAGE, help="the village whose queues all hold work")
        parser.add_argument("--more", action="store_true", help="add to the matters that stand already")

    def handle(
        self, *, matters: int | None, seed: int, end: datetime | None, months: int, home: str, **options: Any
    ) -> None:
        end = (end or timezone.now()).astimezone(SHANGHAI).replace(microsecond=0)
        out = Console(file=self.stdout)  # type: ignore[arg-type]
        if options["published"]:
            self._published(seed, end, home, out)
            return
        if matters is None:
            raise CommandError("请给出 --matters，或用 --published 重现公布的数字。")
        bar = Progress(
            TextColumn("模拟事项 Simulating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=out
        )
        with bar:
            task = bar.add_task("", total=matters)
            try:
                outcome = simulate(
                    matters=matters,
                    seed=seed,
                    start=_before(end, months),
                    end=end,
                    home=home,
                    more=options["more"],
                    done=lambda many: bar.advance(task, many),
                )
            except Refused as refusal:
                raise CommandError(words.say(refusal)) from refusal
            except KeyboardInterrupt as stopped:
                raise CommandError(f"已中断：写入的 {int(bar.tasks[0].completed)} 件完整有效。") from stopped
        out.print(figures.table(end))
        out.print(figures.definitions(counted(EVERYWHERE, end)[0].counts))
        if outcome.refused:
            out.print(f"规则拒绝了 {outcome.refused.total()} 步：{dict(outcome.refused)}")

    def _published(self, seed: int, end: datetime, home: str, out: Console) -> None:
        bar = Progress(
            TextColumn("重现公布数字 Living through"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=out,
        )
        with bar:
            task = bar.add_task("", total=WENDENG.reported)
            try:
                counts = live_through(WENDENG, seed=seed, end=end, home=home, done=lambda many: bar.advance(task, many))
            except Refused as refusal:
                raise CommandError(words.say(refusal)) from refusal
            except KeyboardInterrupt as stopped:
                raise CommandError(f"已中断：写入的 {int(bar.tasks[0].completed)} 件完整有效。") from stopped
        out.print(figures.definitions(counts))


def _before(end: datetime, months: int) -> datetime:
    """Return the same day so many months before, or that month's last."""
    year, month = divmod(end.year * 12 + end.month - 1 - months, 12)
    return end.replace(year=year, month=month + 1, day=min(end.day, monthrange(year, month + 1)[1]))


def _many(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text}：请给 1 以上的整数。")
    return int(text)


def _months(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_MONTHS:
        raise ArgumentTypeError(f"{text}：请给 1 到 {MOST_MONTHS} 之间的整数。")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise ArgumentTypeError(f"{text}：时间请写成 2026-11-20 或 2026-11-20T15:42。") from wrong
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
