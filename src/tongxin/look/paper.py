"""Setting pages on paper: HTML in, PDF out, and the QR code that leads from paper back to a page."""

import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path
from threading import Lock

from markupsafe import Markup

from tongxin.rules.errors import Refused

# WeasyPrint in a process of its own: what sets type is C, takes 60 MB, and is gone from memory when the page is done.
# It may load nothing but what stands in the page itself.
COMMAND = (sys.executable, "-m", "weasyprint", "--quiet", "--encoding", "utf-8", "--allowed-protocols", "data")
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"  # Debian's names
SECONDS = 60
_one_at_a_time = Lock()  # a page takes a core for about a second


def pdf_of(page: str, style: Path | None = None) -> bytes:
    """Return an HTML page as a PDF, drawn by the style sheet in this file.

    Raises Refused where the system lacks the library that sets type.
    """
    styled = ("--stylesheet", str(style)) if style else ()
    with _one_at_a_time:
        done = subprocess.run(
            [*COMMAND, *styled, "-", "-"], input=page.encode(), capture_output=True, timeout=SECONDS, check=False
        )
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace")
    if "cannot load library" in said or "No module named" in said:
        raise Refused("print.no_pango", packages=PACKAGES)
    raise RuntimeError(said[-2000:])


def is_ready() -> bool:
    """Tell whether this system can set type: pip brings WeasyPrint, but not the library it stands on."""
    return find_library("pangoft2-1.0") is not None


def qr(address: str) -> Markup:
    """Draw the QR code of an address as SVG; a quarter of it may be stained."""
    import segno

    return Markup(segno.make(address, error="q", micro=False).svg_inline(border=0, omitsize=True))
