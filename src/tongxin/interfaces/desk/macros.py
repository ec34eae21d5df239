"""Macros: one act with its form filled in, taken by one click on one matter or on all that are ticked."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tongxin.apps.matters import texts
from tongxin.apps.matters.models import Macro
from tongxin.interfaces.desk import bulk
from tongxin.rules.errors import Missing
from tongxin.rules.lifecycles.matter import LIFECYCLE, Act, State
from tongxin.rules.permissions import Actor


class Button(NamedTuple):
    """A macro as a page offers it."""

    name: str
    url: str
    act: str


def offered(actor: Actor, state: State) -> list[Button]:
    """Return the macros whose act one of the actor's posts takes in this state. One statement."""
    mine = {step.act.value for step in LIFECYCLE if state in step.sources and actor.roles & (step.by | step.sealed_by)}
    return [Button(row.name, _url(row), row.act) for row in texts.macros_for(actor) if row.act in mine]


@require_POST
def take(request: HttpRequest, macro_id: int) -> HttpResponse:
    """Take a macro on the matters of the form. Raises Missing where the person may not use it."""
    row: Macro | None = next(
        (each for each in texts.macros_for(request.actor) if each.pk == macro_id),  # type: ignore[attr-defined]
        None,
    )
    if row is None:
        raise Missing("text.missing")
    given = {name: str(text) for name, text in row.details.items()} | {"next": request.POST.get("next", "")}
    numbers = list(dict.fromkeys(request.POST.getlist("number")))
    return bulk.done(request, Act(row.act), numbers, given, timezone.now(), title=row.name, again_url=_url(row))


def _url(row: Macro) -> str:
    return reverse("desk:macro", args=[row.pk])
