"""`tongxin serve`: pages and API from one WSGI server."""

import gc
import os
from argparse import ArgumentParser
from functools import partial
from importlib import import_module
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections
from granian import Granian
from granian.constants import Interfaces

from tongxin.interfaces.console import children


class Command(BaseCommand):
    help = "Serve pages and API over HTTP."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 4))
        parser.add_argument("--threads", type=int, default=4, help="requests a worker handles at once")

    def handle(self, *, host: str, port: int, workers: int, threads: int, **_: Any) -> None:
        # loaded before the server forks its workers: they share the memory, and start at once
        import_module("tongxin.wsgi")
        import_module("tongxin.urls")
        connections.close_all()
        gc.freeze()
        server = Granian(
            "tongxin.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=threads,
            # requests beyond these wait in the kernel's queue: the server's own default takes in 1,024 and answers late
            backlog=1024,
            backpressure=4 * threads,
            respawn_failed_workers=True,
            workers_kill_timeout=5,
            log_level="warning",
        )
        # devices speak to a process of their own, where a broker is named
        beside = [children.fork("listen", partial(call_command, "listen"))] if os.environ.get("TONGXIN_MQTT") else []
        try:
            server.serve()
        finally:
            children.stop(beside)
