"""`tongxin police_simulator`: a simulated platform of the police for a partner, on this machine only."""

import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tongxin.apps.alarms.queries import partner as partner_called
from tongxin.apps.alarms.sealing import secrets_of
from tongxin.interfaces.console.police_simulator import Platform, hand_over_every, serve


class Command(BaseCommand):
    help = "模拟公安推送平台（仅本机）/ A simulated police platform: is told at /, hands a dispute over by POST /alarm"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--partner", default="110", help="code of the partner")
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="where Tongxin is served")
        parser.add_argument("--port", type=int, default=8110)
        parser.add_argument("--every", type=float, default=0, help="hand a dispute over every so many seconds")

    def handle(self, *, partner: str, url: str, port: int, every: float, **_: Any) -> None:
        found = partner_called(partner)
        if found is None:
            raise CommandError(f"没有公安对接方 {partner}。 There is no police partner {partner}.")
        platform = Platform(secrets_of(found, timezone.now())[0], f"{url}/api/intake/police/{partner}")
        server, stop = serve(platform, port), threading.Event()
        if every:
            threading.Thread(target=hand_over_every, args=(platform, every, stop), daemon=True).start()
        self.stdout.write(f"模拟公安平台 {partner}：http://127.0.0.1:{server.server_port}/ ，Ctrl-C 停止。")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("")
        finally:
            stop.set()
            server.server_close()
