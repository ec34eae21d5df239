"""Import of many matters, all rules applied, beside raw COPY of the very same rows into the same indexed tables."""

import argparse
import gc
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.settings")
django.setup()

import shapely  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from tongxin.apps.areas.models import Area  # noqa: E402
from tongxin.apps.matters.actions.catalog import load_catalog  # noqa: E402
from tongxin.apps.matters.incoming import Incoming, Past  # noqa: E402
from tongxin.apps.matters.models import Matter, Template  # noqa: E402
from tongxin.apps.people import staffing  # noqa: E402
from tongxin.apps.people.models import Unit  # noqa: E402
from tongxin.interfaces.console.importing.translation import Row  # noqa: E402
from tongxin.interfaces.console.importing.writing import take_in  # noqa: E402
from tongxin.rules.channels import Channel  # noqa: E402
from tongxin.rules.errors import Refused  # noqa: E402
from tongxin.rules.lifecycles.matter import State  # noqa: E402
from tongxin.rules.permissions import SYSTEM  # noqa: E402

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
CHUNK = 20_000
LIMIT = 0.5  # of raw COPY (design.md §7)
TABLES = ("matters_matter", "matters_report", "matters_deadline", "journal_entry")
TEXTS = (
    "菜场出来那个垃圾箱旁边堆了好多垃圾，纸箱也没人收，天热味道很大，请尽快安排清运。",
    "路灯连着坏了三盏，晚上黑得看不见路，老人出门不方便。",
    "楼上装修每天早上六点就开始敲墙，跟物业说了两次没有用，希望社区来协调。",
    "井盖翘起一角，电动车经过会颠，已经有人在这里摔倒，先放了一个锥桶。",
)


def main() -> int:
    """Run both and print the ratio; return 1 where it is below the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    rows = parser.parse_args().rows
    call_command("migrate", verbosity=0, skip_checks=True)
    refuse_a_used_database()
    set_up()
    imported = timed(lambda: run_import(rows))
    copied = timed_copies()
    figures = {
        "rows": rows,
        "import_seconds": round(imported, 2),
        "import_rows_per_second": round(rows / imported),
        "copy_seconds": {table: round(seconds, 2) for table, seconds in copied.items()},
        "copy_rows_per_second": round(rows / sum(copied.values())),
        "ratio": round(sum(copied.values()) / imported, 3),
        "limit": LIMIT,
    }
    print(json.dumps(figures, ensure_ascii=False, indent=2))
    return 0 if figures["ratio"] >= LIMIT else 1


def set_up() -> None:
    """Bring the database to a Quzhou with grids, templates and units."""
    if not Area.objects.exists():
        call_command("load_areas", str(settings.ROOT / "cities" / "quzhou"), verbosity=0, skip_checks=True)
    if not Template.objects.exists():
        load_catalog(settings.ROOT / "catalog", by=SYSTEM, now=NOW)
    if not Unit.objects.exists():
        staffing.set_up_units(settings.ROOT / "catalog" / "standard_units.json", by=SYSTEM, now=NOW)


def refuse_a_used_database() -> None:
    """Leave a database alone that holds matters: raw COPY starts from nothing, so must the import."""
    if Matter.objects.exists():
        sys.exit("This database holds matters already: give the bench an empty one.")


def run_import(rows: int) -> None:
    """Take in that many matters; none of them may be refused."""
    for answered in take_in(batches(rows), source="import:bench", by=SYSTEM, now=NOW):
        for _, answer in answered:
            if isinstance(answer, Refused):
                sys.exit(f"refused: {answer}")


def batches(rows: int, seed: int = 1) -> Iterator[list[Row]]:
    """Return synthetic matters of three years in chunks: most of them closed, two in a hundred still open."""
    points = [
        (point.x, point.y)
        for shape in Area.objects.filter(level=15, shape__isnull=False).values_list("shape", flat=True)
        for point in [shapely.from_wkb(bytes(shape)).representative_point()]
    ]
    templates = sorted(Template.objects.filter(is_current=True).values_list("code", flat=True))
    rng, channels = random.Random(seed), list(Channel)
    return (
        [Row(n, (), _one(n, rng, points, templates, channels)) for n in range(first, min(first + CHUNK, rows))]
        for first in range(0, rows, CHUNK)
    )


def _one(
    n: int, rng: random.Random, points: list[tuple[float, float]], templates: list[str], channels: list[Channel]
) -> Incoming:
    lon, lat = rng.choice(points)
    at = NOW - timedelta(seconds=rng.randrange(30 * 86400, 3 * 365 * 86400))
    due_at = at + timedelta(hours=rng.randrange(24, 240))
    closed_at = None if rng.random() < 0.02 else at + timedelta(hours=rng.randrange(2, 260))
    state = State.CLOSED if closed_at else State.AWAITING_ACCEPTANCE
    return Incoming(
        template=rng.choice(templates),
        text=f"{rng.choice(TEXTS)}（{n % 977} 号附近，第 {n % 31} 次反映）",
        place=f"府前街 {n % 977} 号",
        lon=lon + rng.uniform(-0.0005, 0.0005),
        lat=lat + rng.uniform(-0.0005, 0.0005),
        channel=rng.choice(channels),
        source_key=str(101_000_000_000 + n),
        at=at,
        past=Past(state, due_at, closed_at),
    )


def timed_copies() -> dict[str, float]:
    """Return how long raw COPY of the same rows takes into tables with the same columns, indexes and keys."""
    seconds = {}
    with tempfile.TemporaryDirectory() as folder, connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS bench_{table} CASCADE")
            cursor.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
        for table in TABLES:
            _keys(cursor, table)
        for table in TABLES:
            file = Path(folder) / table
            with file.open("wb") as out, cursor.copy(f"COPY {table} TO STDOUT") as copy:
                for block in copy:
                    out.write(block)
            seconds[table] = timed(lambda table=table, file=file: _copy_in(cursor, table, file))
        for table in reversed(TABLES):
            cursor.execute(f"DROP TABLE bench_{table} CASCADE")
    return seconds


def _keys(cursor: object, table: str) -> None:
    """Give the copy the foreign keys of the original, among the copies where they point to one another."""
    cursor.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'", [table]
    )
    for (definition,) in cursor.fetchall():
        cursor.execute(
            f"ALTER TABLE bench_{table} ADD {definition.replace('matters_matter(', 'bench_matters_matter(')}"
        )


def _copy_in(cursor: object, table: str, file: Path) -> None:
    with file.open("rb") as source, cursor.copy(f"COPY bench_{table} FROM STDIN") as copy:
        while block := source.read(1 << 18):
            copy.write(block)


def timed(run: Callable[[], object]) -> float:
    """Return how many seconds it takes."""
    gc.collect()
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
