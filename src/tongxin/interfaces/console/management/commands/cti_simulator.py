"""`tongxin cti_simulator`: a simulated switchboard for a line, on this machine only."""

import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tongxin.apps.hotline.cti import secrets_of
from tongxin.apps.hotline.models import Line
from tongxin.interfaces.console.cti_simulator import Switchboard, ring_every, serve


class Command(BaseCommand):
    help = "模拟话务交换机（仅本机）/ A simulated switchboard for one line: orders at /, a call by POST /ring"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--line", default="12345", help="code of the line")
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="where Tongxin is served")
        parser.add_argument("--port", type=int, default=8090)
        parser.add_argument("--seat", default="", help="the seat at which its calls ring")
        parser.add_argument("--every", type=float, default=0, help="let a call arrive every so many seconds")

    def handle(self, *, line: str, url: str, port: int, seat: str, every: float, **_: Any) -> None:
        found = Line.objects.filter(code=line, is_open=True).first()
        if found is None:
            raise CommandError(f"没有线路 {line}。 There is no line {line}.")
        board = Switchboard(secrets_of(found, timezone.now())[0], f"{url}/api/intake/cti/{line}")
        server, stop = serve(board, port), threading.Event()
        if every:
            threading.Thread(target=ring_every, args=(board, every, seat, stop), daemon=True).start()
        self.stdout.write(f"模拟交换机 {line}：http://127.0.0.1:{server.server_port}/ ，Ctrl-C 停止。")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("")
        finally:
            stop.set()
            server.server_close()
