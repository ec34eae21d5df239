"""The check-up of an installation: what was found, and what to do about it, in Chinese and English."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from tongxin import postgres, words
from tongxin.apps.people import calendar
from tongxin.look import paper
from tongxin.look.management.commands import assets
from tongxin.rules.errors import Refused
from tongxin.rules.working_time import SHANGHAI

GIB = 1024**3
DISK_NEEDED_GIB, DISK_ENOUGH_GIB = 1, 8  # the write-ahead log alone may grow to 4 GiB
OLDEST_POSTGRESQL = 15
CLOCK_TOLERANCE_SECONDS = 5
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

Text = tuple[str, str]  # Chinese, English


class State(StrEnum):
    """How a finding is to be taken. Only WRONG keeps Tongxin from working."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what it is, how it is, what was found, and what to do if anything."""

    check: str
    title: Text
    state: State
    found: Text
    advice: Text = ("", "")


def examine(port: int) -> Iterator[Finding]:
    """Yield what is found, one thing after the other. Starts the embedded database if it does not run."""
    yield python()
    yield browser_parts()
    yield home()
    yield disk()
    yield from database()
    yield clock()
    yield web_port(port)
    yield printing()
    yield journeys()


def python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    state = State.OK if sys.version_info >= (3, 11) else State.WRONG
    return Finding(
        "python", ("Python", "Python"), state, (version, version), ("请安装 3.11 或更新版本", "Install 3.11+")
    )


def browser_parts() -> Finding:
    wanted = {"sprite.svg", *(Path(part).name for part in assets.PARTS)}
    missing = sorted(name for name in wanted if not (assets.BUILT / name).is_file())
    if not missing:
        return Finding(
            "browser_parts", ("页面部件", "Browser parts"), State.OK, (f"{len(wanted)} 个文件", f"{len(wanted)} files")
        )
    return Finding(
        "browser_parts",
        ("页面部件", "Browser parts"),
        State.WRONG,
        (f"缺 {'、'.join(missing)}", f"Missing: {', '.join(missing)}"),
        ("运行 npm ci --ignore-scripts，再运行 tongxin assets", "Run npm ci --ignore-scripts, then tongxin assets"),
    )


def home() -> Finding:
    title = ("数据目录", "Home")
    try:
        postgres.private(settings.HOME)
    except Refused as refusal:
        return Finding("home", title, State.WRONG, _in_words(refusal))
    return Finding("home", title, State.OK, (f"{settings.HOME}，他人不可读", f"{settings.HOME}, closed to others"))


def disk() -> Finding:
    folder = next(folder for folder in (settings.HOME, *settings.HOME.parents) if folder.exists())
    free = shutil.disk_usage(folder).free / GIB
    state = State.WRONG if free < DISK_NEEDED_GIB else State.NOTE if free < DISK_ENOUGH_GIB else State.OK
    return Finding(
        "disk",
        ("磁盘空间", "Disk space"),
        state,
        (f"剩余 {free:.1f} GiB", f"{free:.1f} GiB free"),
        (f"请留出 {DISK_ENOUGH_GIB} GiB 以上", f"Leave at least {DISK_ENOUGH_GIB} GiB"),
    )


def database() -> Iterator[Finding]:
    """Yield what is to be said of the database, first of all whether it answers; last, what days off it knows."""
    title = ("数据库", "Database")
    embedded = postgres.is_embedded(os.environ)
    known_until = calendar.LAST_YEAR
    try:
        with postgres.running(settings.HOME) if embedded else nullcontext():
            yield _server(title, embedded)
            yield _database_clock()
            yield (tables := _migrations())
            if tables.state is State.OK and (guessed_from := calendar.calendar().provisional_from):
                known_until = guessed_from.year - 1
            connection.close()
    except Refused as refusal:
        yield Finding("database", title, State.WRONG, _in_words(refusal))
    except Error as error:
        told = str(error).strip().split("\n")[0] or type(error).__name__
        advice = (
            "核对 DATABASE_URL 的地址、端口、库名、账号，确认数据库已启动",
            "Check host, port, name and user in DATABASE_URL, and that the server runs",
        )
        yield Finding("database", title, State.WRONG, (f"连接不上：{told}", f"No connection: {told}"), advice)
    yield working_days(known_until, datetime.now(SHANGHAI).year)


def _server(title: Text, embedded: bool) -> Finding:
    connection.settings_dict["OPTIONS"] = {"connect_timeout": "5"} | connection.settings_dict["OPTIONS"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding'),"
            " coalesce(has_schema_privilege(current_schema(), 'CREATE'), false), current_setting('fsync') = 'on'"
        )
        version, encoding, may_create, durable = cursor.fetchone()
    where = ("内置", "embedded") if embedded else ("DATABASE_URL", "DATABASE_URL")
    found = (f"PostgreSQL {version}，{encoding}，{where[0]}", f"PostgreSQL {version}, {encoding}, {where[1]}")
    wanted = (
        (version >= OLDEST_POSTGRESQL, State.WRONG, ("需要 PostgreSQL 15 或更新版本", "Use PostgreSQL 15 or later")),
        (encoding == "UTF8", State.WRONG, ("请用 UTF8 编码重建数据库", "Create the database anew in UTF8")),
        (may_create, State.WRONG, ("请授予建表权限：GRANT CREATE ON SCHEMA public", "GRANT CREATE ON SCHEMA public")),
        (durable, State.NOTE, ("fsync 已关闭，断电会丢数据", "fsync is off: a power cut loses data")),
    )
    for holds, state, advice in wanted:
        if not holds:
            return Finding("database", title, state, found, advice)
    return Finding("database", title, State.OK, found)


def _database_clock() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        seconds = abs(cursor.fetchone()[0] - datetime.now(UTC).timestamp())
    return Finding(
        "database_clock",
        ("数据库时钟", "Database clock"),
        State.OK if seconds <= CLOCK_TOLERANCE_SECONDS else State.WRONG,
        (f"相差 {seconds:.1f} 秒", f"{seconds:.1f} s apart from ours"),
        ("请校准两台机器的时钟（NTP）", "Set both machines' clocks (NTP)"),
    )


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return Finding(
        "migrations",
        ("数据表", "Tables"),
        State.WRONG if pending else State.OK,
        (f"{pending} 项变更未执行", f"{pending} migrations not applied") if pending else ("已是最新", "Up to date"),
        ("运行 tongxin migrate", "Run tongxin migrate"),
    )


def clock() -> Finding:
    """Compare the clock with the newest file we came with: it cannot be later than today."""
    title = ("系统时钟", "Clock")
    now = datetime.now(SHANGHAI)
    newest = max(file.stat().st_mtime for file in Path(settings.SOURCE).glob("*.py"))
    if now.utcoffset() != timedelta(hours=8):
        advice = ("请安装系统的 tzdata", "Install the system's tzdata")
        return Finding("clock", title, State.WRONG, ("时区数据有误", "Time zone data are wrong"), advice)
    shown = f"{now:%Y-%m-%d %H:%M} (Asia/Shanghai)"
    late = now.timestamp() < newest - timedelta(days=1).total_seconds()
    advice = ("时钟早于程序本身，请校准（NTP）", "The clock is behind the program itself: set it (NTP)")
    return Finding("clock", title, State.WRONG if late else State.OK, (shown, shown), advice)


def working_days(known_until: int, year: int) -> Finding:
    """Tell whether the days off of this year and the next are published; the next usually comes in November."""
    return Finding(
        "working_days",
        ("放假安排", "Days off"),
        State.WRONG if known_until < year else State.NOTE if known_until == year else State.OK,
        (f"已知至 {known_until} 年", f"Known up to {known_until}"),
        (
            f"{known_until + 1} 年起到期日为暂估：升级 chinesecalendar，或录入放假通知",
            f"Due dates from {known_until + 1} on are provisional: update chinesecalendar, or enter the notice",
        ),
    )


def web_port(port: int) -> Finding:
    title = ("网页端口", "Web port")
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError as error:
            if _is_ours(port):
                return Finding("port", title, State.OK, (f"{port}，同心正在运行", f"{port}, Tongxin is running"))
            found = (f"{port} 不可用：{error.strerror}", f"{port} cannot be used: {error.strerror}")
            advice = ("换一个端口，例如 make demo PORT=8124", "Take another one, for example make demo PORT=8124")
            return Finding("port", title, State.WRONG, found, advice)
    return Finding("port", title, State.OK, (f"{port} 空闲", f"{port} is free"))


def _is_ours(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def printing() -> Finding:
    """Look for what sets a matter on paper: the library of type, and Chinese letters."""
    missing = [] if paper.is_ready() else [paper.PACKAGES]
    if shutil.which("fc-list") and not subprocess.run(["fc-list", ":lang=zh"], capture_output=True).stdout.strip():
        missing.append("fonts-wqy-microhei")
    return Finding(
        "printing",
        ("打印成文", "Documents"),
        State.NOTE if missing else State.OK,
        ("不能生成 PDF", "No PDF can be made") if missing else ("齐备", "Ready"),
        (f"apt-get install {' '.join(missing)}", f"apt-get install {' '.join(missing)}"),
    )


def journeys() -> Finding:
    """Look for what only the browser tests need."""
    missing = []
    if sys.platform != "darwin" and not any(map(shutil.which, BROWSERS)):
        missing.append("chromium")
    if shutil.which("fc-list") and not subprocess.run(["fc-list", ":lang=zh"], capture_output=True).stdout.strip():
        missing.append("fonts-wqy-microhei")
    return Finding(
        "journeys",
        ("浏览器测试", "Browser tests"),
        State.NOTE if missing else State.OK,
        (f"缺 {'、'.join(missing)}", f"Missing: {', '.join(missing)}") if missing else ("齐备", "Ready"),
        (f"仅测试需要：apt-get install {' '.join(missing)}", f"For tests only: apt-get install {' '.join(missing)}"),
    )


def _in_words(refusal: Refused) -> Text:
    try:
        return words.say(refusal, "zh-hans"), words.say(refusal, "en")
    except KeyError:
        return str(refusal), str(refusal)
