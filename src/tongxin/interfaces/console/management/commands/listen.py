"""`tongxin listen`: take in what devices say over MQTT until stopped."""

import os
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "接收物联设备的 MQTT 消息（TONGXIN_MQTT）/ Take in what devices say over MQTT"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", default="", help="会话名，同一名字断线重连不丢消息 / name of the session")
        port = int(os.environ.get("TONGXIN_LISTEN_PORT", "0"))
        parser.add_argument("--port", type=int, default=port, help="/healthz 与 /metrics 的本机端口，0 为不开")

    def handle(self, *, name: str, port: int, **_: Any) -> None:
        from tongxin.interfaces.console.listening import broker, meters
        from tongxin.interfaces.console.listening.listener import Listener

        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        if port:
            meters.open_door(port)
        Listener(broker.address_of(os.environ), name or broker.name_of(os.environ)).run(stop)
