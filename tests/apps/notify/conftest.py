"""Outside parts that really listen: a gateway with robots, a mail server, a receiver of webhooks, a push service."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from tongxin.apps.journal import outbox
from tongxin.apps.notify import hooks, sending, speaking
from tongxin.guard import outward
from tongxin.interfaces.console.gateways import Simulator

SECRET = "a secret of two"


@dataclass
class Came:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A server of somebody else's. `says` decides the status of each answer."""

    url: str = ""
    came: list[Came] = field(default_factory=list)
    says: Callable[[Came], int] = lambda came: 200
    headers: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def house(settings):
    """Let the house be found, and let it reach this machine."""
    settings.PUBLIC_URL = "https://tongxin.example"
    settings.OUTWARD_LOOPBACK = True
    settings.QUIET_HOURS = "00:00-00:00"
    speaking.forget()
    return settings


@pytest.fixture(autouse=True)
def hung_up():
    yield
    outward.close()


def listening(server) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join()


class Server(ThreadingHTTPServer):
    """One that lets as many in at once as we send."""

    daemon_threads = True
    request_queue_size = 64


@pytest.fixture
def receiver(house) -> Iterator[Receiver]:
    """Return somebody else's server, that takes everything until a test says otherwise."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came = Came(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            receiver.came.append(came)
            told = "".join(f"{name}: {value}\r\n" for name, value in receiver.headers.items())
            self.wfile.write(f"HTTP/1.1 {receiver.says(came)} -\r\nContent-Length: 0\r\n{told}\r\n".encode())

        def log_message(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    yield from (receiver for _ in listening(server))


@pytest.fixture
def gateway(house) -> Iterator[Simulator]:
    """Return the simulator of gateway and robots, with the settings that lead there."""
    simulator = Simulator(SECRET, robot_secret=SECRET)
    server = simulator.serve()
    house.SMS_GATEWAY, house.SMS_SECRET = f"http://127.0.0.1:{server.server_port}/sms", SECRET
    house.robots = f"http://127.0.0.1:{server.server_port}"
    yield from (simulator for _ in listening(server))


class Letters:
    """Keeps what a mail server takes."""

    def __init__(self) -> None:
        self.came: list[EmailMessage] = []

    async def handle_DATA(self, server, session, envelope):
        self.came.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture
def letters(house) -> Iterator[list[EmailMessage]]:
    """Return what a real mail server took, for who the settings send to it."""
    handler = Letters()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    house.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    house.EMAIL_HOST, house.EMAIL_PORT = "127.0.0.1", port
    yield handler.came
    controller.stop()


@pytest.fixture
def worked():
    """Let the worker do all that is due a quarter of an hour later: a matter is walked at a minute a step."""

    def work(now=None) -> None:
        now = (now or timezone.now()) + timedelta(minutes=15)
        while any(outbox.drain(now)):
            pass
        while sending.send_due(now) + hooks.send_due(now):
            pass

    return work
