"""Personal fields so that nobody is recognized by them."""

from tongxin.apps.matters.models import Contact


def masked(contact: Contact) -> str:
    """Return `王* 138****6027`; of a secret contact only that there is one."""
    if contact.is_secret:
        return "****"
    return " ".join(filter(None, [masked_name(contact.name), masked_phone(contact.phone)])) or "****"


def masked_name(name: str) -> str:
    """Return no more than the first character."""
    return f"{name[:1]}*" if name else ""


def masked_phone(phone: str) -> str:
    """Return the first three and last four digits; of a number too short to hide in, stars only."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    if not phone:
        return ""
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else "****"
