"""Point to grid: what bench/locator.py prints, as figures."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping

from bench.figures import Figure, at_most

NAMES = {
    "locator.build": "building the locator",
    "locator.single": "point to grid, single",
    "locator.many": "point to grid, vectorized",
    "locator.boston_outside": "Boston's points in no neighborhood",
}


def run(sizes: Mapping[str, int]) -> list[Figure]:
    """Measure the locator in a process of its own: it sets Django up without a database."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.locator"],
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        stdout=subprocess.PIPE,
        check=True,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return [
        at_most(NAMES.get(each["name"], each["name"]), each["value"], each["unit"], each["limit"], told=each)
        for each in told
    ]
