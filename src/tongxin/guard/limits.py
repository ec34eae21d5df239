"""How often one address may knock: token buckets in the memory of each web process.

Nothing is written down about an address, and nothing outlives the process. Several processes allow as many times the
rate; a bucket that is full again is forgotten, so that memory stays small whoever knocks.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from tongxin.guard import counting
from tongxin.rules.errors import Refused

MOST = 50_000  # buckets kept; beyond that the one longest untouched goes


class TooOften(Refused):
    """Somebody knocks too often. `seconds` says when to come again."""

    status = 429


@dataclass(slots=True)
class Limit:
    """At most `burst` at once and `a_minute` in the long run, for each address.

    `take(address)` raises TooOften, code "door.too_often", with the whole seconds to wait.
    """

    a_minute: float
    burst: int
    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)  # address: tokens, at
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, address: str, tokens: float = 1.0) -> None:
        """Count one knock of this address. Raises TooOften where there were too many."""
        if (seconds := self._take(address, tokens)) > 0:
            counting.refused("door.too_often")
            raise TooOften("door.too_often", seconds=int(seconds) + 1)

    def forget(self) -> None:
        """Forget every address: for tests."""
        with self._lock:
            self._left.clear()

    def _take(self, address: str, tokens: float) -> float:
        now, a_second = self.clock(), self.a_minute / 60
        with self._lock:
            left, at = self._left.pop(address, (float(self.burst), now))
            left = min(float(self.burst), left + (now - at) * a_second)
            is_allowed = left >= tokens
            self._left[address] = (left - tokens if is_allowed else left, now)
            if len(self._left) > MOST:
                self._left.popitem(last=False)
        return 0.0 if is_allowed else (tokens - left) / a_second
