"""Writing decided reports: the rows of every table, in one round trip however many."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tongxin.apps.journal.entries import Draft, record_many
from tongxin.apps.matters import rows
from tongxin.apps.matters.incoming import Decided, Fresh, headline
from tongxin.apps.matters.wording import lexemes
from tongxin.postgres.batches import pipeline
from tongxin.rules import deadlines
from tongxin.rules.deadlines import Running, Verdict
from tongxin.rules.lifecycles.matter import OPEN, VOIDABLE, CloseKind, State
from tongxin.rules.permissions import Actor

WITHOUT_UNIT = VOIDABLE | {State.VERIFYING, State.REFUSED, State.VOIDED}  # states in which nobody handles a matter


def save(fresh: Sequence[Fresh], by: Actor, post_id: int | None, now: datetime, version: int) -> None:
    """Write decided reports with their clocks and journal entries: one round trip, or COPY for thousands."""
    if not fresh:
        return
    if len(fresh) >= rows.COPY_FROM:
        _write(fresh, by, post_id, now, version)
        return
    with pipeline():
        _write(fresh, by, post_id, now, version)


def _write(fresh: Sequence[Fresh], by: Actor, post_id: int | None, now: datetime, version: int) -> None:
    """Write the rows of every table; a large batch is built row by row while PostgreSQL takes in those before."""
    many = len(fresh)
    rows.matters.add((_matter_row(row, by) for row in fresh), many)
    rows.reports.add((_report_row(row) for row in fresh), many)
    rows.contacts.add([_contact_row(row) for row in fresh if _has_contact(row)])
    rows.deadlines.add((_deadline_row(row, clock, version) for row in fresh for clock in row.decided.clocks), many)
    record_many([_entry(row, by, post_id, now) for row in fresh], fresh=True)


def _matter_row(row: Fresh, by: Actor) -> tuple[Any, ...]:
    decided, incoming, place = row.decided, row.decided.incoming, row.decided.place
    past, seal = incoming.past, decided.seal
    state = past.state if past else State.AWAITING_ACCEPTANCE
    shown = decided.clocks[0] if state in OPEN else None
    closed_at, close_as, is_late = _closing(decided) if past and shown is None else (None, "", None)
    return (
        row.id,
        row.number,
        row.receipt,
        row.source,
        incoming.source_key,
        decided.kind.code,
        decided.kind.version,
        decided.rulebook,
        incoming.title.strip() or headline(incoming.text),
        incoming.place.strip(),
        incoming.channel.value,
        decided.kind.level,
        decided.urgency.value,
        seal is not None,
        seal or "",
        place.area,
        place.how.value,
        place.metres,
        place.lon,
        place.lat,
        state.value,
        closed_at or decided.at,
        decided.at,
        by.person_id,
        decided.desk,
        decided.desk,
        decided.route.unit_id,
        decided.route.rule or "",
        _unit(decided),
        shown.due_at if shown else None,
        shown.amber_at if shown else None,
        shown.is_provisional if shown else False,
        closed_at,
        close_as,
        is_late,
        _households(incoming.form),
        bool(incoming.contact_phone.strip()),
    )


def _households(form: Mapping[str, Any]) -> int:
    """Return how many households a matter concerns, as its form says; one where it says nothing."""
    told = form.get("households", 1)
    return min(max(told, 1), 10_000) if isinstance(told, int) else 1


def _closing(decided: Decided) -> tuple[datetime | None, str, bool | None]:
    """Return when and how a past matter ended, and whether late: unknown where nothing was promised or nothing done."""
    past = decided.incoming.past
    if past is None or past.state is not State.CLOSED:
        return past.closed_at if past else None, "", None
    if not decided.clocks:
        return past.closed_at, (past.close_as or CloseKind.NORMAL).value, None
    is_late = deadlines.verdict(decided.clocks[0].due_at, past.closed_at) is Verdict.OVERDUE  # type: ignore[arg-type]
    return past.closed_at, (past.close_as or (CloseKind.LATE if is_late else CloseKind.NORMAL)).value, is_late


def _unit(decided: Decided) -> int | None:
    """Return who handles or handled a past matter: the unit it would go to here, once it was dispatched there."""
    past = decided.incoming.past
    return decided.route.unit_id if past and past.state not in WITHOUT_UNIT else None


def _report_row(row: Fresh) -> tuple[Any, ...]:
    decided, incoming = row.decided, row.decided.incoming
    told = (incoming.title, incoming.place, incoming.text, decided.kind.name)
    words = lexemes(*told, area=decided.place.area, reported_at=decided.at)
    form = json.dumps(dict(incoming.form), ensure_ascii=False) if incoming.form else "{}"
    return (row.id, incoming.text.strip(), form, incoming.datum.value, words, decided.at)


def _has_contact(row: Fresh) -> bool:
    incoming = row.decided.incoming
    return bool(incoming.contact_name or incoming.contact_phone or incoming.is_secret)


def _contact_row(row: Fresh) -> tuple[Any, ...]:
    incoming = row.decided.incoming
    return (row.id, incoming.contact_name.strip(), incoming.contact_phone.strip(), incoming.is_secret)


def _deadline_row(row: Fresh, clock: Running, version: int) -> tuple[Any, ...]:
    past = row.decided.incoming.past
    ended_at = past.closed_at if past and past.state not in OPEN else None
    outcome = ""
    if past and ended_at:  # what was refused or voided was neither kept nor missed
        outcome = deadlines.verdict(clock.due_at, ended_at).value if past.state is State.CLOSED else "dropped"
    return (
        row.id,
        clock.clock.value,
        str(clock.limit),
        clock.started_at,
        clock.due_at,
        clock.amber_at,
        None if ended_at else clock.amber_at,
        ended_at,
        outcome,
        clock.is_provisional,
        0 if past and past.due_at else version,  # promised elsewhere: no calendar of ours moves it
    )


def _entry(row: Fresh, by: Actor, post_id: int | None, now: datetime) -> Draft:
    decided, incoming = row.decided, row.decided.incoming
    data: dict[str, Any] = {
        "state": (incoming.past.state if incoming.past else State.AWAITING_ACCEPTANCE).value,
        "template": decided.kind.code,
        "version": decided.kind.version,
        "level": decided.kind.level,
        "urgency": decided.urgency.value,
        "channel": incoming.channel.value,
        "area": decided.place.area,
        "located": decided.place.how.value,
        "desk": decided.desk,
        "suggested": decided.route.unit_id,
        "rule": decided.route.rule,
    }
    if incoming.past:
        kind = "matter.import"
        if incoming.past.closed_at:
            data["closed_at"] = incoming.past.closed_at.astimezone(UTC).isoformat()
        data |= {"unit": _unit(decided), "close_as": _closing(decided)[1] or None}
    else:
        kind = "matter.report"
    return Draft(kind, f"matter:{row.id}", by.ref, post_id, decided.at if not incoming.past else now, data)
