"""Boston's 311 line, 2013 to 2015: real requests with the city's own verdicts, imported whole. See README.md."""

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tongxin.apps.areas import actions as areas
from tongxin.apps.areas.actions import Flaws
from tongxin.apps.matters.models import Deadline, Matter
from tongxin.apps.people import staffing
from tongxin.interfaces.console import importing
from tongxin.interfaces.console.importing import mapping, outcome, tables
from tongxin.interfaces.console.importing.outcome import Outcome
from tongxin.rules.area_codes import How
from tongxin.rules.permissions import SYSTEM

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "shared" / "data" / "boston311"  # beside the checkout; not part of it (README.md)
SOURCE = "import:boston311"
IN_POLYGON = 0.995  # of the rows with a point
POLYGONS = {How.INSIDE, How.ON_EDGE, How.OVERLAP}
VERDICTS = {"ONTIME": "on_time", "OVERDUE": "overdue"}


def set_up(outlines_at: Path, now: datetime) -> None:
    """Draw the made-up city and open its center, once; templates and routing are there already."""
    areas.load(tables_at=[HERE / "areas.csv"], outlines_at=[outlines_at], flaws=Flaws.TOLD, by=SYSTEM, now=now)
    staffing.set_up_units(HERE / "units.json", by=SYSTEM, now=now)


def import_all(files: Iterable[Path], rejected_in: Path, now: datetime) -> Outcome:
    """Import the files one after another and return what they came to together."""
    plan = mapping.read(HERE / "mapping.toml")
    done = Outcome()
    for file in files:
        rejected_at = rejected_in / f"{file.name}.rejected.csv"
        importing.run(tables.opened(file), plan, rejected_at=rejected_at, done=done, by=SYSTEM, now=now)
    return done


def figures(files: Iterable[Path]) -> dict[str, Any]:
    """Return what stands in the database of these files, compared row by row with what the city wrote."""
    rows = [row for file in files for row in _rows(file)]
    judged = {
        row["case_enquiry_id"]: VERDICTS[row["on_time"]] for row in rows if row["sla_target_dt"] and row["closed_dt"]
    }
    ours = dict(
        Deadline.objects.filter(matter__source=SOURCE, clock="whole", matter__source_key__in=judged)
        .exclude(outcome="")
        .values_list("matter__source_key", "outcome")
    )
    with_point = sum(bool(row["longitude"] and row["latitude"]) for row in rows)
    places = outcome.located(SOURCE)
    in_polygon = sum(places.get(how.value, 0) for how in POLYGONS)
    return {
        "rows": len(rows),
        "matters": Matter.objects.filter(source=SOURCE).count(),
        "judged_by_the_city": len(judged),
        "judged_alike": sum(ours.get(key) == theirs for key, theirs in judged.items()),
        "with_point": with_point,
        "in_polygon": in_polygon,
        "in_polygon_share": round(in_polygon / max(with_point, 1), 5),
        "located": places,
    }


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def broken(first: Outcome, second: Outcome, found: Mapping[str, Any]) -> list[str]:
    """Return the promises that were not kept."""
    kept = {
        "every row is accounted for": first.read == found["rows"] == first.imported + first.known + first.rejected,
        "all of them came in": found["matters"] == first.imported == found["rows"],
        "our verdicts are the city's": found["judged_alike"] == found["judged_by_the_city"] == first.agreeing > 0,
        "no verdict differs": first.disagreeing == 0,
        "located rows lie in a polygon": found["in_polygon_share"] >= IN_POLYGON,
        "a second import adds nothing": second.imported == 0 and second.known == first.imported,
    }
    return [promise for promise, is_kept in kept.items() if not is_kept]


def today() -> datetime:
    """Return the clock."""
    return datetime.now(UTC)
