"""`tongxin worker`: deliver the outbox and do the periodic duties until stopped."""

import signal
import threading
from argparse import ArgumentParser

import structlog
from django.core.management.base import BaseCommand

from tongxin.apps.journal import worker


class Command(BaseCommand):
    help = "投递待办通知并执行定时任务，直到收到停止信号 / Deliver the outbox and do periodic duties until stopped"
    requires_system_checks: list[str] = []  # they load every page of the web

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="投递完当前到期的即退出 / leave when all due is delivered"
        )

    def handle(self, *, once: bool, **options: object) -> None:
        if once:
            drained = worker.work_off()
            self.stdout.write(f"已投递 {drained.done} 条，失败 {drained.failed} 条")
            return
        stop = threading.Event()
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: stop.set())
        structlog.get_logger().info("worker.started")
        worker.work(stop)
        structlog.get_logger().info("worker.stopped")
