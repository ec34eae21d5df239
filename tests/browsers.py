"""The system's own Chromium as the tests start it: without a window, and without what only a window needs."""

import shutil

MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
# the same Chromium built without a window's trimmings comes first: a journey costs it half the CPU time
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-dev-shm-usage"]


def chromium() -> str:
    """Return where the browser stands, looked for as `tests/parts.sh` does."""
    return next(filter(None, map(shutil.which, NAMES)), MAC)
