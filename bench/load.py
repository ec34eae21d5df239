"""The load: keep-alive connections in a process of their own, cheap enough not to be what is measured.

`python -m bench.load` reads a pickled Load from standard input and writes its Answered as JSON. A chain is a list of
requests that one connection sends one after the other; `@NUMBER@` stands for the number that its first answer gave.
"""

import json
import pickle
import re
import selectors
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

NUMBER = re.compile(rb'"number":"([^"]+)"')
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
SILENCE_SECONDS = 60


@dataclass(frozen=True)
class Load:
    """What to send, where, and over how many connections at once."""

    port: int
    at_once: int
    chains: Sequence[Sequence[bytes]]


@dataclass(frozen=True)
class Answered:
    """How it was answered: seconds in all, milliseconds of each request, statuses, our own CPU seconds."""

    seconds: float
    milliseconds: list[float]
    statuses: dict[str, int]
    cpu: float
    first_refusal: str = ""
    chains: int = 0

    @property
    def rate(self) -> float:
        return len(self.milliseconds) / self.seconds


def request(method: str, path: str, *, body: bytes = b"", **headers: str) -> bytes:
    """Return the bytes of one request."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items()),
    ]
    if body or method == "POST":
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def send(load: Load) -> Answered:
    """Run a load in a process of its own. Raises RuntimeError where an answer was no success."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=pickle.dumps(load), stdout=subprocess.PIPE, check=True
    )
    answered = Answered(**json.loads(done.stdout))
    if bad := {status: many for status, many in answered.statuses.items() if not status.startswith("2")}:
        raise RuntimeError(f"the load was not answered with success: {bad}; {answered.first_refusal}")
    return answered


@dataclass
class _Line:
    """One connection and where its chain stands."""

    socket: socket.socket
    chain: Sequence[bytes] = ()
    step: int = 0
    number: bytes = b""
    sent_at: float = 0.0
    got: bytearray = field(default_factory=bytearray)

    def ask(self) -> None:
        self.got.clear()
        self.sent_at = time.perf_counter()
        self.socket.sendall(self.chain[self.step].replace(b"@NUMBER@", self.number))

    def whole(self) -> bool:
        """Has the whole answer come?"""
        head = self.got.find(b"\r\n\r\n")
        if head < 0:
            return False
        length = LENGTH.search(self.got, 0, head)
        if length is None:
            raise RuntimeError(f"an answer without a length: {bytes(self.got[:200])!r}")
        return len(self.got) >= head + 4 + int(length[1])


def run(load: Load) -> Answered:
    """Send all chains; the clock runs from the first request to the last answer."""
    chains = iter(load.chains)
    times: list[float] = []
    statuses: Counter[str] = Counter()
    refusal = ""
    with selectors.DefaultSelector() as lines:
        for _ in range(min(load.at_once, len(load.chains))):
            line = _Line(socket.create_connection(("127.0.0.1", load.port)))
            line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            lines.register(line.socket, selectors.EVENT_READ, line)
        begun = time.perf_counter()
        for key in list(lines.get_map().values()):
            _next(key.data, chains, lines)
        while lines.get_map():
            ready = lines.select(SILENCE_SECONDS)
            if not ready:
                raise RuntimeError("no answer for a minute")
            for key, _ in ready:
                line = key.data
                line.got += line.socket.recv(1 << 18) or _hung_up(line)
                if not line.whole():
                    continue
                times.append((time.perf_counter() - line.sent_at) * 1000)
                status = line.got[9:12].decode()
                statuses[status] += 1
                if not status.startswith("2") and not refusal:
                    refusal = bytes(line.got[:1500]).decode(errors="replace")
                _next(line, chains, lines)
        seconds = time.perf_counter() - begun
    return Answered(seconds, times, dict(statuses), time.process_time(), refusal, len(load.chains))


def _next(line: _Line, chains: Iterator[Sequence[bytes]], lines: selectors.BaseSelector) -> None:
    """Send the next request of the line's chain, or begin another chain, or hang up."""
    if line.step == 0 and line.got and (number := NUMBER.search(line.got)):
        line.number = number[1]
    line.step += 1
    if line.step >= len(line.chain):
        chain = next(chains, None)
        if chain is None:
            lines.unregister(line.socket)
            line.socket.close()
            return
        line.chain, line.step = chain, 0
    line.ask()


def _hung_up(line: _Line) -> bytes:
    raise RuntimeError(f"the server hung up after {bytes(line.got[:200])!r}")


if __name__ == "__main__":
    answered = run(pickle.loads(sys.stdin.buffer.read()))  # from our own parent
    json.dump(answered.__dict__, sys.stdout)
