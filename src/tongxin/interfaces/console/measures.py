"""How a training is told on the terminal: figures with their denominators, the abstain curve, where it errs."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.table import Table

from tongxin.apps.matters import kinds
from tongxin.apps.matters.suggesting.measuring import LEAST, Report

if TYPE_CHECKING:  # importing it takes scikit-learn
    from tongxin.apps.matters.suggesting.fitting import Trained

WEAK = 10
CAUTION = (
    "留出的是最近一段时间，模型没有见过；但如果各月的说法相同（例如模拟数据），结果会好得不真实。\n"
    "The months held out were never seen; where texts repeat from month to month (simulated ones do), figures flatter."
)


def brief(trained: "Trained") -> Iterator[str]:
    """Yield the lines everybody reads."""
    guesser, report = trained
    learnt, new = sum(guesser.learnt.values()), sum(code not in guesser.learnt for code in guesser.codes)
    codes, grams = len(guesser.codes), len(guesser.words)
    yield f"学习事项 {learnt:,} 件；模板 {codes} 个，其中 {new} 个没有往例；字组 {grams:,} 个。"
    if not report.rows:
        yield "事项太少，无法留出检验；门槛取默认值。 Too young to hold a month out: default bounds."
        return
    yield (
        f"留出 {report.since[:10]} 至 {report.until[:10]} 的 {report.rows:,} 件："
        f"首选正确 {report.top1:.2%}，前三正确 {report.top3:.2%}。"
    )
    yield (
        f"有把握才给建议：对 {report.shown:.1%} 的文字给出建议，其中首选正确 {_share(report.precision)}"
        f"（门槛 {report.bounds.somewhat:.2f}）。"
    )


def full(trained: "Trained") -> Iterator[str | Table]:
    """Yield everything there is to know."""
    yield from brief(trained)
    report = trained.report
    if not report.rows:
        return
    yield CAUTION
    if report.repeated is not None:
        rest = f"；其余首选正确 {report.fresh[0]:.2%}，前三正确 {report.fresh[1]:.2%}" if report.fresh else ""
        yield f"留出的文字有 {report.repeated:.1%} 与学过的一字不差（地名和数字除外）{rest}。"
    if report.by_keywords:
        yield f"同样的文字只看关键词：首选正确 {report.by_keywords[0]:.2%}，前三正确 {report.by_keywords[1]:.2%}。"
    if report.ms:
        yield f"每段文字 {report.ms[0]:.2f} 毫秒（中位数），{report.ms[1]:.2f} 毫秒（第 99 百分位）。"
    yield _curve(report)
    yield _weak(report)
    yield _confusions(report)


def _curve(report: Report) -> Table:
    table = Table("把握不低于 Share from", title="拒答曲线 Abstain curve", title_justify="left", box=None)
    for heading in ("给出建议 Covered", "件数 Texts", "首选正确 Right", ""):
        table.add_column(heading, justify="right")
    bounds = report.bounds
    at_bound = min(report.curve, key=lambda step: abs(step.share - bounds.somewhat))
    for step in report.curve:
        mark = "← 门槛" if step is at_bound else ""
        table.add_row(f"{step.share:.2f}", f"{step.coverage:.1%}", f"{step.shown:,}", _share(step.precision), mark)
    names = (("有点像", bounds.somewhat, LEAST.somewhat), ("较像", bounds.rather, LEAST.rather))
    told = "；".join(f"{name} ≥ {bound:.2f}" for name, bound, _ in (*names, ("很像", bounds.very, LEAST.very)))
    table.caption = f"{told}。不低于 {LEAST.somewhat}、{LEAST.rather}、{LEAST.very}。"
    return table


def _weak(report: Report) -> Table:
    table = Table("模板 Template", title="最弱的模板 Weakest templates", title_justify="left", box=None)
    for heading in ("件数 Texts", "首选正确 First", "前三正确 Among three"):
        table.add_column(heading, justify="right")
    for kind in report.kinds[:WEAK]:
        table.add_row(
            _name(kind.code), f"{kind.rows:,}", f"{kind.top1 / kind.rows:.1%}", f"{kind.top3 / kind.rows:.1%}"
        )
    return table


def _confusions(report: Report) -> Table:
    table = Table("应为 Meant", "误认为 Guessed", title="最多的误认 Worst confusions", title_justify="left", box=None)
    table.add_column("件数 Texts", justify="right")
    for meant, guessed, many in report.confusions:
        table.add_row(_name(meant), _name(guessed), f"{many:,}")
    if not report.confusions:
        table.add_row("—", "—", "0")
    return table


def _name(code: str) -> str:
    kind = kinds.current().get(code)
    return f"{code} {kind.name}" if kind else code


def _share(share: float | None) -> str:
    return "—" if share is None else f"{share:.2%}"
