"""A network that can be cut: what passes between a phone and the server, and what gets lost on the way."""

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class Network:
    """Passes connections on to a server. `loses` names a beginning of requests whose answers never arrive."""

    to: tuple[str, int]
    is_up: bool = True
    loses: bytes = b""
    lost: int = 0
    _open: set[socket.socket] = field(default_factory=set)
    _listener: socket.socket = field(default_factory=socket.socket)

    def start(self) -> "Network":
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    @property
    def url(self) -> str:
        return f"http://localhost:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        """Take the network away, in the middle of whatever is under way."""
        self.is_up = False
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self.is_up, self.loses = True, b""

    def stop(self) -> None:
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _address = self._listener.accept()
                if not self.is_up:
                    near.close()
                    continue
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, socket.create_connection(self.to) as far:
            self._open |= {near, far}
            answers = threading.Thread(target=self._back, args=(near, far), daemon=True)
            answers.start()
            with suppress(OSError):
                while sent := near.recv(65536):
                    if self.loses and sent.startswith(self.loses):
                        self._doomed.add(near)
                    far.sendall(sent)
            with suppress(OSError):
                far.shutdown(socket.SHUT_WR)
            answers.join()
            self._open -= {near, far}

    def _back(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while told := far.recv(65536):
                if near in self._doomed:
                    self.lost += 1
                    near.shutdown(socket.SHUT_RDWR)
                    return
                near.sendall(told)
            near.shutdown(socket.SHUT_WR)

    def __post_init__(self) -> None:
        self._doomed: set[socket.socket] = set()
