"""The number of a matter: short enough to say on the telephone. `KC261120-0417` = county letters, local day, serial."""

import re
from datetime import date, timedelta
from typing import NamedTuple

FORM = re.compile(r"^[A-Z0-9]{1,6}\d{6}-\d{4,}$")
# what people say of a number on the telephone: 0417, 1120-0417, 261120-0417, KC-0417
TAIL = re.compile(r"^([A-Z]{1,6})?-?(\d{6}|\d{4})?-?(\d{3,6})$")


def series(letters: str, day: date) -> str:
    """Return the part before the serial: the county's letters and the local day."""
    return f"{letters}{day:%y%m%d}"


def number(series: str, serial: int) -> str:
    """Return the whole number. Serials grow past four digits rather than wrap."""
    return f"{series}-{serial:04d}"


def is_number(text: str) -> bool:
    """Tell whether a text could be the number of a matter."""
    return bool(FORM.match(text.strip().upper()))


class Tail(NamedTuple):
    """The end of a number as somebody remembers it: perhaps the letters, perhaps the day, and the serial."""

    letters: str
    day: date | None
    serial: int

    def numbers(self, letters: set[str], today: date, days: int) -> list[str]:
        """Return the numbers it may stand for, in these counties and on the last so many days, the latest day first."""
        wanted = letters & {self.letters} if self.letters else letters
        given = [self.day] if self.day else [today - timedelta(days=ago) for ago in range(days)]
        return [number(series(each, day), self.serial) for day in given for each in sorted(wanted)]


def tail_of(text: str, today: date) -> Tail | None:
    """Read the end of a number. A month and day without the year are the latest such day; None: it is no end of one."""
    found = TAIL.match(text.strip().upper().replace(" ", "").replace("—", "-"))
    if found is None:
        return None
    letters, day, serial = found.groups()
    try:
        return Tail(letters or "", _day(day, today) if day else None, int(serial))
    except ValueError:  # no such day
        return None


def _day(text: str, today: date) -> date:
    if len(text) == 6:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    month, day = int(text[:2]), int(text[2:])
    this_year = date(today.year, month, day)
    return this_year if this_year <= today else date(today.year - 1, month, day)
