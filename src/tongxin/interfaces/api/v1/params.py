"""Parameters behind the question mark: what several lists share, and the refusal of what nobody knows."""

import re
from datetime import date
from typing import Annotated

from django.http import HttpRequest
from pydantic import AfterValidator, BaseModel, BeforeValidator, StringConstraints

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


def only(request: HttpRequest, known: type[BaseModel]) -> None:
    """Raise Invalid for a parameter nobody knows: a filter misspelt must not come back as a list unfiltered."""
    for name in request.GET:
        if name not in known.model_fields:
            raise Invalid("query.unknown", at=name[:40])
