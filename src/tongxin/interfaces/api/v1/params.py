"""Parameters behind the question mark: what several lists share, and the refusal of what nobody knows."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from pydantic import BaseModel, Field, StringConstraints

from tongxin.rules.errors import Invalid

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9000, 1, 1)

AreaCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,17}$")]
Words = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=60)]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]


def only(request: HttpRequest, known: type[BaseModel]) -> None:
    """Raise Invalid for a parameter nobody knows: a filter misspelt must not come back as a list unfiltered."""
    for name in request.GET:
        if name not in known.model_fields:
            raise Invalid("query.unknown", at=name[:40])
