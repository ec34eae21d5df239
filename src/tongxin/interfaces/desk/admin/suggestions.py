"""Suggestions: whether they are shown, what they were learnt from, how good they are, and where they are weak."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.apps.matters import kinds
from tongxin.apps.matters.actions.training import switch_off, switch_on
from tongxin.apps.matters.suggesting import serving
from tongxin.apps.matters.suggesting.measuring import FEWEST, LEAST, Report, Step
from tongxin.apps.matters.suggesting.serving import Basis
from tongxin.interfaces.desk.admin.doors import attempt, needs
from tongxin.interfaces.desk.frame import page
from tongxin.look.filters import dash, is_english, rate
from tongxin.rules.permissions import Permission

WEAKEST = 12
WIDE, HIGH = 480, 200  # of the chart, in its own units
NAME_HIGH = 18
LEFT, RIGHT, TOP, BOTTOM = 46, 84, 10, 30


@require_safe
@needs(Permission.EDIT_RULES)
def index(request: HttpRequest) -> HttpResponse:
    """Show the switch and the figures of the last training. One statement besides the frame's and the suggester's."""
    trained = serving.trainings()
    last = trained[0] if trained else None
    report = last.report if last else None
    context = {
        "is_off": serving.current().basis is Basis.OFF,
        "last": last,
        "report": report,
        "older": [_older(each) for each in trained[1:]],
        "figures": list(_figures(report)) if report else [],
        "chart": Chart.of(report) if report and report.curve else None,
        "curve": [_step(step) for step in report.curve] if report else [],
        "weak": [_weak(*kind) for kind in report.kinds[:WEAKEST]] if report else [],
        "confusions": [(_name(meant), _name(guessed), many) for meant, guessed, many in report.confusions]
        if report
        else [],
        "least": LEAST,
    }
    return page(request, "desk/admin/suggestions.html", context)


@require_POST
@needs(Permission.EDIT_RULES)
def switch(request: HttpRequest) -> HttpResponse:
    """Turn suggestions on or off, for everybody and at once."""
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    if request.POST.get("to") == "on":
        attempt(request, lambda: switch_on(by=by, now=now), _("Suggestions are shown again, everywhere."))
    else:
        attempt(request, lambda: switch_off(by=by, now=now), _("No suggestion is shown any more, nowhere."))
    return redirect("desk:suggestions")


# --- figures ---------------------------------------------------------------------------------------------


class Figure(NamedTuple):
    """One figure with what it counts and what it counts among."""

    name: str
    value: str
    of: str


def _figures(report: Report) -> Iterator[Figure]:
    if not report.rows:
        return
    right, among = round((report.top1 or 0) * report.rows), round((report.top3 or 0) * report.rows)
    shown = round((report.shown or 0) * report.rows)
    yield Figure(_("First one right"), rate(report.top1), _of(right, report.rows))
    yield Figure(_("Right among three"), rate(report.top3), _of(among, report.rows))
    yield Figure(_("Sure enough to be shown"), rate(report.shown), _of(shown, report.rows))
    yield Figure(_("Right of those shown"), rate(report.precision), _of(round((report.precision or 0) * shown), shown))
    if report.by_keywords:
        three = _("among three %(rate)s") % {"rate": rate(report.by_keywords[1])}
        yield Figure(_("By keywords alone"), rate(report.by_keywords[0]), three)


def _of(part: int, whole: int) -> str:
    return f"{part:,} / {whole:,}"


def _step(step: Step) -> tuple[str, str, str, str]:
    return f"{step.share:.2f}", f"{step.shown:,}", rate(step.coverage), rate(step.precision)


def _weak(code: str, rows: int, top1: int, top3: int) -> tuple[str, int, str, str]:
    if rows < FEWEST:
        few = _("few texts")
        return _name(code), rows, f"{_of(top1, rows)} · {few}", _of(top3, rows)
    return _name(code), rows, rate(top1 / rows), rate(top3 / rows)


def _older(training: serving.Training) -> tuple[Any, str, str, str]:
    report = training.report
    return training.trained_at, f"{training.rows:,}", str(dash(rate(report.top1))), str(dash(rate(report.top3)))


def _name(code: str) -> str:
    kind = kinds.current().get(code)
    return code if kind is None else f"{code} {kind.name_en if is_english() else kind.name}"


# --- the curve -------------------------------------------------------------------------------------------


class Line(NamedTuple):
    """A line of the chart: its points as SVG writes them, and where its name stands."""

    points: str
    end_x: float
    end_y: float


class Chart(NamedTuple):
    """How much is shown and how much of it is right, by how sure it must be. Drawn by the server: no script."""

    width: int
    height: int
    left: int
    right: float
    bottom: float
    covered: Line
    precise: Line
    bound_x: float
    ticks_x: tuple[tuple[float, str], ...]
    ticks_y: tuple[tuple[float, str], ...]

    @classmethod
    def of(cls, report: Report) -> "Chart":
        covered = [(step.share, step.coverage) for step in report.curve]
        precise = [(step.share, step.precision) for step in report.curve if step.precision is not None]
        return cls(
            width=WIDE,
            height=HIGH,
            left=LEFT,
            right=_x(1),
            bottom=_y(0),
            covered=_line(covered, beside=precise),
            precise=_line(precise, beside=()),
            bound_x=_x(min(report.bounds.somewhat, 1.0)),
            ticks_x=tuple((_x(share / 5), f"{share / 5:.1f}") for share in range(6)),
            ticks_y=tuple((_y(share / 4), f"{share * 25}%") for share in range(5)),
        )


def _line(points: Sequence[tuple[float, float]], *, beside: Sequence[tuple[float, float]]) -> Line:
    """Return a line; its name stands at its end, moved down where it would cover that of the other."""
    told = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    (x, y) = points[-1] if points else (0.0, 0.0)
    end_y = _y(y)
    if beside and abs(_y(beside[-1][1]) - end_y) < NAME_HIGH:
        end_y = _y(beside[-1][1]) + NAME_HIGH
    return Line(told, _x(x), end_y)


def _x(share: float) -> float:
    return LEFT + share * (WIDE - LEFT - RIGHT)


def _y(share: float) -> float:
    return HIGH - BOTTOM - share * (HIGH - TOP - BOTTOM)
