"""The houses that are measured: databases cloned from one prepared city, a server in front of them, their CPU time.

Importing this sets Django up; `bench.__main__` has started PostgreSQL and named it in DATABASE_URL before.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache

import django
import psutil
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from rich.console import Console  # noqa: E402

from tongxin.apps.areas import editions  # noqa: E402
from tongxin.apps.matters import ids, kinds, numbers  # noqa: E402
from tongxin.apps.people import calendar, queries  # noqa: E402
from tongxin.guard import sessions  # noqa: E402
from tongxin.interfaces.console import city  # noqa: E402
from tongxin.rules.permissions import Actor  # noqa: E402

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody signs in with a password here
ADMIN = os.environ["DATABASE_URL"]  # the database that clones are made from beside: never touched itself
RUN = secrets.token_hex(3)
TEMPLATE = f"bench_{RUN}_city"
WORKERS = 2
READY_SECONDS = 60


# --- databases -------------------------------------------------------------------------------------------


def url_of(name: str) -> str:
    """Return the address of another database on the same server."""
    parts = conninfo_to_dict(ADMIN)
    host, port, user = (str(parts.get(key) or "") for key in ("host", "port", "user"))
    sign_in = f"{user}:{parts['password']}@" if parts.get("password") else f"{user}@" if user else ""
    return f"postgresql://{sign_in}/{name}?host={host}&port={port}" if host else f"postgresql://{sign_in}/{name}"


def admin(sql: str) -> None:
    """Run one statement beside all databases that are measured."""
    with psycopg.connect(ADMIN, autocommit=True) as line:
        line.execute(sql)


def use(name: str) -> None:
    """Turn this process, and those it starts, to a database; forget what was remembered of another."""
    connection.close()
    connection.settings_dict["NAME"] = name
    os.environ["DATABASE_URL"] = url_of(name)
    for memory in (ids, kinds, numbers, queries, calendar, editions):
        memory.forget()


@cache
def prepared_city() -> str:
    """Set up Quzhou once, its areas, templates, units, staff and cast, without a matter; return the database."""
    admin(f"CREATE DATABASE {TEMPLATE}")
    use(TEMPLATE)
    call_command("migrate", verbosity=0, skip_checks=True)
    city.prepare(Console(quiet=True), matters=0, seed=1, now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()
    return TEMPLATE


@contextmanager
def house(name: str, like: str = "") -> Iterator[str]:
    """Give a fresh database, a clone of the prepared city or of another; it is gone afterwards."""
    source = like or prepared_city()
    connection.close()
    fresh = f"bench_{RUN}_{name}"
    admin(f"CREATE DATABASE {fresh} TEMPLATE {source}")
    use(fresh)
    try:
        yield fresh
    finally:
        connection.close()
        drop(fresh)


def drop(name: str) -> None:
    """Drop a database: plainly, which waits for who is leaving and for autovacuum, else by force."""
    try:
        admin(f"DROP DATABASE IF EXISTS {name}")
    except psycopg.errors.ObjectInUse:
        admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def drop_all() -> None:
    """Drop every database of this run."""
    connection.close()
    with psycopg.connect(ADMIN, autocommit=True) as line:
        names = line.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"bench\\_{RUN}\\_%"]).fetchall()
    for (name,) in names:
        drop(name)


def settle() -> None:
    """Let the database come to rest: statistics fresh, what was written on disk."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        with suppress(Exception):  # a privilege that the product's own role does not have
            cursor.execute("CHECKPOINT")


# --- people ----------------------------------------------------------------------------------------------


def actor(username: str) -> Actor:
    """Return one of the cast."""
    return queries.actor_of(queries.account_of(username).person_id, timezone.now())


def keys() -> dict[str, str]:
    """Return fresh API keys of the cast by name."""
    return {each["name"]: each["key"] for each in city.cast(url="")["api_keys"]}


def session(username: str) -> str:
    """Return the cookies of a signed-in session, as a browser sends them from its second page on."""
    from django.test import Client

    client = Client()
    client.force_login(queries.account_of(username), backend="allauth.account.auth_backends.AuthenticationBackend")
    known = client.session
    return f"{settings.SESSION_COOKIE_NAME}={known.session_key}; {sessions.COOKIE}={known.revision}"


# --- the server in front ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Served:
    """A running `tongxin serve`: its port and its process."""

    port: int
    process: psutil.Process

    def workers(self) -> list[psutil.Process]:
        """Return the worker processes: the ones with threads that answer requests."""
        return [
            each for each in self.process.children(recursive=True) if "resource_tracker" not in " ".join(each.cmdline())
        ]


@contextmanager
def served(workers: int = WORKERS) -> Iterator[Served]:
    """Serve the database in use as `tongxin serve` does, on a free port of this machine only."""
    port = free_port()
    log = settings.HOME / "serve.log"
    with log.open("wb") as out:
        child = subprocess.Popen(
            [sys.executable, "-m", "tongxin", "serve", "--port", str(port), "--workers", str(workers)],
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        if not _answers(port, child):
            raise RuntimeError(f"tongxin serve did not answer: {log.read_text(errors='replace')[-2000:]}")
        yield Served(port, psutil.Process(child.pid))
    finally:
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int, child: "subprocess.Popen[bytes]") -> bool:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and child.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            if answer.status == 200:
                return True
        time.sleep(0.1)
    return False


# --- CPU time --------------------------------------------------------------------------------------------


@cache
def postmaster() -> psutil.Process | None:
    """Return PostgreSQL's first process, or None where it runs on another machine."""
    with psycopg.connect(ADMIN) as line, suppress(psutil.Error):
        backend = psutil.Process(line.info.backend_pid)
        parent = backend.parent()
        if "postgres" in backend.name() and parent and "postgres" in parent.name():
            return parent
    return None


def cpu_of(*trees: psutil.Process | None) -> float:
    """Return the CPU seconds that these processes and their children have spent, ended children too."""
    spent = 0.0
    for root in trees:
        if root is None:
            continue
        own = root.cpu_times()
        spent += own.user + own.system + own.children_user + own.children_system
        for child in root.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                times = child.cpu_times()
                spent += times.user + times.system + times.children_user + times.children_system
    return spent


def conninfo(name: str) -> dict[str, str]:
    """Return libpq's environment for a program that speaks to this database."""
    parts = conninfo_to_dict(make_conninfo(url_of(name)))
    names = {"dbname": "PGDATABASE", "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    return {names[key]: str(value) for key, value in parts.items() if key in names and value}
