"""Where somebody wants to be told: asked for by whoever holds the receipt, or by staff for themselves; taken back."""

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from tongxin.apps.hotline import letters
from tongxin.apps.hotline.models import Letter
from tongxin.apps.journal.entries import Draft, record_many
from tongxin.apps.matters.models import Matter
from tongxin.apps.notify.media import push, sms
from tongxin.apps.notify.models import Silence, Subscription
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Invalid, Missing, NotAllowed
from tongxin.rules.occasions import FOR_REPORTERS, Medium
from tongxin.rules.permissions import SYSTEM, Actor, Permission, holding_receipt, require

MOST = 5  # addresses of one matter, or of one person: the browsers and numbers a household has


@transaction.atomic
def subscribe(
    *,
    channel: str,
    address: str,
    matter_id: int | None = None,
    person_id: int | None = None,
    language: str = "zh-hans",
    by: Actor,
    now: datetime,
) -> Subscription:
    """Ask to be told at an address of what happens to one's matter, or (staff) to one's work. Once is enough.

    `address` is a telephone, an e-mail address, or for pushes what a browser's `JSON.stringify(subscription)` says.
    Raises Invalid where it is none, or there are too many; NotAllowed for anybody else's matter or person.
    """
    _require_own(by, matter_id, person_id)
    medium = _medium(channel)
    address, keys = _read(medium, address)
    told = {"keys": keys, "language": language[:10], "since": now}
    asked = Subscription(matter_id=matter_id, person_id=person_id, medium=medium, address=address, **told)
    return _keep(asked, by, now)


def _keep(asked: Subscription, by: Actor, now: datetime) -> Subscription:
    """Write down where somebody asked to be told, once. Raises Invalid where there are too many."""
    own = {"matter_id": asked.matter_id, "person_id": asked.person_id}
    there = Subscription.objects.select_for_update().filter(**own)
    same = next((each for each in there if (each.medium, each.address) == (asked.medium, asked.address)), None)
    if same is None and len(there) >= MOST:
        raise Invalid("subscription.too_many", most=MOST)

    kept = same or asked
    kept.keys, kept.language = asked.keys, asked.language
    kept.save()
    Silence.objects.filter(pk=asked.matter_id).delete()

    _record("subscription.ask", [(asked.matter_id, asked.person_id)], by, now, medium=str(asked.medium))
    return kept


@transaction.atomic
def subscribe_writer(*, letter_id: int, by: Actor, now: datetime) -> Subscription | None:
    """Ask in the name of whoever wrote a letter that became a matter, and wants to be told where it was written from.

    By e-mail at its address, by chat in its conversation. Nothing where nobody asked for it, the letter is gone, or
    its address is none.
    """
    require(by, Permission.RUN_OUTBOX)
    letter = Letter.objects.filter(pk=letter_id, tells_writer=True, matter__isnull=False).first()
    address = letters.said(letter).address if letter else ""
    if letter is None or letter.matter_id is None or not address:
        return None
    try:
        with transaction.atomic():
            by_chat = {"medium": Medium.CHAT, "address": address, "keys": {"line": letter.line_id}}
            by_mail = {"medium": Medium.MAIL}
            told = by_chat if letter.way == Channel.CHAT else by_mail | {"address": _read(Medium.MAIL, address)[0]}
            asked = Subscription(matter_id=letter.matter_id, since=now, **told)
            return _keep(asked, holding_receipt(letter.matter_id), now)
    except Invalid:
        return None


@transaction.atomic
def unsubscribe(*, subscription_id: int, by: Actor, now: datetime) -> None:
    """Take it back. Raises Missing, also where it is not one's own."""
    found = Subscription.objects.select_for_update().filter(pk=subscription_id).first()
    if found is None:
        raise Missing("subscription.missing")
    try:
        _require_own(by, found.matter_id, found.person_id)
    except NotAllowed as foreign:
        raise Missing("subscription.missing") from foreign

    found.delete()

    _record("subscription.end", [(found.matter_id, found.person_id)], by, now, medium=found.medium)


@transaction.atomic
def forget_browser(
    *, endpoint: str, matter_id: int | None = None, person_id: int | None = None, by: Actor, now: datetime
) -> None:
    """Push no more to a browser, named by the address its push service gave. Raises NotAllowed; gone is gone."""
    _require_own(by, matter_id, person_id)
    asked = Subscription.objects.filter(matter_id=matter_id, person_id=person_id, medium=Medium.PUSH, address=endpoint)
    if not asked.exists():
        return

    asked.delete()

    _record("subscription.end", [(matter_id, person_id)], by, now, medium=Medium.PUSH.value)


@transaction.atomic
def silence(*, matter_id: int, by: Actor, now: datetime) -> None:
    """Be told of nothing any more about one's matter, wherever one asked to be told or could be. Once is enough."""
    _require_own(by, matter_id, None)

    Subscription.objects.filter(matter_id=matter_id).delete()
    Silence.objects.get_or_create(pk=matter_id, defaults={"since": now})

    _record("subscription.silence", [(matter_id, None)], by, now)


@transaction.atomic
def end_silence(*, matter_id: int, by: Actor, now: datetime) -> None:
    """Be told again as usual: at the telephone that was left, until another way is asked for."""
    _require_own(by, matter_id, None)

    Silence.objects.filter(pk=matter_id).delete()

    _record("subscription.listen", [(matter_id, None)], by, now)


def forget(*, matter_id: int, by: Actor, now: datetime) -> int:
    """Forget every address that was left with a matter. Returns how many there were."""
    return forget_many(matter_ids=[matter_id], by=by, now=now)


@transaction.atomic
def forget_many(*, matter_ids: Collection[int], by: Actor, now: datetime) -> int:
    """Forget every address that was left with these matters: for whoever holds the receipt, and for erasure by rule."""
    for matter_id in matter_ids if by is not SYSTEM else ():
        _require_own(by, matter_id, None)
    found = list(Subscription.objects.select_for_update().filter(matter_id__in=matter_ids))

    Subscription.objects.filter(pk__in=[each.pk for each in found]).delete()

    _record("subscription.forget", sorted({(each.matter_id, None) for each in found}, key=str), by, now)
    return len(found)


def _require_own(by: Actor, matter_id: int | None, person_id: int | None) -> None:
    """Raise NotAllowed unless the actor is this person, or reported this matter."""
    if (matter_id is None) == (person_id is None):
        raise Invalid("subscription.of_one")
    if person_id is not None:
        if by.person_id != person_id:
            raise NotAllowed("subscription.not_own")
        return
    matter = (
        Matter.objects.select_for_update(of=("self",), no_key=True).filter(pk=matter_id).only("reported_by").first()
    )
    if matter is None or not by.reported(matter):
        raise NotAllowed("subscription.not_own")


def _medium(channel: str) -> Medium:
    if channel not in set(FOR_REPORTERS):
        raise Invalid("subscription.medium", medium=channel[:10], media=list(FOR_REPORTERS))
    return Medium(channel)


def _read(medium: Medium, address: str) -> tuple[str, dict[str, str]]:
    if medium is Medium.PUSH:
        return push.read(address)
    if medium is Medium.SMS:
        number = sms.mobile(address)
        if not number:
            raise Invalid("subscription.phone")
        return number, {}
    try:
        validate_email(address.strip())
    except ValidationError as wrong:
        raise Invalid("subscription.mail") from wrong
    return address.strip()[:254], {}


def _record(kind: str, of: Collection[tuple[int | None, int | None]], by: Actor, now: datetime, **codes: str) -> None:
    """Record on a subject beside the matter's own chain, which its steps lock."""
    subjects = [f"contact:{matter}" if matter is not None else f"person:{person}" for matter, person in of]
    record_many([Draft(kind, subject, by.ref, None, now, codes) for subject in subjects])
