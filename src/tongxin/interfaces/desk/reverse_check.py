"""应报未报: hotline matters held against the grid at the desk: what to explain, what to judge, figures by area."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin import words
from tongxin.apps.areas.queries import names
from tongxin.apps.insight import actions, queries
from tongxin.apps.insight.models import Finding
from tongxin.apps.matters import kinds
from tongxin.interfaces.desk import frame, lines, reverse_compare
from tongxin.interfaces.desk.filtering import filters_of
from tongxin.interfaces.desk.narrowing import kind_name
from tongxin.interfaces.desk.places import home_of, is_sketch, map_of, way
from tongxin.look import filters
from tongxin.look.forms import Choice, Field
from tongxin.rules.area_codes import Level
from tongxin.rules.classes import MatterClass, class_of
from tongxin.rules.errors import Invalid, Missing, Refused
from tongxin.rules.indices import Index, Rate
from tongxin.rules.permissions import DESK, GRID, OVERSIGHT, Actor, Permission, may
from tongxin.rules.reverse_check import (
    EXPLAINERS,
    REVIEWERS,
    TEXT_LIMIT,
    UNDECIDED,
    Excuse,
    Review,
    Settings,
    Standing,
    Tally,
)
from tongxin.rules.working_time import SHANGHAI

READERS = DESK | GRID | OVERSIGHT
WEEKS = 4
MOST_DAYS = 400
BELOW = {Level.CITY: Level.COUNTY, Level.COUNTY: Level.TOWN, Level.TOWN: Level.VILLAGE, Level.VILLAGE: Level.GRID}


class Line(NamedTuple):
    """One comparison in the list."""

    number: str
    url: str
    title: str
    where: str
    called: str
    standing: str
    beside: str


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the comparisons of one standing, the newest call first. Three statements besides the frame's."""
    now, actor = timezone.now(), request.actor  # type: ignore[attr-defined]
    counts = queries.counts(actor)
    asked = request.GET.get("is", _first_tab(actor, counts))
    standing = Standing(asked) if asked in set(Standing) else None
    found = queries.listed(actor, standing, after=_after(request.GET.get("after", "")))
    shown, language = found[: queries.PAGE], get_language() or "zh-hans"
    tabs = [*((each.value, words.label(each, language), counts.get(each, 0)) for each in Standing)]
    tabs.append(("all", _("All"), sum(counts.values())))
    last = shown[-1] if len(found) > queries.PAGE else None
    context = {
        "now": now,
        "lines": [_line(each, language, now) for each in shown],
        "tabs": [
            {
                "label": f"{label} {many:,}" if many else label,
                "url": f"?is={value}",
                "is_on": value == (standing or "all"),
                "colour": "",
            }
            for value, label, many in tabs
        ],
        "next_url": f"?is={asked}&after={last.reported_at.timestamp()}~{last.pk}" if last else "",
        "rule": queries.current_rule(),
        "may_set": may(actor, Permission.EDIT_RULES),
    }
    return frame.page(request, "desk/reverse.html", context)


def _first_tab(actor: Actor, counts: Mapping[str, int]) -> str:
    """The grid explains first, others judge what was explained; while nothing is, what waits to be explained."""
    own = Standing.OPEN if actor.roles & EXPLAINERS else Standing.EXPLAINED
    return (own if counts.get(own) else Standing.OPEN).value


def _after(text: str) -> tuple[datetime, int] | None:
    at, _tilde, pk = text.partition("~")
    try:
        return (datetime.fromtimestamp(float(at), SHANGHAI), int(pk)) if text else None
    except (ValueError, OverflowError, OSError):
        return None


def _line(finding: Finding, language: str, now: datetime) -> Line:
    matter = finding.matter
    kind = kinds.kind(finding.template_code)
    return Line(
        matter.number,
        reverse("desk:reverse-one", args=[matter.number]),
        f"{kind.name if language.startswith('zh') else kind.name_en or kind.name}",
        " · ".join(filter(None, (*way(finding.area)[-2:], matter.place))),
        filters.moment(finding.reported_at, now),
        words.label(Standing(finding.standing), language),
        _beside(finding),
    )


def _beside(finding: Finding) -> str:
    if finding.match is None:
        rule = finding.rule
        return _("no grid report within %(metres)s m, %(days)s days before") % {
            "metres": rule.radius_m,
            "days": rule.days,
        }
    return _("%(number)s, %(metres)s m away") % {"number": finding.match.number, "metres": round(finding.metres or 0)}


# --- one -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, number: str) -> HttpResponse:
    """Show one comparison with what may be said of it, or take down what somebody says. Raises Missing."""
    now, actor = timezone.now(), request.actor  # type: ignore[attr-defined]
    finding = queries.visible_to(actor).select_related("matter", "match", "rule").filter(matter__number=number).first()
    if finding is None:
        raise Missing("reverse.missing")
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            _take(request, finding, now)
        except Refused as refused:
            refusal = refused
        else:
            messages.success(request, _("Taken down."))
            return HttpResponseRedirect(reverse("desk:reverse-one", args=[number]))
    language = get_language() or "zh-hans"
    context = {
        "now": now,
        "finding": finding,
        "line": _line(finding, language, now),
        "facts": list(_facts(finding, language, now)),
        "map": map_of(finding.matter, [finding.match] if finding.match else (), ring_m=finding.rule.radius_m),
        "is_sketch": is_sketch(finding.area),
        "matter_url": f"{lines.base()}{number}/",
        "forms": list(_forms(finding, actor, request.POST, language)),
        "sentence": filters.say(refusal) if refusal else "",
    }
    return frame.page(request, "desk/reverse_one.html", context, status=refusal.status if refusal else 200)


def _take(request: HttpRequest, finding: Finding, now: datetime) -> None:
    given, act = request.POST.get("excuse", ""), _review(request.POST.get("act", ""))
    actions.take(
        act,
        matter_id=finding.pk,
        text=request.POST.get(f"{act}.text", ""),
        by=request.actor,  # type: ignore[attr-defined]
        now=now,
        excuse=Excuse(given) if given in set(Excuse) else None,
    )


def _review(text: str) -> Review:
    try:
        return Review(text)
    except ValueError as wrong:
        raise Invalid("reverse.no_act") from wrong


def _facts(finding: Finding, language: str, now: datetime) -> Iterator[tuple[str, str]]:
    rule = finding.rule
    yield _("Called about"), filters.moment(finding.reported_at, now)
    yield _("Where"), " · ".join(filter(None, (*way(finding.area), finding.matter.place)))
    yield (
        _("Compared by"),
        _("same kind, within %(metres)s m, reported by the grid in the %(days)s days before")
        % {"metres": rule.radius_m, "days": rule.days},
    )
    yield _("Report of the grid"), _beside(finding)
    if finding.standing in UNDECIDED and not finding.explanation:
        until = finding.found_at + timedelta(days=rule.explain_days)
        yield _("The grid may explain until"), filters.moment(until, now)
    if finding.excuse:
        yield _("Does not count because"), words.label(Excuse(finding.excuse), language)


class Form(NamedTuple):
    """One act that somebody may take here."""

    act: str
    label: str
    icon: str
    fields: tuple[Field, ...]


def _forms(finding: Finding, actor: Actor, given: Mapping[str, str], language: str) -> Iterator[Form]:
    if finding.standing not in UNDECIDED:
        return
    for act, icon, holders in (
        (Review.EXPLAIN, "message-2", EXPLAINERS),
        (Review.CONFIRM, "checkbox", REVIEWERS),
        (Review.EXCUSE, "circle-minus", REVIEWERS),
    ):
        if not any(finding.area.startswith(duty.area) for duty in actor.holding(holders)):
            continue
        name = f"{act}.text"
        text = Field(
            name, _("What was found, and why"), "area", given.get(name, ""), is_required=True, longest=TEXT_LIMIT
        )
        excuses = tuple(Choice(each.value, words.label(each, language)) for each in Excuse)
        excuse = Field(
            "excuse", _("Why it does not count"), "select", given.get("excuse", ""), choices=excuses, is_required=True
        )
        fields = (excuse, text) if act is Review.EXCUSE else (text,)
        yield Form(act.value, words.label(act, language), icon, fields)


# --- figures -------------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """One area of the figures."""

    name: str
    url: str
    values: tuple[str, ...]


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Show by area how much of what was called about the grid had reported before. Raises Invalid."""
    now, actor = timezone.now(), request.actor  # type: ignore[attr-defined]
    since, until, area, below = asked_of(request, actor, now)
    groups = queries.figures(actor, day_from=since, day_to=until, area=area, level=below)
    whole = Tally(*map(sum, zip(*(group.tally for group in groups), strict=True))) if groups else Tally()
    context = {
        "now": now,
        "since": since,
        "until": until,
        "area": area,
        "area_name": names().get(area, ""),
        "below": words.label(below, get_language() or "zh-hans"),
        "rate": rate_of(whole),
        "whole": whole,
        "rows": [
            Row(names().get(group.area, group.area), _down(group.area, since, until), values_of(group.tally))
            for group in groups
        ],
        "total": values_of(whole),
        "may_export": may(actor, Permission.EXPORT),
        "export_query": f"area={area}&since={since}&until={until}",
        "fields": (
            Field("since", _("From"), "date", since.isoformat()),
            Field("until", _("To"), "date", until.isoformat()),
        ),
    }
    return frame.page(request, "desk/reverse_figures.html", context)


def asked_of(request: HttpRequest, actor: Actor, now: datetime) -> tuple[date, date, str, Level]:
    """Return what an address asks for: days, both in, the area, and the level below it. Raises Invalid."""
    asked = filters_of(request.GET)
    until = asked.day_to or now.astimezone(SHANGHAI).date()
    since = asked.day_from or until - timedelta(days=7 * WEEKS - 1)
    if since > until or (until - since).days > MOST_DAYS:
        raise Invalid("period.invalid", since=since, until=until, most=MOST_DAYS)
    area = asked.area if asked.area in names() else home_of(actor)
    return since, until, area, BELOW.get(Level(len(area)), Level.GRID) if len(area) in set(Level) else Level.GRID


def rate_of(tally: Tally) -> Rate:
    """Return the rate of what the grid had reported first; undecided and excused ones stay out of it."""
    return Rate(Index.GRID_FIRST, tally.matched, tally.judged)


def _down(area: str, since: date, until: date) -> str:
    return f"?area={area}&since={since}&until={until}" if len(area) < Level.GRID else ""


def values_of(tally: Tally) -> tuple[str, ...]:
    """Return a line of the figures as it is read: compared, matched, missed, undecided, excused, the rate."""
    rate = rate_of(tally)
    shown = "—" if rate.percent is None else _("small sample") if rate.is_small else f"{rate.percent:.2f}%"
    undecided = tally.open + tally.explained
    return (*(f"{each:,}" for each in (tally.compared, tally.matched, tally.missed, undecided, tally.excused)), shown)


# --- the rule ------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest) -> HttpResponse:
    """Show how far comparisons reach, or set it anew. Raises NotAllowed."""
    now, actor = timezone.now(), request.actor  # type: ignore[attr-defined]
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            actions.set_rule(_wanted(request), by=actor, now=now)
        except Refused as refused:
            refusal = refused
        else:
            messages.success(request, _("Set. It counts for what is compared from now on."))
            return HttpResponseRedirect(reverse("desk:reverse-rule"))
    elif not may(actor, Permission.EDIT_RULES):
        return HttpResponseRedirect(reverse("desk:reverse"))
    standing = queries.current_rule()
    ticked = set(request.POST.getlist("template")) if refusal else set(standing.templates if standing else ())
    given = request.POST if refusal else {}
    context = {
        "now": now,
        "rule": standing,
        "run": reverse_compare.shown(actor, now),
        "span": reverse_compare.fields(now),
        "fields": tuple(_number(name, label, standing, given) for name, label in _numbers()),
        "classes": list(_seen(ticked)),
        "sentence": filters.say(refusal) if refusal else "",
    }
    return frame.page(request, "desk/reverse_rule.html", context, status=refusal.status if refusal else 200)


class Seen(NamedTuple):
    """The kinds of one class, each with whether a patrol sees it."""

    label: str
    ticked: int
    kinds: tuple[tuple[str, str, bool], ...]


def _seen(ticked: Iterable[str]) -> Iterator[Seen]:
    """Yield the classes with their kinds, in the order of codes; those of a city's own come last."""
    chosen, language = set(ticked), get_language() or "zh-hans"
    for each in (*MatterClass, None):
        own = (code for code in sorted(kinds.current()) if class_of(code) is each)
        rows = tuple((code, f"{code} {kind_name(code)}", code in chosen) for code in own)
        if rows:
            label = f"{each} {words.label(each, language)}" if each else _("Others")
            yield Seen(label, sum(row[2] for row in rows), rows)


def _numbers() -> tuple[tuple[str, str], ...]:
    return (
        ("radius_m", _("Within (metres)")),
        ("days", _("Days before the call")),
        ("explain_days", _("Days in which the grid is heard first")),
    )


def _number(name: str, label: str, standing: object, given: Mapping[str, str]) -> Field:
    return Field(name, label, "number", given.get(name) or str(getattr(standing, name, getattr(Settings(), name))))


def _wanted(request: HttpRequest) -> Settings:
    try:
        reach = {name: int(request.POST.get(name, "")) for name, _label in _numbers()}
    except ValueError as wrong:
        raise Invalid("reverse.no_number") from wrong
    return Settings(**reach, templates=frozenset(request.POST.getlist("template")))
