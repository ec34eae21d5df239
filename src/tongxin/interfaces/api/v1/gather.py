"""Gathering: single asks that arrive while another is being answered are answered together, in one batch.

Whoever comes first goes at once and alone: nobody ever waits for company. Those who come meanwhile wait for the way to
be free; then the first of them leads the rest, all in one transaction, and each gets its own answer after the commit.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
A = TypeVar("A")
B = TypeVar("B")

MOST = 64


class _Slot(Generic[A, B]):
    """One ask and its answer; `turn` is set when there is an answer, or when the slot's thread must lead."""

    __slots__ = ("answer", "ask", "error", "is_answered", "turn")

    def __init__(self, ask: A) -> None:
        self.ask = ask
        self.turn = threading.Event()
        self.is_answered = False
        self.answer: B | None = None
        self.error: BaseException | None = None


class Gather(Generic[K, A, B]):
    """Answers asks in batches, per key: asks with different keys never share one."""

    def __init__(self, run: Callable[[K, list[A]], list[B]], most: int = MOST) -> None:
        self._run, self._most = run, most
        self._lock = threading.Lock()
        self._waiting: dict[K, deque[_Slot[A, B]]] = defaultdict(deque)
        self._busy: set[K] = set()

    def __call__(self, key: K, ask: A) -> B:
        """Return the answer to one ask. Raises what answering it raises."""
        slot: _Slot[A, B] = _Slot(ask)
        with self._lock:
            leads = key not in self._busy
            if leads:
                self._busy.add(key)
            else:
                self._waiting[key].append(slot)
        if not leads:
            slot.turn.wait()
        if not slot.is_answered:
            self._lead(key, slot)
        if slot.error is not None:
            raise slot.error
        return slot.answer  # type: ignore[return-value]

    def _lead(self, key: K, own: _Slot[A, B]) -> None:
        batch = [own]
        with self._lock:
            waiting = self._waiting[key]
            while waiting and len(batch) < self._most:
                batch.append(waiting.popleft())
        try:
            self._answer(key, batch)
        finally:
            self._pass_on(key)
            for slot in batch[1:]:
                slot.is_answered = True
                slot.turn.set()

    def _answer(self, key: K, batch: list[_Slot[A, B]]) -> None:
        try:
            answers = self._run(key, [slot.ask for slot in batch])
        except BaseException as error:
            if len(batch) == 1:
                batch[0].error = error
                return
            for slot in batch:  # the batch fell as a whole: each stands or falls alone
                self._answer(key, [slot])
            return
        for slot, answer in zip(batch, answers, strict=True):
            slot.answer = answer

    def _pass_on(self, key: K) -> None:
        """Let the next one lead, or leave the way free."""
        with self._lock:
            waiting = self._waiting[key]
            if not waiting:
                self._busy.discard(key)
                del self._waiting[key]
                return
            heir = waiting.popleft()
        heir.turn.set()
