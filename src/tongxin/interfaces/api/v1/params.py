"""Parameters behind the question mark: what several lists share, and the refusal of what nobody knows."""

import re
from datetime import date, timedelta
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints

from tongxin.interfaces.api.v1.asked import MOST_BIGINT
from tongxin.interfaces.api.v1.described import RowId
from tongxin.rules.errors import Invalid

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9000, 1, 1)
WRITTEN = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

AreaCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,17}$")]
Words = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=60)]


def _written(given: object) -> object:
    """Return a day as it was written: a number is none, though it could be taken for seconds. Raises ValueError."""
    if isinstance(given, str) and not WRITTEN.fullmatch(given):
        raise ValueError("YYYY-MM-DD")
    return given


# a day before or after all days there are is as good as the first or the last of them
Day = Annotated[date, BeforeValidator(_written), AfterValidator(lambda day: min(max(day, FIRST_DAY), LAST_DAY))]
# in an address: as it is written, and nothing else
DayNamed = Path[Annotated[date, BeforeValidator(_written)]]
Id = Path[Annotated[int, Field(ge=1, le=MOST_BIGINT)]]  # in an address: what the database can hold, else 404
Key = Annotated[int, Field(ge=1, le=MOST_BIGINT)]  # behind the question mark
UnitGiven = RowId | str  # in a body: an id or a code


def only(request: HttpRequest, known: type[BaseModel]) -> None:
    """Raise Invalid for a parameter nobody knows: a filter misspelt must not come back as a list unfiltered."""
    for name in request.GET:
        if name not in known.model_fields:
            raise Invalid("query.unknown", at=name[:40])


def period(since: date | None, until: date | None, *, back: int = 0, most: int) -> tuple[date, date]:
    """Return the days from one to another, both included: `back` days up to today, but for what is said.

    Raises Invalid where they end before they begin, or are more than `most` days.
    """
    if until is None:
        today = timezone.localdate()
        until = max(since or today, today)
    if since is None:
        since = until - timedelta(days=back)
    if not since <= until <= since + timedelta(days=most):
        raise Invalid("query.invalid", at="since")
    return since, until


def unit_given(text: str) -> int | str | None:
    """Return a unit as it was named behind the question mark: its id, its code, or none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else text or None
