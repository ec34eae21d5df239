"""The system's own Chromium as the tests start it: without a window, and without what only a window needs."""

import shutil

MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
WHOLE = ("chromium", "chromium-browser", "google-chrome")
WINDOWLESS = "chromium-headless-shell"  # the same Chromium without a window's trimmings: half the CPU time
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-dev-shm-usage"]


def chromium(*, whole: bool = False) -> str:
    """Return where the browser stands, looked for as `tests/parts.sh` does.

    `whole` where it is closed and opened again: only a whole one forgets sessions then, as a person's does.
    """
    names = WHOLE if whole else (WINDOWLESS, *WHOLE)
    return next(filter(None, map(shutil.which, names)), MAC)
