"""The listener: gather, take in, acknowledge. Nothing is acknowledged before it is committed.

Killed at any moment it loses nothing: the broker hands over again what was not acknowledged, and what had been
committed all the same is known and changes nothing.
"""

import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import structlog
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from tongxin.apps.devices import actions
from tongxin.apps.devices.actions import Message, Taken
from tongxin.interfaces.console.listening import broker, meters
from tongxin.interfaces.console.listening.broker import Address
from tongxin.interfaces.console.listening.payloads import message_of
from tongxin.rules.errors import Refused
from tongxin.rules.permissions import SYSTEM

MOST = 500  # messages of a batch
WAIT_SECONDS = 0.2  # a batch is not held longer than this
IDLE_SECONDS = 0.02  # nor when nothing has come for so long
LONGEST_PAUSE = 10.0  # seconds between two tries while the database is away

log = structlog.get_logger("tongxin.listen")


class Arrived(NamedTuple):
    """A message as the broker handed it over, in which of our connections. With a `qos` of 0 it waits for no answer."""

    mid: int
    qos: int
    connection: int
    topic: str
    payload: bytes


@dataclass
class Listener:
    """One connection to the broker and one to the database."""

    address: Address
    name: str
    _queue: "queue.SimpleQueue[Arrived]" = field(default_factory=queue.SimpleQueue)
    _connections: int = 0  # how many there have been: numbers of messages are good within one only
    _client: Any = None

    def run(self, stop: threading.Event) -> None:
        """Listen until told to stop. What is in hand then is left to the broker, which keeps it."""
        self._client = broker.connected(
            self.address, self.name, on_connect=self._greet, on_away=self._miss, on_message=self._arrive
        )
        try:
            while not stop.is_set():
                if batch := self._gather(stop):
                    self._settle(batch, stop)
        finally:
            self._client.disconnect()
            self._client.loop_stop()
            connection.close()

    # --- the network's thread ---------------------------------------------------------------------------

    def _greet(self) -> None:
        self._connections += 1
        meters.CONNECTED.set(1)
        log.info("listen.connected", name=self.name)

    def _miss(self, reason: str) -> None:
        meters.CONNECTED.set(0)
        log.warning("listen.broker_away", reason=reason)

    def _arrive(self, _client: Any, _data: Any, message: Any) -> None:
        self._queue.put(Arrived(message.mid, message.qos, self._connections, message.topic, message.payload))

    # --- ours -------------------------------------------------------------------------------------------

    def _gather(self, stop: threading.Event) -> list[Arrived]:
        """Return what has come: after a fifth of a second, at 500, or when nothing more comes."""
        batch: list[Arrived] = []
        until = time.monotonic() + WAIT_SECONDS
        while len(batch) < MOST and not stop.is_set():
            left = until - time.monotonic()
            if left <= 0:
                break
            try:
                batch.append(self._queue.get(timeout=min(left, IDLE_SECONDS) if batch else left))
            except queue.Empty:
                break
        meters.WAITING.set(self._queue.qsize())
        return batch

    def _settle(self, batch: Sequence[Arrived], stop: threading.Event) -> None:
        """Take in a batch and acknowledge it; while the database is away, wait and try again."""
        read = [_read(each) for each in batch]
        pause = 0.25
        while not stop.is_set():
            try:
                answers = _taken([each for each in read if isinstance(each, Message)])
                break
            except (OperationalError, InterfaceError) as error:
                connection.close()
                log.warning("listen.database_away", error=type(error).__name__, seconds=pause)
                stop.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        else:
            return
        for each in batch:
            if each.connection == self._connections:  # of an earlier one: it comes again and is known then
                self._client.ack(each.mid, each.qos)
        _count([*answers, *(each for each in read if isinstance(each, Refused))], read)


def _read(arrived: Arrived) -> Message | Refused:
    try:
        return message_of(arrived.topic, arrived.payload)
    except Refused as refusal:
        return refusal


def _taken(messages: Sequence[Message]) -> list[Taken | Refused | None]:
    """Take in messages at once; where that breaks, one by one, so that one that breaks us fails alone."""
    if not messages:
        return []
    try:
        return list(actions.take_in(messages, by=SYSTEM, now=timezone.now()))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.error("listen.batch_broken", error=type(error).__name__, many=len(messages))
    return [_taken_alone(message) for message in messages]


def _taken_alone(message: Message) -> Taken | Refused | None:
    try:
        return actions.take_in([message], by=SYSTEM, now=timezone.now())[0]
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.error("listen.message_broken", error=type(error).__name__, device=message.device[:40], told=message.told)
        return None


def _count(answers: Sequence[Taken | Refused | None], read: Sequence[Message | Refused]) -> None:
    for each in answers:
        if isinstance(each, Refused):
            meters.MESSAGES.labels(each.code).inc()
        else:
            meters.MESSAGES.labels("broken" if each is None else "taken" if each.is_new else "known").inc()
    moments = [each.at for each in read if isinstance(each, Message) and each.at is not None]
    if moments:
        meters.LAG.set(max((timezone.now() - max(moments)).total_seconds(), 0.0))
    meters.BATCHES.observe(len(read))
