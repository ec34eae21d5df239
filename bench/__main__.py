"""`make bench`: figures beside their limits, in one table and as bench/results/*.json.

python -m bench [--quick | --full] [NAME …]
with NAME of: locator intake step lifecycle list search import timers suggest reverse memory
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from rich.console import Console

from bench.figures import Figure, keep, show
from tongxin import postgres
from tongxin.postgres.address import NAME, PORT, socket_folder

# name → module; in this order, for the small databases come before the big ones
BENCHES = {
    "locator": "bench.locating",
    "intake": "bench.intake",
    "step": "bench.step",
    "lifecycle": "bench.lifecycle",
    "list": "bench.lists",
    "search": "bench.search",
    "import": "bench.importing",
    "timers": "bench.timers",
    "rehearsal": "bench.rehearsal",
    "suggest": "bench.suggesting",
    "devices": "bench.devices",
    "reverse": "bench.reverse_check",
    "memory": "bench.memory",
}
SIZES = {
    "quick": {
        "reports": 300, "steps": 300, "lives": 40, "small": 20_000, "big": 100_000, "pages": 100, "import": 20_000,
        "timers": 20_000, "timer_seconds": 10, "told": 3_000,
    },
    "default": {
        "reports": 2_000, "steps": 2_000, "lives": 200, "small": 100_000, "big": 1_000_000, "pages": 240,
        "import": 200_000, "timers": 1_000_000, "timer_seconds": 60, "told": 30_000,
    },
    "full": {
        "reports": 5_000, "steps": 5_000, "lives": 500, "small": 100_000, "big": 5_000_000, "pages": 1_000,
        "import": 1_000_000, "timers": 1_000_000, "timer_seconds": 60, "told": 100_000,
    },
}  # fmt: skip


def main() -> int:
    """Run the benches asked for; return 1 where one broke, 0 else: a budget that is not met is said, not failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--quick", action="store_const", dest="size", const="quick", default="default")
    parser.add_argument("--full", action="store_const", dest="size", const="full")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(BENCHES):
        parser.error(f"no bench is called {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    out = Console(width=None if sys.stdout.isatty() else 150)
    found, broken = {}, []
    try:
        with somewhere():
            from bench import houses

            try:
                for name in asked.names or BENCHES:
                    figures = _measured(name, SIZES[asked.size], out)
                    found[name] = figures or []
                    broken += [name] if figures is None else []
            finally:
                houses.drop_all()
    except KeyboardInterrupt:
        out.print("stopped")
        broken.append("stopped")
    show(found, out)
    return 1 if broken else 0


def _measured(name: str, sizes: dict[str, int], out: Console) -> list[Figure] | None:
    begun = time.monotonic()
    try:
        figures = import_module(BENCHES[name]).run(sizes)
    except Exception:
        out.print_exception(max_frames=6)
        return None
    seconds = time.monotonic() - begun
    keep(name, figures, seconds)
    out.print(f"[dim]{name}: {seconds:.0f} s[/dim]")
    return figures


@contextmanager
def somewhere() -> Iterator[None]:
    """Name a server in DATABASE_URL: the one given, or our own, with fsync, in a home that is gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="tongxin-bench-"))
    os.environ |= {"TONGXIN_HOME": str(home), "TONGXIN_DEMO": "1"}
    try:
        if not postgres.is_embedded(os.environ):
            postgres.private(home)
            yield
            return
        with postgres.running(home, durable=True):
            os.environ["DATABASE_URL"] = f"postgresql://{NAME}@/{NAME}?host={socket_folder(home)}&port={PORT}"
            yield
    finally:
        os.environ.pop("DATABASE_URL", None)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
