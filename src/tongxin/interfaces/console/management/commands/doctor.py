"""`tongxin doctor`: say what is wrong with this installation, and what to do."""

import json
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tongxin.interfaces.console import terminal
from tongxin.interfaces.console.checkup import Finding, State, examine

SHOWN = {
    State.OK: ("green", "正常", "OK"),
    State.NOTE: ("yellow", "留意", "Note"),
    State.WRONG: ("red", "有误", "Wrong"),
}


class Command(BaseCommand):
    help = "检查安装是否完好，告诉您怎么办 / Check this installation and say what to do"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--english", action="store_true", help="speak English whatever LANG says")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *, port: int, english: bool, json: bool, **_: Any) -> None:
        findings = list(examine(port))
        if json:
            self.stdout.write(_as_json(findings))
        else:
            Console(file=self.stdout).print(_as_table(findings, english or terminal.language(os.environ) == "en"))
        if any(finding.state is State.WRONG for finding in findings):
            sys.exit(1)


def _as_table(findings: list[Finding], english: bool) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for head in ("Check", "State", "Found", "What to do") if english else ("检查", "状态", "情况", "怎么办"):
        table.add_column(head, overflow="fold")
    for finding in findings:
        color, *names = SHOWN[finding.state]
        advice = finding.advice[english] if finding.state is not State.OK else ""
        found = Text(finding.found[english])  # plain: brackets in a path are no markup
        table.add_row(finding.title[english], Text(names[english], style=color), found, Text(advice))
    return table


def _as_json(findings: list[Finding]) -> str:
    checks = [
        {
            "check": finding.check,
            "state": finding.state,
            "found": {"zh": finding.found[0], "en": finding.found[1]},
            "advice": {"zh": finding.advice[0], "en": finding.advice[1]} if finding.state is not State.OK else None,
        }
        for finding in findings
    ]
    healthy = all(finding.state is not State.WRONG for finding in findings)
    return json.dumps({"healthy": healthy, "checks": checks}, ensure_ascii=False, indent=2)
