"""A switchboard that is none: it tells of calls and takes orders as a real one does, over real HTTP. Loopback only.

It ships with the product for demonstrations and tests, and says in every answer that it is a simulator.
"""

import json
import random
import threading
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from http.server import ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tongxin.interfaces.console import simulators

NAME = "tongxin-cti-simulator"


@dataclass(slots=True)
class Switchboard:
    """One line of the simulated switchboard. `orders` keeps what it was asked, as (act, to)."""

    secret: str
    target: str  # where its webhooks go: …/api/intake/cti/<line>
    orders: list[tuple[str, str]] = field(default_factory=list)
    is_deaf: bool = False  # declines every order, for showing what happens then

    def ring(self, number: str, seat: str = "") -> str:
        """Let a call arrive; return its reference."""
        ref = f"sim-{uuid.uuid4().hex[:12]}"
        self.tell("call.arrived", ref, seat=seat, number=number)
        return ref

    def obey(self, order: dict[str, str]) -> bool:
        """Do what was asked, and tell what came of it. Answers whether it was done."""
        if self.is_deaf:
            return False
        act, ref, seat = order["act"], order["call"], order.get("seat", "")
        self.orders.append((act, order.get("to", "")))
        if act == "answer":
            self.tell("call.answered", ref, seat=seat)
        if act in ("hang_up", "transfer"):
            self.tell("call.hung_up", ref)
            self.tell("recording.ready", ref, recording=f"sim/{ref}.wav")
        return True

    def tell(self, event: str, ref: str, **more: str) -> int:
        """Send one signed message; return the status it was answered with."""
        return self.send(*self.envelope(event, ref, **more))

    def envelope(self, event: str, ref: str, at: datetime | None = None, **more: str) -> tuple[bytes, dict[str, str]]:
        """Return a signed message, as body and headers."""
        return simulators.event(NAME, self.secret, event, {"call": ref, **more}, at)

    def send(self, body: bytes, headers: dict[str, str]) -> int:
        """Send a message as it is; return the status it was answered with."""
        return simulators.send(self.target, body, headers)[0]


def serve(board: Switchboard, port: int) -> ThreadingHTTPServer:
    """Return a server that takes orders for a switchboard, and calls at /ring; the caller runs and ends it."""

    class Door(simulators.Door):
        server_version = NAME

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.path == "/ring":
                asked = json.loads(body)
                self._say(200, {"call": board.ring(asked.get("number", a_number()), asked.get("seat", ""))})
                return
            try:
                order = Webhook(board.secret).verify(body, dict(self.headers.items()))
            except (WebhookVerificationError, ValueError):
                self._say(401, {"error": "signature"})
                return
            # told after the answer, as a real one does: what comes of an order is another message
            done = not board.is_deaf
            self._say(202 if done else 503, {"done": done})
            board.obey(order)

        def do_GET(self) -> None:
            self._say(200, {"simulator": True, "orders": board.orders})

        def _say(self, status: int, told: dict[str, Any]) -> None:
            self.say(status, told | {"by": NAME})

    return ThreadingHTTPServer(("127.0.0.1", port), Door)


def a_number() -> str:
    """Return a number that nobody has: its block is not given out."""
    return f"1380000{random.randrange(10_000):04d}"


def ring_every(board: Switchboard, seconds: float, seat: str, stop: threading.Event) -> None:
    """Let a call arrive every so often until told to stop."""
    while not stop.wait(seconds):
        board.ring(a_number(), seat)
