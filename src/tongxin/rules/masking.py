"""Personal fields so that nobody is recognized by them: every door shows the same. Source: domain.md §2.6, ui.md §7."""

import re

# what free words may hold of somebody: an identity number, a mobile, a telephone with its area code
NUMBERS = re.compile(
    r"(?<!\d)(?:\d{17}[\dXx]|(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[ -]\d{7,8})(?![\dXx])"
)


def masked_name(name: str) -> str:
    """Return 王* for 王女士: no more than the first character."""
    return f"{name[:1]}*" if name else ""


def masked_phone(phone: str) -> str:
    """Return 138****6027 for 13812346027; of a number too short to hide in, nothing but stars."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    digits = re.sub(r"^(00)?86(?=1\d{10}$)", "", digits)  # a mobile as switchboards abroad write it
    if not phone:
        return ""
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else "****"


def masked_text(text: str) -> str:
    """Return free words with the telephones and identity numbers in them hidden: 打我电话 138****6027。"""
    return NUMBERS.sub(lambda found: _hidden(found[0]), text)


def _hidden(number: str) -> str:
    digits = number.lstrip("+").replace("-", "").replace(" ", "")
    if len(digits) == 18:
        return f"{digits[:3]}****"
    return masked_phone(digits)
