"""How openapi.json describes a field: in Chinese, then in English, with its words read off the rules."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any

from msgspec import Meta

from tongxin import words


def told(description: str, *examples: Any) -> Meta:
    """Return what openapi.json says of a field: Chinese, then English."""
    return Meta(description=description, examples=list(examples) or None)


def among(members: type[Enum], description: str) -> Meta:
    """Return the description of a field that holds a member of an enum, each with its word."""
    listed = "，".join(f"{member.value} {words.label(member)}" for member in members)
    return Meta(description=f"{description} ({listed})")


Moment = Annotated[datetime, Meta(tz=True, description="时刻，ISO 8601 带时区 | moment, ISO 8601 with zone")]
