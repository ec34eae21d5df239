"""Documents as evidence: a PDF that was cut off, carries something behind its end, or does something, is refused.

What does something: scripts, programs and files within it. Readers on a desk would run or offer them.
Source: ISO 32000-2, 7.3.5 (names), 7.5.7 (object streams), 12.6 (actions); OWASP, File Upload.
"""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from tongxin.rules.errors import Invalid

PDF = "application/pdf"
# long names only: the pixels of a scan are noise, in which a name of two letters stands by chance
ACTIVE = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData)(?![A-Za-z0-9])")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
PACKED = re.compile(rb"/(?:O|#4[Ff])(?:b|#62)(?:j|#6[Aa])(?:S|#53)(?:t|#74)(?:m|#6[Dd])(?![A-Za-z0-9])")  # ObjStm
STREAM = re.compile(rb"stream\r?\n")
MOST = 32 << 20  # bytes of unpacked objects that are looked through; the text of a thousand pages holds less
_END = 4096


def check(path: Path) -> None:
    """Look a PDF through. Raises Invalid: `evidence.broken`, `evidence.type_mixed`, `evidence.active`."""
    whole = path.read_bytes()
    before, mark, behind = whole[-_END:].rpartition(b"%%EOF")
    if not (before and mark):
        raise Invalid("evidence.broken")
    if behind.strip(b"\0\t\n\x0c\r "):
        raise Invalid("evidence.type_mixed")
    for objects in (whole, *_unpacked(whole)):
        if ACTIVE.search(_plain(objects)):
            raise Invalid("evidence.active")


def _plain(objects: bytes) -> bytes:
    """Return objects with their names written out: `#4A` is a J."""
    return ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), objects) if b"#" in objects else objects


def _unpacked(whole: bytes) -> Iterator[bytes]:
    """Yield the objects that lie packed in streams. Raises Invalid where they are more than anybody writes."""
    left = MOST
    for found in PACKED.finditer(whole):
        start = STREAM.search(whole, found.end())
        unpacking = zlib.decompressobj()
        try:
            objects = unpacking.decompress(whole[start.end() :], left) if start else b""
        except zlib.error:
            continue  # it is not packed, and was looked through with the rest
        left -= len(objects)
        if left <= 0:
            raise Invalid("evidence.active")
        yield objects
