"""Where a page of a list ended: the moment and the id of its last row, which the next request gives back."""

from datetime import datetime

from tongxin.rules.errors import Invalid


def cursor(moment: datetime | None, id_: int) -> str:
    """Return the place of a row in its list; a row without a moment stands at the list's end."""
    return f"{moment.isoformat() if moment else ''}~{id_}"


def read(text: str) -> tuple[datetime, int]:
    """Return moment and id of a row that has both. Raises Invalid."""
    moment, id_ = read_open(text)
    if moment is None:
        raise Invalid("cursor.invalid", cursor=text[:40])
    return moment, id_


def read_open(text: str) -> tuple[datetime | None, int]:
    """Return moment, if there is one, and id of a row. Raises Invalid."""
    told, _, id_ = text.partition("~")
    try:
        moment = datetime.fromisoformat(told) if told else None
        if (moment and moment.tzinfo is None) or not 0 <= (last := int(id_)) < 2**63:
            raise ValueError(text)
    except ValueError as wrong:
        raise Invalid("cursor.invalid", cursor=text[:40]) from wrong
    return moment, last
