"""Import: what bench/import_matters.py prints, as figures."""

import json
import subprocess
import sys
from collections.abc import Mapping

from bench import houses
from bench.figures import Figure, beside


def run(sizes: Mapping[str, int]) -> list[Figure]:
    """Import into a fresh city, beside raw COPY of the same rows; in a process of its own, on its own database."""
    with houses.house("import"):
        done = subprocess.run(
            [sys.executable, "-m", "bench.import_matters", "--rows", str(sizes["import"])], stdout=subprocess.PIPE
        )
        if not done.stdout.strip():
            raise RuntimeError("bench.import_matters printed nothing")
        told = json.loads(done.stdout)
    rate, limit = told["import_rows_per_second"], told["copy_rows_per_second"]
    what = f"import of {told['rows']:,} matters, all rules"
    return [beside(what, rate, "/s", "raw COPY", limit, at_least=told["limit"], **told)]
