"""Personal fields so that nobody is recognized by them: every door shows the same. Source: domain.md §2.6, ui.md §7."""


def masked_name(name: str) -> str:
    """Return 王* for 王女士: no more than the first character."""
    return f"{name[:1]}*" if name else ""


def masked_phone(phone: str) -> str:
    """Return 138****6027 for 13812346027; of a number too short to hide in, nothing but stars."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    if not phone:
        return ""
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else "****"
