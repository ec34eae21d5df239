"""The gate: every request is taken in whole before a thread is spent on it, so that nobody can hold the doors shut.

The application stands behind it as WSGI, in a few threads with a database connection each. Whoever sends a body byte by
byte, or only opens a connection, waits out here and costs none of them; what is too large or too slow is refused before
the rest of it is read. Source: RSGI 1.5 (granian), PEP 3333; OWASP, Denial of Service (slow HTTP).
"""

import asyncio
import re
import sys
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, NamedTuple, Protocol

from granian.rsgi import ProtocolClosed, ProtocolError

from tongxin.guard.addresses import address_in
from tongxin.rules.errors import Refused

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

IN_MEMORY = 256 * 1024  # bytes of a body beyond which it lies on disk
PATIENCE = 20.0  # seconds without a byte, and what everybody has at least
SLOWEST = 8 * 1024  # bytes a second: a poor telephone line
UPLOADS = 24  # bodies under way from one address at once: an office behind one
WAITING = 512  # requests that wait for a thread; beyond it nobody would still want the answer
SENDING = 30.0  # seconds in which the other side must take the next piece of an answer
BOUNDARY = re.compile(r'boundary="?([^";,\s]{1,70})', re.IGNORECASE)


class TooLarge(Refused):
    """More is sent than is read here."""

    status = 413


class TooSlow(Refused):
    """What was announced does not come."""

    status = 408


class Busy(Refused):
    """Too many are here at once. `seconds` says when to come again."""

    status = 503


class Limits(NamedTuple):
    """Megabytes of a body: of any, of a form with files, and of one of its files."""

    plain_mb: int
    form_mb: int
    file_mb: int


class Proto(Protocol):
    """One request as the server hands it over: its body by pieces, its answer in one of these ways."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...
    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None: ...
    def response_file(self, status: int, headers: Headers, file: str) -> None: ...
    def response_stream(self, status: int, headers: Headers) -> Any: ...


class Gate:
    """An RSGI application before a WSGI one. `refuse(environ, refusal)` says how a refusal reads at its address."""

    def __init__(
        self,
        application: Application,
        *,
        limits: Limits,
        refuse: Callable[[Environ, Refused], tuple[int, Headers, bytes]],
        threads: int = 4,
    ) -> None:
        self._application, self._limits, self._refuse, self._threads = application, limits, refuse, threads
        self._uploads: Counter[str] = Counter()
        self._turns = Turns(threads)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="door")

    async def __rsgi__(self, scope: Any, proto: Proto) -> None:
        environ = environ_of(scope)
        with suppress(ProtocolClosed, ProtocolError):  # the other side is gone
            body = None
            try:
                body = await self._body(environ, proto) if has_body(environ) else None
                await self._turns.take(address_in(environ))
            except Refused as refusal:
                if body is not None:
                    body.close()
                proto.response_bytes(*self._refuse(environ, refusal))
                return
            try:
                status, headers, told = await self._loop.run_in_executor(self._pool, self._answer, environ, body, proto)
            finally:
                self._turns.give()
            if isinstance(told, bytes):
                proto.response_bytes(status, headers, told)
            elif told is not None:
                proto.response_file(status, headers, str(told))

    # --- taking in -----------------------------------------------------------------------------------------

    @contextmanager
    def _upload(self, environ: Environ) -> Iterator[None]:
        """Count what is under way from one address. Raises Busy."""
        address = address_in(environ)
        if self._uploads[address] >= UPLOADS:
            raise Busy("door.busy", seconds=5)
        self._uploads[address] += 1
        try:
            yield
        finally:
            self._uploads[address] -= 1
            if not self._uploads[address]:
                del self._uploads[address]

    async def _body(self, environ: Environ, proto: Proto) -> IO[bytes]:
        """Return the body, from its beginning, and write its length down. Raises TooLarge, TooSlow, Busy."""
        form = BOUNDARY.search(environ.get("CONTENT_TYPE", ""))
        most_mb = self._limits.form_mb if form else self._limits.plain_mb
        if int(environ.get("CONTENT_LENGTH") or 0) > most_mb << 20:
            raise TooLarge("body.too_large", limit_mb=most_mb)
        part = _Part(form[1] if form else "", self._limits.file_mb)
        with self._upload(environ), ExitStack() as kept:
            body: IO[bytes] = kept.enter_context(SpooledTemporaryFile(IN_MEMORY))
            length, began, pieces = 0, self._loop.time(), aiter(proto)
            while (piece := await _next(pieces, until=began + PATIENCE + length / SLOWEST)) is not None:
                length += len(piece)
                if length > most_mb << 20:
                    raise TooLarge("body.too_large", limit_mb=most_mb)
                part.add(piece)
                body.write(piece)
            kept.pop_all()  # whoever answers closes it
        body.seek(0)
        environ["CONTENT_LENGTH"] = str(length)
        return body

    # --- answering, in a thread of the pool ------------------------------------------------------------------

    def _answer(
        self, environ: Environ, body: IO[bytes] | None, proto: Proto
    ) -> tuple[int, Headers, bytes | Path | None]:
        """Return the status, the headers and the answer: its bytes, a file, or None where it has been sent."""
        status, headers = 500, []

        def start(told: str, given: Headers, exc_info: Any = None) -> None:
            nonlocal status, headers
            status, headers = int(told[:3]), given

        environ["wsgi.input"] = body or _Nothing()
        pieces: Any = self._application(environ, start)
        try:
            if isinstance(pieces, _File) and (path := pieces.path):
                return status, headers, path
            if getattr(pieces, "streaming", False):
                return status, headers, None if self._stream(proto, status, headers, pieces) else b""
            return status, headers, b"".join(pieces)
        finally:
            if close := getattr(pieces, "close", None):
                close()
            if body is not None:
                body.close()

    def _stream(self, proto: Proto, status: int, headers: Headers, pieces: Iterable[bytes]) -> bool:
        """Send piece by piece, as fast as it is taken; who takes nothing any more is left. Tell whether there was any.

        There is nothing to send of a file that is only asked about (HEAD), or that the browser has already (304).
        """
        transport = None
        with suppress(TimeoutError, ProtocolClosed, ProtocolError):
            for piece in pieces:
                if transport is None:
                    transport = asyncio.run_coroutine_threadsafe(_opened(proto, status, headers), self._loop).result()
                asyncio.run_coroutine_threadsafe(_sent(transport, piece), self._loop).result(SENDING)
            return transport is not None
        return True


class Turns:
    """Whose turn it is where more come than there are threads: one request of each address after the other.

    Whoever sends a hundred at once waits behind their own, and a neighbor who sends one waits for one.
    """

    def __init__(self, threads: int) -> None:
        self._free = threads
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._many = 0

    async def take(self, address: str) -> None:
        """Wait for a thread; whoever has it gives it back. Raises Busy."""
        if self._free:
            self._free -= 1
            return
        if self._many >= WAITING or len(self._waiting.get(address, ())) >= WAITING // 2:
            raise Busy("door.busy", seconds=2)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(address, deque()).append(turn)
        self._many += 1
        await turn

    def give(self) -> None:
        """Hand the thread to the next."""
        if not self._waiting:
            self._free += 1
            return
        address, turns = self._waiting.popitem(last=False)
        self._many -= 1
        turn = turns.popleft()
        if turns:
            self._waiting[address] = turns  # at the end of the round
        if turn.done():  # called off, as the server ends
            self.give()
        else:
            turn.set_result(None)


class _Part:
    """How long the part of a form is that comes in: one file of it may be so large and no larger."""

    def __init__(self, boundary: str, limit_mb: int) -> None:
        self._mark, self._limit_mb = f"--{boundary}".encode("latin-1", "replace"), limit_mb
        self._tail, self._length = b"", 0

    def add(self, piece: bytes) -> None:
        """Count a piece. Raises TooLarge."""
        if len(self._mark) == 2:
            return
        seen = self._tail + piece
        at = seen.rfind(self._mark)
        self._length = len(seen) - at if at >= 0 else self._length + len(piece)
        self._tail = seen[-len(self._mark) + 1 :]
        if self._length > (self._limit_mb << 20) + IN_MEMORY:  # its own headers stand in it, too
            raise TooLarge("evidence.too_large", limit_mb=self._limit_mb)


class _Nothing:
    """No body."""

    def read(self, size: int = -1) -> bytes:
        return b""

    readline = read


class _File:
    """A file that is answered with: the server sends it by itself where it lies whole on the disk."""

    def __init__(self, file: Any, block_size: int = 1 << 16) -> None:
        self._file, self._block_size = file, block_size
        self.close = file.close

    @property
    def path(self) -> Path | None:
        """Where the file lies, if all of it is to be sent."""
        name = getattr(self._file, "name", None)
        return Path(name) if isinstance(name, str) and self._file.tell() == 0 else None

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self._file.read(self._block_size), b"")


_ALWAYS: Environ = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.file_wrapper": _File,
}


def environ_of(scope: Any) -> Environ:
    """Return a request's facts as WSGI has them. Names with an underscore would pass for others, and are dropped."""
    host, _, port = scope.server.rpartition(":")
    environ: Environ = {
        **_ALWAYS,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.url_scheme": scope.scheme,
    }
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority
    for name, value in scope.headers.items():
        if "_" not in name:
            _add(environ, _key(name), value)
    return environ


@lru_cache(maxsize=512)
def _key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


def _add(environ: Environ, key: str, value: str) -> None:
    if key not in environ:
        environ[key] = value
    elif key not in ("HTTP_HOST", "CONTENT_TYPE", "CONTENT_LENGTH"):  # of these the first one counts
        environ[key] += ("; " if key == "HTTP_COOKIE" else ",") + value


def has_body(environ: Mapping[str, Any]) -> bool:
    """Tell whether a request brings a body: it says how long it is, or that it comes in chunks."""
    return environ.get("CONTENT_LENGTH", "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ


async def _next(pieces: AsyncIterator[bytes], *, until: float) -> bytes | None:
    """Return the next piece, None at the end. Raises TooSlow where none comes in time."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout_at(min(until, loop.time() + PATIENCE)):
            return (
                await pieces.__anext__()
            )  # anext() with a default would end the process: the server's are no coroutines
    except StopAsyncIteration:
        return None
    except TimeoutError as late:
        raise TooSlow("body.too_slow") from late


async def _opened(proto: Proto, status: int, headers: Headers) -> Any:
    return proto.response_stream(status, headers)


async def _sent(transport: Any, piece: bytes) -> None:
    await transport.send_bytes(piece)
