"""PostgreSQL below Django: where the server is, and how it is started when nobody else runs one."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit


def private(home: Path) -> Path:
    """Make the home if need be, readable by its owner only, and return it."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def django_settings(environ: Mapping[str, str], home: Path) -> dict:
    """Return Django's connection settings for DATABASE_URL, or for the embedded server of this home."""
    url = urlsplit(environ["DATABASE_URL"])
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
