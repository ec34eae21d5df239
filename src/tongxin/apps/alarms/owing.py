"""What is owed to the police: one row for each thing they are to be told, while they want to be told at all."""

from datetime import datetime

from tongxin.apps.alarms.models import Alarm, Telling


def owe(alarm: Alarm, key: str, what: str, *, at: datetime, now: datetime, to: str = "") -> None:
    """Owe one thing, once by its `key`; nothing where the partner named no address."""
    if alarm.partner.url:
        told = {"what": what, "to": to, "at": at, "next_try_at": now}
        Telling.objects.get_or_create(alarm=alarm, key=key, defaults=told)
