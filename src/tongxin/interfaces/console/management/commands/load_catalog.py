"""`tongxin load_catalog [FOLDER]`: templates and routing rules from a folder of the catalog's form."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tongxin import words
from tongxin.apps.matters.actions.catalog import load_catalog
from tongxin.rules.errors import Refused
from tongxin.rules.permissions import SYSTEM


class Command(BaseCommand):
    help = "Load templates and routing rules; what is the same is not written again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, nargs="?", default=settings.ROOT / "catalog")

    def handle(self, *, folder: Path, **_: Any) -> None:
        try:
            loaded = load_catalog(folder, by=SYSTEM, now=timezone.now())
        except Refused as refusal:
            raise CommandError(words.say(refusal)) from refusal
        self.stdout.write(f"模板 {loaded.templates} 个有更新，派单规则 {loaded.rules} 条。")
