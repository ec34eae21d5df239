"""`tongxin line`: open a line of the hotline or a chat, give it a new secret, close it. Its secret is shown once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tongxin import words
from tongxin.apps.hotline import actions
from tongxin.apps.hotline.models import Line
from tongxin.apps.people.models import Unit
from tongxin.rules.errors import Refused
from tongxin.rules.letters import LineKind
from tongxin.rules.permissions import SYSTEM
from tongxin.rules.units import UnitKind


class Command(BaseCommand):
    help = "开通、换密钥、关闭热线线路或即时消息通道 / Open a line or chat, give it a new secret, or close it"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["open", "rotate", "close"])
        parser.add_argument("code")
        parser.add_argument("--name", default="")
        parser.add_argument("--kind", choices=[kind.value for kind in LineKind], default=LineKind.VOICE.value)
        parser.add_argument("--unit", default="", help="code of the hotline that answers; empty: the first one")
        parser.add_argument("--url", default="", help="where it takes orders or answers")

    def handle(self, *, act: str, code: str, **told: Any) -> None:
        try:
            self.stdout.write(self._done(act, code, told))
        except Refused as refusal:
            raise CommandError(words.say(refusal)) from refusal

    def _done(self, act: str, code: str, told: dict[str, Any]) -> str:
        now = timezone.now()
        if act == "open":
            hotlines = Unit.objects.filter(kind=UnitKind.HOTLINE).order_by("code")
            unit = (Unit.objects.filter(code=told["unit"]) if told["unit"] else hotlines).first()
            _, secret = actions.open_line(
                code=code,
                name=told["name"] or code,
                unit_id=unit.pk if unit else 0,
                url=told["url"],
                kind=LineKind(told["kind"]),
                by=SYSTEM,
                now=now,
            )
            return secret
        line = Line.objects.filter(code=code).first()
        line_id = line.pk if line else 0
        if act == "rotate":
            return actions.rotate_secret(line_id, by=SYSTEM, now=now)
        actions.close_line(line_id, by=SYSTEM, now=now)
        return "已关闭 closed"
