"""By what people are told outside: one file a medium, each an adapter to an outside part."""

from django.conf import settings

from tongxin.rules.occasions import Medium


def set_up() -> list[Medium]:
    """Return by what an address can be told from this house: what is not set up is promised to nobody."""
    return [Medium.SMS] * bool(settings.SMS_GATEWAY) + [Medium.MAIL] * bool(settings.EMAIL_HOST)
