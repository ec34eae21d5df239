"""`tongxin draw_lifecycle`: write docs/lifecycle.md from the table."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from tongxin.rules.lifecycles.diagram import diagram


class Command(BaseCommand):
    help = "Write docs/lifecycle.md from the lifecycle table."

    def handle(self, **_: Any) -> None:
        kept = settings.ROOT / "docs" / "lifecycle.md"
        kept.write_text(diagram(), encoding="utf-8")
        self.stdout.write(str(kept))
