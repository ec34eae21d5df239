"""A migrated database kept on the tests' server, for others to be cloned from: migrating takes seconds, cloning none.

Its name holds a digest of all migrations: another edition of them is another database.
"""

import hashlib
from contextlib import suppress
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import OperationalError, connection

LOCK = 33_08  # of whoever makes it, while others wait
KEPT = "migrated_"


def template() -> str:
    """Return the name of the database to clone, migrated now if nobody did it before."""
    name = f"{KEPT}{_digest()}"
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [KEPT])
        found = {row[0] for row in cursor.fetchall()}
        if name not in found:
            for each in found:
                with suppress(OperationalError):  # somebody is cloning it
                    cursor.execute(f"DROP DATABASE {each}")
            cursor.execute(f"CREATE DATABASE {name}_half")
            _migrate(f"{name}_half")
            cursor.execute(f"ALTER DATABASE {name}_half RENAME TO {name}")
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return name


def _migrate(name: str) -> None:
    """Bring a database up to date in place of the one that is configured."""
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


def _digest() -> str:
    files = sorted(path for app in apps.get_app_configs() for path in Path(app.path).glob("migrations/*.py"))
    told = hashlib.sha256()
    for path in files:
        told.update(path.name.encode() + b"\0" + path.read_bytes())
    return told.hexdigest()[:16]
