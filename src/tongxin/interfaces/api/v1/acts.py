"""Acts: moving one matter along its life."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from tongxin import words
from tongxin.apps.matters import actions, queries
from tongxin.interfaces.api import meters, problems
from tongxin.interfaces.api.v1 import asked, bodies, needs, shapes, showing
from tongxin.interfaces.api.v1.documents import documented, header, ref
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.lifecycles.matter import LIFECYCLE, Act

router = Router()

ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')

# a number never comes to mean another matter, so what it means may be remembered for good
id_of = lru_cache(maxsize=50_000)(queries.id_of)


def forget() -> None:
    """Forget every number: they belong to another database."""
    id_of.cache_clear()


@contextmanager
def known_as(number: str) -> Iterator[int]:
    """Give the id behind a number; whether there is none or it is out of scope, the refusal reads the same."""
    try:
        yield id_of(number[:24].strip().upper())
    except Missing as missing:
        if missing.code != "matter.missing":
            raise
        raise Missing("matter.missing", number=number[:24]) from missing


@router.post(
    "/matters/{number}/acts/{act}",
    operation_id="takeAct",
    summary="办理一步 | Take one step",
    openapi_extra=documented(
        {200: shapes.Taken}, 400, 403, 404, 409, 412, 413, 422,
        body=ref(asked.Ask),
        may_be_empty=True,
        headers=(
            header("If-Match", "您看到的 ETag；不一致时 412 | the ETag you saw; 412 when it has changed since", '"3"'),
        ),
        tag="matters",
    ),
)  # fmt: skip
def take(request: HttpRequest, number: str, act: Act) -> HttpResponse:
    """能否办理由流程表决定；不能办的给出原因 (403, 409, 422)。请求体可以为空。

    The lifecycle decides; what it refuses comes with the reason (403, 409, 422). The body may be empty.
    """
    body = bodies.body_of(request)
    said = bodies.read(body, asked.Ask) if body.strip() else asked.Ask()
    asked.check_lengths(said)
    with known_as(number) as matter_id:
        taken = actions.take(
            act,
            matter_id=matter_id,
            by=request.auth.actor,
            now=timezone.now(),
            reason=said.reason,
            ground=said.ground,
            route=said.route,
            unit_id=showing.unit_id(said.unit),
            close_as=said.close_as,
            reply=said.reply,
            suggested_unit=showing.unit_id(said.suggested_unit),
            master_id=queries.id_of(said.master) if said.master else None,
            because=said.because,
            template=said.template,
            rev=_rev(request, said),
        )
    meters.MATTERS.labels(act.value).inc()
    request.noted = {"matter": taken.number, "act": act.value}
    shown = shapes.Taken(
        number=taken.number,
        state=taken.state,
        rev=taken.rev,
        due_at=showing.local(taken.due_at),
        unit=showing.unit(taken.unit_id),
    )
    return showing.answer(shown, ETag=f'"{taken.rev}"')


def _rev(request: HttpRequest, said: asked.Ask) -> int | None:
    """Return the revision the caller saw, by header or field. Raises Invalid where they differ."""
    stated = request.META.get("HTTP_IF_MATCH", "*").strip()
    if stated == "*":
        return said.rev
    found = ETAG.fullmatch(stated)
    if found is None or said.rev not in (None, int(found[1])):
        raise Invalid("match.invalid")
    return int(found[1])


@router.get(
    "/acts",
    operation_id="listActs",
    summary="流程表 | The lifecycle",
    openapi_extra=documented({200: shapes.Acts}, tag="catalog"),
)
def table(request: HttpRequest) -> HttpResponse:
    """每一步从哪些状态到哪个状态、由谁办、要填什么。

    Each step: from which states, to which, by whom, and what it asks for.
    """
    spoken = problems.language(request)
    items = [
        shapes.ActShown(
            act=step.act,
            label=words.label(step.act, spoken),
            sources=sorted(step.sources),
            target=step.target,
            roles=sorted(step.by),
            needs=needs.of(step.act),
        )
        for step in LIFECYCLE
    ]
    return showing.answer(shapes.Acts(items=items))
