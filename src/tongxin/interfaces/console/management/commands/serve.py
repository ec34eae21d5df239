"""`tongxin serve`: pages and API from one WSGI server."""

import gc
import os
import resource
from argparse import ArgumentParser
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings

from tongxin.interfaces.console import children
from tongxin.look.management.commands import assets

CONNECTIONS = 4_096  # open at once in each worker
HEADERS_MS = 15_000  # in which a request must have said what it wants, and after which an idle connection is closed


class Command(BaseCommand):
    help = "Serve pages and API over HTTP."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 4))
        parser.add_argument("--threads", type=int, default=settings.THREADS, help="requests a worker handles at once")

    def handle(self, *, host: str, port: int, workers: int, threads: int, **_: Any) -> None:
        # loaded before the server forks its workers: they share the memory, and start at once
        settings.THREADS = threads
        with suppress(PermissionError):  # where nobody may write, what was packed with the house is still right
            assets.pack_all(settings.SOURCE)
        import_module("tongxin.rsgi")
        import_module("tongxin.urls")
        connections.close_all()
        _have_files(2 * CONNECTIONS)
        gc.freeze()
        server = Granian(
            "tongxin.rsgi:application",
            address=host,
            port=port,
            interface=Interfaces.RSGI,
            workers=workers,
            # connections, not requests: a browser keeps six of them open, and one that says nothing costs next to
            # nothing; how many requests wait for a thread is the gate's to say
            backlog=1024,
            backpressure=CONNECTIONS,
            http1_settings=HTTP1Settings(header_read_timeout=HEADERS_MS),
            respawn_failed_workers=True,
            workers_kill_timeout=5,
            log_level="warning",
        )
        # devices speak to a process of their own, where a broker is named
        beside = [children.keep("listen", partial(call_command, "listen"))] if os.environ.get("TONGXIN_MQTT") else []
        try:
            server.serve()
        finally:
            children.stop(beside)


def _have_files(most: int) -> None:
    """Have the kernel allow this process and its children as many open files, or as many as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
