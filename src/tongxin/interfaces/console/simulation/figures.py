"""What the simulated city shows: figures by class of matters, each rate with its denominator."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Q
from django.db.models.functions import Left
from rich.table import Table

from tongxin import words
from tongxin.apps.matters.models import Matter
from tongxin.rules.classes import class_of
from tongxin.rules.indices import Counts, rates
from tongxin.rules.lifecycles.matter import State

ALL = "合计 All"
MONTH = timedelta(days=30)


class Figures(NamedTuple):
    """The figures of a class, or of all. `old` counts what was reported a month ago or earlier."""

    name: str
    reported: int
    closed: int
    late: int
    settled: int
    returned: int
    reworked: int
    old: int
    old_closed: int


def figures(now: datetime) -> list[Figures]:
    """Return the figures by class, those of all last. One statement."""
    is_closed, is_old = Q(state=State.CLOSED), Q(reported_at__lte=now - MONTH)
    rows = Matter.objects.annotate(letter=Left("template_code", 1)).values_list("letter").order_by("letter")
    counted = rows.annotate(
        reported=Count("id"),
        closed=Count("id", is_closed),
        late=Count("id", is_closed & Q(is_late=True)),
        settled=Count("id", is_closed & Q(dispatched_at__isnull=True)),
        returned=Count("id", Q(returns__gt=0)),
        reworked=Count("id", Q(reworks__gt=0)),
        old=Count("id", is_old),
        old_closed=Count("id", is_old & is_closed),
    )
    classes = [Figures(_named(letter), *numbers) for letter, *numbers in counted]
    sums = zip(*(each[1:] for each in classes), strict=True)
    return [*classes, Figures(ALL, *map(sum, sums))] if classes else []


def table(now: datetime) -> Table:
    """Return the figures as a table for the terminal."""
    found = figures(now)
    shown = Table("类别 Class", box=None, padding=(0, 1, 0, 0), caption=_caption(found), caption_justify="left")
    for heading in ("上报", "结案", "结案率", "超时", "超时率", "自行处置", "退回", "返工"):
        shown.add_column(heading, justify="right")
    for each in found:
        shown.add_row(each.name, *_cells(each), style="bold" if each.name == ALL else "")
    return shown


def definitions(counts: Counts) -> Table:
    """Return the rates with their numerators and denominators, definitions side by side, and where it was settled."""
    shown = Table("指标 Index", box=None, padding=(0, 2, 0, 0))
    for heading in ("分子", "分母", "比率"):
        shown.add_column(heading, justify="right")
    for each in rates(counts):
        percent = "—" if each.percent is None else f"{each.percent:.2f} %"
        shown.add_row(words.label(each.of), f"{each.part:,}", f"{each.whole:,}", percent)
    settled = zip(
        ("网格", "村社", "镇街", "区县", "市"),
        (
            counts.closed_by_grid,
            counts.closed_by_village,
            counts.closed_by_town,
            counts.closed_by_county,
            counts.closed_by_city,
        ),
        strict=True,
    )
    for name, many in settled:
        shown.add_row(f"{name}办结", f"{many:,}", f"{counts.closed:,}", rate(many, counts.closed))
    shown.add_row(
        "提级（呼叫上级）", f"{counts.raised:,}", f"{counts.reported:,}", rate(counts.raised, counts.reported)
    )
    return shown


def _named(letter: str) -> str:
    its_class = class_of(letter)
    return words.label(its_class) if its_class else letter


def _cells(each: Figures) -> Iterator[str]:
    yield f"{each.reported:,}"
    yield f"{each.closed:,}"
    yield rate(each.closed, each.reported)
    yield f"{each.late:,}"
    yield rate(each.late, each.closed)
    yield from (f"{number:,}" for number in (each.settled, each.returned, each.reworked))


def _caption(found: list[Figures]) -> str:
    if not found:
        return ""
    total = found[-1]
    return (
        "结案率 = 结案 ÷ 上报；超时率 = 超时结案 ÷ 结案。\n"
        f"上报满 30 天的：结案 {total.old_closed:,} ÷ 上报 {total.old:,} = {rate(total.old_closed, total.old)}"
    )


def rate(part: int, whole: int) -> str:
    """Return a share in percent with two decimals; a dash where there is nothing to divide by."""
    return f"{100 * part / whole:.2f} %" if whole else "—"
