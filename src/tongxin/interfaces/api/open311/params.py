"""What a caller sent, in the address or in the body: an empty parameter is an absent one."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.http import QueryDict

from tongxin.rules.errors import Invalid
from tongxin.rules.working_time import SHANGHAI

YEARS = range(1970, 2200)
MOST_LISTED = 1_000
LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")  # "+08:00" in an address nobody escaped
ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,80})\](?:\[\d*\])?")


class Answer(NamedTuple):
    """What was answered to one attribute of a service."""

    code: str
    values: list[str]


class Params:
    """The parameters of a request; those of the body before those of the address."""

    def __init__(self, *given: QueryDict) -> None:
        self._given = given
        for part in given:
            for name, values in part.lists():
                if "\x00" in name or any("\x00" in value for value in values):
                    raise Invalid("open311.nul", name=name.replace("\x00", "")[:40])

    def get(self, name: str) -> str:
        """Return a parameter without the space around it, "" where there is none."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        """Return every value given under a name, also as `name[]`."""
        found = (value.strip() for part in self._given for key in (name, f"{name}[]") for value in part.getlist(key))
        return [value for value in found if value]

    def listed(self, name: str) -> list[str]:
        """Return a list written with commas. Raises Invalid where it is too long."""
        found = [each.strip() for value in self.all(name) for each in value.split(",")]
        if len(found) > MOST_LISTED:
            raise Invalid("open311.too_many", name=name, most=MOST_LISTED)
        return [each for each in found if each]

    def moment(self, name: str) -> datetime | None:
        """Return a moment; without a zone, it is the city's time. Raises Invalid."""
        if not (text := self.get(name)):
            return None
        try:
            at = datetime.fromisoformat(LOST_PLUS.sub(r"+\1", text))
        except ValueError as wrong:
            raise Invalid("open311.moment", name=name, found=text[:40]) from wrong
        if at.year not in YEARS:
            raise Invalid("open311.moment", name=name, found=text[:40])
        return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)

    def whole(self, name: str, default: int, most: int) -> int:
        """Return a whole number from 1 to the most. Raises Invalid."""
        text = self.get(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
            raise Invalid("open311.whole", name=name, most=most, found=text[:20])
        return int(text)

    def attributes(self) -> Iterator[Answer]:
        """Yield the answers to a service's questions: `attribute[code]`, repeated or as `attribute[code][]`."""
        found: dict[str, list[str]] = {}
        for part in self._given:
            for name, values in part.lists():
                if said := ATTRIBUTE.fullmatch(name):
                    found.setdefault(said[1], []).extend(value.strip() for value in values if value.strip())
        return (Answer(code, values) for code, values in found.items() if values)
