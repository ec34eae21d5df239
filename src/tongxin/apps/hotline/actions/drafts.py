"""What is written of a call stays, on the server, when the call or the browser drops."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from tongxin.apps.hotline.actions.calls import operating
from tongxin.apps.hotline.actions.taking import is_registered
from tongxin.apps.hotline.models import Call, Draft
from tongxin.apps.hotline.sealing import sealed_form
from tongxin.rules.errors import Invalid
from tongxin.rules.permissions import Actor

FIELDS = (
    *("text", "where", "place", "area", "lon", "lat", "template", "q", "urgency"),
    *("use_number", "contact_phone", "contact_name", "secret", "answer", "article"),
)
LONGEST = 8_000  # characters of a whole draft
MOST = 50  # drafts of one post


@transaction.atomic
def save_draft(*, key: str, form: Mapping[str, str], call_id: int | None, by: Actor, now: datetime) -> Draft | None:
    """Keep what was written so far; nothing written, nothing kept. No journal entry: nothing has happened yet.

    A draft that arrives after its call was registered, as one that was on its way then, is kept no more.
    """
    duty = operating(by)
    kept = {name: form[name] for name in FIELDS if form.get(name)}
    if sum(map(len, kept.values())) > LONGEST or not 0 < len(key) <= 40:
        raise Invalid("draft.too_long", limit=LONGEST)
    mine = Draft.objects.filter(post_id=duty.post_id)
    if (not kept.get("text") and not kept.get("where")) or is_registered(key, by):
        mine.filter(key=key).delete()
        return None
    if not mine.filter(key=key).exists() and mine.count() >= MOST:
        raise Invalid("draft.too_many", most=MOST)

    call = Call.objects.filter(pk=call_id, post_id=duty.post_id).first() if call_id else None
    row = {"call": call, "sealed_form": sealed_form(kept), "saved_at": now}
    return Draft.objects.update_or_create(post_id=duty.post_id, key=key, defaults=row)[0]


@transaction.atomic
def drop_draft(*, key: str, by: Actor, now: datetime) -> None:
    """Throw a draft of one's own away."""
    duty = operating(by)

    Draft.objects.filter(post_id=duty.post_id, key=key).delete()
