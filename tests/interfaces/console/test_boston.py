"""Boston's 311 line, imported whole: nothing lost, nothing twice, and every deadline judged as the city judged it.

The real files lie beside the checkout and are no part of it (bench/boston/README.md); without them forty rows of the
same shape are written here.
"""

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from bench.boston import proof

from tongxin.apps.matters.models import Matter
from tongxin.interfaces.console import importing
from tongxin.interfaces.console.importing import mapping, tables
from tongxin.rules.permissions import SYSTEM

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

COLUMNS = (
    "case_enquiry_id", "open_dt", "sla_target_dt", "closed_dt", "on_time", "case_status", "closure_reason",
    "case_title", "type", "location", "neighborhood", "latitude", "longitude", "source",
)  # fmt: skip
WEST, SOUTH, SIDE = -71.15, 42.25, 0.02


def forty_rows(folder: Path) -> Path:
    """Write forty requests and two outlines as Boston writes them, invented."""
    squares = {name: _square(WEST + SIDE * n) for n, name in enumerate(("Roxbury", "Dorchester"))}
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for name, ring in squares.items()
    ]
    (folder / "neighborhoods.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with (folder / "filtered.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([COLUMNS, *(_row(n) for n in range(40))])
    return folder


def _square(west: float) -> list[list[float]]:
    east, north = west + SIDE, SOUTH + SIDE
    return [[west, SOUTH], [east, SOUTH], [east, north], [west, north], [west, SOUTH]]


def _row(n: int) -> list[str]:
    at = datetime(2013, 3, 9, 20) + timedelta(hours=n)  # over the night in which the clocks went forward
    due, is_open, has_target = at + timedelta(days=1), n % 5 == 0, n % 4 != 0
    closed = due + timedelta(seconds=(n % 3) - 1)
    late = has_target and (is_open or closed > due)
    lon, lat = (str(WEST + SIDE * 0.045 * (n + 1)), str(SOUTH + SIDE / 2)) if n % 10 else ("", "")
    return [
        str(101_000_000_000 + n), str(at), str(due) if has_target else "", "" if is_open else str(closed),
        "OVERDUE" if late else "ONTIME", "Open" if is_open else "Closed", "Case Resolved", "Pick up Dead Animal",
        "Pick up Dead Animal", f"{n} Some St", "Roxbury" if n % 20 else " ", lat, lon, "Constituent Call",
    ]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return proof.DATA if proof.DATA.is_dir() else forty_rows(tmp_path)


def test_boston_comes_in_whole_and_is_judged_as_boston_judged_it(town, now, folder, tmp_path):
    files = sorted(folder.glob("filtered*.csv"))
    proof.set_up(folder / "neighborhoods.geojson", now)

    first = proof.import_all(files, tmp_path, now)
    second = proof.import_all(files, tmp_path, now)

    assert proof.broken(first, second, proof.figures(files)) == []


def test_the_proof_holds_for_rows_of_the_same_shape_too(town, now, tmp_path):
    folder = forty_rows(tmp_path)
    proof.set_up(folder / "neighborhoods.geojson", now)

    first = proof.import_all([folder / "filtered.csv"], tmp_path, now)
    second = proof.import_all([folder / "filtered.csv"], tmp_path, now)

    found = proof.figures([folder / "filtered.csv"])
    assert proof.broken(first, second, found) == []
    assert found["located"] == {"inside": 36, "given": 4}
    assert Matter.objects.filter(source=proof.SOURCE, closed_at__isnull=True).count() == 8


def test_the_proof_fails_where_a_verdict_differs(town, now, tmp_path):
    folder = forty_rows(tmp_path)
    proof.set_up(folder / "neighborhoods.geojson", now)
    file = folder / "filtered.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("ONTIME", "OVERDUE", 2), encoding="utf-8")

    done = proof.import_all([file], tmp_path, now)

    assert "no verdict differs" in proof.broken(done, done, proof.figures([file]))
    assert [each.line for each in done.disagreements] == [3]


def test_times_are_those_of_the_clock_on_the_citys_wall(town, now, tmp_path):
    folder = forty_rows(tmp_path)
    proof.set_up(folder / "neighborhoods.geojson", now)
    plan = mapping.read(proof.HERE / "mapping.toml")

    table = tables.opened(folder / "filtered.csv")
    importing.run(table, plan, rejected_at=tmp_path / "no.csv", by=SYSTEM, now=now)

    hours = [at.hour for at in Matter.objects.order_by("source_key").values_list("reported_at", flat=True)[:12]]
    # 20:00 EST is 01:00 UTC; 02:00 never was that night, and 03:00 EDT is the same moment as 02:00 EST
    assert hours == [1, 2, 3, 4, 5, 6, 7, 7, 8, 9, 10, 11]
