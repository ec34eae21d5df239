"""Personal fields so that nobody is recognized by them."""

from tongxin.apps.matters.models import Contact
from tongxin.rules.masking import masked_name, masked_phone


def masked(contact: Contact) -> str:
    """Return `王* 138****6027`; of a secret contact only that there is one."""
    if contact.is_secret:
        return "****"
    return " ".join(filter(None, [masked_name(contact.name), masked_phone(contact.phone)])) or "****"
