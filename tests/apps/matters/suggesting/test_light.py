"""Serving needs numpy alone: a web process that suggests never loads what training takes."""

import os
import subprocess
import sys

import pytest

HEAVY = ("sklearn", "scipy", "joblib", "pandas")
SCRIPT = """
import django, sys
django.setup()
import tongxin.urls, tongxin.wsgi
import tongxin.apps.matters.suggesting.queries, tongxin.apps.matters.actions.training
import tongxin.interfaces.console.measures
print([name for name in {heavy} if name in sys.modules])
"""


@pytest.mark.slow
def test_a_web_process_loads_no_training():
    script = SCRIPT.format(heavy=HEAVY)

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment(), check=True)

    assert done.stdout.strip() == "[]"


def environment() -> dict[str, str]:
    return os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
