"""`tongxin chat_simulator`: a simulated chat channel for a line, on this machine only."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tongxin.apps.hotline.cti import secrets_of
from tongxin.apps.hotline.models import Line
from tongxin.interfaces.console.chat_simulator import Chat, serve
from tongxin.rules.letters import LineKind


class Command(BaseCommand):
    help = "模拟即时消息通道（仅本机）/ A simulated chat for one line: takes answers at /, writes by POST /write"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--line", default="chat", help="code of the line")
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="where Tongxin is served")
        parser.add_argument("--port", type=int, default=8091)
        parser.add_argument("--say", default="", help="write this at once")

    def handle(self, *, line: str, url: str, port: int, say: str, **_: Any) -> None:
        found = Line.objects.filter(code=line, kind=LineKind.CHAT, is_open=True).first()
        if found is None:
            raise CommandError(f"没有消息通道 {line}。 There is no chat {line}.")
        chat = Chat(secrets_of(found, timezone.now())[0], f"{url}/api/intake/chat/{line}")
        server = serve(chat, port)
        if say:
            self.stdout.write(f"{chat.write(say)}")
        self.stdout.write(f"模拟消息通道 {line}：http://127.0.0.1:{server.server_port}/ ，Ctrl-C 停止。")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("")
        finally:
            server.server_close()
