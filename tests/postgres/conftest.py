"""Processes that visit a home of their own, and what they must leave as it was."""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tongxin import postgres

ROOT = Path(__file__).parents[2]


class Visitor:
    """Another process that enters a home and does what it is told."""

    def __init__(self, home: Path, *words: str, uid: int | None = None, path: str = "") -> None:
        uid = os.geteuid() if uid is None else uid
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [path, str(ROOT)]))}
        command = [sys.executable, "-m", "tests.postgres.visitor", str(home), str(uid), *words]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
        )

    def heard(self) -> list[str]:
        """Return the words of the next line it says; none if it has gone."""
        return self.process.stdout.readline().split()

    def told(self, line: str) -> list[str]:
        """Tell it something and return its answer."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.heard()

    def kill(self) -> None:
        self.process.kill()
        self.close()

    def interrupt(self) -> None:
        """Press Ctrl-C: the whole group hears it."""
        os.killpg(self.process.pid, signal.SIGINT)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(20)
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder every user can pass through, as a machine's /srv is; pytest's own are closed to the server's user."""
    yield from _open_folder()


@pytest.fixture
def empty_home(open_folder: Path) -> Path:
    """A home that does not exist yet."""
    return open_folder / "home"


@pytest.fixture(scope="package")
def home() -> Iterator[Path]:
    """A home that was used before, by the tests before: whatever they did to its server, it must work again."""
    for folder in _open_folder():
        with postgres.running(folder / "home"):
            pass
        yield folder / "home"


def _open_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tx-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def visit() -> Iterator[Callable[..., Visitor]]:
    """Send processes to a home; they are gone at the end, and the last took the server with it."""
    visitors: list[tuple[Path, Visitor]] = []

    def send(home: Path, *words: str, **details: object) -> Visitor:
        visitors.append((home, Visitor(home, *words, **details)))
        return visitors[-1][1]

    yield send
    for _, visitor in visitors:
        visitor.close()
    for home in {home for home, _ in visitors if (home / "postgres.alive").exists() and is_alive(home)}:
        last = Visitor(home)  # the test killed whoever should have stopped it
        last.heard(), last.told("leave"), last.close()


@pytest.fixture
def stranger() -> int:
    """The number of a user who is not us, and who has nothing to do with the server."""
    if os.geteuid() != 0:
        pytest.xfail("only root can be somebody else")
    return pwd.getpwnam("nobody").pw_uid


def is_alive(home: Path) -> bool:
    """Whether any process of the server of this home is left."""
    with open(home / "postgres.alive", "ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def postmaster(home: Path) -> int:
    return int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
