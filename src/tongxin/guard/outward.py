"""Sending to the outside: one POST with a deadline, over connections that only lead where `destinations` allows.

Loaded late: httpcore takes memory that a web worker does not need.
"""

import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import httpcore  # beneath httpx, which hides the place where a connection is made

from tongxin.guard import destinations
from tongxin.rules.errors import Invalid

SECONDS = 10.0  # for all of it: whoever answers byte by byte does not keep us waiting
MOST = 16 * 1024  # bytes of an answer that are looked at
CONNECTIONS = 32

_local = threading.local()
_making = threading.Lock()
_pools: dict[bool, httpcore.ConnectionPool] = {}


class Unreached(Exception):
    """There was no answer. Its message is a code: timeout, refused_address, unresolved, tls or unreachable."""


class Answer(NamedTuple):
    """What came back: the status, the beginning of the body, the headers by their lower-case names."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def post(url: str, body: bytes, headers: Mapping[str, str], *, is_trusted: bool = False) -> Answer:
    """Send one request, without following where it is redirected to. Raises Unreached.

    `is_trusted`: an address from our own settings, which may lie within the house.
    """
    given = [(name.encode(), value.encode()) for name, value in {"User-Agent": "Tongxin/1", **headers}.items()]
    _local.until = time.monotonic() + SECONDS
    timeouts = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), SECONDS)}
    try:
        if not is_trusted:
            destinations.checked(url)
        with _pool(is_trusted).stream("POST", url, headers=given, content=body, extensions=timeouts) as answer:
            read = b""
            for chunk in answer.iter_stream():
                read += chunk
                if len(read) > MOST:
                    break
            told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
            return Answer(answer.status, read[:MOST], told)
    except Invalid as refused:
        raise Unreached("refused_address") from refused
    except (httpcore.TimeoutException, TimeoutError) as late:
        raise Unreached("timeout") from late
    except httpcore.ConnectError as wrong:
        raise Unreached("tls" if isinstance(wrong.__cause__, ssl.SSLError) else "unreachable") from wrong
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as wrong:
        raise Unreached("unreachable") from wrong


def close() -> None:
    """Close what connections are kept: for tests, and before a process forks."""
    with _making:
        for pool in _pools.values():
            pool.close()
        _pools.clear()


def _pool(is_trusted: bool) -> httpcore.ConnectionPool:
    with _making:  # several threads come at once, and what two of them made would be one too many
        if is_trusted not in _pools:
            _pools[is_trusted] = _new_pool(is_trusted)
        return _pools[is_trusted]


def _new_pool(is_trusted: bool) -> httpcore.ConnectionPool:
    return httpcore.ConnectionPool(
        ssl_context=ssl.create_default_context(),
        max_connections=CONNECTIONS,
        max_keepalive_connections=CONNECTIONS,
        keepalive_expiry=15.0,
        network_backend=_Doors(is_trusted),
    )


class _Doors(httpcore.NetworkBackend):
    """Makes connections, to nowhere but where they may lead."""

    def __init__(self, is_trusted: bool) -> None:
        self._is_trusted, self._plain = is_trusted, httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        try:
            address = host if self._is_trusted else destinations.resolved(host, port)
        except OSError as nowhere:
            raise Unreached("unresolved") from nowhere
        return _Stream(self._plain.connect_tcp(address, port, _left(), local_address, socket_options))

    def connect_unix_socket(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        raise httpcore.UnsupportedProtocol("no sockets of this machine")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    """A connection on which every wait ends with the deadline of the request that is under way in this thread."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _left()))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left() -> float:
    """Return the seconds left to the request of this thread. Raises TimeoutError where there are none."""
    left = getattr(_local, "until", 0.0) - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("deadline")
    return float(left)
