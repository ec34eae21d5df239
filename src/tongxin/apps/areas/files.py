"""Reading files somebody sends: sizes before bytes, encodings before words, and the line where it goes wrong."""

from pathlib import Path
from typing import Any, NamedTuple

from tongxin.rules.errors import Invalid

LIMIT_BYTES = 200_000_000


class Fault(NamedTuple):
    """What is wrong with one row: its line (0: none), its area code, and the facts, of which "rule" is the code."""

    line: int
    code: str
    facts: dict[str, Any]


def bytes_of(path: Path, limit_bytes: int = LIMIT_BYTES) -> bytes:
    """Return what is in the file. Raises Invalid when there is no such file, it is too large, empty or binary."""
    if not path.is_file():
        raise Invalid("file.missing", file=path.name)
    size = path.stat().st_size
    if size > limit_bytes:
        raise Invalid("file.too_large", file=path.name, megabytes=size // 1_000_000, limit=limit_bytes // 1_000_000)
    content = path.read_bytes()
    if not content.strip():
        raise Invalid("file.empty", file=path.name)
    if b"\0" in content:
        raise Invalid("file.binary", file=path.name, line=content.count(b"\n", 0, content.index(b"\0")) + 1)
    return content


def text_of(content: bytes, file: str) -> str:
    """Return the text of a file in UTF-8 or GB18030. Raises Invalid with the first line that is in neither.

    GB18030 accepts almost any bytes, so a UTF-8 file with one broken line would pass for it and come out as nonsense:
    whichever encoding most lines speak is the file's.
    """
    foreign = [(number, line) for number, line in enumerate(content.split(b"\n"), 1) if not line.isascii()]
    broken = [number for number, line in foreign if not _reads(line, "utf-8")]
    if 2 * len(broken) <= len(foreign):
        if broken:
            raise Invalid("file.encoding", file=file, line=broken[0])
        return content.decode("utf-8-sig")
    if wrong := next((number for number, line in foreign if not _reads(line, "gb18030")), None):
        raise Invalid("file.encoding", file=file, line=wrong)
    return content.decode("gb18030")


def _reads(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
