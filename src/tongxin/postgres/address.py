"""Where the database is: read from DATABASE_URL, or the socket of the embedded server of a home."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from tongxin.rules.errors import Invalid

NAME = "tongxin"  # of the embedded database and of the role that owns it
PORT = "5432"  # part of the socket's file name; nothing listens on the network
SOCKET = f".s.PGSQL.{PORT}"
LONGEST_SOCKET_PATH = 103  # bytes before the closing NUL in sun_path: 104 on macOS, 108 on Linux


def is_embedded(environ: Mapping[str, str]) -> bool:
    """Tell whether the database is our own, because nobody has named another."""
    return not environ.get("DATABASE_URL", "").strip()


def django_settings(environ: Mapping[str, str], home: Path) -> dict[str, Any]:
    """Return Django's connection settings for DATABASE_URL, or for the embedded server of this home. Writes nothing.

    Raises Invalid: database_url.scheme, database_url.unreadable, database_url.no_name.
    """
    if is_embedded(environ):
        facts = {"dbname": NAME, "user": NAME, "host": str(socket_folder(home)), "port": PORT}
    else:
        facts = _parts(environ["DATABASE_URL"].strip())
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": facts.pop("dbname"),
        "USER": facts.pop("user", ""),
        "PASSWORD": facts.pop("password", ""),
        "HOST": facts.pop("host", ""),
        "PORT": facts.pop("port", ""),
        "OPTIONS": facts,  # sslmode, connect_timeout and all else that libpq knows
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def socket_folder(home: Path) -> Path:
    """Return where clients find the socket: inside the home, or under a short name in /tmp that leads there.

    Kernels cut a socket's path at about a hundred bytes, and libpq reads a comma as the start of a second host.
    """
    folder = home / "postgres"
    if len(os.fsencode(folder / SOCKET)) <= LONGEST_SOCKET_PATH and "," not in str(folder):
        return folder
    return Path("/tmp") / f"tongxin-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"


def _parts(url: str) -> dict[str, str]:
    """Return what a URL says, in libpq's words. The URL itself is never repeated: it holds a password."""
    if not url.startswith(("postgresql://", "postgres://")):
        raise Invalid("database_url.scheme")
    try:
        parts = {key: str(value) for key, value in conninfo_to_dict(url).items()}
        _ = [int(port) for port in parts.get("port", "").split(",") if port]
    except (psycopg.ProgrammingError, UnicodeError, ValueError):
        raise Invalid("database_url.unreadable") from None
    if not parts.get("dbname"):
        raise Invalid("database_url.no_name")
    return parts
