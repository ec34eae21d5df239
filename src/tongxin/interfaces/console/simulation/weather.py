"""A storm over some sensors: what they say, and how many matters must come of it.

For demonstrations, tests and benches alike: readings that flap about the threshold, single spikes that mean nothing,
repetitions as a poor network makes them. What should come of it follows from the plan, not from our rules.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from tongxin.apps.devices.actions import Message
from tongxin.rules.devices import Tidings

SURE = 6  # readings in a row well above the threshold: whatever comes after, it was a flood


@dataclass(frozen=True)
class Storm:
    """Sensors by code with the ground each stands on: the first of them flood, the next only spike, others are calm."""

    grounds: Mapping[str, str]
    floods: int
    spikes: int
    readings: int
    start: datetime
    every: timedelta = timedelta(seconds=20)
    seed: int = 1

    @property
    def flooded(self) -> Sequence[str]:
        return list(self.grounds)[: self.floods]

    @property
    def matters(self) -> int:
        """How many matters must come of it: one for each ground that is flooded."""
        return len({self.grounds[code] for code in self.flooded})

    @property
    def told(self) -> int:
        """How many different things are said."""
        return len(self.grounds) * self.readings

    def messages(self, *, again: float = 0.3) -> Iterator[Message]:
        """Yield what is said, in the order of time; this share of it is said again, now or somewhat later."""
        rng = Random(self.seed)
        lines = {code: self._depths(code, rng) for code in self.grounds}
        late: list[Message] = []
        for n in range(self.readings):
            for code, depths in lines.items():
                message = Message(code, Tidings.READING, self.start + self.every * n, n, depths[n])
                yield message
                if rng.random() < again:
                    late.append(message)
                if late and rng.random() < again:
                    yield late.pop(rng.randrange(len(late)))
        yield from late

    def _depths(self, code: str, rng: Random) -> list[float]:
        nth = list(self.grounds).index(code)
        if nth < self.floods:
            sure = [round(rng.uniform(36, 60), 1) for _ in range(SURE)]
            return [4.0, *sure, *(round(rng.uniform(17, 60), 1) for _ in range(self.readings))][: self.readings]
        if nth < self.floods + self.spikes:
            return [80.0 if n % 5 == 3 else round(rng.uniform(0, 14), 1) for n in range(self.readings)]
        return [round(rng.uniform(0, 14), 1) for _ in range(self.readings)]
