"""What is sealed of the police: the secrets by which either side knows the other."""

from datetime import datetime

from tongxin.apps.alarms.models import Partner
from tongxin.guard.sealing import Box

BOX = Box("tongxin.alarms.sealing.1")


def secrets_of(partner: Partner, now: datetime) -> list[str]:
    """Return the secrets that are good for a partner now: its own, and for a day the one before."""
    found = [BOX.opened(partner.sealed_secret)]
    if partner.before_until is not None and now < partner.before_until:
        found.append(BOX.opened(partner.sealed_secret_before))
    return [each for each in found if each]
