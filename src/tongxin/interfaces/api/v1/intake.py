"""Reporting through the API: one report or a list, each row on its own."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tongxin.apps.matters import actions, kinds, receipts
from tongxin.apps.matters.actions import Incoming
from tongxin.apps.matters.actions.intake import BATCH_LIMIT
from tongxin.apps.matters.models import Report
from tongxin.interfaces.api import meters, problems
from tongxin.interfaces.api.v1 import asked, bodies, replays, shapes, showing, statuses
from tongxin.interfaces.api.v1.described import DATUM
from tongxin.interfaces.api.v1.gather import Gather
from tongxin.interfaces.api.v1.keys import Caller
from tongxin.rules.channels import Channel
from tongxin.rules.datum import Datum
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.lifecycles.matter import OPEN

UNREADABLE = (400, 422)  # the statuses of a row that is no report, whatever the city knows
OLDEST = timedelta(days=7)  # a telephone without a network, a partner's slow hand-over; what is older is an import


def report(request: HttpRequest) -> HttpResponse:
    """Take in one report or a list of them."""
    caller: Caller = request.auth
    header = replays.key_of(request)
    body = bodies.body_of(request)
    rows = bodies.rows_of(body)
    if rows is not None:
        return _many(request, caller, rows, header)
    said = bodies.read(body, asked.Report)
    incoming = _incoming(said, replays.agreed(header, said.key), timezone.now())
    reported = _gathered(caller, incoming)
    kept = replays.kept([(incoming, reported)])
    request.noted = {"matter": reported.number}
    if reported.is_new:
        meters.MATTERS.labels("report").inc()
    location = {"Location": f"{showing.MATTERS}/{reported.number}"}
    replayed = {} if reported.is_new else {"Idempotency-Replayed": "true"}
    return showing.answer(_shown(incoming, reported, kept), 201 if reported.is_new else 200, **location, **replayed)


def _many(request: HttpRequest, caller: Caller, rows: Sequence[msgspec.Raw], header: str) -> HttpResponse:
    if len(rows) > BATCH_LIMIT:
        raise Invalid("report.too_many", limit=BATCH_LIMIT, found=len(rows))
    now = timezone.now()
    spoken = problems.language(request)
    read = [_attempt(raw, f"{header}:{index}" if header else "", now) for index, raw in enumerate(rows)]
    if read and all(isinstance(each, Refused) and each.status in UNREADABLE for each in read):
        return _none_readable(request, [_row(None, each, {}, spoken) for each in read])
    batch = [each for each in read if isinstance(each, Incoming)]
    answered = actions.report_many(batch, by=caller.actor, now=now, source=caller.source)
    kept = replays.kept(
        (told, each) for told, each in zip(batch, answered, strict=True) if not isinstance(each, Refused)
    )

    answers = iter(zip(batch, answered, strict=True))
    shown = [_row(*(next(answers) if isinstance(each, Incoming) else (None, each)), kept, spoken) for each in read]
    new = sum(row.status == 201 for row in shown)
    meters.MATTERS.labels("report").inc(new)
    request.noted = {"rows": len(shown), "new": new}
    return showing.answer(shown, _status(shown))


def _none_readable(request: HttpRequest, rows: Sequence[shapes.Row]) -> HttpResponse:
    """Return the refusal of a list in which no row is a report, as of one report that is none; it tells of each row."""
    spoken, refusal = problems.language(request), Invalid("report.none_readable", found=len(rows))
    told = shapes.RowsProblem(**problems.problem(refusal, spoken), rows=list(rows))
    return problems.answer(msgspec.json.encode(told), refusal, spoken)


def _status(rows: Sequence[shapes.Row]) -> int:
    """Return 201 where all was taken in, 200 where all of it was known before, 207 where some was refused."""
    if any(row.problem for row in rows):
        return 207
    return 201 if any(row.status == 201 for row in rows) or not rows else 200


def _row(
    incoming: Incoming | None, reported: actions.Reported | Refused, kept: Mapping[int, Report], spoken: str
) -> shapes.Row:
    try:
        if incoming is None or isinstance(reported, Refused):
            raise reported  # type: ignore[misc]
        return shapes.Row(status=201 if reported.is_new else 200, matter=_shown(incoming, reported, kept))
    except Refused as refused:
        refusal = statuses.told(refused)
        told = problems.problem(refusal, spoken)
        return shapes.Row(status=refusal.status, problem=shapes.Problem(**told))


def _attempt(raw: msgspec.Raw, key: str, now: datetime) -> Incoming | Refused:
    try:
        said = bodies.read(bytes(raw), asked.Report)
        return _incoming(said, said.key or key or None, now)
    except Refused as refusal:
        return statuses.told(refusal)


def _incoming(said: asked.Report, key: str | None, now: datetime) -> Incoming:
    """Return what the action takes. Raises Invalid."""
    at = said.reported_at
    if at is not None and at < now - OLDEST:
        raise Invalid("report.too_old", at=at, days=OLDEST.days)
    contact = said.contact or asked.Contact()
    return Incoming(
        template=said.template,
        text=said.text,
        title=said.title,
        place=said.place,
        lon=said.lon,
        lat=said.lat,
        datum=datum_of(said.crs),
        area=said.area,
        form=said.form,
        channel=said.channel,
        urgency=said.urgency,
        is_secret=said.is_secret,
        contact_name=contact.name,
        contact_phone=contact.phone,
        source_key=key,
        at=at,
    )


def datum_of(crs: str) -> Datum:
    """Return the datum of that name, whatever the case. Raises Invalid."""
    if not re.fullmatch(DATUM, crs):
        raise Invalid("crs.unknown", crs=crs[:20])
    return Datum(crs.lower().replace("-", "").replace("_", ""))


def _shown(incoming: Incoming, reported: actions.Reported, kept: Mapping[int, Report]) -> shapes.Reported:
    """Return the answer to a report; a replay is answered from what was kept, or refused where it tells otherwise."""
    if reported.is_new:
        kind = kinds.kind(incoming.template)
        level = kind.level
        urgency = max(kind.urgency, incoming.urgency or kind.urgency, key=list(Urgency).index)
        due_at = reported.due_at
    else:
        report = kept[reported.id]
        replays.check(incoming, report)
        level, urgency = report.matter.level, Urgency(report.matter.urgency)
        due_at = report.whole_due_at if reported.state in OPEN else None  # type: ignore[attr-defined]
    return shapes.Reported(
        number=reported.number,
        receipt=reported.receipt,
        receipt_key=receipts.key(reported.id, reported.receipt) if incoming.channel is Channel.RESIDENT else "",
        state=reported.state,
        area=showing.area(reported.area),
        level=level,
        urgency=urgency,
        due_at=showing.local(due_at),
        links=showing.links(reported.number),
    )


# --- concurrent single reports of one key share a transaction ---------------------------------------------------------


def _take_in(caller: Caller, batch: list[Incoming]) -> list[actions.Reported | Refused]:
    return actions.report_many(batch, by=caller.actor, now=timezone.now(), source=caller.source)


_gather: Gather[Caller, Incoming, actions.Reported | Refused] = Gather(_take_in)


def _gathered(caller: Caller, incoming: Incoming) -> actions.Reported:
    answer = _gather(caller, incoming)
    if isinstance(answer, Refused):
        raise answer
    return answer
