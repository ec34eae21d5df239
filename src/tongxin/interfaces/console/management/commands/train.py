"""`tongxin train [--report]`: the suggester learns from the city's own matters, measured on months it did not see."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tongxin import words
from tongxin.apps.matters.actions.training import keep_suggester
from tongxin.apps.matters.suggesting import examples
from tongxin.interfaces.console import measures
from tongxin.rules.errors import Refused
from tongxin.rules.permissions import SYSTEM

MOST_MONTHS = 12
NAMES = {
    "read": "读取事项 Reading matters",
    "learn_earlier": "从较早的事项学习 Learning from the earlier ones",
    "measure": "用留出的事项检验 Measuring on those held out",
    "learn_all": "从全部事项学习 Learning from all",
}


class Command(BaseCommand):
    help = "训练建议模型 / Train the suggester on the city's own matters; what serves changes only at the end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--report", action="store_true", help="打印检验结果 / print how good it is, and where it errs"
        )
        parser.add_argument(
            "--months-held-out",
            type=_months,
            default=1,
            help="留出最近几个月检验，默认 %(default)s / held out",
        )

    def handle(self, *, report: bool, months_held_out: int, **_: Any) -> None:
        out = Console(file=self.stdout, highlight=False)  # type: ignore[arg-type]
        try:
            with _progress(out) as progress:
                trained = _train(progress, months_held_out)
        except Refused as refusal:
            raise CommandError(words.say(refusal)) from refusal
        except KeyboardInterrupt as stopped:
            raise CommandError("已中断，什么也没有改变。 Stopped: nothing was changed.") from stopped
        kept = keep_suggester(trained.guesser, trained.report, by=SYSTEM, now=timezone.now())
        for part in measures.full(trained) if report else measures.brief(trained):
            out.print(part)
        if not kept.is_on:
            out.print("建议功能已关闭：新模型等待开启。 Suggestions are off: it serves once they are on again.")


def _train(progress: Progress, months: int) -> Any:
    from tongxin.apps.matters.suggesting import fitting  # scikit-learn: only where somebody trains

    reading = progress.add_task(NAMES["read"], total=examples.count())
    found = examples.read(lambda many: progress.advance(reading, many))
    catalog = examples.told_by_the_catalog()
    stages: list[Any] = []

    def saying(stage: fitting.Stage) -> None:
        if stages:
            progress.update(stages[-1], total=1, completed=1)
        stages.append(progress.add_task(NAMES[stage], total=None))

    trained = fitting.train(found, catalog, months_held_out=months, saying=saying)
    progress.update(stages[-1], total=1, completed=1)
    return trained


def _progress(out: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=out,
        disable=not out.is_terminal,
    )


def _months(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_MONTHS:
        raise ArgumentTypeError(f"{text}：请给 1 到 {MOST_MONTHS} 之间的整数。")
    return int(text)
