"""`make test`: assets and messages, then everything under tests/ on two workers. The last line is pytest's.

Journeys in the browser share two cores with all the rest: what fails there is walked once more by itself, and said.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

ENV = {
    **os.environ,
    "TONGXIN_HOME": os.environ.get("TONGXIN_TEST_HOME") or f"{tempfile.gettempdir()}/tongxin-tests-{os.getuid()}",
    "DJANGO_SETTINGS_MODULE": "tests.settings",
}
BEFORE = (["assets"], ["messages", "--compile"])


def main() -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # begun in the background it would be ignored by all below
    for words in BEFORE:
        subprocess.run([sys.executable, "-m", "tongxin", *words], env=ENV, check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.xml"
        found = _pytest("-n", "2", "--dist", "loadscope", f"--junitxml={told}", *sys.argv[1:])
        failed = _failed(told) if found == 1 and told.exists() else []
    if not failed or not all(each.startswith("tests/journeys/") for each in failed):
        return found
    print(
        f"{len(failed)} journeys failed beside the rest; walked once more by themselves:", *failed, sep="\n", flush=True
    )
    return _pytest("-p", "no:xdist", *failed)


def _pytest(*words: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *words], env=ENV).returncode


def _failed(told: Path) -> list[str]:
    """Return the ids of the tests that failed, in an order of their own."""
    cases = ElementTree.parse(told).iter("testcase")
    broken = (case for case in cases if case.find("failure") is not None or case.find("error") is not None)
    return sorted({f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}" for case in broken})


if __name__ == "__main__":
    sys.exit(main())
