"""The number of a matter: short enough to say on the telephone. `KC261120-0417` = county letters, local day, serial."""

import re
from datetime import date

FORM = re.compile(r"^[A-Z0-9]{1,6}\d{6}-\d{4,}$")


def series(letters: str, day: date) -> str:
    """Return the part before the serial: the county's letters and the local day."""
    return f"{letters}{day:%y%m%d}"


def number(series: str, serial: int) -> str:
    """Return the whole number. Serials grow past four digits rather than wrap."""
    return f"{series}-{serial:04d}"


def is_number(text: str) -> bool:
    """Tell whether a text could be the number of a matter."""
    return bool(FORM.match(text.strip().upper()))
