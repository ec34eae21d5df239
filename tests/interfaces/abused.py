"""A served house that is abused: real workers over the test database, and visitors from addresses of their own."""

import io
import socket
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx
from PIL import Image

from tests.apps.journal.test_outbox import in_this_database

MB = 1 << 20
SCRIPT = b"<script>alert(document.cookie)</script>"


class House:
    """`tongxin serve` with two workers, its log, and what /metrics says of both."""

    def __init__(self, port: int, log: Path) -> None:
        self.port, self.log, self.url = port, log, f"http://127.0.0.1:{port}"
        self._open: list[httpx.Client | socket.socket] = []

    def visitor(self, last: int) -> httpx.Client:
        """Return a client that comes from 127.0.0.`last`: the whole net is this machine."""
        way = httpx.HTTPTransport(local_address=f"127.0.0.{last}", limits=httpx.Limits(max_connections=32))
        client = httpx.Client(base_url=self.url, transport=way, timeout=20, headers={"Accept-Language": "zh"})
        self._open.append(client)
        return client

    def line(self, said: bytes = b"", last: int = 1) -> socket.socket:
        """Return a connection from 127.0.0.`last`, on which this much has been said."""
        one = socket.create_connection(("127.0.0.1", self.port), timeout=20, source_address=(f"127.0.0.{last}", 0))
        self._open.append(one)
        one.sendall(said)
        return one

    def meter(self, name: str) -> float:
        """Return a meter's value, over all its labels, of both workers."""
        lines = httpx.get(f"{self.url}/metrics").text.splitlines()
        return sum(float(each.rpartition(" ")[2]) for each in lines if each.startswith(name))

    def close(self) -> None:
        for each in self._open:
            each.close()


@contextmanager
def served(folder: Path) -> Iterator[House]:
    """Serve the test database as an installed house is served."""
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    (folder / "meters").mkdir()
    env = in_this_database() | {"PROMETHEUS_MULTIPROC_DIR": str(folder / "meters"), "TONGXIN_DEMO": "0"}
    log = folder / "serve.log"
    told = [sys.executable, "-m", "tongxin", "serve", "--port", str(port), "--workers", "2"]
    with log.open("wb") as out:
        process = subprocess.Popen(told, env=env, stdout=out, stderr=out)
    house = House(port, log)
    try:
        _await(house, process)
        yield house
    finally:
        house.close()
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(house: House, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 40
    while time.monotonic() < until and process.poll() is None:
        with suppress(httpx.HTTPError):
            if httpx.get(f"{house.url}/healthz", timeout=2).status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError(house.log.read_text(errors="replace")[-2000:])


# --- files nobody should send ----------------------------------------------------------------------------


def a_jpeg(comment: bytes = b"", size: int = 0) -> bytes:
    """Return a small photo: with a comment behind its first 8 kB of nothing, and filled up to a size in bytes."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (40, 90, 120)).save(file, "JPEG")
    plain = file.getvalue()
    if comment:
        said = b"".join(b"\xff\xfe" + struct.pack(">H", len(each) + 2) + each for each in (b" " * 8000, comment))
        plain = plain[:2] + said + plain[2:]
    return plain.ljust(size, b"\0")


def a_png(width: int, height: int) -> bytes:
    """Return a picture that claims to be so large: a few bytes that stand for all of its pixels."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0" * MB, 9)),
        (b"IEND", b""),
    ]
    told = [struct.pack(">I", len(data)) + kind + data for kind, data in chunks]
    sums = [struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(bytes.__add__, told, sums))
