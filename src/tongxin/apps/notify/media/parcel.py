"""What every adapter is given, what it answers, and whom a batch waits for."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tongxin.guard.outward import Answer

WAITS = 2  # a host that lets us wait so often is left alone until the next batch


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


class Hosts:
    """The hosts of one batch: whoever does not answer keeps the messages to others waiting twice, and no longer."""

    def __init__(self) -> None:
        self._waits: Counter[str] = Counter()

    def is_silent(self, host: str) -> bool:
        return self._waits[host] >= WAITS

    def note(self, host: str) -> None:
        """Remember that a host let us wait in vain."""
        self._waits[host] += 1

    def post(self, url: str, body: bytes, headers: Mapping[str, str], *, is_trusted: bool = False) -> "Answer":
        """Send one request as `outward.post` does. Raises Unreached, at once where its host has been silent."""
        from tongxin.guard import outward

        host = urlsplit(url).netloc
        if self.is_silent(host):
            raise outward.Unreached("timeout")
        try:
            return outward.post(url, body, headers, is_trusted=is_trusted)
        except outward.Unreached as why:
            if str(why) == "timeout":
                self.note(host)
            raise
