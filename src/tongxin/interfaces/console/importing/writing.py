"""Taking in chunk after chunk, each in a transaction of its own, while the next one is being read."""

import gc
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from queue import Empty, Queue
from typing import Any, TypeVar

from tongxin.apps.matters.actions import Incoming, Reported, report_many
from tongxin.interfaces.console.importing.mapping import Outside
from tongxin.interfaces.console.importing.translation import Row
from tongxin.rules.errors import Refused
from tongxin.rules.permissions import Actor

T = TypeVar("T")
Answered = tuple[Row, Reported | Refused]


def take_in(
    chunks: Iterable[Sequence[Row]], *, source: str, outside: Outside = Outside.REJECT, by: Actor, now: datetime
) -> Iterator[list[Answered]]:
    """Take in rows chunk by chunk and yield each chunk answered: what is yielded is committed."""
    with _spared_collector():
        for chunk in _ahead(chunks):
            answered = _taken(chunk, source, by, now)
            if outside is Outside.AREA:
                answered = _by_area(answered, source, by, now)
            yield answered
            gc.collect(0)


def _taken(chunk: Sequence[Row], source: str, by: Actor, now: datetime) -> list[Answered]:
    told = [row.told for row in chunk if isinstance(row.told, Incoming)]
    answers = iter(report_many(told, by=by, now=now, source=source))
    return [(row, next(answers) if isinstance(row.told, Incoming) else row.told) for row in chunk]


def _by_area(answered: list[Answered], source: str, by: Actor, now: datetime) -> list[Answered]:
    """Take in by their area alone the rows whose point lies outside every one."""
    beyond = {at for at, (row, answer) in enumerate(answered) if _is_outside(answer) and row.told.area}  # type: ignore[union-attr]
    if not beyond:
        return answered
    rows = [answered[at][0] for at in sorted(beyond)]
    named = [row._replace(told=replace(row.told, lon=None, lat=None)) for row in rows]  # type: ignore[type-var]
    second = iter(_taken(named, source, by, now))
    return [next(second) if at in beyond else each for at, each in enumerate(answered)]


def _is_outside(answer: Reported | Refused) -> bool:
    return isinstance(answer, Refused) and answer.code == "point.outside"


@contextmanager
def _spared_collector() -> Iterator[None]:
    """Keep the cycle collector from walking again and again over a chunk that holds no cycles: a sixth of the time."""
    was_on = gc.isenabled()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_on:
            gc.enable()


class _End:
    """What the reading thread says last: that it is through, or what stopped it."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def _ahead(items: Iterable[T]) -> Iterator[T]:
    """Yield the items while a thread prepares the next one: PostgreSQL writes this chunk, Python reads that."""
    ready: Queue[Any] = Queue(maxsize=1)
    left = threading.Event()

    def read() -> None:
        end = _End()
        try:
            for item in items:
                ready.put(item)
                if left.is_set():
                    return
        except BaseException as error:
            end = _End(error)
        ready.put(end)

    reader = threading.Thread(target=read, name="reading", daemon=True)
    reader.start()
    try:
        while not isinstance(item := ready.get(), _End):
            yield item
        reader.join()
        if item.error is not None:
            raise item.error
    finally:
        left.set()
        while reader.is_alive():  # a reader that waits for room must get it, to see that nobody reads on
            try:
                ready.get(timeout=0.05)
            except Empty:
                continue
