"""`DATABASE_URL=… python -m bench.boston [FOLDER]`, on an empty database: the figures as JSON, and 1 if one fails."""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from bench.boston import proof  # noqa: E402
from tongxin.apps.matters.actions.catalog import load_catalog  # noqa: E402
from tongxin.apps.matters.models import Matter  # noqa: E402
from tongxin.rules.permissions import SYSTEM  # noqa: E402


def main(folder: Path) -> int:
    """Import twice, print what came of it, return how many promises were broken."""
    call_command("migrate", verbosity=0, skip_checks=True)
    if Matter.objects.exists():
        sys.exit("This database holds matters already: give the bench an empty one.")
    now = proof.today()
    load_catalog(settings.ROOT / "catalog", by=SYSTEM, now=now)
    proof.set_up(folder / "neighborhoods.geojson", now)
    files = sorted(folder.glob("*.csv"))

    with tempfile.TemporaryDirectory() as rejected:
        begun = time.perf_counter()
        first = proof.import_all(files, Path(rejected), now)
        seconds = time.perf_counter() - begun
        second = proof.import_all(files, Path(rejected), now)

    found = proof.figures(files)
    broken = proof.broken(first, second, found)
    counted = {
        name: {"read": each.read, "imported": each.imported, "known": each.known, "rejected": each.rejected}
        for name, each in {"first": first, "second": second}.items()
    }
    print(
        json.dumps({**counted, **found, "seconds": round(seconds, 2), "broken": broken}, ensure_ascii=False, indent=2)
    )
    return len(broken)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else proof.DATA))
