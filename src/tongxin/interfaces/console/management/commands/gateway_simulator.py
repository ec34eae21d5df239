"""`tongxin gateway_simulator`: plays a gateway for short messages and the robots of WeCom and DingTalk."""

import os
import time
from argparse import ArgumentParser
from threading import Thread
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console

from tongxin.interfaces.console.gateways import Simulator, line_of

HOW = """\
短信网关、企业微信、钉钉群机器人的模拟器，只收不发。 A simulator: it takes messages and sends none.
  TONGXIN_SMS_GATEWAY=http://{host}:{port}/sms TONGXIN_SMS_SECRET={secret}
  企业微信 WeCom     http://{host}:{port}/cgi-bin/webhook/send?key=demo
  钉钉 DingTalk      http://{host}:{port}/robot/send?access_token=demo   (TONGXIN_OUTWARD_LOOPBACK=1)
  看收到了什么 what it took: http://{host}:{port}/    按 Ctrl-C 停止。 Press Ctrl-C to stop.
"""


class Command(BaseCommand):
    help = "Play a gateway for short messages and the robots of WeCom and DingTalk (simulator; real HTTP)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8099)
        parser.add_argument("--secret", default=os.environ.get("TONGXIN_SMS_SECRET", "demo"))
        parser.add_argument("--robot-secret", default="", help="DingTalk's 加签 secret; empty: unsigned")

    def handle(self, *, host: str, port: int, secret: str, robot_secret: str, **_: Any) -> None:
        out, simulator = Console(), Simulator(secret, robot_secret)
        server = simulator.serve(host, port)
        out.print(HOW.format(host=host, port=server.server_port, secret=secret), highlight=False, soft_wrap=True)
        Thread(target=server.serve_forever, daemon=True).start()
        shown = 0
        try:
            while True:
                time.sleep(0.5)
                for taken in simulator.taken[shown:]:
                    out.print(line_of(taken), highlight=False, markup=False, soft_wrap=True)
                    shown += 1
        except KeyboardInterrupt:
            server.shutdown()
