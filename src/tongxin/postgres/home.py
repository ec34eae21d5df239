"""The home: one folder that holds everything a city keeps on this machine, closed to everybody else."""

import hashlib
import os
import stat
from pathlib import Path

from tongxin.rules.errors import Refused

# Only a folder that is empty or bears one of our marks is closed. Anything else was named by mistake, and closing it
# could lock a machine's users out: TONGXIN_HOME=/ must not end in chmod 0700 /.
MARKS = {"secret-key", "postgres.users"}
NOTHING = {"lost+found"}  # what a fresh disk holds


def default_home(source: Path) -> Path:
    """Return the home if nobody names one: `var` beside the source, for as long as a database can live there.

    Below root's own closed folder it cannot, for its user is not root; then it is one below /var/lib, a clone each.
    """
    source = source.resolve()
    closed = any(not folder.stat().st_mode & stat.S_IXOTH for folder in (source, *source.parents))
    if os.geteuid() == 0 and closed:
        return Path("/var/lib/tongxin") / hashlib.sha256(os.fsencode(source)).hexdigest()[:12]
    return source / "var"


def private(home: Path) -> Path:
    """Make the home if need be, close it to everybody but its owner, and return it. Nothing outside it is changed.

    Run by root it may keep mode 0710, so that the unprivileged user of the database can pass through; see `open_to`.
    Raises Refused: home.open_parent, home.not_a_folder, home.not_owned, home.not_empty, home.not_closed,
    home.not_writable.
    """
    _refuse_open_parents(home)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as why:
        raise Refused("home.not_a_folder", home=str(home)) from why
    except OSError as why:
        raise Refused("home.not_writable", home=str(home), why=why.strerror) from why

    found = home.lstat()
    if not stat.S_ISDIR(found.st_mode):  # a link is refused too: who made it may turn it elsewhere
        raise Refused("home.not_a_folder", home=str(home))
    if found.st_uid != os.geteuid():
        raise Refused("home.not_owned", home=str(home), owner=found.st_uid, user=os.geteuid())

    pass_through = 0o010 if os.geteuid() == 0 else 0
    if stat.S_IMODE(found.st_mode) & ~pass_through != 0o700:
        _close(home, 0o700, group=-1)
    if not os.access(home, os.W_OK):
        raise Refused("home.not_writable", home=str(home), why="read-only")
    return home


def open_to(home: Path, group: int) -> None:
    """Let this group pass through the home without reading it: the database does not run as root, the home is root's.

    Raises Refused: home.not_empty, home.not_closed.
    """
    found = home.lstat()
    if (stat.S_IMODE(found.st_mode), found.st_gid) != (0o710, group):
        _close(home, 0o710, group=group)


def _refuse_open_parents(home: Path) -> None:
    """Refuse a home below a folder in which anybody may rename it and put another in its place."""
    for folder in home.absolute().parents:
        try:
            mode = folder.stat().st_mode
        except OSError:
            continue  # not made yet, or not ours to look into: making the home will tell
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise Refused("home.open_parent", home=str(home), folder=str(folder))


def _close(home: Path, mode: int, *, group: int) -> None:
    """Set group and mode of the home itself, through a handle that cannot be exchanged meanwhile."""
    entries = set(os.listdir(home)) - NOTHING if os.access(home, os.R_OK) else set()
    if entries and not entries & MARKS:
        raise Refused("home.not_empty", home=str(home))
    try:
        handle = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except PermissionError as why:
        raise Refused("home.not_closed", home=str(home)) from why
    try:
        if group >= 0:
            os.fchown(handle, -1, group)
        os.fchmod(handle, mode)
    except OSError as why:
        raise Refused("home.not_closed", home=str(home)) from why
    finally:
        os.close(handle)
    if stat.S_IMODE(home.lstat().st_mode) != mode:  # file systems without permissions accept and forget
        raise Refused("home.not_closed", home=str(home))
