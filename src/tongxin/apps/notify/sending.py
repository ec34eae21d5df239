"""Sending what is owed to people outside: taken in batches, sent without a lock, recorded.

A batch is taken by writing down that it is tried, so that no lock is held while others are waited for. Whoever is
killed in between leaves it to the next, after a while: at least once, and `Parcel.key` says which it is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog

from tongxin.apps.journal.outbox import without_words
from tongxin.apps.matters.models import Contact, Matter
from tongxin.apps.notify import audience, proofs, speaking
from tongxin.apps.notify.media.parcel import OVER, Outcome, Parcel
from tongxin.apps.notify.models import DROPPED, FAILED, SENT, WAITING, Robot, Silence, Subscription
from tongxin.apps.notify.speaking import Line
from tongxin.apps.people import holders
from tongxin.apps.people.models import Account, Person
from tongxin.postgres.batches import run, send
from tongxin.rules.deadlines import Urgency
from tongxin.rules.occasions import ROBOTS, Medium, Occasion
from tongxin.rules.permissions import Actor, scope
from tongxin.rules.retries import TO_PEOPLE, wait

log = structlog.get_logger()

BATCH = 200
LEASE = timedelta(minutes=3)  # longer than a batch takes where everybody is slow
SHOWN = 12  # lines of a digest; the rest is counted

_RETURNED = "s.id, s.entry_id, s.occasion, s.medium, s.matter_id, s.person_id, s.subscription_id, s.robot_id, s.tries"
_TAKE = f"""
    UPDATE notify_sending s SET tries = s.tries + 1, next_try_at = %s::timestamptz
    FROM (SELECT id FROM notify_sending WHERE state = '{WAITING}' AND next_try_at <= %s::timestamptz
        ORDER BY next_try_at, id LIMIT {BATCH} FOR UPDATE SKIP LOCKED) due
    WHERE s.id = due.id RETURNING {_RETURNED}"""
# what goes as one message is taken whole
_TAKE_WITH = f"""
    UPDATE notify_sending s SET tries = s.tries + 1, next_try_at = %s::timestamptz
    FROM (SELECT id FROM notify_sending WHERE state = '{WAITING}' AND next_try_at <= %s::timestamptz
        AND (robot_id = ANY(%s::bigint[]) OR (medium = '{Medium.MAIL}' AND person_id = ANY(%s::bigint[])))
        FOR UPDATE SKIP LOCKED) due
    WHERE s.id = due.id RETURNING {_RETURNED}"""
_RECORD = """
    UPDATE notify_sending s SET state = r.state, code = r.code, next_try_at = r.next_at,
        ended_at = CASE WHEN r.state = 'waiting' THEN NULL ELSE %s::timestamptz END
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[]) r (id, state, code, next_at)
    WHERE s.id = r.id"""


class Taken(NamedTuple):
    """One sending under way, in the order of _RETURNED."""

    id: int
    entry_id: int
    occasion: str
    medium: str
    matter_id: int | None
    person_id: int | None
    subscription_id: int | None
    robot_id: int | None
    tries: int


@dataclass(slots=True)
class Recipients:
    """Everything about the recipients of a batch, read once."""

    matters: Mapping[int, Matter]
    subscriptions: Mapping[int, Subscription]
    contacts: Mapping[int, str]
    actors: Mapping[int, Actor]
    mails: Mapping[int, tuple[str, str]]  # person: address, language
    phones: Mapping[int, str]
    robots: Mapping[int, Robot]
    codes: Mapping[int, str]  # entry: the code that was asked for, while it is good for anything
    silent: frozenset[int]  # matters whose reporters want to be told of nothing


def send_due(now: datetime, clock: Callable[[], datetime] | None = None) -> int:
    """Send what is due, one batch, and return how many messages were tried."""
    taken = _take(now)
    if not taken:
        return 0
    outcomes = _deliver(taken, now)
    _record([(one, outcomes[one.id]) for one in taken], clock() if clock else now)
    return len(taken)


def _take(now: datetime) -> list[Taken]:
    lease = now + LEASE
    taken = [Taken(*row) for row in run(_TAKE, [lease, now])]
    robots = {one.robot_id for one in taken if one.robot_id}
    readers = {one.person_id for one in taken if one.medium == Medium.MAIL and one.person_id}
    if robots or readers:
        taken += [Taken(*row) for row in run(_TAKE_WITH, [lease, now, list(robots), list(readers)])]
    return sorted(taken)


# --- to whom ---------------------------------------------------------------------------------------------


def _recipients(taken: Sequence[Taken], now: datetime) -> Recipients:
    persons = {one.person_id for one in taken if one.person_id}
    left = {one.matter_id for one in taken if not (one.person_id or one.subscription_id or one.robot_id)}
    mailed = {one.person_id for one in taken if one.medium == Medium.MAIL and one.person_id}
    rung = {one.person_id for one in taken if one.medium == Medium.SMS and one.person_id}
    accounts = Account.objects.filter(person_id__in=mailed, is_active=True) if mailed else ()
    return Recipients(
        matters=Matter.objects.only(*audience.READ).in_bulk({one.matter_id for one in taken if one.matter_id}),
        subscriptions=Subscription.objects.in_bulk({one.subscription_id for one in taken if one.subscription_id}),
        contacts=dict(Contact.objects.filter(pk__in=left).values_list("pk", "phone")) if left else {},
        actors=holders.actors_of(persons, now) if persons else {},
        mails={each.person_id: (each.email, each.language) for each in accounts},
        phones=dict(Person.objects.filter(pk__in=rung).values_list("pk", "phone")) if rung else {},
        robots=Robot.objects.filter(is_active=True).in_bulk({one.robot_id for one in taken if one.robot_id}),
        codes=proofs.codes({one.entry_id for one in taken if one.occasion == Occasion.PROOF}, now),
        silent=frozenset(Silence.objects.filter(pk__in=left).values_list("pk", flat=True)) if left else frozenset(),
    )


def _address(one: Taken, to: Recipients) -> tuple[str, str, Mapping[str, Any]]:
    """Return where a message goes, in which language, with which keys; empty where nobody is there any more."""
    if one.robot_id:
        robot = to.robots.get(one.robot_id)
        return (robot.url, "", {"secret": robot.secret}) if robot else ("", "", {})
    if one.subscription_id:
        asked = to.subscriptions.get(one.subscription_id)
        return (asked.address, asked.language, asked.keys) if asked else ("", "", {})
    if one.person_id and one.medium == Medium.MAIL:
        return (*to.mails.get(one.person_id, ("", "")), {})
    if one.person_id:
        return to.phones.get(one.person_id, ""), "", {}
    if one.matter_id in to.silent and one.occasion != Occasion.PROOF:
        return "", "", {}
    return to.contacts.get(one.matter_id or 0, ""), "", {}


def _may_hear(one: Taken, to: Recipients) -> bool:
    """Tell whether the recipient may still see the matter: posts end, and matters are sealed."""
    matter = to.matters.get(one.matter_id or 0)
    if matter is None:
        return one.matter_id is None
    if one.person_id:
        return scope(to.actors[one.person_id]).sees(matter)
    if one.robot_id:
        robot = to.robots.get(one.robot_id)
        return robot is None or robot.unit_id in (matter.unit_id, matter.desk_id, *matter.involved)
    return True


# --- sending ---------------------------------------------------------------------------------------------


def _deliver(taken: Sequence[Taken], now: datetime) -> dict[int, Outcome]:
    """Send a batch, each medium in turn, and return how each sending went."""
    to = _recipients(taken, now)
    outcomes: dict[int, Outcome] = {}
    by_medium: dict[Medium, list[Taken]] = defaultdict(list)
    for one in taken:
        if not _may_hear(one, to):
            outcomes[one.id] = Outcome(False, "not_visible", is_final=True, is_gone=True)
        elif one.occasion == Occasion.PROOF and one.entry_id not in to.codes:
            outcomes[one.id] = OVER
        elif not _address(one, to)[0]:
            outcomes[one.id] = Outcome(False, "nobody", is_final=True, is_gone=True)
        else:
            by_medium[Medium(one.medium)].append(one)
    for medium, ones in by_medium.items():
        parcels = list(_parcels(ones, medium, to))
        for parcel, outcome in zip(parcels, _sent(medium, parcels), strict=True):
            outcomes |= dict.fromkeys(parcel.ids, outcome)
    return outcomes


def _sent(medium: Medium, parcels: Sequence[Parcel]) -> Iterator[Outcome]:
    """Send through the adapter; what it never expected fails the rest of its batch, to be tried again."""
    from tongxin.apps.notify.media.table import ADAPTERS

    done = 0
    try:
        for outcome in ADAPTERS[medium](parcels):
            yield outcome
            done += 1
    except Exception as error:
        log.error("notify.adapter_failed", medium=medium.value, error=without_words(error))
        yield from (Outcome(False, type(error).__name__[:24]) for _ in parcels[done:])


def _parcels(ones: Sequence[Taken], medium: Medium, to: Recipients) -> Iterator[Parcel]:
    """Yield one parcel a sending; what goes to one group, or by mail to one of the staff, as one."""
    said = speaking.speak([_line(one, to) for one in ones], medium)
    together: dict[tuple[int | None, int | None], list[int]] = defaultdict(list)
    for at, one in enumerate(ones):
        if medium in ROBOTS or (medium is Medium.MAIL and one.person_id):
            together[one.robot_id, one.person_id].append(at)
        else:
            yield _parcel([one], said[at].title, said[at].text, to)
    for places in together.values():
        lines = [said[at].text for at in places]
        title = said[places[0]].title if len(places) == 1 else _counted(len(places), _address(ones[places[0]], to)[1])
        yield _parcel([ones[at] for at in places], title, _listed(lines), to)


def _line(one: Taken, to: Recipients) -> Line:
    matter = to.matters.get(one.matter_id or 0)
    language = _address(one, to)[1] or speaking.CHINESE
    return Line(one.entry_id, Occasion(one.occasion), matter, language, to.codes.get(one.entry_id, ""))


def _parcel(ones: Sequence[Taken], title: str, text: str, to: Recipients) -> Parcel:
    address, _, keys = _address(ones[0], to)
    matter = to.matters.get(ones[0].matter_id or 0) if len(ones) == 1 else None
    is_reporter = not (ones[0].person_id or ones[0].robot_id)
    is_code = ones[0].occasion == Occasion.PROOF  # it is asked for with the page open, and no link goes beside a secret
    is_linked = matter is not None and not ones[0].robot_id and not is_code
    link = speaking.link_of(matter, is_reporter=is_reporter) if is_linked else ""  # type: ignore[arg-type]
    is_urgent = matter is not None and Urgency(matter.urgency) is not Urgency.NORMAL
    return Parcel(tuple(one.id for one in ones), address, title, text, link, is_urgent, keys)


def _counted(many: int, language: str) -> str:
    return f"{many} notices" if language == "en" else f"{many} 条通知"


def _listed(lines: Sequence[str]) -> str:
    more = len(lines) - SHOWN
    return "\n".join([*lines[:SHOWN], *([f"…… +{more}"] if more > 0 else [])])


# --- recording -------------------------------------------------------------------------------------------


def _record(done: Sequence[tuple[Taken, Outcome]], now: datetime) -> None:
    """Write down how sendings went, and forget addresses at which nobody is any more."""
    rows = [(one.id, *_after(one, outcome, now)) for one, outcome in done]
    send(_RECORD, [now, *(list(column) for column in zip(*rows, strict=True))])
    gone = [one.subscription_id for one, outcome in done if outcome.is_gone and one.subscription_id]
    if gone:
        Subscription.objects.filter(pk__in=gone).delete()


def _after(one: Taken, outcome: Outcome, now: datetime) -> tuple[str, str, datetime]:
    if outcome.is_sent:
        return SENT, outcome.code, now
    if outcome.is_gone or outcome is OVER:
        return DROPPED, outcome.code, now
    pause = None if outcome.is_final else wait(one.tries, TO_PEOPLE)
    if pause is None:
        return FAILED, outcome.code, now
    return WAITING, outcome.code, now + max(pause, timedelta(seconds=outcome.wait_seconds))
