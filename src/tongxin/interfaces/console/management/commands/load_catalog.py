"""`tongxin load_catalog [FOLDER]`: templates and routing rules from a folder of the catalog's form.

A city that has rules already gets what differs as a proposal: it is checked, rehearsed and published like any other.
"""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tongxin import words
from tongxin.apps.insight.actions import load_rule
from tongxin.apps.matters import drafting
from tongxin.apps.matters.actions import proposals
from tongxin.apps.matters.actions.catalog import catalog_draft, load_catalog
from tongxin.apps.matters.actions.texts import load_texts
from tongxin.apps.matters.models import Template
from tongxin.rules import drafts
from tongxin.rules.errors import Refused
from tongxin.rules.permissions import SYSTEM


class Command(BaseCommand):
    help = "载入模板和派单规则；已有规则的写成草案 / Load templates and routing; where rules stand, as a draft"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, nargs="?", default=settings.ROOT / "catalog")

    def handle(self, *, folder: Path, **_: Any) -> None:
        now = timezone.now()
        try:
            if Template.objects.exists():
                self._propose(folder, now)
                self.stdout.write(f"常用语有更新 {load_texts(folder, by=SYSTEM, now=now)} 条。")
                return
            loaded = load_catalog(folder, by=SYSTEM, now=now)
            if (reach := folder / "reverse_check.json").exists():
                load_rule(reach, by=SYSTEM, now=now)
        except Refused as refusal:
            raise CommandError(words.say(refusal)) from refusal
        self.stdout.write(f"载入模板 {loaded.templates} 个，派单规则 {loaded.rules} 条。")

    def _propose(self, folder: Path, now: datetime) -> None:
        content = drafts.read(catalog_draft(folder), drafting.standing())
        if drafts.is_empty(content):
            self.stdout.write("与现行规则相同，没有改动。")
            return
        proposal = proposals.draft(
            title=f"载入 {folder.name}"[: proposals.TITLE_LIMIT], content=content, by=SYSTEM, now=now
        )
        rules = "，派单规则有改动" if content["routing"] is not None else ""
        self.stdout.write(
            f"已写成第 {proposal.pk} 号草案：模板 {len(content['templates'])} 个{rules}。"
            "请在“规则变更”中检查、试运行、发布。"
        )
