"""`tongxin demo`: from nothing to a running city, and cleanly away again."""

import json
import os
import signal
import time
import urllib.request
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation.reloader import translation_file_changed
from rich.console import Console
from rich.table import Table

from tongxin import postgres
from tongxin.interfaces.console import children, city
from tongxin.interfaces.console.children import Child

READY_SECONDS = 60
CAST = "demo.json"


class Command(BaseCommand):
    help = "Run a demonstration city: Quzhou, half a year of simulated matters, one sign-in per role."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--matters", type=int, default=int(os.environ.get("DEMO_MATTERS", "30000")))
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--prepare-only", action="store_true", help="set up the city, start nothing")

    def handle(self, *, port: int, matters: int, seed: int, prepare_only: bool, **_: Any) -> None:
        out = Console()
        _prepare(out, matters, seed)
        cast = city.cast(url=f"http://127.0.0.1:{port}", kept=_kept())
        _keep(cast)
        if prepare_only:
            return
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, _leave)
        import_module("tongxin.rsgi")
        import_module("tongxin.urls")
        running = [
            children.fork("serve", partial(call_command, "serve", port=port)),
            children.keep("worker", partial(call_command, "worker")),
        ]
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz", running)
            _greet(out, cast)
            _watch(running)
        except KeyboardInterrupt:
            out.print("\n正在停止…… Stopping.")
        finally:
            children.stop(running)


def _leave(*_: object) -> None:
    raise KeyboardInterrupt


def _prepare(out: Console, matters: int, seed: int) -> None:
    call_command("assets", verbosity=0)
    call_command("messages", compile=True, verbosity=0)
    translation_file_changed(None, Path("django.mo"))  # what was read before it was compiled is forgotten
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        out.print("建立数据库…… Setting up the database.")
        call_command("migrate", verbosity=0)
    city.prepare(out, matters=matters, seed=seed, now=timezone.now())


def _kept() -> dict[str, Any]:
    """Return the cast of the last start: its keys stay valid, so that programs go on after a restart."""
    try:
        return json.loads((settings.HOME / CAST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _keep(cast: dict[str, Any]) -> None:
    """Write the cast for programs that look for it; only its owner can read it."""
    kept = postgres.private(settings.HOME) / CAST
    with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(cast, file, ensure_ascii=False, indent=2)


def _wait_for(url: str, running: Sequence[Child]) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if children.ended(running):
            break
        with suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise CommandError("服务没有启动。端口可能被占用：换一个再试，例如 make demo PORT=8124。 The server did not start.")


def _greet(out: Console, cast: dict[str, Any]) -> None:
    table = Table("岗位 Role", "用户名 User", "密码 Password", box=None, padding=(0, 2, 0, 0))
    for account in cast["accounts"]:
        table.add_row(f"{account['title']}", account["username"], account["password"])
    out.print(f"\n[bold]同心已启动 Tongxin is running:[/bold] {cast['url']}\n")
    out.print(table)
    if resident := cast.get("resident"):
        out.print(
            f"\n居民的链接 A resident's link: {resident['url']}\n手机号后四位 last four digits: {resident['digits']}"
        )
    out.print(f"\n接口密钥 API keys: {settings.HOME / CAST}\n按 Ctrl-C 停止。 Press Ctrl-C to stop.")


def _watch(running: Sequence[Child]) -> None:
    """Look after the children until somebody stops us; the database is brought back if it was killed."""
    embedded = None if os.environ.get("DATABASE_URL") else postgres.Server(settings.HOME)
    while True:
        time.sleep(1)
        if embedded:
            embedded.ensure()
        if gone := children.ended(running):
            raise CommandError(f"一个进程意外结束（{gone[0].name}）。 A process ended unexpectedly ({gone[0].name}).")
