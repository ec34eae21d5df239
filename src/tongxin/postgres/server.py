"""The embedded server of a home: one for all its processes, started by the first, stopped by the last.

Two lock files in the home carry everything that must be known, and the kernel keeps them true whoever is killed:

- `postgres.users`: each process that needs the server shares it. Who leaves and can have it alone was the last.
- `postgres.alive`: taken by whoever starts the server, and inherited by the server's own processes. Free means that
  not one is left, so whatever pid and socket files lie about are stale. No pid file is believed: its number may be a
  stranger's by now.
"""

import fcntl
import os
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, ClassVar

from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from tongxin.postgres import cluster
from tongxin.postgres.address import NAME, PORT, SOCKET, socket_folder
from tongxin.postgres.home import private
from tongxin.postgres.programs import make_place, programs, server_user
from tongxin.rules.errors import Refused

SILENCE_SECONDS = 60  # for a killed server's last processes to end, or for another of us to make the files
RECOVERY_SECONDS = 900  # for replaying what a crash left: the server answers "not yet" meanwhile
STOP_SECONDS = 60  # for writing everything back, before it is told to stop at once and to recover later
LOG_BYTES = 8 * 1024 * 1024


@contextmanager
def running(home: Path, *, durable: bool = True) -> Iterator["Server"]:
    """Keep the server of this home running while the block runs; the last process to leave stops it.

    Any number of processes may enter, at the same time too. `durable=False` (tests) counts for the one that starts.
    Raises Refused: those of `private`, and postgres.*.
    """
    server = Server(private(home), durable=durable)
    entered_by = os.getpid()
    with _open_lock(server.home / "postgres.users") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            server.ensure()
            yield server
        finally:
            if os.getpid() == entered_by:  # a fork shares our lock but has nothing to give back
                server.leave(last=_take(users))


class Server:
    """The server of one home, as one of its processes sees it."""

    started: ClassVar[dict[Path, subprocess.Popen[bytes]]] = {}  # by home: the server this process is the parent of

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home
        self.durable = durable
        self.place = home / "postgres"

    @property
    def child(self) -> subprocess.Popen[bytes] | None:
        return self.started.get(self.home)

    def ensure(self) -> None:
        """Start the server if it does not answer, or wait for whoever starts it. Cheap when it answers: 4 ms.

        After a kill it recovers what was committed. Only for processes inside `running`.
        Raises Refused: postgres.silent, postgres.not_started, and those of making the files.
        """
        silent_since, started = time.monotonic(), None
        while (answer := self._ping()) is not Ping.OK:
            if started and started.poll() is not None:
                raise Refused("postgres.not_started", log=self._last_words())
            if answer is Ping.NO_RESPONSE and not started:
                with _open_lock(self.home / "postgres.alive") as alive:
                    if _take(alive):
                        started = self.started[self.home] = self._start(alive.fileno())
                        silent_since = time.monotonic()
            waited = time.monotonic() - silent_since
            if waited > (RECOVERY_SECONDS if answer is Ping.REJECT else SILENCE_SECONDS):
                raise Refused("postgres.silent", seconds=int(waited), log=self._last_words())
            time.sleep(0.01 if waited < 1 else 0.1)

    def leave(self, *, last: bool) -> None:
        """Stop the server if we are the last of the home; leave it to the others if not."""
        if last:
            self._stop()
        elif self.child and self.child.poll() is None:
            self.child.returncode = 0  # it may outlive us, which is meant: subprocess would complain

    def _ping(self) -> Ping:
        folder = socket_folder(self.home)
        if folder != self.place:
            _shorten(folder, self.place)
        asked = make_conninfo(host=str(folder), port=PORT, user=NAME, dbname=NAME, connect_timeout=5)
        return Ping(PGconn.ping(asked.encode()))

    def _start(self, alive: int) -> subprocess.Popen[bytes]:
        """Start a server that holds the lock `alive` for as long as one of its processes lives."""
        if self.child:
            self.child.poll()  # one that was killed is laid to rest
        user = server_user(self.place)
        make_place(self.home, user)
        bin_folder = programs(self.home, user)
        data = self.place / "data"
        if not data.exists():
            cluster.make(self.place, bin_folder, user, durable=self.durable)
        cluster.check_version(data)
        for stale in (data / "postmaster.pid", self.place / SOCKET, self.place / f"{SOCKET}.lock"):
            stale.unlink(missing_ok=True)
        command = [str(bin_folder / "postgres"), "-D", str(data), *cluster.options(durable=self.durable)]
        with open(self._log(), "ab", opener=_private_file) as log:
            # a session of its own: Ctrl-C is for us, and we stop the server when nobody needs it
            return subprocess.Popen(
                command, **user.rights(), stdout=log, stderr=log, pass_fds=[alive], start_new_session=True
            )

    def _stop(self) -> None:
        """Stop the server, everything written back. Whoever holds `users` alone may."""
        with _open_lock(self.home / "postgres.alive") as alive:
            for order, patience in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, SILENCE_SECONDS)):
                if _take(alive) or not self._tell(order):
                    break
                _wait_for(alive, patience)
        if self.child:
            with suppress(subprocess.TimeoutExpired):
                self.child.wait(1)
        if (link := socket_folder(self.home)) != self.place:
            link.unlink(missing_ok=True)

    def _tell(self, order: signal.Signals) -> bool:
        """Send the server a signal: our own child, or else the very process that answers at the socket, if any."""
        if self.child and self.child.poll() is None:
            self.child.send_signal(order)
            return True
        with socket.socket(socket.AF_UNIX) as line, suppress(OSError, ValueError):
            line.connect(str(socket_folder(self.home) / SOCKET))
            pid = _other_end(line, self.place / "data" / "postmaster.pid")
            if pid > 1:  # 0: the server of another container, not ours to signal
                os.kill(pid, order)
                return True
        return False

    def _log(self) -> Path:
        log = self.home / "postgres.log"
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        return log

    def _last_words(self) -> str:
        try:
            return (self.home / "postgres.log").read_text(errors="replace")[-1000:].strip()
        except OSError:
            return ""


def _private_file(path: str | Path, flags: int) -> int:
    return os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def _open_lock(path: Path) -> BinaryIO:
    return open(path, "ab", opener=_private_file)


def _take(lock: BinaryIO) -> bool:
    """Take the lock for ourselves alone, if nobody else holds it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for(lock: BinaryIO, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not _take(lock) and time.monotonic() < end:
        time.sleep(0.01)


def _other_end(line: socket.socket, pid_file: Path) -> int:
    """Return the process that listens at the other end of a connected Unix socket."""
    if hasattr(socket, "SO_PEERCRED"):
        return int(struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0])
    return int(pid_file.read_text().split("\n", 1)[0])  # it answers, so what it wrote there is still its own


def _shorten(link: Path, place: Path) -> None:
    """Keep a short name for a place whose path is too long for a socket. Raises Refused: postgres.name_taken."""
    with suppress(FileExistsError):
        link.symlink_to(place)
    if link.lstat().st_uid != os.geteuid() or not link.is_symlink() or link.readlink() != place:
        raise Refused("postgres.name_taken", link=str(link))
