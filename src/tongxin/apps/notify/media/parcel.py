"""What every adapter is given, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to one recipient, made of one sending or of several. `key` is the same however often it is sent."""

    ids: tuple[int, ...]
    to: str
    title: str
    text: str
    link: str = ""
    is_urgent: bool = False
    keys: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"sending-{min(self.ids)}"


class Outcome(NamedTuple):
    """How it went: the other side's code. `is_final`: no use in trying again; `is_gone`: nobody is there any more."""

    is_sent: bool
    code: str
    is_final: bool = False
    is_gone: bool = False
    wait_seconds: int = 0


SENT = Outcome(True, "200")
OVER = Outcome(False, "over", is_final=True)  # too late to be good for anything


def by_status(status: int, wait: str = "") -> Outcome:
    """Return what an HTTP status means: 4xx is our fault and stays so, except where later is asked for."""
    seconds = int(wait) if wait.isdecimal() and len(wait) < 6 else 0
    if 200 <= status < 300:
        return Outcome(True, str(status))
    is_final = 400 <= status < 500 and status not in (408, 425, 429)
    return Outcome(False, str(status), is_final, wait_seconds=seconds)
