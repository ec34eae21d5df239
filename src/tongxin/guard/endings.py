"""Word of what was ended, from one process of a machine to all others: a file that grows by a line for each.

Looking whether anything was said costs one `stat`, no statement and no connection. Names are digests: whoever reads the
file learns nothing. Where it cannot be written, nobody hears, and what is remembered runs out by itself.
"""

import os
from hashlib import sha256
from pathlib import Path

import structlog

log = structlog.get_logger()

MOST = 1_000_000  # bytes; then it begins anew, and everybody forgets all
LINE = 33  # bytes of one: 32 of the name, and the end of the line


def name_of(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()[: LINE - 1]


class Endings:
    """The file as one process knows it: everything up to `read` was heard."""

    def __init__(self, path: Path) -> None:
        self.where = os.fspath(path)
        self.read = self._size()

    def tell(self, name: str) -> None:
        """Say that this was ended. Lines of several processes do not mix: each is one short write at the end."""
        begins_anew = os.O_TRUNC if self._size() > MOST else 0
        try:
            file = os.open(self.where, os.O_WRONLY | os.O_CREAT | os.O_APPEND | begins_anew, 0o600)
            try:
                os.write(file, f"{name}\n".encode())
            finally:
                os.close(file)
        except OSError as error:
            log.warning("endings.unwritten", error=type(error).__name__)

    def heard(self) -> list[str] | None:
        """Return what was ended since one last listened; None where that is not known: it may be anything."""
        size = self._size()
        if size == self.read:
            return []
        if size < self.read:
            self.read = size
            return None
        try:
            with open(self.where, "rb") as file:
                file.seek(self.read)
                said = file.read(size - self.read)
        except OSError:
            return None
        self.read = size
        return said.decode().split()

    def _size(self) -> int:
        try:
            return os.stat(self.where).st_size
        except OSError:
            return 0
