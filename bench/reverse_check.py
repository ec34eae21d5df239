"""The hotline held against the grid, a million calls against a million reports: how long, and whether all is found."""

import time
from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone
from tests.town import a_report

from bench import full_houses, houses
from bench.figures import Figure, at_most
from tongxin.apps.insight import actions
from tongxin.apps.insight.models import Finding
from tongxin.apps.matters.actions import report
from tongxin.apps.matters.models import Matter
from tongxin.postgres.batches import run as ask
from tongxin.rules.permissions import SYSTEM
from tongxin.rules.reverse_check import Settings

BUDGET_SECONDS = 300.0  # "in minutes"
KINDS = [f"C{n:02}" for n in range(1, 21)]
DAYS = 180

# the plain row once more, a million times: places all over the city's middle, moments over half a year; every odd call
# stands 20 m beside a report of the same kind of the day before, every even one where no report of its kind is near
FILL = """
    INSERT INTO matters_matter ({columns})
    SELECT {values} FROM matters_matter AS plain, generate_series(1, %s) AS n, LATERAL (SELECT
        118.60 + (n %% 1000) * 0.0005 AS x, 28.70 + (n / 1000) * 0.0005 AS y) AS place
    WHERE plain.id = %s"""


def run(sizes: Mapping[str, int]) -> list[Figure]:
    """Fill an empty city with as many calls as reports, and compare them."""
    many, now = sizes["big"], timezone.now().replace(microsecond=0)
    with houses.house("reverse", like=houses.prepared_city()):
        actions.set_rule(Settings(templates=frozenset(KINDS)), by=SYSTEM, now=now)
        start = now - timedelta(days=DAYS)
        plain = report(a_report(), by=SYSTEM, now=now).id
        with full_houses.filling(["matters_matter"], without="USING gin"):
            _fill("grid", many, plain, start)
            _fill("hotline", many, plain, start)
        Matter.objects.filter(pk=plain).delete()
        ask("ANALYZE matters_matter")

        begun = time.perf_counter()
        found = actions.compare(start, now, by=SYSTEM, now=now)
        seconds = time.perf_counter() - begun

        planted = many // 2
        missed = Finding.objects.filter(standing="open").count()
        assert (found.written, missed) == (many, planted), (found, missed, planted)
        return [
            at_most(f"{many:,} calls against {many:,} reports", round(seconds, 1), "s", BUDGET_SECONDS, calls=many),
            Figure("— planted misses found, and no other", missed, f"of {planted:,}"),
        ]


def _fill(channel: str, many: int, plain: int, start: object) -> None:
    call = channel == "hotline"
    own = {
        "id": f"{2 if call else 1} * 10000000 + n",
        "number": f"'{'H' if call else 'G'}' || n",
        "receipt": "gen_random_uuid()",
        "channel": f"'{channel}'",
        # an even call asks for a kind that nobody reported within two places around
        "template_code": f"'C' || lpad(((n{' + 10 * ((n + 1) %% 2)' if call else ''}) %% 20 + 1)::text, 2, '0')",
        "lon": f"place.x {'+ 0.0002' if call else ''}",
        "lat": "place.y",
        "reported_at": f"%s::timestamptz + n * interval '14 seconds' + interval '{1 if call else 0} days'",
    }
    columns = [column.column for column in Matter._meta.concrete_fields]
    values = ", ".join(own.get(column, f"plain.{column}") for column in columns)
    ask(FILL.format(columns=", ".join(columns), values=values), [start, many, plain])
