"""What a matter is once it is of another kind: level, urgency, seal, route and limits as if it had been reported so."""

from tongxin.apps.matters import kinds
from tongxin.apps.matters.choices import routed
from tongxin.apps.matters.clockwork import Clockwork
from tongxin.apps.matters.kinds import Kind
from tongxin.apps.matters.models import Contact, Matter, Report
from tongxin.apps.matters.standing import Standing
from tongxin.apps.matters.wording import lexemes
from tongxin.postgres.batches import run
from tongxin.rules import deadlines
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Clock, Urgency, more_urgent
from tongxin.rules.lifecycles.matter import Sort
from tongxin.rules.permissions import SYSTEM, Actor, scope
from tongxin.rules.sealing import Seal, is_handed_over, seal_of

REWORD = "UPDATE matters_report SET words = %s::tsvector WHERE matter_id = %s"


def reclassified(matter: Standing, template: str) -> Standing:
    """Return a matter as it stands once it is of this kind. Raises Invalid where there is none. Two statements."""
    kind = kinds.kind(template)
    seal = _seal(matter, kind)
    is_raised = matter.level != matter.kind.level  # a desk above or below took it: what it is changes no ring
    after = matter._replace(
        template_code=kind.code,
        template_version=kind.version,
        level=matter.level if is_raised else kind.level,
        urgency=_urgency(matter, kind).value,
        is_sealed=seal is not None,
        seal=seal or "",
    )
    return after._replace(suggested_id=routed(after, after.level).unit_id)


def sort_of(after: Standing, by: Actor) -> Sort:
    """Return what the rules ask of it."""
    return Sort(after.template_code, after.is_sealed, by is SYSTEM or scope(by).sees(after))


def recount(work: Clockwork, after: Standing) -> None:
    """Give every clock that runs the limit of the new kind, from the start it has."""
    urgency = Urgency(after.urgency)
    work.urgency = urgency
    for clock, each in list(work.own.items()):
        if not each.runs:
            continue
        if clock is Clock.WHOLE:  # as intake promises it
            work.relimit(clock, deadlines.whole(after.kind.limit), Urgency.NORMAL)
        elif clock is not Clock.RING:
            work.relimit(clock, work.book.limit(clock, urgency, after.kind.limit), urgency)


def write(after: Standing) -> None:
    """Write what no other step changes. Answers stay as far as the new kind asks the same."""
    rule = routed(after, after.level).rule or ""
    Matter.objects.filter(pk=after.id).update(
        template_code=after.template_code,
        template_version=after.template_version,
        urgency=after.urgency,
        is_sealed=after.is_sealed,
        seal=after.seal,
        suggested_by=rule,
    )
    report = Report.objects.select_related("matter").get(pk=after.id)
    form = _answers(report.form, after.kind)
    matter, told = report.matter, (report.matter.title, report.matter.place, report.text, after.kind.name)
    Report.objects.filter(pk=after.id).update(form=form)
    run(REWORD, [lexemes(*told, area=matter.area, reported_at=matter.reported_at), after.id])


def _answers(form: dict[str, object], kind: Kind) -> dict[str, object]:
    return {name: answer for name, answer in form.items() if kind.takes(name, answer)}


def _urgency(matter: Standing, kind: Kind) -> Urgency:
    """A reporter who pressed harder than the old kind presses the new one too."""
    asked = Urgency(matter.urgency)
    pressed = more_urgent(matter.kind.urgency, asked) is not matter.kind.urgency
    return more_urgent(kind.urgency, asked) if pressed else kind.urgency


def _seal(matter: Standing, kind: Kind) -> Seal | None:
    """Return the seal it has then. A child stays sealed, whatever the matter turns out to be about."""
    if matter.seal == Seal.MINORS:
        return Seal.MINORS
    is_secret = Contact.objects.filter(pk=matter.id, is_secret=True).exists()
    is_sealed = kind.is_sealed or is_handed_over(kind.code, Channel(matter.channel))
    form = Report.objects.filter(pk=matter.id).values_list("form", flat=True).first() or {}
    return seal_of(kind.code, _answers(form, kind), is_sealed=is_sealed, is_secret=is_secret)
