"""Writes of what is public: brands from the city's data, notices, and the reviewed words of matters."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from tongxin.apps.areas.queries import names
from tongxin.apps.journal.entries import record
from tongxin.apps.matters.models import Matter
from tongxin.apps.publicity import queries
from tongxin.apps.publicity.models import Brand, Notice, Publication
from tongxin.rules import publicity
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.palettes import palette
from tongxin.rules.permissions import SYSTEM, Actor, Duty, Permission, duty_for, require, scope
from tongxin.rules.publicity import Showing


@transaction.atomic
def load_brands(file: Path, *, by: Actor, now: datetime) -> int:
    """Take over the brands of a city from its file; those that are gone there go here. Returns how many there are.

    Each has its own services first, then those of the whole city.

    Raises NotAllowed, Invalid where a color cannot be read or an area is unknown.
    """
    require(by, Permission.EDIT_AREAS)
    told = json.loads(file.read_text(encoding="utf-8"))
    brands = [_brand({"services": [*each.pop("own", ()), *told["services"]], **each}) for each in told["brands"]]

    Brand.objects.all().delete()
    Brand.objects.bulk_create(brands)

    record("publicity.brands", "city", by=by, at=now, many=len(brands))
    transaction.on_commit(queries.forget)
    return len(brands)


def _brand(each: dict[str, Any]) -> Brand:
    palette(each["color"])
    if each["area"] not in names():
        raise Invalid("area.unknown", area=each["area"][:20])
    return Brand(**each)


@transaction.atomic
def post_notice(
    *, area: str, title: str, text: str, start_at: datetime, end_at: datetime, by: Actor, now: datetime
) -> Notice:
    """Tell everybody in an area something for a time. Raises NotAllowed, Invalid."""
    duty = _duty(by, Permission.POST_NOTICE, area)
    if area not in names():
        raise Invalid("area.unknown", area=area[:20])

    publicity.check_notice(title, text, start_at, end_at)

    notice = Notice.objects.create(
        area=area,
        title=title.strip(),
        text=text.strip(),
        start_at=start_at,
        end_at=end_at,
        posted_at=now,
        posted_by=by.ref,
    )

    record("notice.post", f"notice:{notice.pk}", by=by, at=now, post_id=_post(duty), area=area)
    return notice


@transaction.atomic
def withdraw_notice(*, notice_id: int, by: Actor, now: datetime) -> Notice:
    """Take a notice off the public pages; the row stays. Raises Missing, NotAllowed."""
    notice = Notice.objects.select_for_update().filter(pk=notice_id).first()
    if notice is None:
        raise Missing("notice.not_posted")
    duty = _duty(by, Permission.POST_NOTICE, notice.area)
    if notice.withdrawn_at is not None:
        return notice

    notice.withdrawn_at = now
    notice.save(update_fields=["withdrawn_at"])

    record("notice.withdraw", f"notice:{notice.pk}", by=by, at=now, post_id=_post(duty), area=notice.area)
    return notice


@transaction.atomic
def review(*, matter_id: int, state: Showing, text: str = "", by: Actor, now: datetime) -> Publication:
    """Decide about the words of a matter: shown to everybody as edited, kept back, or taken down again.

    Raises Missing where the reviewer may not see the matter, NotAllowed, Invalid; a sealed matter is never shown.
    """
    # whether it is sealed is read under the lock that sealing takes too
    matter = Matter.objects.select_for_update(no_key=True).filter(pk=matter_id).first()
    if matter is None or not scope(by).sees(matter):
        raise Missing("matter.missing")
    duty = _duty(by, Permission.PUBLISH_WORDS, matter.area)

    if state is Showing.SHOWN:
        facts = {"template": matter.template_code, "is_sealed": matter.is_sealed, "number": matter.number}
        publicity.check_words(text, **facts)

    shown, _is_new = Publication.objects.update_or_create(
        matter_id=matter.pk,
        defaults={
            "state": state.value,
            "text": text.strip() if state is Showing.SHOWN else "",
            "reviewed_at": now,
            "reviewed_by": by.ref,
        },
    )

    # beside the matter's own chain, which its steps lock: what is public is no step of its life
    record("publication.review", f"publication:{matter.pk}", by=by, at=now, post_id=_post(duty), state=state.value)
    return shown


def _duty(by: Actor, permission: Permission, area: str) -> Duty | None:
    require(by, permission, area)
    return None if by is SYSTEM else duty_for(by, permission, area)


def _post(duty: Duty | None) -> int | None:
    return duty.post_id if duty else None
