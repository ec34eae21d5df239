"""A small house behind the gate: it tells what reached it. Served by `test_gate.py` in a process of its own."""

import os
import tempfile
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from django.conf import settings

from tongxin.guard import gate

gate.PATIENCE, gate.SLOWEST, gate.UPLOADS = 1.0, 1 << 20, 4
settings.PROXIES = 1  # so that tests may come from many addresses

KEPT = tempfile.NamedTemporaryFile(prefix="gated-", suffix=".txt")  # noqa: SIM115 as long as the process lives
KEPT.write(b"a file")
KEPT.flush()


class Pieces(list):
    """An answer that is made while it is sent."""

    streaming = True


def tell(environ, start):
    path, body = environ["PATH_INFO"], environ["wsgi.input"].read()
    start("200 OK", [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    if path == "/file":
        return environ["wsgi.file_wrapper"](open(KEPT.name, "rb"))
    if path == "/pieces":
        return Pieces([b"one ", b"two"])
    if path == "/known":
        return Pieces()
    if path == "/slow":
        time.sleep(0.1)
    names = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "CONTENT_LENGTH", "REMOTE_ADDR", "HTTP_COOKIE", "HTTP_X_A")
    told = [f"{name}={environ.get(name)}" for name in names]
    return ["\n".join([*told, f"body={len(body)}"]).encode()]


def refuse(environ, refusal):
    return refusal.status, [("Connection", "close")], refusal.code.encode()


application = gate.Gate(tell, limits=gate.Limits(1, 3, 1), refuse=refuse, threads=2)
